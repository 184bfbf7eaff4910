"""Who may raise and move a work order, and what must be true first; each rule answers and explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.language import in_a_sentence
from desk.tickets.models import Ticket
from desk.tickets.rules import condition, is_automation, only, works_on_it, works_on_parent

if TYPE_CHECKING:
    from desk.people.models import User

technician = works_on_it
automation = is_automation
technician_or_automation = works_on_it | is_automation


technician_raiser_or_automation = works_on_it | works_on_parent | is_automation


@only(_("an analyst of {ticket.workgroup}"))
def may_raise(parent: Ticket, user: User) -> bool:
    """Whoever works on a ticket may raise work orders for it; so may the automation, by its rules."""
    return user.is_automation or works_on_it(parent, user)


may_sequence = works_on_parent | works_on_it


@condition(_("{ticket.number} waits for {ticket.waits_for_in_words}."))
def predecessors_are_over(order: Any) -> bool:
    return not order.is_blocked


@condition(_("{ticket.parent_in_words} isn't approved yet; work for it begins when it is."))
def parent_lets_begin(order: Any) -> bool:
    """What is raised for a change is prepared; hands are laid on when the change is approved."""
    parent: Ticket | None = order.parent
    return parent is None or parent.state not in parent.kind_info.holds_orders


@condition(_("Still to be ticked off: {ticket.unticked_in_words}."))
def checklist_is_done(order: Any) -> bool:
    """What the checklist says must be done is done."""
    return not order.unticked


def takes_orders(parent: Ticket) -> bool:
    """Something is still to be done for this ticket: neither solved nor over, and no work order itself."""
    return not why_no_orders(parent)


def why_no_orders(parent: Ticket) -> str:
    """Why a ticket takes no work orders, in a sentence; empty when it does."""
    if parent.parent is not None and parent.kind_info.shared_with_parent:
        words = gettext("{number} is a work order itself. Raise another one for {parent}.")
        return words.format(number=parent.number, parent=parent.parent.number)
    if parent.state in parent.kind_info.solved | parent.kind_info.void or parent.is_over:
        words = gettext("{number} is {state}; it needs no work order any more.")
        return words.format(number=parent.number, state=in_a_sentence(parent.state_label))
    return ""
