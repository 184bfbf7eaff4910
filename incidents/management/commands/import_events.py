"""`manage.py import_events CSV`: brings in incidents from an audit trail; see docs/importing.md."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from incidents.importing.reading import Unusable
from incidents.importing.report import Report, Summary
from incidents.importing.run import Job, run


class Command(BaseCommand):
    help = "Import incidents from a ServiceNow-style audit trail (CSV, one row per update). Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("csv", type=Path, help="the file")
        parser.add_argument("--report", type=Path, help="where to write rejects, corrections and differences (CSV)")
        parser.add_argument("--time-zone", default=settings.TIME_ZONE, help="of the file's times (%(default)s)")
        parser.add_argument("--dry-run", action="store_true", help="check the file and report; import nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["csv"]
        target = options["report"] or settings.DATA_DIR / "imports" / f"{source.stem}.report.csv"
        if target.exists() and source.exists() and target.samefile(source):
            raise CommandError("The report would overwrite the file itself.")
        started = time.monotonic()
        try:
            with Report(target) as report, _Bar(self.stderr) as bar:
                run(Job(source, _zone(options["time_zone"]), report, bar.show, options["dry_run"]))
        except (Unusable, OSError) as reason:
            raise CommandError(str(reason)) from reason
        self._tell(report, time.monotonic() - started, options["dry_run"])

    def _tell(self, report: Report, seconds: float, dry_run: bool) -> None:
        done, say = report.figures, self.stdout.write
        rows = done.rows + done.known
        which = f"{done.new:,} new, {done.continued:,} continued, {done.unchanged:,} known"
        if report.absent:
            say(f"Columns that the file doesn't have, taken as unknown: {', '.join(report.absent)}")
        if dry_run:
            say("Dry run: nothing was imported.")
        say(f"Incidents    {done.incidents:>7,}   ({which})")
        say(f"Rows         {done.rows:>7,}   ({done.known:,} more were imported before)")
        say(f"Events       {done.events:>7,}")
        say(f"Corrections  {done.corrections:>7,}")
        say(f"Rejects      {done.rejects:>7,}")
        say(f"Differences  {done.differences:>7,}")
        say(f"Took {seconds:.1f} s: {rows / max(seconds, 0.001):,.0f} rows a second.")
        self._section("Rejects", report.rejects)
        self._section("Corrections: what no move leads to, set in the open", report.corrections)
        self._section("Differences from the source", report.differences)
        say(f"\nReport: {report.path}")

    def _section(self, title: str, summary: Summary) -> None:
        if summary.counts:
            self.stdout.write(f"\n{title}")
            for line in summary.lines():
                self.stdout.write(line)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise CommandError(f"“{name}” is no time zone such as Europe/Berlin.") from unknown


class _Bar:
    """A progress bar on the error stream, so that the figures can be piped; on a dumb stream it stays silent."""

    def __init__(self, stream: Any):
        console = Console(file=stream._out if hasattr(stream, "_out") else None, stderr=True)
        columns = (TextColumn("{task.description:<10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._progress.stop()

    def show(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done)
