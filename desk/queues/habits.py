"""What a person keeps of the queues, remembered for a while so that pages needn't ask for it: views, and what is put aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache

from desk.people.models import User
from desk.tickets.revisions import quietly

from .models import FirstView, SavedView, Snooze

VIEWS_FOR = 60  # seconds; so late is known what somebody else saved for one's workgroup
SNOOZES_FOR = 3600
Found = TypeVar("Found")


@dataclass(frozen=True)
class Name:
    """A view as the strip above a list names it."""

    name: str
    address: str
    is_first: bool


@dataclass(frozen=True)
class Aside:
    """A ticket (by id) that was put aside until a moment."""

    ticket: int
    until: datetime


def _remembered(key: str, seconds: int, ask: Callable[[], Found]) -> Found:
    kept: Found | None = quietly(cache.get, key)
    if kept is None:
        kept = ask()
        quietly(cache.set, key, kept, seconds)
    return kept


def views_of(user: User, ask: Callable[[], list[SavedView]]) -> list[Name]:
    """The views that this person has, by name; `ask` is put when they aren't remembered."""

    def read() -> list[Name]:
        first = FirstView.objects.filter(user=user).values_list("view", flat=True).first()
        return [Name(view.name, view.get_absolute_url(), view.pk == first) for view in ask()]

    return _remembered(f"queues.views.{user.pk}", VIEWS_FOR, read)


def aside_of(user: User) -> list[Aside]:
    """Everything that this person has put aside, also what woke since."""

    def read() -> list[Aside]:
        rows = Snooze.objects.filter(user=user).order_by("ticket")
        return [Aside(*row) for row in rows.values_list("ticket", "until")]

    return _remembered(f"queues.put-aside.{user.pk}", SNOOZES_FOR, read)


def forget(user: User) -> None:
    """Ask anew: this person has saved a view, or put something aside."""
    quietly(cache.delete_many, [f"queues.views.{user.pk}", f"queues.put-aside.{user.pk}"])
