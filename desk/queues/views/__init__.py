"""Pages of the queues."""

from .lists import queue, team

__all__ = ["queue", "team"]
