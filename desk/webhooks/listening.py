"""Whether anybody listens at all: asked at every event, and so remembered by all processes together."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction

from desk.tickets.revisions import quietly

from .models import Subscription

KEY = "somebody-listens"
REMEMBERED = 60  # seconds


def somebody_listens() -> bool:
    """Whether there is an active subscription; without the cache the database is asked each time."""
    kept = quietly(cache.get, KEY)
    if kept is None:
        kept = Subscription.objects.filter(is_active=True).exists()
        # Added, not set: a subscription that was made meanwhile has written its own answer, and that one stays.
        quietly(cache.add, KEY, kept, REMEMBERED)
    return bool(kept)


def listen() -> None:
    """Somebody may listen from the commit on."""
    transaction.on_commit(lambda: quietly(cache.set, KEY, True, REMEMBERED))
