"""Simulation: what the clocks of real tickets would have come to under a draft of the policies. Nothing is written.

A ticket's own events are told again, to a table of policies with the draft laid over it. What people did, when, stays
as it was, escalations included: whoever was called, whatever was raised or moved, is part of the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.tickets.models import Event, Ticket

from .. import engine, facts, queries
from ..engine import KINDS
from ..facts import REBASED, TARGETED, Setting
from ..models import Clock
from ..rebuilding import by_ticket, chunks, events_of
from ..replay import Replay
from ..reporting.outcomes import settled
from .past import Fields, Past
from .table import Draft, Pin, Table

Found = dict[tuple[str, int], engine.Clock]  # by kind and episode


class Retold:
    """A ticket's events told again to a table of policies. `clocks` are all episodes that come of it, until a moment."""

    def __init__(self, ticket: Ticket, events: list[Event], *, table: Table, past: Past):
        self._ticket, self._table, self._past = ticket, table, past
        self._fold = Replay(ticket, ())
        self._state = ""
        self._real: Pin | None = None  # what really held until now
        self._fields_after = past.after_each(ticket, events)
        self._fields: Fields = {}
        really = _targeted(events)
        for event in events:
            self._fields = self._fields_after.get(event.pk, self._fields)
            if event.kind == REBASED:
                self._real = self._recorded(event)
                self._rebase(event)
            elif not event.kind.startswith("sla."):
                self._follow(event, really.get(event.pk))

    def clocks(self, until: datetime) -> Found:
        """All clocks, with what had to be told before this moment."""
        return settled([*self._fold.past, *self._fold.clocks.values()], until)

    def _recorded(self, event: Event) -> Pin:
        return self._table.recorded(event.inside["policy_version"], event.inside["calendar_version"])

    def _follow(self, event: Event, targeted: Event | None) -> None:
        """As `actions.follow` does; `targeted` is what was really decided after this event."""
        kind = self._ticket.kind_info
        self._state = event.data.get("to", self._state)
        moves = facts.facts_of(event, kind)
        logged, asked = event.kind == f"{kind.name}.logged", bool(facts.asked_in(event))
        if not (moves or logged or asked):
            return
        self._settle(event.at)
        before = self._fold.clocks
        for move in moves:
            self._fold.apply(move)
        really = self._real = self._what_held(targeted, moves)
        settled_now = self._state in kind.solved | kind.void
        wanted = facts.wants(before, self._fold.clocks, moves, logged=logged, asked=asked, settled=settled_now)
        if not wanted:
            return
        pin = self._decide(really, event)
        if pin is None:
            return
        if wanted == "retarget":
            self._retarget(pin, event.at)
        else:
            # What was born waiting stands still from the first.
            self._set(pin, {kind: {"paused": self._fold.is_paused(kind)} for kind in KINDS}, wanted, event.at)

    def _what_held(self, targeted: Event | None, moves: list[facts.Fact]) -> Pin | None:
        """What was decided, or held on; nothing held on where a reopening asked for a policy and none matched."""
        if targeted is not None:
            return self._recorded(targeted)
        if (
            any(move.what == "reopened" for move in moves)
            and self._real is not None
            and self._table.is_fresh(self._real)
        ):
            return None
        return self._real

    def _decide(self, really: Pin | None, event: Event) -> Pin | None:
        fields = self._fields
        return self._table.decide(
            lambda: self._past.subject(self._ticket.kind, fields), really, event.recorded_at or event.at
        )

    def _retarget(self, pin: Pin, at: datetime) -> None:
        if not self._fold.clocks:
            self._set(pin, self._measured([k for k in KINDS if not self._fold.is_stopped(k)], pin, at), "late", at)
            return
        open_kinds = self._open()
        if {self._fold.clocks[kind].terms.pin.policy for kind in open_kinds} != {pin.policy}:
            self._set(pin, {kind: {} for kind in open_kinds}, "change", at)

    def _rebase(self, event: Event) -> None:
        """Whoever re-based it then would have done so all the same, where the terms differ at all."""
        pin, open_kinds = self._decide(self._real, event), self._open()
        if pin is None or all(self._fold.clocks[kind].terms.pin == pin for kind in open_kinds):
            return
        self._settle(event.at)
        self._set(pin, self._measured(open_kinds, pin, event.at), "rebase", event.at)

    def _open(self) -> list[str]:
        return [kind for kind, clock in self._fold.clocks.items() if not clock.is_stopped]

    def _measured(self, kinds: Iterable[str], pin: Pin, at: datetime) -> dict[str, dict[str, Any]]:
        """For each clock, the time it ran until now, by these terms' calendar, and whether it stands still."""
        return {
            kind: {
                "used": self._fold.measured(kind, self._table.terms(kind, pin).calendar, at),
                "paused": self._fold.is_paused(kind),
            }
            for kind in kinds
        }

    def _set(self, pin: Pin, kinds: dict[str, dict[str, Any]], how: str, at: datetime) -> None:
        for kind, more in kinds.items():
            self._fold.set(Setting(kind, how, self._table.terms(kind, pin), at, **more))

    def _settle(self, before: datetime) -> None:
        self._fold.clocks = {kind: engine.settle(clock, before) for kind, clock in self._fold.clocks.items()}


def _targeted(events: Iterable[Event]) -> dict[int, Event]:
    """By the id of the event that asked for it: what was decided (`sla.targeted`), which was written right after."""
    found: dict[int, Event] = {}
    last = 0
    for event in events:
        if event.kind == TARGETED:
            found[last] = event
        elif not event.kind.startswith("sla."):
            last = event.pk
    return found


@dataclass(frozen=True)
class Told:
    """A ticket's clocks, by kind and episode: as recorded, and as they would have been."""

    ticket: Ticket
    then: Found
    now: Found


class Simulation:
    """A draft, tried on the tickets that were logged in a period. `until` is the moment up to which clocks are read."""

    def __init__(self, draft: Draft, *, since: datetime, before: datetime | None = None, until: datetime):
        self.table, self.past, self.until = Table(draft), Past(), until
        self.tickets = Ticket.objects.filter(created_at__gte=since, created_at__lt=min(before or until, until))

    def run(self) -> Iterator[Told]:
        """Ticket by ticket; three queries for a chunk of them, and what has been told isn't kept."""
        tickets = self.tickets.select_related("workgroup")
        for chunk in chunks(tickets):
            events, rows = events_of(chunk), by_ticket(Clock.objects.filter(ticket__in=chunk).order_by("ticket_id"))
            self.past.meet(ticket.requester_id for ticket in chunk)
            for ticket in chunk:
                then = settled(map(queries.read_clock, rows.get(ticket.pk, [])), self.until)
                retold = Retold(ticket, events.get(ticket.pk, []), table=self.table, past=self.past)
                yield Told(ticket, then, retold.clocks(self.until))


def late_by(clock: engine.Clock, until: datetime) -> timedelta:
    """The business time by which this clock is over its target; negative when there is time to spare."""
    left = engine.remaining(clock, clock.stopped_at or until)
    return -left if left is not None else timedelta()
