"""Hours as people write them, “08:00–12:00, 13:00–17:00”, to windows in minutes and back; lengths of time in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from .hours import MINUTES_A_DAY, Windows

TIME_HELP = (
    "Such as 08:00–17:00, or 08:00–12:00, 13:00–17:00. 00:00–24:00 is all day; 22:00–06:00 runs into the next day. "
    "Empty: closed."
)
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|to)\s*(\d{1,2}):(\d{2})")


def read_times(text: str) -> Windows:
    """The windows in minutes after midnight, in order; ValueError with a sentence for what can't be read."""
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _WINDOW.fullmatch(part)
        if match is None:
            raise ValueError(f"“{part}” can't be read. Write hours as 08:00–17:00, several with commas between.")
        h1, m1, h2, m2 = map(int, match.groups())
        if m1 > 59 or m2 > 59 or h1 > 23 or h2 > 24 or (h2 == 24 and m2):
            raise ValueError(f"“{part}” names a time that no clock shows.")
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if start == end:
            raise ValueError(f"“{part}” begins and ends at the same time. For the whole day write 00:00–24:00.")
        found.append((start, end if end > start else end + MINUTES_A_DAY))
    found.sort()
    for (_, end), (start, _) in zip(found, found[1:], strict=False):
        if start < end:
            raise ValueError(f"“{text.strip()}” has hours that overlap. Join them to one.")
    return tuple(found)


def write_times(windows: Iterable[tuple[int, int]]) -> str:
    """The windows as `read_times` reads them."""
    return ", ".join(f"{_clock(start)}–{_clock(end, late=True)}" for start, end in windows)


def _clock(minute: int, late: bool = False) -> str:
    if late and minute == MINUTES_A_DAY:
        return "24:00"
    minute %= MINUTES_A_DAY
    return f"{minute // 60:02}:{minute % 60:02}"


def in_words(length: timedelta) -> str:
    """A length of business time, rounded down to its two largest units: “3 h 10 min”, “12 min”, “40 s”.

    Hours aren't turned into days: a business day has no fixed length.
    """
    seconds = int(abs(length).total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def day_and_time(local: datetime, today: date) -> str:
    """A moment on the viewer's clock, as a row of a queue has room for: “today 14:30”, “Tue 14:30”, “8 Dec 14:30”."""
    days = (local.date() - today).days
    day = "today" if days == 0 else f"{local:%a}" if abs(days) < 7 else f"{local.day} {local:%b}"
    return f"{day} {local:%H:%M}" if abs(days) < 300 else f"{day} {local.year}"


LENGTH_HELP = "Such as 90, 30 min, 4 h or 2 h 30. Empty: best effort, nothing is due."
_LENGTH = re.compile(
    r"(?:(?P<hours>\d+(?:[.,]\d+)?)\s*(?:h|hrs?|hours?)\s*)?(?:(?P<minutes>\d+)\s*(?:m|min|mins|minutes?)?)?", re.I
)
LONGEST = 5 * 366 * MINUTES_A_DAY  # minutes; a promise of five years is a slip of the pen


def read_length(text: str) -> int | None:
    """A length of business time in minutes; None when nothing is written, ValueError with a sentence otherwise."""
    written = text.strip()
    if not written:
        return None
    clock = re.fullmatch(r"(\d+):([0-5]\d)", written)
    if clock:
        minutes: float = int(clock[1]) * 60 + int(clock[2])
    elif re.search(r"\d\s*(d|w)", written, re.I):
        raise ValueError("A business day has no fixed length. Write hours, such as 16 h for two days of eight hours.")
    elif match := _LENGTH.fullmatch(written):
        minutes = float((match["hours"] or "0").replace(",", ".")) * 60 + int(match["minutes"] or 0)
    else:
        raise ValueError(f"“{written}” can't be read. Write a length such as 90, 30 min, 4 h or 2 h 30.")
    if minutes < 1:
        raise ValueError("Give at least one minute, or nothing for best effort.")
    if minutes > LONGEST:
        raise ValueError(f"“{written}” is more than five years.")
    return round(minutes)
