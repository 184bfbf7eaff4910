"""What answers a search besides tickets: each room that has such things registers how to find them when it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desk.people.models import User

from .words import Reading

Finder = Callable[[Reading, User], list[Any]]
_others: list[tuple[str, Finder]] = []


def register(template: str, find: Finder) -> None:
    """Have `template` show, above the tickets, the `rows` that `find` gives this person; it asks who may see what."""
    _others.append((template, find))


def found(reading: Reading, user: User) -> list[tuple[str, list[Any]]]:
    """(template, rows) of those that have an answer."""
    answers = [(template, find(reading, user)) for template, find in _others] if reading.query else []
    return [(template, rows) for template, rows in answers if rows]
