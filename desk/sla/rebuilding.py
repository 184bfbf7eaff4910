"""Checks the clocks of many tickets against their events, a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from desk.tickets import flow
from desk.tickets.models import Event, Ticket

from .actions import Difference, differences, rebuild
from .models import Clock
from .replay import Replay

CHUNK = 200


@dataclass(frozen=True)
class Checked:
    """A ticket that was checked: how many clocks it has, where they differ, and whether that was mended."""

    number: str
    clocks: int
    differences: list[Difference]
    mended: bool = False


def check(tickets: QuerySet[Ticket], *, mend: bool = False) -> Iterator[Checked]:
    """Fold each ticket's events anew and compare; three queries for a chunk, however many tickets there are.

    What differs is looked at again with the ticket locked, since work may go on meanwhile; `mend` writes there what
    the events say, each ticket in a transaction of its own.
    """
    for chunk in chunks(tickets):
        events, rows = events_of(chunk), by_ticket(Clock.objects.filter(ticket__in=chunk).order_by("ticket_id"))
        for ticket in chunk:
            clocks = rows.get(ticket.pk, [])
            found = differences(ticket, Replay(ticket, events.get(ticket.pk, [])), clocks)
            if found:
                found = _again(ticket, mend=mend)
            yield Checked(ticket.number, len(clocks), found, mended=mend and bool(found))


def _again(ticket: Ticket, *, mend: bool) -> list[Difference]:
    with transaction.atomic():
        return rebuild(ticket=flow.lock(ticket), mend=mend)


def chunks(tickets: QuerySet[Ticket], size: int = CHUNK) -> Iterator[list[Ticket]]:
    """The tickets in the order in which they were logged here, so many at a time; no more of them are held."""
    last = 0
    while chunk := list(tickets.filter(pk__gt=last).order_by("pk")[:size]):
        yield chunk
        last = chunk[-1].pk


def events_of(tickets: Iterable[Ticket]) -> dict[int, list[Event]]:
    """By ticket id, the events in the order in which they were recorded; one query."""
    events = Event.objects.filter(ticket__in=tickets).select_related("actor").order_by("ticket_id", "pk")
    return by_ticket(events)


def by_ticket(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows that come in the order of their tickets, by ticket id."""
    return {pk: list(own) for pk, own in groupby(rows, attrgetter("ticket_id"))}
