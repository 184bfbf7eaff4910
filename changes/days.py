"""Days, weeks and hours of a calendar: which days a window touches, and how what overlaps stands beside one another.

Pure: dates, moments and numbers, nothing of Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Generic, TypeVar

T = TypeVar("T")
DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)
SHORTEST = 30  # minutes that a block is drawn high at least, so that it can be read and hit
STEP = 5  # minutes between the lines on which blocks begin and end


def touched(start: datetime, end: datetime, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day that [start, end) touches in a zone; midnight at its end touches no further day."""
    last = (end.astimezone(UTC) - A_MOMENT).astimezone(zone).date()
    first = start.astimezone(zone).date()
    return first, max(first, last)


def begins(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day begins in a zone."""
    return datetime.combine(day, time(), tzinfo=zone)


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def month(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - DAY


def span(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def clocks_change(day: date, zone: tzinfo) -> int:
    """By how many minutes clocks go forward on this day (back: negative); 0 on nearly every day."""
    before, after = begins(day, zone).utcoffset(), begins(day + DAY, zone).utcoffset()
    return round(((after or timedelta()) - (before or timedelta())).total_seconds() / 60)


# -- what stands beside one another -------------------------------------------------------------


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each half-open span, in the order given, the lowest lane that is free over all of it."""
    ends: list[list[tuple[int, int]]] = []
    found = []
    for start, end in spans:
        lane = next((n for n, taken in enumerate(ends) if all(end <= a or b <= start for a, b in taken)), len(ends))
        if lane == len(ends):
            ends.append([])
        ends[lane].append((start, end))
        found.append(lane)
    return found


def sides(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(lane, how many lanes there are) of each span: those that overlap, also through others, share the width."""
    order = sorted(range(len(spans)), key=lambda n: (spans[n][0], -spans[n][1]))
    found: dict[int, tuple[int, int]] = {}
    cluster: list[int] = []
    until = -1

    def settle() -> None:
        taken = lanes([spans[n] for n in cluster])
        found.update({n: (lane, max(taken) + 1) for n, lane in zip(cluster, taken, strict=True)})

    for number in order:
        if cluster and spans[number][0] >= until:
            settle()
            cluster, until = [], -1
        cluster.append(number)
        until = max(until, spans[number][1])
    if cluster:
        settle()
    return [found[number] for number in range(len(spans))]


# -- a row of days, such as a week --------------------------------------------------------------


@dataclass(frozen=True)
class Bar(Generic[T]):
    """A thing in a row of days: the column it begins in (from 1), how many it spans, and its lane (from 1).

    `came` and `goes` say that it began before this row, and that it goes on after it.
    """

    what: T
    column: int
    width: int
    lane: int
    came: bool
    goes: bool


def row(things: Iterable[tuple[T, date, date]], first: date, last: date) -> list[Bar[T]]:
    """The things (with their first and last day) that touch these days, as bars; in the order given, lowest lane first."""
    here = [thing for thing in things if thing[1] <= last and thing[2] >= first]
    cut = [((max(a, first) - first).days, (min(b, last) - first).days + 1) for _, a, b in here]
    return [
        Bar(what, start + 1, end - start, lane + 1, came=a < first, goes=b > last)
        for (what, a, b), (start, end), lane in zip(here, cut, lanes(cut), strict=True)
    ]


# -- the hours of a day -------------------------------------------------------------------------


@dataclass(frozen=True)
class Block(Generic[T]):
    """A thing in the column of a day: from and to (hour, minute) on the clock's face, and its place beside others."""

    what: T
    start: tuple[int, int]
    end: tuple[int, int]
    lane: int
    of: int

    @property
    def is_short(self) -> bool:
        """So low that there is room for one line only."""
        (a, b), (c, d) = self.start, self.end
        return (c * 60 + d) - (a * 60 + b) < 45


def on_the_clock(start: datetime, end: datetime, day: date, zone: tzinfo) -> tuple[int, int]:
    """What a window takes of a day, in minutes on the clock's face, drawn `SHORTEST` high at least.

    In the night in which clocks go back an hour is read twice, so what ends may read earlier than what began.
    """
    low, high = start.astimezone(zone), end.astimezone(zone)
    a = low.hour * 60 + low.minute if low.date() == day else 0
    b = high.hour * 60 + high.minute if high.date() == day else 24 * 60
    a, b = a - a % STEP, b + -b % STEP
    a = min(a, 24 * 60 - SHORTEST)
    return a, max(b, a + SHORTEST)


def blocks(things: Sequence[tuple[T, datetime, datetime]], day: date, zone: tzinfo) -> list[Block[T]]:
    """The things (with start and end) that touch a day, as blocks, the earliest first."""
    here = []
    for what, start, end in things:
        first, last = touched(start, end, zone)
        if first <= day <= last:
            here.append((what, *on_the_clock(start, end, day, zone)))
    here.sort(key=lambda found: (found[1], -found[2]))
    placed = sides([(a, b) for _, a, b in here])
    return [
        Block(what, divmod(a, 60), divmod(b, 60), lane, of)
        for (what, a, b), (lane, of) in zip(here, placed, strict=True)
    ]
