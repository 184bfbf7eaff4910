"""What templates may ask about queues: their rows as HTML, and until when the reader has put a ticket aside."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from desk.tickets.models import Ticket

from .. import snoozing
from ..rows import Row

register = template.Library()


@register.simple_tag(takes_context=True)
def put_aside(context: dict[str, Any], ticket: Ticket) -> str:
    """Until when, in words; empty when the reader hasn't, or it woke."""
    until = snoozing.until(ticket, context["request"].user)
    return snoozing.in_words(until) if until else ""


@register.simple_tag
def queue_rows(rows: Iterable[Row], several: bool, majors: Collection[str]) -> SafeString:
    """The rows of a queue; `several` names each one's workgroup, `majors` are the ids of major incidents."""
    language = get_language()
    return mark_safe("".join(_drawn(row, several, row.pk in majors, language) for row in rows))


# All that stands in a row is in the key. While minutes pass, and for whoever looks next, most rows stay the same.
@lru_cache(maxsize=4096)
def _drawn(row: Row, several: bool, major: bool, language: str | None) -> SafeString:
    return render_to_string("queues/row.html", {"row": row, "several": several, "major": major})
