"""What templates may ask about queues: until when the reader has put a ticket aside."""

from __future__ import annotations

from typing import Any

from django import template

from desk.tickets.models import Ticket

from .. import snoozing

register = template.Library()


@register.simple_tag(takes_context=True)
def put_aside(context: dict[str, Any], ticket: Ticket) -> str:
    """Until when, in words; empty when the reader hasn't, or it woke."""
    until = snoozing.until(ticket, context["request"].user)
    return snoozing.in_words(until) if until else ""
