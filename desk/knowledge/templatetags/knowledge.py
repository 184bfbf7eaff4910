"""Template tags of articles: their text as HTML, and the article that a ticket was solved with."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from desk.people.models import User
from desk.tickets.models import Ticket

from .. import pictures, queries
from ..models import Article

register = template.Library()


@register.filter
def article_html(text: str) -> SafeString:
    return pictures.article_html(text)


@register.simple_tag
def solved_with(ticket: Ticket, user: User) -> Article | None:
    """The article that the ticket was solved with, if this person may read it."""
    used = queries.article_of(ticket, user)
    return used.article if used else None
