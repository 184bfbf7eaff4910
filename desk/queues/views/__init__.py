"""Pages of the queues, and what open pages learn meanwhile."""

from .lists import queue, team
from .tickets import news

__all__ = ["news", "queue", "team"]
