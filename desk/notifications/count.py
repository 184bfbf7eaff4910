"""The number beside the bell, which stands on every page and so is remembered for a moment."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

from desk.people.models import User
from desk.people.rules import reach

from . import queries

log = logging.getLogger(__name__)

REMEMBERED = 30  # seconds


def remembered(user: User) -> str:
    """`queries.unread_words`, asked again when something was told or read, when the person's queues changed, or in time.

    What alone isn't noticed at once is a ticket that moved out of sight: its messages are gone from the inbox, and
    are counted for up to 30 seconds more.
    """
    view = sorted(reach(user).view)
    kept = _quietly(cache.get, _key(user.pk))
    if kept is not None and kept[0] == view:
        return str(kept[1])
    words = queries.unread_words(user)
    _quietly(cache.set, _key(user.pk), (view, words), REMEMBERED)
    return words


def forget(users: Iterable[int]) -> None:
    """Have the number asked again for these people (by id): at once, and after the commit for whoever asked meanwhile."""
    keys = [_key(pk) for pk in users]
    if keys:
        _quietly(cache.delete_many, keys)
        transaction.on_commit(partial(_quietly, cache.delete_many, keys))


def _key(pk: int) -> str:
    return f"notifications.unread.{pk}"


def _quietly(do: Any, *arguments: Any) -> Any:
    """Without the cache all works on, only slower."""
    try:
        return do(*arguments)
    except Exception as error:
        log.warning("The cache is away: %s", error)
        return None
