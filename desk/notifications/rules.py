"""Who may be told of an event, and which events are news: asked when it is written, read and mailed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from desk.tickets.rules import may_see_event

if TYPE_CHECKING:
    from desk.people.models import User
    from desk.tickets.models import Event

STILL_NEWS = timedelta(days=1)  # what is written down later than this after it happened is history


def is_news(event: Event) -> bool:
    """Whether anybody is to be told: neither imported history, nor what was written down a day after it happened."""
    return event.source != "import" and event.recorded_at - event.at < STILL_NEWS


def may_be_told(event: Event, user: User) -> bool:
    """An active person who may see the event, and who didn't do it."""
    return user.is_active and not user.is_automation and user.pk != event.actor_id and may_see_event(event, user)
