"""What service levels do when a ticket is touched, and what is done when a clock has told a mark."""

from __future__ import annotations

from desk.tickets.models import Event

from . import actions, escalation


def follow(event: Event) -> None:
    """The ticket's clocks follow the event, in its own transaction."""
    actions.follow(event)


def escalate(event: Event) -> None:
    """The steps that the clock's policy has for this mark are done, each recorded with what came of it."""
    escalation.escalate(event)
