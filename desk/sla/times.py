"""Hours as people write them, “08:00–12:00, 13:00–17:00”, to windows in minutes and back; lengths of time in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import Kept, keep

from .hours import MINUTES_A_DAY, Windows

TIME_HELP = _lazy(
    "Such as 08:00–17:00, or 08:00–12:00, 13:00–17:00. 00:00–24:00 is all day; 22:00–06:00 runs into the next day. "
    "Empty: closed."
)
MONTHS = [
    _lazy("Jan"), _lazy("Feb"), _lazy("Mar"), _lazy("Apr"), _lazy("May"), _lazy("Jun"),
    _lazy("Jul"), _lazy("Aug"), _lazy("Sep"), _lazy("Oct"), _lazy("Nov"), _lazy("Dec"),
]  # fmt: skip
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|to)\s*(\d{1,2}):(\d{2})")


def read_times(text: str) -> Windows:
    """The windows in minutes after midnight, in order; ValueError with a sentence for what can't be read."""
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _WINDOW.fullmatch(part)
        if match is None:
            why = _("“{hours}” can't be read. Write hours as 08:00–17:00, several with commas between.")
            raise ValueError(why.format(hours=part))
        h1, m1, h2, m2 = map(int, match.groups())
        if m1 > 59 or m2 > 59 or h1 > 23 or h2 > 24 or (h2 == 24 and m2):
            raise ValueError(_("“{hours}” names a time that no clock shows.").format(hours=part))
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if start == end:
            why = _("“{hours}” begins and ends at the same time. For the whole day write 00:00–24:00.")
            raise ValueError(why.format(hours=part))
        found.append((start, end if end > start else end + MINUTES_A_DAY))
    found.sort()
    for (__, end), (start, __) in zip(found, found[1:], strict=False):
        if start < end:
            raise ValueError(_("“{hours}” has hours that overlap. Join them to one.").format(hours=text.strip()))
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
    day = _("today") if days == 0 else date_format(local, "D" if abs(days) < 7 else _("j M"))
    return f"{day} {local:%H:%M}" if abs(days) < 300 else f"{day} {local.year}"


def kept_day(local: date) -> Kept:
    """A day for what is written down, said in the reader's language later: “26 Nov 2026”."""
    return keep("{day} {month} {year}", day=f"{local:%d}", month=MONTHS[local.month - 1], year=local.year)


def kept_moment(local: datetime) -> Kept:
    """A moment on some clock, likewise: “Thu 26 Nov 14:30”."""
    said = {"weekday": WEEKDAYS_ABBR[local.weekday()], "month": MONTHS[local.month - 1]}
    return keep("{weekday} {day} {month} {time}", **said, day=f"{local:%d}", time=f"{local:%H:%M}")


LENGTH_HELP = _lazy("Such as 90, 30 min, 4 h or 2 h 30. Empty: best effort, nothing is due.")
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
        why = _("A business day has no fixed length. Write hours, such as 16 h for two days of eight hours.")
        raise ValueError(why)
    elif match := _LENGTH.fullmatch(written):
        minutes = float((match["hours"] or "0").replace(",", ".")) * 60 + int(match["minutes"] or 0)
    else:
        why = _("“{length}” can't be read. Write a length such as 90, 30 min, 4 h or 2 h 30.")
        raise ValueError(why.format(length=written))
    if minutes < 1:
        raise ValueError(_("Give at least one minute, or nothing for best effort."))
    if minutes > LONGEST:
        raise ValueError(_("“{length}” is more than five years.").format(length=written))
    return round(minutes)
