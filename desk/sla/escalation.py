"""Escalation: the steps of a policy for a mark that a clock has told; each is done once and recorded with its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.people.language import Kept, in_english, keep
from desk.people.models import User, Workgroup
from desk.people.queries import analysts_of, automation, leads_of
from desk.people.rules import read_reach
from desk.tickets import actions as ticket_actions
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Priority, Ticket, Visibility
from desk.tickets.rules import is_news, may_see_internal

from . import engine, queries
from .models import Clock, EscalationStep
from .times import kept_moment

Do = EscalationStep.Do
ESCALATED = "sla.escalated"
ONCE = frozenset({Do.RAISE.value, Do.MOVE.value})


@dataclass(frozen=True)
class Outcome:
    """What came of a step: whether it was done, a sentence, and who is to be told."""

    done: bool
    said: Kept
    recipients: tuple[int, ...] = ()


def escalate(event: Event) -> None:
    """Do the steps for this mark, in the policy's order. Part of the delivery's transaction: all of it, or none.

    For history, imported or noticed a day late, nothing is done.
    """
    if not is_news(event):
        return
    for place, step in enumerate(_steps(event)):
        # Read anew for each step, under the ticket's lock: the one before it, or somebody else, may have moved both.
        ticket = flow.lock(event.ticket)
        row = _clock_of(event)
        if row is None:
            return
        key = _key(event, place, step)
        if step["do"] in ONCE and _was_done(ticket, key):
            continue
        _record(ticket, event, row, step, key, _do(step, ticket, row, event))


def _steps(event: Event) -> list[dict[str, Any]]:
    """The steps for the mark, as the policy has them that the clock was held to when it told the mark."""
    said = queries.policy_said(event.inside["policy_version"])
    return [step for _, step in said.steps_at(event.inside["clock"], event.inside["percent"])]


def _clock_of(event: Event) -> Clock | None:
    found = Clock.objects.filter(
        ticket_id=event.ticket_id, kind=event.inside["clock"], episode=event.inside["episode"]
    ).select_related("policy_version__policy")
    return found.first()


def _key(event: Event, place: int, step: dict[str, Any]) -> str:
    """What makes a step the same step, whichever clock told it: so that a priority isn't raised once for each clock."""
    inside = event.inside
    policy = queries.policy_of(inside["policy_version"])
    what = f"{policy}.{inside['episode']}.{inside['percent']}.{step['do']}.{step['workgroup'] or step['person'] or 0}"
    return what if step["do"] in ONCE else f"{what}.{inside['clock']}.{place}"


def _was_done(ticket: Ticket, key: str) -> bool:
    return ticket.events.filter(kind=ESCALATED, inside__step=key, inside__done=True).exists()


def _do(step: dict[str, Any], ticket: Ticket, row: Clock, event: Event) -> Outcome:
    if why := _outdated(row, step, event):
        return Outcome(False, keep("not needed any more: {why}", why=why))
    match step["do"]:
        case Do.RAISE:
            return _raise(ticket, event)
        case Do.MOVE:
            return _move(ticket, step, event)
        case _:
            return _notify(ticket, step)


def _outdated(row: Clock, step: dict[str, Any], event: Event) -> Kept | None:
    """Why the step has no use any more: workers were away, and the clock has gone on meanwhile. None when it has.

    Nobody is warned of what has come already; what puts the ticket itself right (a priority, a move) is done still.
    """
    warning, first = event.inside["percent"] < engine.BREACH, row.kind == engine.RESPONSE
    if row.is_stopped and (warning or not row.breached_at):
        return keep("the response clock has stopped") if first else keep("the resolution clock has stopped")
    if warning and step["do"] not in ONCE and _is_missed(row):
        missed = keep("the response target is missed already")
        return missed if first else keep("the resolution target is missed already")
    return None


def _is_missed(row: Clock) -> bool:
    """Missed in this episode, whether the sweep has told it or not."""
    left = engine.remaining(queries.read_clock(row), timezone.now())
    return row.breached_here or (left is not None and left.total_seconds() < 0)


def _raise(ticket: Ticket, event: Event) -> Outcome:
    higher = ticket.priority - 1
    if higher < Priority.P1:
        return Outcome(False, keep("the priority is the highest already"))
    if ticket.is_over or ticket.state in ticket.kind_info.solved:
        with in_english():
            state = Kept(ticket.state_label.lower())
        return Outcome(False, keep("{number} is {state}", number=ticket.number, state=state))
    ticket_actions.set_priority(ticket=ticket, by=automation(), priority=higher, source="timer")
    return Outcome(True, keep("raised the priority to {priority}", priority=Priority(higher).label))


def _move(ticket: Ticket, step: dict[str, Any], event: Event) -> Outcome:
    target = Workgroup.objects.filter(pk=step["workgroup"]).first()
    if target is None:
        return Outcome(False, keep("the workgroup {workgroup} is gone", workgroup=step["name"]))
    if target.pk == ticket.workgroup_id:
        return Outcome(False, keep("{workgroup} has it already", workgroup=target))
    kind = ticket.kind_info
    reason = _used_up(event)
    try:
        kind.actions.assign(**{kind.name: ticket}, by=automation(), workgroup=target, reason=reason, source="timer")
    except (Refused, PermissionDenied) as refusal:
        return Outcome(False, keep("it can't go to {workgroup}. {why}", workgroup=target, why=refusal))
    return Outcome(True, keep("moved it to {workgroup}", workgroup=target))


def _used_up(event: Event) -> Kept:
    percent = event.inside["percent"]
    if event.inside["clock"] == engine.RESPONSE:
        return keep("{percent}% of the time for a first response is used up.", percent=percent)
    return keep("{percent}% of the time for the resolution is used up.", percent=percent)


def _notify(ticket: Ticket, step: dict[str, Any]) -> Outcome:
    """Only those who may see the ticket's inside are named, since nobody else is told."""
    wanted = _people(ticket, step)
    read_reach(wanted)
    people = [person for person in wanted if may_see_internal(ticket, person)]
    if not people:
        unseen = keep("whom it names may not see this ticket")
        return Outcome(False, unseen if wanted else keep("nobody to notify: {why}", why=_whom(step)))
    names = ", ".join(str(person) for person in people)
    return Outcome(True, keep("notified {people}", people=names), tuple(person.pk for person in people))


def _whom(step: dict[str, Any]) -> Kept:
    match step["do"]:
        case Do.ASSIGNEE:
            return keep("nobody has it and there is no lead")
        case Do.LEADS:
            return keep("the workgroup has no lead")
        case _:
            return keep("{name} is not here any more", name=step["name"])


def _people(ticket: Ticket, step: dict[str, Any]) -> list[User]:
    match step["do"]:
        case Do.ASSIGNEE if ticket.assignee is not None and ticket.assignee.is_active:
            return [ticket.assignee]
        case Do.ASSIGNEE | Do.LEADS:
            return list(leads_of(ticket.workgroup))
        case Do.PERSON:
            return list(User.objects.filter(pk=step["person"], is_active=True))
        case _:
            group = Workgroup.objects.filter(pk=step["workgroup"]).first()
            return list(analysts_of(group)) if group else []


def _record(ticket: Ticket, event: Event, row: Clock, step: dict[str, Any], key: str, outcome: Outcome) -> None:
    """The event that keeps what was done; whoever is named in it gets a message."""
    inside = {
        "clock": row.kind,
        "percent": event.inside["percent"],
        "step": key,
        "do": step["do"],
        "done": outcome.done,
        "said": outcome.said if outcome.done else keep("left a step of the policy out: {why}", why=outcome.said),
        "recipients": list(outcome.recipients),
        "since": event.at.isoformat(),
        "subject": _subject(ticket, event),
        "text": _text(ticket, event, row),
    }
    fresh = flow.lock(ticket)
    flow.write_event(
        fresh, "sla.escalated", by=automation(), source="timer", inside=inside, visibility=Visibility.INTERNAL
    )


def _subject(ticket: Ticket, event: Event) -> Kept:
    percent, first = event.inside["percent"], event.inside["clock"] == engine.RESPONSE
    if percent < 100:
        if first:
            return keep("{number}: {percent}% of the response time is used", number=ticket.number, percent=percent)
        return keep("{number}: {percent}% of the resolution time is used", number=ticket.number, percent=percent)
    if first:
        return keep("{number} missed its response target", number=ticket.number)
    return keep("{number} missed its resolution target", number=ticket.number)


def _text(ticket: Ticket, event: Event, row: Clock) -> Kept:
    zone = queries.calendar_said(row.calendar_version_id).calendar.zone
    lines: dict[str, Any] = {
        "title": ticket.title,
        "priority": Priority(ticket.priority).label,
        "workgroup": ticket.workgroup,
        "assignee": ticket.assignee or keep("nobody yet"),
        "moment": _how_it_stands(event, row, zone),
        "terms": keep("Policy {policy}; hours of {zone}.", policy=row.policy_version.policy, zone=zone),
    }
    return Kept("{title}\n{priority} · {workgroup} · {assignee}\n{moment}\n{terms}", **lines)


def _how_it_stands(event: Event, row: Clock, zone: str) -> Kept:
    if event.inside["percent"] >= engine.BREACH:
        over = _when(event.at, zone)
        if row.kind == engine.RESPONSE:
            return keep("The time for a first response was over on {moment}.", moment=over)
        return keep("The time for the resolution was over on {moment}.", moment=over)
    if row.due_at:
        return keep("Due {moment}.", moment=_when(row.due_at, zone))
    return keep("It stands still at the moment.")


def _when(moment: datetime, zone: str) -> Kept:
    """The moment on the portal's wall clock and on the calendar's, each named: the one text goes to people everywhere."""
    zones = dict.fromkeys((timezone.get_default_timezone_name(), zone))
    here, *there = (
        keep("{moment} in {zone}", moment=kept_moment(moment.astimezone(ZoneInfo(name))), zone=name) for name in zones
    )
    return Kept("{here}, {there}", here=here, there=there[0]) if there else here
