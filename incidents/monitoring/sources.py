"""Who may send alerts: tokens, of which only a hash is kept, and how many posts a minute."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from desk.api import limits

from .models import AlertSource

PREFIX = "itsm-alerts-"  # so that whoever finds one knows what it opens
SEEN_EVERY = timedelta(minutes=1)  # how exact “last used” is: each time would be a write


def give_token(source: AlertSource) -> str:
    """A new token for the source, which the caller saves; the old one opens nothing any more. It can't be read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    source.token_hash = _hash(token)
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def source_of(token: str) -> AlertSource | None:
    """The active source with this token; every one is compared, so that time tells nothing."""
    given, found = _hash(token), None
    for source in AlertSource.objects.filter(is_active=True).select_related("service", "category", "site"):
        if constant_time_compare(source.token_hash, given):
            found = source
    return found


def note_use(source: AlertSource) -> None:
    """Note when it was used last."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=Now() - SEEN_EVERY)
    AlertSource.objects.filter(long_ago, pk=source.pk).update(last_used_at=Now())


def wait_for(source: AlertSource) -> int:
    """Seconds after which the source may send again; 0 when it may now."""
    return limits.wait(f"alerts-{source.pk}", source.per_minute)


def wait_after_wrong(address: str) -> int:
    """Count one more wrong token from this address; seconds after which it may try again, 0 when it may now."""
    return limits.wait_after_wrong("alerts", address)
