"""Escalation: the steps of a policy for a mark that a clock has told; each is done once and recorded with its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.utils import timezone

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

Do = EscalationStep.Do
ESCALATED = "sla.escalated"
ONCE = frozenset({Do.RAISE.value, Do.MOVE.value})


@dataclass(frozen=True)
class Outcome:
    """What came of a step: whether it was done, a sentence, and who is to be told."""

    done: bool
    said: str
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
        return Outcome(False, f"not needed any more: {why}")
    match step["do"]:
        case Do.RAISE:
            return _raise(ticket, event)
        case Do.MOVE:
            return _move(ticket, step, event)
        case _:
            return _notify(ticket, step)


def _outdated(row: Clock, step: dict[str, Any], event: Event) -> str:
    """Why the step has no use any more: workers were away, and the clock has gone on meanwhile. Empty when it has.

    Nobody is warned of what has come already; what puts the ticket itself right (a priority, a move) is done still.
    """
    warning = event.inside["percent"] < engine.BREACH
    if row.is_stopped and (warning or not row.breached_at):
        return f"the {row.kind} clock has stopped"
    if warning and step["do"] not in ONCE and _is_missed(row):
        return f"the {row.kind} target is missed already"
    return ""


def _is_missed(row: Clock) -> bool:
    """Missed in this episode, whether the sweep has told it or not."""
    left = engine.remaining(queries.read_clock(row), timezone.now())
    return row.breached_here or (left is not None and left.total_seconds() < 0)


def _raise(ticket: Ticket, event: Event) -> Outcome:
    higher = ticket.priority - 1
    if higher < Priority.P1:
        return Outcome(False, "the priority is the highest already")
    if ticket.is_over or ticket.state in ticket.kind_info.solved:
        return Outcome(False, f"{ticket.number} is {ticket.state_label.lower()}")
    ticket_actions.set_priority(ticket=ticket, by=automation(), priority=higher, source="timer")
    return Outcome(True, f"raised the priority to {Priority(higher).label}")


def _move(ticket: Ticket, step: dict[str, Any], event: Event) -> Outcome:
    target = Workgroup.objects.filter(pk=step["workgroup"]).first()
    if target is None:
        return Outcome(False, f"the workgroup {step['name']} is gone")
    if target.pk == ticket.workgroup_id:
        return Outcome(False, f"{target} has it already")
    kind = ticket.kind_info
    reason = f"{event.inside['percent']}% of the time for {_WHAT[event.inside['clock']]} is used up."
    try:
        kind.actions.assign(**{kind.name: ticket}, by=automation(), workgroup=target, reason=reason, source="timer")
    except (Refused, PermissionDenied) as refusal:
        return Outcome(False, f"it can't go to {target}. {refusal}")
    return Outcome(True, f"moved it to {target}")


_WHAT = {"response": "a first response", "resolution": "the resolution"}


def _notify(ticket: Ticket, step: dict[str, Any]) -> Outcome:
    """Only those who may see the ticket's inside are named, since nobody else is told."""
    wanted = _people(ticket, step)
    read_reach(wanted)
    people = [person for person in wanted if may_see_internal(ticket, person)]
    if not people:
        return Outcome(False, "whom it names may not see this ticket" if wanted else f"nobody to notify: {_whom(step)}")
    names = ", ".join(str(person) for person in people)
    return Outcome(True, f"notified {names}", tuple(person.pk for person in people))


def _whom(step: dict[str, Any]) -> str:
    return {Do.ASSIGNEE: "nobody has it and there is no lead", Do.LEADS: "the workgroup has no lead"}.get(
        step["do"], f"{step['name']} is not here any more"
    )


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
        "said": outcome.said if outcome.done else f"left a step of the policy out: {outcome.said}",
        "recipients": list(outcome.recipients),
        "since": event.at.isoformat(),
        "subject": _subject(ticket, event),
        "text": _text(ticket, event, row),
    }
    fresh = flow.lock(ticket)
    flow.write_event(
        fresh, "sla.escalated", by=automation(), source="timer", inside=inside, visibility=Visibility.INTERNAL
    )


def _subject(ticket: Ticket, event: Event) -> str:
    percent, what = event.inside["percent"], event.inside["clock"]
    if percent < 100:
        return f"{ticket.number}: {percent}% of the {what} time is used"
    return f"{ticket.number} missed its {what} target"


def _text(ticket: Ticket, event: Event, row: Clock) -> str:
    zone = queries.calendar_said(row.calendar_version_id).calendar.zone
    lines = [f"{ticket.title}", f"{Priority(ticket.priority).label} · {ticket.workgroup}"]
    lines[1] += f" · {ticket.assignee or 'nobody yet'}"
    if event.inside["percent"] < 100:
        lines.append(f"Due {_when(row.due_at, zone)}." if row.due_at else "It stands still at the moment.")
    else:
        lines.append(f"The time for {_WHAT[row.kind]} was over on {_when(event.at, zone)}.")
    return "\n".join([*lines, f"Policy {row.policy_version.policy}; hours of {zone}."])


def _when(moment: datetime, zone: str) -> str:
    """The moment on the portal's wall clock and on the calendar's, each named: the one text goes to people everywhere."""
    zones = dict.fromkeys((timezone.get_default_timezone_name(), zone))
    return ", ".join(f"{moment.astimezone(ZoneInfo(name)):%a %d %b %H:%M} in {name}" for name in zones)
