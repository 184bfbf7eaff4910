"""`manage.py sla_simulate --policy DRAFT.toml|NAME --since 90d`: tries a draft of policies on real tickets, in memory."""

from __future__ import annotations

import re
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from desk.tickets.errors import Refused
from desk.tickets.spreadsheet import lines

from ...engine import KINDS
from ...progress import Progress
from ...simulator import drafts
from ...simulator.comparison import Comparison, Flip, Pair, Score
from ...simulator.simulation import Simulation, Told
from ...simulator.table import Draft

_PERIOD = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
FLIPS = ["number", "clock", "episode", "then", "now", "policy then", "policy now", "off its target"]


class Command(BaseCommand):
    help = "Try a draft of the SLA policies on tickets that were logged since a moment. Nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--policy", action="append", default=[], metavar="DRAFT.toml|NAME",
            help="a file (TOML or JSON), or a policy as it is edited now; several may be named. "
            "Without it: all that is edited and not published",
        )  # fmt: skip
        parser.add_argument("--since", default="90d", help="such as 90d, 12w or 2026-01-31 (%(default)s)")
        parser.add_argument("--until", help="tickets logged before; as --since")
        parser.add_argument("--flips", type=Path, metavar="CSV", help="write every clock that flips to this file")
        parser.add_argument("--show", type=int, default=20, help="how many flips of each sort to print (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        since = moment(options["since"], now)
        before = moment(options["until"], now) if options["until"] else None
        try:
            draft = _draft(options["policy"])
        except Refused as refused:
            raise CommandError("\n".join(refused.sentences)) from refused
        simulation = Simulation(draft, since=since, before=before, until=now)
        began = time.monotonic()
        with ExitStack() as stack:
            each = self._writer(options["flips"], stack) if options["flips"] else None
            progress = stack.enter_context(Progress(self.stderr, simulation.tickets.count()))
            found = Comparison(simulation, each)
            for told in _watched(simulation.run(), progress):
                found.add(told)
        self._tell(found, draft, options["show"], time.monotonic() - began)
        if simulation.past.unsure:
            numbers = ", ".join(sorted(simulation.past.unsure)[:5])
            self.stdout.write(
                f"Of {len(simulation.past.unsure)} tickets an old event doesn't tell what a field was: {numbers}"
            )

    def _writer(self, path: Path, stack: ExitStack) -> Any:
        try:
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        except OSError as problem:
            raise CommandError(f"{path} can't be written: {problem}") from problem
        file.writelines(lines([FLIPS]))
        return lambda flip: file.writelines(lines([_cells(flip)]))

    def _tell(self, found: Comparison, draft: Draft, show: int, seconds: float) -> None:
        say = self.stdout.write
        say(f"Draft: {draft.says}. {found.tickets:,} tickets.")
        for kind in KINDS:
            pairs = found.by_policy(kind)
            say(f"\n{kind.capitalize():<34}{'then':>32}{'now':>32}")
            for pair in [found.overall[kind], *pairs]:
                say(_row(pair, "All" if pair is found.overall[kind] else pair.name))
        self._flips("Met, and would be missed", found.flips["missed"], found.missed_now[:show])
        self._flips("Missed, and would be met", found.flips["met"], found.met_now[:show])
        for title, pairs in (("categories", found.worst_categories), ("workgroups", found.worst_workgroups)):
            if pairs:
                say(f"\nMost missed targets by {title}")
                for pair in pairs:
                    say(_row(pair, pair.name))
        say(f"\n{seconds:.1f} s, {found.tickets / max(seconds, 0.001):,.0f} tickets a second. Nothing was written.")

    def _flips(self, title: str, total: int, flips: list[Flip]) -> None:
        self.stdout.write(f"\n{title}: {total:,}")
        for flip in flips:
            policies = (
                flip.policy_then if flip.policy_then == flip.policy_now else f"{flip.policy_then} → {flip.policy_now}"
            )
            self.stdout.write(f"  {flip.number}  {flip.kind:<10}  {flip.by:<22}  {policies}")
        if total > len(flips):
            self.stdout.write(f"  … and {total - len(flips):,} more; --flips writes all of them.")


def moment(text: str, now: datetime) -> datetime:
    """A length of time before now, or the start of a day in the portal's time zone."""
    if match := _PERIOD.fullmatch(text.strip().lower()):
        return now - int(match[1]) * _UNITS[match[2]]
    try:
        return timezone.make_aware(datetime.fromisoformat(text.strip()))
    except ValueError as problem:
        raise CommandError(
            f"“{text}” is neither a length of time such as 90d nor a date such as 2026-01-31."
        ) from problem


def _draft(named: list[str]) -> Draft:
    if not named:
        return drafts.edited()
    found = [drafts.read_file(Path(name)) if _is_file(name) else drafts.edited(name) for name in named]
    policies = {line.policy: line for draft in found for line in draft.lines if line.policy > 0}
    new = [line for draft in found for line in draft.lines if line.policy < 0]
    if len(found) > 1 and (new or any(pk < 0 for draft in found for pk in draft.calendars)):
        raise Refused("What is new goes into one file: name only that one.")
    calendars = {pk: calendar for draft in found for pk, calendar in draft.calendars.items()}
    return Draft((*policies.values(), *new), calendars)


def _is_file(name: str) -> bool:
    return name.endswith((".toml", ".json")) or Path(name).is_file()


def _watched(run: Iterator[Told], progress: Progress) -> Iterator[Told]:
    for told in run:
        yield told
        progress.step()


def _row(pair: Pair, name: str) -> str:
    apart = f"   + {pair.now.apart}" if pair.now.apart else ""
    return f"  {name[:32]:<32}{_score(pair.then):>32}{_score(pair.now):>32}{apart}"


def _score(score: Score) -> str:
    share = "–" if score.percentage is None else f"{score.percentage:.1f}%"
    return f"{share} ({score.met:,} met, {score.missed:,} missed)" if score.met + score.missed else "–"


def _cells(flip: Flip) -> list[Any]:
    return [flip.number, flip.kind, flip.episode, flip.then, flip.now, flip.policy_then, flip.policy_now, flip.by]
