"""Work orders for templates: those of a ticket, and whether a failed one holds up others."""

from __future__ import annotations

from django import template

from desk.tickets.models import Ticket

from .. import queries
from ..models import WorkOrder

register = template.Library()


@register.simple_tag
def orders_of(ticket: Ticket) -> list[WorkOrder]:
    """The work orders of a ticket; one query."""
    return list(queries.orders_of(ticket))


@register.simple_tag
def holds_up(order: WorkOrder) -> bool:
    """Whether others wait for this failed order."""
    return queries.dependents_of(order).exists()
