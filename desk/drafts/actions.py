"""The verbs on drafts: keep, end (sent or thrown away), and the daily sweep."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from desk.people.models import User

from .models import Draft

MOST = 30  # open drafts of one person; the oldest give way


def keep(*, by: User, token: uuid.UUID, form: str, fields: Mapping[str, list[str]]) -> bool:
    """Keep what stands in the form; False when it was sent or thrown away meanwhile, and nothing is kept."""
    now, mine = timezone.now(), Draft.objects.filter(user=by, token=token)
    if mine.filter(over_at=None).update(fields=dict(fields), updated_at=now):
        return True
    Draft.objects.bulk_create(
        [Draft(user=by, token=token, form=form, fields=dict(fields), updated_at=now)], ignore_conflicts=True
    )
    _make_room(by)
    return mine.filter(over_at=None).exists()


def _make_room(by: User) -> None:
    """Of very many open drafts the oldest go."""
    newest = Draft.objects.filter(user=by, over_at=None).order_by("-updated_at", "-pk")
    if too_many := list(newest.values_list("pk", flat=True)[MOST:]):
        Draft.objects.filter(pk__in=too_many).delete()


def end(*, by: User, token: uuid.UUID | None) -> None:
    """It was sent, or thrown away: the text goes, and the token is remembered, whether it was kept before or not."""
    if token is None:
        return
    now = timezone.now()
    Draft.objects.bulk_create(
        [Draft(user=by, token=token, form="", fields={}, updated_at=now, over_at=now)],
        update_conflicts=True,
        unique_fields=["user", "token"],
        update_fields=["fields", "updated_at", "over_at"],
    )


def sweep(now: datetime | None = None) -> int:
    """Forget what nobody touched for DRAFT_DAYS, and the tokens of what was over by then; returns how many."""
    limit = (now or timezone.now()) - timedelta(days=settings.DRAFT_DAYS)
    return Draft.objects.filter(updated_at__lt=limit).delete()[0]
