"""What time alone does to approvals: reminders, expiry, stand-ins who begin, and approvers who have left."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.people.language import keep
from desk.people.models import User
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.models import Ticket, Watcher

from . import queries, telling
from .actions import decide, forget, leave_out, settle
from .models import Answer, Delegation, Round, Seat, Stage
from .telling import Hand

log = logging.getLogger(__name__)

MOST = 500  # rounds of one tick; the next one comes in a minute


def tick(*, at: datetime | None = None) -> int:
    """Remind, expire, let stand-ins see what waits, and count anew where somebody left; returns how many were touched.

    Time is the database's. Any number may run at once: a ticket that somebody else has locked is left for the next
    tick, and one that fails doesn't hold up the others.
    """
    moment = at or flow.clock()
    due = list(_due(moment)[:MOST].values_list("pk", flat=True))
    return sum(_quietly(_see_to, pk, moment) for pk in due) + hand_over(at=moment)


def _due(at: datetime) -> QuerySet[Round]:
    unnoticed = (queries.HERE & Q(has_left=True)) | (~queries.HERE & Q(has_left=False))
    changed = Seat.objects.filter(unnoticed, round=OuterRef("pk"))
    remind = Q(remind_at__lte=at, reminded_at=None)
    return Round.objects.filter(
        queries.awaiting("ticket__"), remind | Q(expires_at__lte=at) | Q(Exists(changed)), stage=Stage.OPEN
    ).order_by("pk")


def _quietly(do: Callable[[int, datetime], bool], pk: int, at: datetime) -> bool:
    try:
        return do(pk, at)
    except Exception:
        log.exception("An approval round (%s) could not be seen to.", pk)
        return False


@transaction.atomic
def _see_to(pk: int, at: datetime) -> bool:
    ticket = _lock_if_free(Round.objects.get(pk=pk).ticket)
    found = _due(at).filter(pk=pk).first()
    if ticket is None or found is None:
        return False
    found.ticket, hand = ticket, Hand(automation(), at, "timer")
    _notice_who_left(found)
    settle(ticket, found, hand)
    if found.is_open and found.expires_at is not None and found.expires_at <= at:
        _expire(ticket, found, hand)
    elif found.is_open and found.remind_at is not None and found.remind_at <= at and found.reminded_at is None:
        _remind(ticket, found, hand)
    return True


def _lock_if_free(ticket: Ticket) -> Ticket | None:
    """As `flow.lock`, parent first, without waiting for anybody: None when somebody else has it."""
    for pk in (ticket.parent_id, ticket.pk):
        if pk is not None and not Ticket.objects.select_for_update(skip_locked=True).filter(pk=pk).exists():
            return None
    return flow.lock(ticket)


def _notice_who_left(found: Round) -> None:
    seats = Seat.objects.filter(round=found)
    seats.filter(queries.HERE, has_left=True).update(has_left=False)
    seats.filter(~queries.HERE, has_left=False).update(has_left=True)


def _remind(ticket: Ticket, found: Round, hand: Hand) -> None:
    found.reminded_at = hand.at
    found.save()
    tells = telling.undecided(found, hand.at)
    text = keep("“{name}” still waits for your answer.", name=found.name)
    data = {"round": found.name, "said": keep("reminded those whose answer is missing in “{name}”", name=found.name)}
    hand.write(ticket, telling.REMINDED, data, tells, keep("your approval is still asked"), text)


def _expire(ticket: Ticket, found: Round, hand: Hand) -> None:
    """The time for answers is over: the round is closed undecided, and the later steps aren't asked."""
    decide(found, Stage.EXPIRED, hand.at)
    leave_out(found, hand.at, keep("“{name}” has expired", name=found.name))
    forget(found)
    text = keep("“{name}” wasn't decided in time.", name=found.name)
    telling.about(ticket, telling.EXPIRED, found, hand, keep("its approval has expired"), text)


def hand_over(*, user: User | None = None, at: datetime | None = None) -> int:
    """Let those who answer for somebody now see what waits for that person (or for this `user` alone), and tell them.

    Who sees the ticket as a watcher already finds it among their approvals, and isn't told again.
    """
    moment = at or flow.clock()
    stand_ins = Delegation.objects.filter(queries.running(moment), to__is_active=True).select_related("user", "to")
    done = 0
    for row in stand_ins.filter(user=user) if user is not None else stand_ins:
        for pk in _unseen(row).values_list("round", flat=True):
            done += _hand_over_one(pk, row, moment)
    return done


def _unseen(row: Delegation) -> QuerySet[Seat]:
    watched = Watcher.objects.filter(ticket=OuterRef("round__ticket"), user=row.to)
    waiting = Seat.objects.filter(queries.HERE, user=row.user, answer=Answer.NONE, round__stage=Stage.OPEN)
    return waiting.filter(queries.awaiting("round__ticket__"), ~Q(Exists(watched))).exclude(
        Q(round__authors__contains=[row.to_id])
        | Q(round__ticket__requester=row.to_id)
        | Q(round__ticket__reporter=row.to_id)
    )


@transaction.atomic
def _hand_over_one(pk: int, row: Delegation, at: datetime) -> bool:
    ticket = _lock_if_free(Ticket.objects.get(approval_rounds=pk))
    if ticket is None or not _unseen(row).filter(round=pk).exists():
        return False
    found = Round.objects.get(pk=pk)
    telling.let_see(ticket, [row.to_id])
    forget(found)
    text = keep(
        "{person} is away, and you answer for them in “{name}”.\n{description}",
        person=row.user, name=found.name, description=ticket.description[:1000],
    )  # fmt: skip
    hand = Hand(automation(), at, "timer")
    said = keep("let {stand_in} answer for {person} in “{name}”", stand_in=row.to, person=row.user, name=found.name)
    data = {"round": found.name, "said": said}
    hand.write(
        ticket, telling.REMINDED, data, [row.to_id], keep("your approval is asked for {person}", person=row.user), text
    )
    return True
