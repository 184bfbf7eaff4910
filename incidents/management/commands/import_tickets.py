"""`manage.py import_tickets CSV`: brings in tickets that are only text and a group; see docs/importing.md."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.importing.reading import Unusable
from incidents.importing.tickets import COLUMNS, run


class Command(BaseCommand):
    help = f"Import tickets without history (CSV with {', '.join(COLUMNS)}) as incidents. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("csv", type=Path, help="the file")
        parser.add_argument("--solved", action="store_true", help="they are solved: only for finding similar ones")
        parser.add_argument("--limit", type=int, help="read no more than so many rows")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            tally = run(options["csv"], solved=options["solved"], most=options["limit"])
        except Unusable as reason:
            raise CommandError(str(reason)) from reason
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{tally.new:,} new, {tally.known:,} known, {tally.rejected:,} without a word; took {seconds:.0f} s."
        )
