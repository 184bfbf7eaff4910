"""The number beside “My approvals”, which stands on every page and so is remembered for a moment."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

from desk.people.models import User
from desk.tickets.queries import COUNT_CAP, count_in_words

from . import queries

log = logging.getLogger(__name__)

REMEMBERED = 30  # seconds


def remembered(user: User) -> str | None:
    """How many seats wait for the person, in words (“0” is empty); None for somebody who approves nothing.

    Asked again when something was asked or answered where they sit, or in time.
    """
    kept = _quietly(cache.get, _key(user.pk))
    if kept is not None:
        return kept[0] if kept[0] is None else str(kept[0])
    words = None
    if queries.is_approver(user):
        waiting = queries.waiting_for(user).order_by()[:COUNT_CAP].count()
        words = count_in_words(waiting) if waiting else ""
    _quietly(cache.set, _key(user.pk), (words,), REMEMBERED)
    return words


def forget(users: Iterable[int]) -> None:
    """Have the number asked again for these people (by id): at once, and after the commit for whoever asked meanwhile."""
    keys = [_key(pk) for pk in users]
    if keys:
        _quietly(cache.delete_many, keys)
        transaction.on_commit(partial(_quietly, cache.delete_many, keys))


def _key(pk: int) -> str:
    return f"approvals.waiting.{pk}"


def _quietly(do: Any, *arguments: Any) -> Any:
    """Without the cache all works on, only slower."""
    try:
        return do(*arguments)
    except Exception as error:
        log.warning("The cache is away: %s", error)
        return None
