"""How often somebody may ask in a minute, counted in the cache."""

from __future__ import annotations

import logging
import time

from django.core.cache import cache

log = logging.getLogger(__name__)

WRONG_A_MINUTE = 20  # wrong tokens from one address, before it is asked to wait


def wait(what: str, most: int) -> int:
    """Count one in this minute; seconds to its end when there were more than `most`. Without a cache nobody is held up."""
    now = time.time()
    key = f"{what}-{int(now // 60)}"
    try:
        cache.add(key, 0, 120)
        count = cache.incr(key)
    except Exception:
        log.warning("%s is not counted: the cache is away", what)
        return 0
    return 60 - int(now % 60) if count > most else 0


def wait_after_wrong(what: str, address: str) -> int:
    """Count one more wrong token from this address; seconds after which it may try again, 0 when it may now."""
    return wait(f"{what}-wrong-{address}", WRONG_A_MINUTE)
