"""Pages of the queues, what open pages learn meanwhile, and the command box."""

from .commands import commands
from .lists import queue, team
from .tickets import news

__all__ = ["commands", "news", "queue", "team"]
