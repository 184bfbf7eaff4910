"""`manage.py learn_routing`: counts where tickets ended and learns the words of workgroups; or measures that on a CSV file."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.assignment import history, learning, measuring
from desk.assignment.measuring import Result, Row


class Command(BaseCommand):
    help = (
        "Count anew where the finished tickets of the last half year began and ended, and learn the words of workgroups "
        "from them, as each night. With --measure nothing is written: the words are learnt from four fifths of a CSV file, "
        "and asked about the rest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--measure", metavar="CSV", type=Path, help="a file of tickets with their workgroup")
        parser.add_argument("--title", default="short_description", help="the column of the title")
        parser.add_argument("--description", default="description", help="the column of the description")
        parser.add_argument("--group", default="assignment_group", help="the column of the workgroup")
        parser.add_argument("--kept", type=int, default=0, help="which fifth is kept for asking, 0 to 4")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["measure"]:
            rows = _read(options["measure"], options["title"], options["description"], options["group"])
            self.stdout.write(_told(measuring.measure(rows, kept=options["kept"])))
            return
        rows_of_history, tickets = history.count(), learning.learn()
        self.stdout.write(f"Where tickets ended: {rows_of_history:,} rows. Words: learnt from {tickets:,} tickets.")


def _read(path: Path, *columns: str) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [Row(*(line[column] or "" for column in columns)) for line in csv.DictReader(file)]
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error
    except KeyError as missing:
        raise CommandError(f"{path} has no column {missing}.") from missing


def _told(found: Result) -> str:
    if not found.asked:
        return "No row was kept for asking."
    lines = [
        f"Learnt from {found.learnt:,} tickets of {found.groups} workgroups, asked about {found.asked:,} others.",
        f"The first workgroup was right: {_share(found.right, found.asked)}",
        f"Among the first three:         {_share(found.among_three, found.asked)}",
        f"Always {found.largest}:".ljust(31) + _share(found.right_by_largest, found.asked),
        *_by_chance(found),
    ]
    return "\n".join(lines)


def _by_chance(found: Result) -> Iterable[str]:
    for one, nxt in zip(found.bins, [*(b.least for b in found.bins[1:]), 101], strict=True):
        if one.asked:
            words = f"Chance of {one.least} to {nxt - 1}%:".ljust(31)
            yield f"{words}{_share(one.right, one.asked)} of {one.asked:,}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f}%"
