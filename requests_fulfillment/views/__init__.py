"""Pages that only requests have: the catalogue with its items, and what becomes of an order."""

from .catalogue import catalogue, draft, item
from .pages import disruption, mine

__all__ = ["catalogue", "disruption", "draft", "item", "mine"]
