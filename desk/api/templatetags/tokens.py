"""The card of somebody's tokens, on their own page."""

from __future__ import annotations

from typing import Any

from django import template

from .. import queries

register = template.Library()


@register.inclusion_tag("api/card.html", takes_context=True)
def tokens_card(context: dict[str, Any]) -> dict[str, Any]:
    """What works and what has expired, of whoever looks."""
    request = context["request"]
    return {"tokens": list(queries.tokens_of(request.user)), "csrf_token": context.get("csrf_token", "")}
