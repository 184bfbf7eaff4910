"""A dry run of edited routing rules: which tickets of the last thirty days would have gone elsewhere, and was that better?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from desk.people.models import Workgroup
from desk.tickets import kinds
from desk.tickets.models import Event, Ticket

from .queries import Known, NoCatchAll, Table

DAYS = 30
MOST = 3_000  # tickets, the newest
EXAMPLES = 3


@dataclass
class Moved:
    """Tickets that would have gone to `to` in place of `came`; `ended` of them did end in `to`, `stayed` in `came`."""

    came: Workgroup | None
    to: Workgroup | None
    count: int = 0
    ended: int = 0
    stayed: int = 0
    examples: list[Ticket] = field(default_factory=list)


@dataclass(frozen=True)
class DryRun:
    """What a table would have done otherwise than another one."""

    asked: int
    capped: bool
    moved: tuple[Moved, ...]
    days: int = DAYS

    @property
    def count(self) -> int:
        return sum(row.count for row in self.moved)


def compare(before: Table, after: Table, days: int = DAYS, most: int = MOST) -> DryRun:
    """Ask both tables about the newest tickets of the kind; two queries, however many there are.

    What they say now is asked, so that one that was edited may have gone elsewhere then. Words that were learnt aren't asked.
    """
    rows: dict[tuple[int, int], Moved] = defaultdict(lambda: Moved(None, None))
    tickets = _newest(before.kind, days, most)
    for ticket in tickets[:most]:
        known = Known.of(ticket)
        came, to = _goes(before, known), _goes(after, known)
        if came != to:
            _note(rows[(came.pk if came else 0, to.pk if to else 0)], ticket, came, to)
    order = sorted(rows.values(), key=lambda row: (-row.count, str(row.came), str(row.to)))
    return DryRun(len(tickets[:most]), len(tickets) > most, tuple(order), days)


def _newest(kind: str, days: int, most: int) -> list[Ticket]:
    """The tickets, and one more than are looked at where there are; found by the index of events."""
    since = timezone.now() - timedelta(days=days)
    logged = Event.objects.filter(kind=f"{kind}.logged", at__gte=since).order_by("-at")
    chosen = list(logged.values_list("ticket", flat=True)[: most + 1])
    rows = kinds.get(kind).model._default_manager.filter(pk__in=chosen).select_related("requester", "workgroup")
    return list(rows.order_by("-pk"))


def _goes(table: Table, known: Known) -> Workgroup | None:
    try:
        return table.route(known).workgroup
    except NoCatchAll:
        return None


def _note(row: Moved, ticket: Ticket, came: Workgroup | None, to: Workgroup | None) -> None:
    row.came, row.to = came, to
    row.count += 1
    row.ended += ticket.workgroup == to
    row.stayed += ticket.workgroup == came
    if len(row.examples) < EXAMPLES:
        row.examples.append(ticket)
