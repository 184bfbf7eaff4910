"""What templates ask of people: who is here, for a page that shows several of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from ..models import User
from ..presence import Presence, presence_of

register = template.Library()


@register.simple_tag
def presences(rows: Iterable[Any]) -> dict[int, Presence]:
    """Where the `user` of each row stands; two queries for all."""
    return presence_of([row.user for row in rows if row.user is not None])


@register.filter
def of(found: dict[int, Presence], user: User) -> Presence | None:
    return found.get(user.pk)
