"""What moved: a revision in the cache for each queue and each ticket, set anew with every event."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.db import transaction

log = logging.getLogger(__name__)

KEPT = 24 * 3600  # seconds; who comes back later reads anew


def bump(*, queues: Iterable[int] = (), tickets: Iterable[int] = ()) -> None:
    """Once the running transaction is committed these (by id) have moved."""
    keys = [*map(of_queue, queues), *map(of_ticket, tickets)]
    if keys:
        transaction.on_commit(partial(_set, keys), robust=True)


def _set(keys: list[str]) -> None:
    quietly(cache.set_many, {key: secrets.token_hex(6) for key in keys}, KEPT)


def of_queue(pk: int) -> str:
    return f"queues.revision.{pk}"


def of_ticket(pk: int) -> str:
    return f"tickets.revision.{pk}"


def digest(keys: Sequence[str], *, found: dict[str, Any] | None = None) -> str | None:
    """One short word for how all of these stand, which is another one as soon as any moves; None: the cache is away.

    A revision that isn't there, since nothing moved lately or the cache was emptied, stands for itself.
    """
    values = quietly(cache.get_many, list(keys)) if found is None else found
    if values is None:
        return None
    told = "|".join(f"{key}={values.get(key, '')}" for key in keys)
    return blake2b(told.encode(), digest_size=9).hexdigest()


def quietly(do: Any, *arguments: Any) -> Any:
    """Without the cache all works on, only not by itself; None then."""
    try:
        return do(*arguments)
    except Exception as error:
        log.warning("The cache is away: %s", error)
        return None
