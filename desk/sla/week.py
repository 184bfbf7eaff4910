"""The week of a calendar as a picture: which minutes of each day are open, overnight windows run into the next day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from .hours import MINUTES_A_DAY, Windows
from .times import write_times

# In units of the picture, which is scaled to the page.
LEFT, TOP, HOUR, ROW, BAR = 34, 16, 15, 20, 14
WIDTH, HEIGHT = LEFT + 24 * HOUR + 12, TOP + 7 * ROW + 2


@dataclass(frozen=True)
class Bar:
    """An open stretch within one day, where it is drawn, and how a person reads it."""

    x: float
    y: float
    width: float
    words: str


@dataclass(frozen=True)
class Picture:
    """What the template draws: days with their place, the hours along the top, the open bars, and all of it in words."""

    bars: tuple[Bar, ...]
    words: str
    days: tuple[tuple[str, int], ...] = field(default_factory=lambda: _days())
    hours: tuple[tuple[int, int], ...] = tuple((hour, LEFT + hour * HOUR) for hour in range(0, 25, 6))
    lines: tuple[int, ...] = tuple(LEFT + hour * HOUR for hour in range(0, 25, 3))
    left: int = LEFT
    top: int = TOP
    row: int = ROW
    bar: int = BAR
    width: int = WIDTH
    height: int = HEIGHT
    right: int = LEFT + 24 * HOUR
    bottom: int = TOP + 7 * ROW


def picture(week: Sequence[Windows]) -> Picture:
    """The picture of this week, from Monday to Sunday."""
    said = [f"{WEEKDAYS[number]} {write_times(windows) or _('closed')}" for number, windows in enumerate(week)]
    return Picture(tuple(_bars(week)), "; ".join(said))


def _days() -> tuple[tuple[str, int], ...]:
    return tuple((str(WEEKDAYS_ABBR[number]), TOP + ROW * number) for number in range(7))


def _bars(week: Sequence[Windows]) -> Iterable[Bar]:
    for number, windows in enumerate(week):
        for start, end in windows:
            words = f"{WEEKDAYS[number]} {write_times([(start, end)])}"
            yield _bar(number, start, min(end, MINUTES_A_DAY), words)
            if end > MINUTES_A_DAY:
                yield _bar((number + 1) % 7, 0, end - MINUTES_A_DAY, words)


def _bar(number: int, start: int, end: int, words: str) -> Bar:
    scale = HOUR / 60
    return Bar(
        round(LEFT + start * scale, 2), TOP + ROW * number + (ROW - BAR) / 2, round((end - start) * scale, 2), words
    )
