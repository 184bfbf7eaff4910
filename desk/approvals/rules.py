"""Who may answer, manage and reply in an approval; each rule answers and explains. A seat stands for the ticket here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from desk.people.rules import is_analyst
from desk.tickets.rules import Rule, oversees, rule, works_on_it

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import ApproverGroup, Round, Seat


may_manage = works_on_it | oversees  # who may ask somebody else, when a round is stuck, and answer for those who asked


def is_own(found: Round, user: User) -> bool:
    """Whether it is the person's own wish: they wrote it, requested it or logged it."""
    return user.pk in found.authors or user.pk in (found.ticket.requester_id, found.ticket.reporter_id)


def stands_in(seat: Seat, user: User) -> bool:
    """Whether the person answers for the seat's holder at the moment, as a running delegation says."""
    at = seat.round.ticket.moment
    return seat.user.delegations.filter(to=user, start__lte=at, end__gt=at).exists()


@rule(_("Only {ticket.user}, or whoever answers for them while they are away, may do this."))
def holds(seat: Seat, user: User) -> bool:
    return user.is_active and (seat.user_id == user.pk or stands_in(seat, user))


@rule(_("Nobody approves what they have asked for themselves."))
def is_of_others(seat: Seat, user: User) -> bool:
    return not is_own(seat.round, user)


@rule(_("Who was asked as a member of an approver group, or has left, and isn't there any more, has no voice."))
def is_here(seat: Seat, user: User) -> bool:
    """The seat's holder is active, and still in a group by whose membership alone they were asked."""
    groups = list(seat.groups.values_list("pk", flat=True))
    return seat.user.is_active and (not groups or seat.user.approver_groups.filter(pk__in=groups).exists())


@rule(_("Whoever asks for an approval chooses nobody who gives it, as long as those who were asked can decide."))
def may_add(found: Round, user: User) -> bool:
    """Whoever works on the ticket; and for their own wish only where nobody is left who could decide."""
    return found.stuck_at is not None or not is_own(found, user)


def ask_to_add(found: Round, user: User) -> None:
    """PermissionDenied, with a sentence, for whoever may not ask somebody else too."""
    if not may_manage(found.ticket, user):
        raise PermissionDenied(may_manage.why_not(found.ticket))
    if not may_add(found, user):
        raise PermissionDenied(str(may_add.because))


def _may_answer(seat: Seat, user: User) -> bool:
    return all(asked(seat, user) for asked in ANSWERING)


ANSWERING = (holds, is_of_others, is_here)
may_answer = Rule(
    _may_answer, _("Only {ticket.user}, or whoever answers for them, may do this; and nobody for their own.")
)


def why_not_answer(seat: Seat, user: User) -> str:
    """The sentence of the first rule that says no; empty when the person may answer."""
    broken = next((asked for asked in ANSWERING if not asked(seat, user)), None)
    return broken.because.format(ticket=seat) if broken else ""


@rule(_("Only the people who ask for the approval, and those who work on {ticket.round.ticket.number}, may do this."))
def may_reply(seat: Seat, user: User) -> bool:
    return is_own(seat.round, user) or may_manage(seat.round.ticket, user)


def may_read_agenda(user: User, groups: list[ApproverGroup]) -> bool:
    """Whoever has a group on it, and every analyst, though there be no group yet."""
    return bool(groups) or is_analyst(user)
