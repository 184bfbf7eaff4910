"""Administration of the catalogue: shelves, items with their form and plan, preview and history; requests to look at."""

from . import items, others

__all__ = ["items", "others"]
