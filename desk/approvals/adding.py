"""Asking somebody else too, when an approver has left or nobody is left who could decide."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from desk.people.models import User
from desk.tickets import flow
from desk.tickets.errors import Refused

from . import queries, rules, telling
from .actions import settle, spoke_for
from .models import Answer, Round, Seat, Stage
from .telling import Hand


@transaction.atomic
def add_approver(*, round: Round, by: User, user: User, at: datetime | None = None, source: str = "web") -> Seat:
    """Ask somebody else too: when an approver has left, or nobody is left who could decide. The quorum stays."""
    ticket = flow.lock(round.ticket)
    found = Round.objects.get(pk=round.pk)
    found.ticket = ticket
    rules.ask_to_add(found, by)
    if found.stage not in (Stage.OPEN, Stage.WAITING):
        raise Refused(f"“{found.name}” is {found.get_stage_display().lower()}; nobody else is asked there.")
    if rules.is_own(found, user):
        raise Refused(f"{user} asks for this approval, and nobody approves their own.", field="user")
    if not user.is_active or user.is_automation:
        raise Refused(f"{user} can't sign in, and so can't be asked.", field="user")
    if queries.seats().filter(queries.HERE, round=found, user=user).exists():
        raise Refused(f"{user} is asked in “{found.name}” already.", field="user")
    if spoke_for(found, user).exclude(user=user).exists():
        raise Refused(
            f"{user} has answered for somebody else in “{found.name}”; everybody has one voice.", field="user"
        )
    seat, _ = Seat.objects.update_or_create(
        round=found,
        user=user,
        # Who had left and is asked anew begins anew.
        defaults={
            "because": f"asked by {by}", "has_left": False, "answer": Answer.NONE, "text": "", "answered_by": None,
            "answered_at": None, "question": "", "reply": "", "replied_by": None,
        },
    )  # fmt: skip
    seat.groups.clear()
    hand = Hand(by, at, source)
    if found.is_open:
        telling.asked(ticket, found, [(user, seat.because)], hand)
        settle(ticket, found, hand)
    return seat
