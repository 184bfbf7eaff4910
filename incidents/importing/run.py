"""Runs an import: reads the file, replays incident by incident, and compares what is here with what the source said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from desk.assignment.queries import NoCatchAll, route
from incidents.models import ImportedIncident, ImportedUpdate

from .cast import Cast
from .reading import Trail, Unusable
from .replay import SOURCE, SYSTEM, Outcome, replay
from .report import Report
from .spool import Spool
from .updates import MEANINGS, UNKNOWN, Rejected, Update, update_of

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]  # (what is being done, how far, of how much)


@dataclass(frozen=True)
class Job:
    """A file to import, the time zone of its times, where to report, and where to tell how far it is."""

    path: Path
    zone: ZoneInfo
    report: Report
    progress: Progress
    dry_run: bool = False


def run(job: Job) -> None:
    """Import the file. Raises Unusable when nothing can be read from it, or when the portal isn't set up.

    Twice through: first every row is checked and spooled, then each incident is replayed in a transaction of its
    own. So the file may have any order, and no more than one row of it is in memory at a time.
    """
    with Spool() as spool:
        absent = _read(job, spool, timezone.now())
        job.report.absent = absent
        total, job.report.figures.incidents = spool.size()
        if not job.dry_run:
            _ask_for_essentials()
        cast, seen = Cast() if not job.dry_run else None, 0
        for number in spool.numbers():
            outcome = _replay(job, spool, number, cast) if cast else _foresee(job, spool, number)
            if outcome:
                seen += outcome.rows + outcome.known + len(outcome.late)
                job.report.figures.add(outcome)
            job.progress("Replaying", seen, total)
        for number, lost, line, partly in spool.incomplete():
            _tell_incomplete(job.report, number, lost, line, partly)


def _ask_for_essentials() -> None:
    try:
        route("incident", text="")
    except NoCatchAll as missing:
        raise Unusable(f"The portal isn't set up yet. {missing}") from missing


def _read(job: Job, spool: Spool, now: datetime) -> list[str]:
    """The whole file into the spool, what can't be used into the report; returns the columns it doesn't have."""
    with Trail(job.path) as trail:
        size = job.path.stat().st_size
        for row in trail.rows():
            if isinstance(row, Rejected):
                bad: Rejected | None = row
            else:
                bad = _spool(spool, *row, job.zone, now)
            if bad:
                job.report.reject(bad.line, bad.number, bad.reason)
                spool.reject(bad.number, bad.line)
            job.progress("Reading", trail.bytes_read, size)
        spool.seal()
        return trail.absent


def _spool(spool: Spool, line: int, cells: dict[str, str], zone: ZoneInfo, now: datetime) -> Rejected | None:
    try:
        spool.add(update_of(cells, line, zone, now), cells)
    except Rejected as bad:
        number = " ".join(cells["number"].split())[:40]
        return Rejected(bad.reason, line, "" if number == UNKNOWN else number)
    return None


def _updates(job: Job, spool: Spool, number: str) -> Iterator[Update]:
    now = timezone.now()
    return (update_of(cells, line, job.zone, now) for line, cells in spool.rows(number))


def _replay(job: Job, spool: Spool, number: str, cast: Cast) -> Outcome | None:
    """One incident, wholly or not at all. What breaks in one is reported and leaves the others alone."""
    try:
        outcome = replay(number, _updates(job, spool, number), cast=cast, file=job.path.name)
    except (OperationalError, InterfaceError):
        raise  # the database is gone or full: the next incident wouldn't fare better
    except Exception as error:
        log.exception("Import of %s failed", number)
        cast.forget()
        line = next(spool.rows(number))[0]
        reason = f"Nothing of this incident was imported: {type(error).__name__}: {error}"[:500]
        job.report.reject(line, number, reason)
        job.report.difference(line, number, "", reason, summary="not imported, because of an error")
        return None
    imported = ImportedIncident.objects.select_related("incident").get(system=SYSTEM, number=number)
    ours = imported.incident.number
    for line, reason in outcome.corrections:
        job.report.correction(line, number, ours, reason)
    for line, reason in outcome.late:
        job.report.reject(line, number, reason)
    for line, reason in outcome.differences:
        job.report.difference(line, number, ours, reason)
    _compare(job.report, imported)
    return outcome


def _foresee(job: Job, spool: Spool, number: str) -> Outcome:
    """What an import would do, as far as that shows without doing it."""
    imported = ImportedIncident.objects.filter(system=SYSTEM, number=number).first()
    known = ImportedUpdate.objects.filter(imported=imported).values_list("key", flat=True) if imported else []
    done, outcome = set(known), Outcome(is_new=imported is None)
    for update in _updates(job, spool, number):
        outcome.known += update.key in done
        outcome.rows += update.key not in done
        done.add(update.key)
    return outcome


def _compare(report: Report, imported: ImportedIncident) -> None:
    """List where the incident, as it is stored now, isn't as the source's last word has it."""
    incident, trail = imported.incident, imported.trail

    def differ(what: str, there: object, here: object, why: str) -> None:
        if incident.events.exclude(source=SOURCE).exists():
            why = "it was worked on here since"
        reason = f"{what}: {there} in the source, {here} here; {why}."
        report.difference(trail["line"], imported.number, incident.number, reason)

    meaning = MEANINGS[trail["state"]]
    if incident.state not in meaning.same | {meaning.state}:
        differ("State", trail["state"], incident.state_label, "no move or correction led there")
    for name, field in (("reassignments", "reassignment_count"), ("reopens", "reopen_count")):
        if trail[name] is not None and trail[name] != getattr(incident, field):
            differ(name.capitalize(), trail[name], getattr(incident, field), "the moves make another number")
    if trail["priority"] not in (None, incident.priority):
        why = f"the matrix here makes P{incident.priority} of impact {incident.impact} and urgency {incident.urgency}"
        differ("Priority", f"P{trail['priority']}", f"P{incident.priority}", why)


def _tell_incomplete(report: Report, number: str, lost: int, line: int, partly: bool) -> None:
    if partly:
        reason = f"{lost} of its rows could not be used, the first on line {line}; what they say is missing here."
        summary = "some of its rows could not be used; what they say is missing here"
    else:
        reason = summary = "None of its rows could be used, so it isn't here."
    report.difference(line, number, "", reason, summary=summary)
