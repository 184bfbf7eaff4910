"""What follows every event: whoever subscribed to such ones is owed a call."""

from desk.tickets.models import Event

from . import actions
from .listening import somebody_listens


def owe(event: Event) -> None:
    """In the event's own transaction; costs nothing while nobody has subscribed to anything."""
    if somebody_listens():
        actions.owe(event=event)
