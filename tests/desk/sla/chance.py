"""Calendars and moments by chance, gathered around the nights on which clocks change; the same for the same seed."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from desk.sla.hours import Calendar, Windows

ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Chatham", "Pacific/Apia",
    "America/Havana", "Asia/Beirut", "America/Santiago", "America/Sao_Paulo", "Asia/Kolkata", "UTC",
]  # fmt: skip
OFFICE: Windows = ((480, 1080),)
SPLIT: Windows = ((480, 720), (780, 1020))
ALWAYS: Windows = ((0, 1440),)
NIGHT: Windows = ((1320, 1800),)
AROUND_TWO: Windows = ((135, 165), (75, 105))  # starts and ends inside the hours that are skipped or repeated
AROUND_MIDNIGHT: Windows = ((0, 30), (45, 90), (1395, 1425))
SHAPES = [OFFICE, SPLIT, ALWAYS, NIGHT, AROUND_TWO, AROUND_MIDNIGHT]


@cache
def changes(zone: str) -> list[datetime]:
    """The days since 1975 on which this zone's offset changes, to the day; New Year where it never does."""
    days = [datetime(1975, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(65 * 365)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    found = [day for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before != after]
    return found or [datetime(2026, 1, 1, tzinfo=UTC)]


def windows(rng: random.Random) -> Windows:
    if rng.random() < 0.5:
        return rng.choice(SHAPES)
    found = []
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(1440) if rng.random() < 0.5 else rng.randrange(240)
        found.append((start, start + rng.choice([1, 1440, rng.randint(1, 240), rng.randint(1, 1440)])))
    return tuple(found)


def calendar(rng: random.Random, zone: str, near: date) -> Calendar:
    """Some week, and some days around `near` that are holidays, half-days or nights."""
    if rng.random() < 0.4:
        one = rng.choice(SHAPES)
        week = (one,) * 7 if rng.random() < 0.5 else (one,) * 5 + ((), ())
    else:
        week = tuple(windows(rng) if rng.random() < 0.8 else () for _ in range(7))
    days = {
        near + timedelta(days=rng.randint(-4, 6)): rng.choice([(), (), ((480, 720),), windows(rng)])
        for _ in range(rng.choice([0, 1, 3, 6]))
    }
    if not any(week) and not any(days.values()):
        week = (NIGHT,) * 7
    return Calendar(zone, week, days)


def moment(rng: random.Random, near: datetime, spread: timedelta) -> datetime:
    """At most `spread` before a moment, or twice as much after it, at a full minute, second or microsecond."""
    grain = timedelta(microseconds=rng.choice([60_000_000, 60_000_000, 1_000_000, 1]))
    return near + rng.randrange(-(spread // grain), 2 * (spread // grain)) * grain


def length(rng: random.Random, longest: timedelta) -> timedelta:
    """From a microsecond to `longest`; short ones as often as long ones."""
    return timedelta(microseconds=int((longest / timedelta(microseconds=1)) ** rng.random()))
