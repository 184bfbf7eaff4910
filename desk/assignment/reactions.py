"""What assignment does when tickets come into a queue: gives them to somebody, where the workgroup wants that."""

from __future__ import annotations

from desk.tickets.models import Event
from desk.tickets.rules import is_news

from . import automatic


def wants_assigning(event: Event) -> bool:
    """Whether there is anything to do for this event, asked in its own transaction with the ticket as it now is.

    Whoever leaves a ticket to nobody within its workgroup wants it so.
    """
    if event.kind.endswith(".assigned") and not event.inside.get("moved"):
        return False
    return is_news(event) and automatic.is_up_for_it(event.__dict__.get("ticket_now") or event.ticket)


def assign_by_itself(event: Event) -> None:
    """Give the ticket to an analyst; part of the delivery's transaction, so it is done once or not at all."""
    automatic.assign(event.ticket)
