"""The verbs of service levels: let clocks follow an event, publish, re-base, rebuild, note why a target was missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from desk.people.language import Kept, keep
from desk.people.models import User
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.models import Event, Ticket, Visibility

from . import engine, facts, queries
from .engine import BREACH, KINDS, RESOLUTION
from .facts import BREACHED, OVERDUE, REBASED, TARGETED, WARNED, Clocks
from .models import Clock, Policy, ViolationReason
from .replay import Replay, replay, settings_of
from .versions import ASKED


def follow(event: Event) -> None:
    """Let the ticket's clocks follow what just happened, inside the event's own transaction.

    First whatever the clocks should have told before this moment is written, with its true time; then they pause,
    go on or stop; then they are re-targeted where the event changed what policies ask. The ticket is locked.
    """
    ticket: Ticket = event.__dict__.get("ticket_now") or event.ticket
    moves = facts.facts_of(event, ticket.kind_info)
    logged = event.kind == f"{ticket.kind}.logged"
    asked = facts.asked_in(event)
    if not (moves or logged or asked):
        return
    clocks, rows = ({}, {}) if logged else queries.clocks_of(ticket)
    clocks = _settle(ticket, clocks, event)
    old = clocks
    for move in moves:
        clocks = facts.apply(clocks, move)
    _tell_missed(ticket, old, clocks, event)
    settled = _is_settled(ticket)
    match facts.wants(old, clocks, moves, logged=logged, asked=bool(asked), settled=settled):
        case "start" | "fresh" as how:
            clocks = _start(ticket, clocks, how, event, moves)
        case "retarget":
            clocks = _retarget(ticket, clocks, event, asked)
    _save(ticket, clocks, rows)


def _settle(ticket: Ticket, clocks: Clocks, event: Event) -> Clocks:
    """Tell what was due before this moment and no sweep has told yet: workers were away, or history is replayed."""
    while due := engine.overdue(clocks.values(), event.at):
        clock, mark, at = due[0]
        _tell(ticket, clock, mark, at, event)
        clocks = {**clocks, clock.kind: engine.tell(clock, mark, at)}
    return clocks


def _tell(ticket: Ticket, clock: engine.Clock, mark: int, at: datetime, event: Event) -> None:
    inside = {
        "clock": clock.kind,
        "episode": clock.episode,
        "percent": mark,
        "policy_version": clock.terms.pin[0],
    }
    _write(ticket, kind_of_mark(mark), inside, by=automation(), at=at, source=event.source)


def _tell_missed(ticket: Ticket, before: Clocks, after: Clocks, event: Event) -> None:
    """Write the breaches of clocks that were found to be missed as they stopped (see `engine.stop`)."""
    for kind, clock in after.items():
        if clock.is_stopped and clock.breached_at and before[kind].breached_at is None:
            _tell(ticket, clock, BREACH, clock.breached_at, event)


def kind_of_mark(mark: int) -> str:
    """The event that tells a mark, given in percent of the target."""
    return WARNED if mark < BREACH else BREACHED if mark == BREACH else OVERDUE


def _write(ticket: Ticket, kind: str, inside: dict[str, Any], *, by: User, at: datetime, source: str) -> Event:
    """An event of the clocks; all of them are IT's own business."""
    return flow.write_event(ticket, kind, by=by, at=at, source=source, inside=inside, visibility=Visibility.INTERNAL)


def _is_settled(ticket: Ticket) -> bool:
    kind = ticket.kind_info
    return ticket.state in kind.solved | kind.void


# -- targets ----------------------------------------------------------------------------------


def _start(ticket: Ticket, clocks: Clocks, how: str, event: Event, moves: list[facts.Fact]) -> Clocks:
    """New clocks for a new ticket or a new episode, by the policy that matches; without one there are no clocks.

    What else the event says holds for them too: they may begin paused, and what is worked on needs no response.
    """
    match = queries.match_ticket(ticket)
    if match.policy is None:
        return clocks
    return _set(ticket, clocks, match, facts.beginnings(moves), how, event)


def _retarget(ticket: Ticket, clocks: Clocks, event: Event, asked: Iterable[str]) -> Clocks:
    """Hold the open clocks to another policy, where another one matches now. The same one keeps its version."""
    match = queries.match_ticket(ticket)
    if match.policy is None:
        return clocks  # nothing is promised any more; what was promised stays
    open_kinds = [kind for kind, clock in clocks.items() if not clock.is_stopped]
    if not open_kinds:  # nothing was promised so far, or for this episode
        return _set(ticket, clocks, match, _past_of(ticket, match, event), "late", event)
    if {queries.policy_of(clocks[kind].terms.pin[0]) for kind in open_kinds} == {match.policy.pk}:
        return clocks
    because = keep("changed: {fields}", fields=_named(asked)) if asked else keep("changed while it was resolved")
    return _set(ticket, clocks, match, dict.fromkeys(open_kinds, {}), "change", event, because=because)


def _named(asked: Iterable[str]) -> Kept:
    """These of the fields that policies ask, by name."""
    told = {**ASKED, "requester": ASKED["vip"]}
    names: dict[str, Any] = {name: told[name] for name in sorted(asked)}
    return Kept(", ".join(f"{{{name}}}" for name in names), **names)


def _past_of(ticket: Ticket, match: queries.Match, event: Event) -> dict[str, dict[str, Any]]:
    """For a ticket that no policy had matched: what each clock would have used by now, and whether it stands."""
    read, versions = replay(ticket), _versions(match.policy)
    past = {}
    for kind in KINDS:
        if not read.is_stopped(kind):
            calendar = queries.terms_of(kind, *versions).calendar
            past[kind] = _measured(read, kind, calendar, event.at)
    return past


def _measured(read: Replay, kind: str, calendar: Any, at: datetime) -> dict[str, Any]:
    used = read.measured(kind, calendar, at)
    return {"used_us": used // timedelta(microseconds=1), "paused": read.is_paused(kind)}


def _versions(policy: Policy | None) -> tuple[int, int]:
    assert policy is not None
    assert policy.current_id is not None
    assert policy.calendar.current_id is not None
    return policy.current_id, policy.calendar.current_id


def _set(
    ticket: Ticket,
    clocks: Clocks,
    match: queries.Match,
    kinds: dict[str, dict[str, Any]],
    how: str,
    event: Event,
    *,
    because: str = "",
) -> Clocks:
    """Write the event that sets the targets, and do what it says; `kinds` holds what each clock brings along."""
    inside = _told(match, kinds, how) | {"because": because}
    written = _write(ticket, TARGETED, inside, by=automation(), at=event.at, source=event.source)
    for setting in settings_of(written):
        clocks = facts.set_terms(clocks, setting)
    return clocks


def _told(match: queries.Match, kinds: dict[str, dict[str, Any]], how: str) -> dict[str, Any]:
    """What the event keeps for good: the policy with its version, the targets, and why no policy before it held."""
    policy = match.policy
    versions = _versions(policy)
    assert policy is not None
    assert policy.current is not None
    assert policy.calendar.current is not None
    said = queries.policy_said(policy.current.pk)
    return {
        "how": how,
        "policy": policy.name,
        "version": policy.current.number,
        "policy_version": versions[0],
        "calendar": policy.calendar.name,
        "calendar_number": policy.calendar.current.number,
        "calendar_version": versions[1],
        "clocks": {kind: {"minutes": said.minutes[kind], **more} for kind, more in kinds.items()},
        "passed_over": [_passed(*passed) for passed in match.passed_over[:20]],
    }


def _passed(policy: str, why: Kept) -> list[str]:
    """A policy that didn't hold, why, and for other languages what it asked: see `versions.not_met`."""
    return [policy, str(why), str(why.values["asked"]), str(why.values["wanted"])]


# -- keeping ----------------------------------------------------------------------------------


def columns(clock: engine.Clock) -> dict[str, Any]:
    """The clock as the columns of its row, with what follows from it: when it is due, what it will tell and when."""
    plan = engine.plan(clock)
    policy_version, calendar_version = clock.terms.pin
    return {
        "policy_version_id": policy_version,
        "calendar_version_id": calendar_version,
        "target": clock.terms.target,
        "used": clock.used,
        "carried": clock.carried,
        "started_at": clock.started_at,
        "running_since": clock.running_since,
        "paused_since": clock.paused_since,
        "stopped_at": clock.stopped_at,
        "is_void": clock.is_void,
        "reached": clock.reached,
        "breached_at": clock.breached_at,
        "due_at": engine.due_at(clock),
        "marks": [mark for mark, _ in plan],
        "moments": [moment for _, moment in plan],
        "next_event_at": plan[0][1] if plan else None,
    }


def _save(ticket: Ticket, clocks: Clocks, rows: dict[str, Clock]) -> None:
    """Write what changed, and the ticket's own column for the order of queues: the nearest moment of a breach."""
    dues = []
    for kind, clock in clocks.items():
        row = rows.get(kind)
        fields = columns(clock)
        dues.append(fields["due_at"])
        if row is None or row.episode != clock.episode:
            Clock.objects.create(ticket_id=ticket.pk, kind=kind, episode=clock.episode, **fields)
        elif any(getattr(row, name) != value for name, value in fields.items()):
            Clock.objects.filter(pk=row.pk).update(**fields)
    due = min((at for at in dues if at is not None), default=None)
    if ticket.due_at != due:
        ticket.due_at = due
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due)


def note_violation(*, ticket: Ticket, reason: ViolationReason) -> None:
    """Keep why the resolution target was missed with the clock of this episode, for reports."""
    row = queries.newest(Clock.objects.filter(ticket_id=ticket.pk)).get(RESOLUTION)
    if row is not None:
        Clock.objects.filter(pk=row.pk).update(violation=reason)


# -- re-basing and rebuilding -----------------------------------------------------------------


@transaction.atomic
def rebase(*, ticket: Ticket, by: User, reason: str, at: datetime | None = None) -> bool:
    """Hold an unfinished ticket to what is published now, with its past measured anew; False when nothing differs.

    Its open clocks are held to other terms; where nothing was promised so far, clocks are made that know its past.
    Written as `sla.rebased` with the reason. What was told before stays told: a breach is never taken back.
    """
    ticket = flow.lock(ticket)
    match = queries.match_ticket(ticket)
    clocks, rows = queries.clocks_of(ticket)
    open_kinds = [kind for kind, clock in clocks.items() if not clock.is_stopped]
    if match.policy is None or _is_settled(ticket):
        return False
    versions = _versions(match.policy)
    if open_kinds and all(clocks[kind].terms.pin == versions for kind in open_kinds):
        return False
    now = Event(ticket=ticket, at=at or flow.clock(), actor=by, kind=REBASED, source="web")
    clocks = _settle(ticket, clocks, now)
    if open_kinds:
        read = replay(ticket)
        past = {k: _measured(read, k, queries.terms_of(k, *versions).calendar, now.at) for k in open_kinds}
    else:
        past = _past_of(ticket, match, now)
    inside = _told(match, past, "rebase" if open_kinds else "late") | {"text": reason}
    written = _write(ticket, REBASED, inside, by=by, at=now.at, source="web")
    for setting in settings_of(written):
        clocks = facts.set_terms(clocks, setting)
    _save(ticket, clocks, rows)
    return True


@dataclass(frozen=True)
class Difference:
    """Something that a clock's row says otherwise than the ticket's events."""

    number: str
    clock: str
    field: str
    stored: Any
    expected: Any


def rebuild(*, ticket: Ticket, mend: bool = False) -> list[Difference]:
    """Fold all events of the ticket anew and compare with the rows; `mend` writes what the events say.

    Nothing may happen to the ticket meanwhile: whoever mends has locked it.
    """
    read, rows = replay(ticket), list(Clock.objects.filter(ticket_id=ticket.pk))
    found = differences(ticket, read, rows)
    if mend and found:
        _mend(ticket, _expected(read), {(row.kind, row.episode): row for row in rows})
    return found


def _expected(read: Replay) -> dict[tuple[str, int], dict[str, Any]]:
    return {(clock.kind, clock.episode): columns(clock) for clock in [*read.past, *read.clocks.values()]}


def differences(ticket: Ticket, read: Replay, rows: Iterable[Clock]) -> list[Difference]:
    """Where the rows of a ticket's clocks, and its own due date, say otherwise than its events."""
    expected = _expected(read)
    stored = {(row.kind, row.episode): row for row in rows}
    found: list[Difference] = []
    for key in sorted(expected.keys() | stored.keys()):
        name, row, fields = f"{key[0]} {key[1]}", stored.get(key), expected.get(key)
        if row is None or fields is None:
            found.append(Difference(ticket.number, name, "row", row, "none" if fields is None else "missing"))
            continue
        pairs = ((column, getattr(row, column), value) for column, value in fields.items())
        found += [Difference(ticket.number, name, column, old, new) for column, old, new in pairs if old != new]
    due = min((f["due_at"] for f in expected.values() if f["due_at"] is not None), default=None)
    if ticket.due_at != due:
        found.append(Difference(ticket.number, "ticket", "due_at", ticket.due_at, due))
    return found


def _mend(ticket: Ticket, expected: dict[tuple[str, int], Any], stored: dict[tuple[str, int], Clock]) -> None:
    for (kind, episode), fields in expected.items():
        Clock.objects.update_or_create(ticket_id=ticket.pk, kind=kind, episode=episode, defaults=fields)
    for key in stored.keys() - expected.keys():
        stored[key].delete()
    dues = [fields["due_at"] for fields in expected.values() if fields["due_at"] is not None]
    Ticket.objects.filter(pk=ticket.pk).update(due_at=min(dues, default=None))
