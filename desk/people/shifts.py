"""Shifts as plain arithmetic: whether a person's wall clock shows a time of work, until when, and when it does next. No Django.

A shift is what a clock on the wall shows: it begins on certain weekdays at one time and ends at another, on the next day
where that is not later. Nothing is measured here, so a night on which the clock is changed needs no care but at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7  # days that are looked ahead
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """A weekly window: the days on which it begins (Monday is 0), and its two times."""

    weekdays: frozenset[int]
    start: time
    end: time

    def begun_on(self, day: datetime) -> tuple[datetime, datetime] | None:
        """Begin and end, as the wall clock shows them, of the shift that begins on this day; None where none does."""
        if day.weekday() not in self.weekdays:
            return None
        begin, end = datetime.combine(day, self.start), datetime.combine(day, self.end)
        return begin, end + DAY if end <= begin else end


def working_until(windows: Iterable[Window], zone: ZoneInfo, at: datetime) -> datetime | None:
    """When the shift ends that runs at this moment; one that follows without a break prolongs it. None: none runs.

    Whoever is never off is told a week.
    """
    shown = _wall(at, zone)
    every = _around(windows, shown)
    until = shown
    while reached := [end for begin, end in every if begin <= until < end]:
        until = max(reached)
    return _moment(until, zone, at) if until > shown else None


def next_begin(windows: Iterable[Window], zone: ZoneInfo, at: datetime) -> datetime | None:
    """When a shift begins next after this moment; None for whoever has none."""
    shown = _wall(at, zone)
    coming = [begin for begin, _ in _around(windows, shown) if begin > shown]
    return _moment(min(coming), zone, at) if coming else None


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _around(windows: Iterable[Window], shown: datetime) -> list[tuple[datetime, datetime]]:
    """The shifts from yesterday's to those in a week."""
    days = [shown + DAY * n for n in range(-1, WEEK + 1)]
    found = [window.begun_on(day) for window in windows for day in days]
    return [pair for pair in found if pair is not None]


def _moment(shown: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after the other at which the wall clock shows this; in an hour that is repeated there are two."""
    first = shown.replace(tzinfo=zone)
    return first if first > after else first.replace(fold=1)
