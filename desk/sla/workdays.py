"""Counting working days: dates on which a calendar has any hours. Pure, and without Django."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .hours import Calendar

FURTHEST = 400  # dates looked at; a calendar that is never open counts every day after that


def after_working_days(calendar: Calendar | None, start: datetime, days: int) -> datetime:
    """The same time of day as `start` (timezone-aware), on the wall of the calendar's zone, so many working days later.

    Without a calendar every day is one. Where the clocks skip that time of day, it is the moment they skip to.
    """
    if calendar is None:
        return start + timedelta(days=days)
    zone = ZoneInfo(calendar.zone)
    local = start.astimezone(zone)
    day, left = local.date(), days
    for _ in range(FURTHEST):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= bool(calendar.days.get(day, calendar.week[day.weekday()]))
    day += timedelta(days=left)
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(start.tzinfo)
