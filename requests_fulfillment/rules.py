"""Who may order what and move a request, and what must be true first; each rule answers and explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from desk.tickets.rules import condition, is_automation, is_requester, only, rule, works_on_it

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import CatalogueItem, ServiceRequest


@only(_("whoever ordered it, {ticket.reporter},"))
def orderer(request: ServiceRequest, user: User) -> bool:
    return request.reporter_id == user.pk


analyst = works_on_it
automation = is_automation
analyst_or_automation = works_on_it | is_automation
requester_or_analyst = is_requester | works_on_it
anyone_concerned = is_requester | works_on_it | is_automation
anyone_concerned_or_orderer = orderer | is_requester | works_on_it | is_automation

__all__ = [
    "analyst", "analyst_or_automation", "anyone_concerned", "anyone_concerned_or_orderer", "automation",
    "requester_or_analyst",
]  # fmt: skip


def may_order(item: CatalogueItem, user: User) -> bool:
    """Whether the item is offered to this person: it is published, and is for everybody or for their department."""
    if not item.is_active or item.current_id is None:
        return False
    return not item.departments or user.department in item.departments


@only(_("its approvers, by their answers,"))
def approvers(request: ServiceRequest, user: User) -> bool:
    return user.is_automation


@condition(_("{ticket.number} can't be delivered while a work order is open: {ticket.open_orders}."))
def no_open_orders(request: ServiceRequest) -> bool:
    return not request.open_orders


@rule(_("Work for it is under way. Please write below that you don't need it any more."))
def nothing_is_begun(request: ServiceRequest, user: User) -> bool:
    """A requester may call it off as long as nobody has begun; an analyst decides about what is under way."""
    return works_on_it(request, user) or not request.is_begun
