"""Pages of the queues, what open pages learn meanwhile, and the command box."""

from .commands import commands
from .lists import export, queue, select, team
from .saved import delete_view, first_view, save_view, snooze, strip, views
from .tickets import news

__all__ = [
    "commands", "delete_view", "export", "first_view", "news", "queue", "save_view", "select", "snooze", "strip", "team", "views",
]  # fmt: skip
