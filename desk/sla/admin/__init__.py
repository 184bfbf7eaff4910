"""Administration of service levels: calendars, policies, their history and preview, re-basing, reasons, clocks."""

from . import calendars, others, policies, rebasings

__all__ = ["calendars", "others", "policies", "rebasings"]
