"""What templates ask of assignment: the cards of its form, and whether a ticket goes to and fro."""

from __future__ import annotations

from django import template
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from desk.people.language import spoken
from desk.tickets.models import Ticket

from .. import pingpong
from ..cards import Card, Cards, Section

register = template.Library()


@register.simple_tag
def outer(widget: Cards) -> SafeString:
    """The attributes of what holds the cards."""
    return flatatt(widget.outer)


@register.filter
def in_words(words: str) -> str:
    """Why a rule or a person was chosen, in the reader's language."""
    return str(spoken(words))


@register.filter
def chosen(card: Card, value: object) -> bool:
    """Whether the field's value is this card's; a row counts by its id."""
    return card.value == str("" if value is None else getattr(value, "pk", value))


@register.filter
def has(section: Section, value: object) -> bool:
    """Whether the chosen card lies in the section."""
    return section.has(getattr(value, "pk", value))


@register.simple_tag
def ping_pong(ticket: Ticket) -> pingpong.PingPong | None:
    """Whether it came back to a workgroup that had had it; asks the database only where it may have."""
    return pingpong.ping_pong(ticket)
