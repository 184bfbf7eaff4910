"""Which drafts a person has; nobody ever gets another one's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from desk.people.models import User

from .models import Draft

SHOWN = 3  # drafts of one form that are offered


def open_of(user: User, *forms: str) -> list[Draft]:
    """The person's open drafts of these forms, the newest first."""
    found = Draft.objects.filter(user=user, form__in=forms, over_at=None)
    return list(found.order_by("-updated_at", "-pk")[:SHOWN])


def chosen(drafts: Iterable[Draft], token: str | None) -> Draft | None:
    """The one of this token, with which the person goes on."""
    return next((draft for draft in drafts if str(draft.token) == token), None)


def numbered(user: User, token: str | None) -> Draft | None:
    """The person's open draft of this token, which comes from an address and may be anything."""
    try:
        return Draft.objects.filter(user=user, token=uuid.UUID(token or ""), over_at=None).first()
    except ValueError:
        return None
