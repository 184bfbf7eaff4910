"""Pages that only changes have; a room's urls name them, and the desk's views do what all kinds of ticket share."""

from .calendar import calendar, check
from .feeds import feed, feeds, remove_feed, renew_feed
from .pages import index, interruption, new, record

__all__ = [
    "calendar", "check", "feed", "feeds", "index", "interruption", "new", "record", "remove_feed", "renew_feed",
]  # fmt: skip
