"""Questions about tokens: which one a text is, and those of a person."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from desk.people.models import User

from .models import Token, hashed


def working() -> QuerySet[Token]:
    """Tokens that open something now."""
    return Token.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=Now()),
        revoked_at=None,
        user__is_active=True,
        user__is_automation=False,
    )


def token_of(text: str) -> Token | None:
    """The working token of this text. It is found by what it hashes to, so that time tells nothing of the text."""
    return working().select_related("user").filter(token_hash=hashed(text)).first()


def tokens_of(user: User) -> QuerySet[Token]:
    """What the person's list shows: what isn't revoked, the newest first."""
    return Token.objects.filter(user=user, revoked_at=None).select_related("made_by")
