"""Makes approval rules, asks for approval and answers, the way a room and its people would."""

from __future__ import annotations

from typing import Any

from desk.approvals import actions
from desk.approvals.models import ApprovalRule, ApprovalStep, Round, Seat
from desk.people.models import User
from desk.tickets.models import Ticket

WORDS = {"reject": "Not this week", "ask": "Who is on call?", "object": "The tape is broken"}


def rule(name: str, **fields: Any) -> ApprovalRule:
    return ApprovalRule.objects.create(name=name, **{"kind": "incident", **fields})


def step(of: ApprovalRule, name: str, *, groups: Any = (), people: Any = (), **fields: Any) -> ApprovalStep:
    fields.setdefault("position", of.steps.count() + 1)
    made = ApprovalStep.objects.create(rule=of, name=name, **fields)
    made.groups.set(groups)
    made.people.set(people)
    return made


def ask(ticket: Ticket, by: User, **more: Any) -> Round:
    return actions.ask(ticket=ticket, by=by, **more)


def seat_of(found: Round, user: User) -> Seat:
    return Seat.objects.get(round=found, user=user)


def say(found: Round, user: User, what: str, *, by: User | None = None, **more: Any) -> Seat:
    """The user's seat is answered, by themselves or by somebody else."""
    more.setdefault("text", WORDS.get(what, ""))
    return actions.answer(seat=seat_of(found, user), by=by or user, answer=what, **more)


def stage(found: Round) -> str:
    return str(Round.objects.get(pk=found.pk).stage)


def happened(ticket: Ticket) -> list[str]:
    """What approvals wrote on the ticket, in order."""
    kinds = ticket.events.filter(kind__startswith="approval.").values_list("kind", flat=True)
    return [kind.removeprefix("approval.") for kind in kinds]


def told(ticket: Ticket, kind: str) -> set[str]:
    """Who got a message about the last such event."""
    from desk.notifications.models import Message

    event = ticket.events.filter(kind=f"approval.{kind}").last()
    return set(Message.objects.filter(event=event).values_list("recipient__username", flat=True))
