"""Asking somebody else too, when an approver has left or nobody is left who could decide."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from desk.people.language import in_a_sentence, keep
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
        words = _("“{name}” is {stage}; nobody else is asked there.")
        raise Refused(words.format(name=found.name, stage=in_a_sentence(found.get_stage_display())))
    if rules.is_own(found, user):
        words = _("{person} asks for this approval, and nobody approves their own.")
        raise Refused(words.format(person=user), field="user")
    if not user.is_active or user.is_automation:
        raise Refused(_("{person} can't sign in, and so can't be asked.").format(person=user), field="user")
    if queries.seats().filter(queries.HERE, round=found, user=user).exists():
        words = _("{person} is asked in “{name}” already.")
        raise Refused(words.format(person=user, name=found.name), field="user")
    if spoke_for(found, user).exclude(user=user).exists():
        words = _("{person} has answered for somebody else in “{name}”; everybody has one voice.")
        raise Refused(words.format(person=user, name=found.name), field="user")
    seat, is_new = Seat.objects.update_or_create(
        round=found,
        user=user,
        # Who had left and is asked anew begins anew.
        defaults={
            **Seat.reason(keep("asked by {person}", person=by)),
            "has_left": False, "answer": Answer.NONE, "text": "", "answered_by": None,
            "answered_at": None, "question": "", "reply": "", "replied_by": None,
        },
    )  # fmt: skip
    seat.groups.clear()
    hand = Hand(by, at, source)
    if found.is_open:
        telling.asked(ticket, found, [(user, seat.kept_reason)], hand)
        settle(ticket, found, hand)
    return seat
