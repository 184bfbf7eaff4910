"""Who may be told of an event: asked when it is written, read and mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.people.rules import reach
from desk.tickets.rules import may_see_event

if TYPE_CHECKING:
    from desk.people.models import User
    from desk.tickets.models import Event

    from .models import Message


def may_be_told(event: Event, user: User) -> bool:
    """An active person who may see the event, and who didn't do it."""
    return user.is_active and not user.is_automation and user.pk != event.actor_id and may_see_event(event, user)


def may_read(message: Message, user: User) -> bool:
    """Whoever may be told of its event; what has none is for those who see a queue. The twin of `queries.readable`."""
    if message.event is not None:
        return may_be_told(message.event, user)
    return user.is_active and not user.is_automation and bool(reach(user).view)
