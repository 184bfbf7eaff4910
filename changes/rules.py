"""Who may move a change, and what must be true first; each rule answers and explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from desk.tickets.rules import condition, is_automation, is_requester, only, oversees, rule, works_on_it

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import Change

analyst = works_on_it | oversees
analyst_or_automation = analyst | is_automation
author = is_requester | works_on_it | oversees
author_or_automation = author | is_automation

__all__ = ["analyst", "analyst_or_automation", "author", "author_or_automation", "approvers", "oversees", "works_on_it"]


@only(_("its approvers, by their answers,"))
def approvers(change: Change, user: User) -> bool:
    """Nobody decides by a button of their own: the decision follows from the answers, by the portal's hand."""
    return user.is_automation


@condition(_("Still to be filled in: {ticket.missing_in_words}."))
def is_complete(change: Change) -> bool:
    return not change.missing


@condition(_("{ticket.number} can't be done in a time that is over. Please plan another window."))
def window_is_ahead(change: Change) -> bool:
    """An emergency may already be running late."""
    if change.planned_end is None:
        return True  # `is_complete` asks for the window
    return change.planned_end > change.moment


@condition("{ticket.frozen_in_words}")
def is_not_frozen(change: Change) -> bool:
    return not change.frozen_in_words


@condition(
    _(
        "Its template “{ticket.template}” isn't approved as it stands, or not for this plan and these services. "
        "Make it a normal change, or ask for the template."
    )
)
def template_is_approved(change: Change) -> bool:
    """A standard change leans on a template that was approved, and does what that says."""
    return not change.is_standard or change.follows_its_template


@condition(_("{ticket.number} is approved but not scheduled yet."))
def is_scheduled_or_an_emergency(change: Change) -> bool:
    return change.state == "scheduled" or change.is_emergency


@condition(_("{ticket.number} can't be finished while a work order is open: {ticket.open_orders}."))
def no_open_orders(change: Change) -> bool:
    return not change.open_orders


@condition(_("{ticket.needs_review_because} It can be closed after its review."))
def reviewed_where_it_must_be(change: Change) -> bool:
    """Emergencies, failures, wrong implementations and interruptions are looked back upon, and learnt from."""
    return change.reviewed_at is not None or not change.needs_review_because


@rule(_("Whoever approves {ticket.number}, or is asked to, doesn't do it as well: somebody else has to."))
def no_approver_of_it(change: Change, user: User) -> bool:
    """The other side of `queries.authors_of`: who will do a change has no say in it."""
    from desk.approvals.queries import has_a_say  # asks the database, which isn't there yet when this is read

    return not has_a_say(change, user)


@condition(_("Nothing has been done yet that could interrupt a service."))
def has_begun(change: Change) -> bool:
    return change.actual_start is not None
