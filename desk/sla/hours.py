"""Opening hours: which moments of a calendar count, how many lie between two moments, and when enough have passed.

A moment counts when the wall clock of the calendar's zone shows a time inside a window (its start included, its end not;
overlaps count once). So an hour that the clock repeats counts twice, one that it skips not at all, and a window inside
the repeated hour opens twice. A date that a zone skipped has no moments; a window begun on it still runs into the next day.

Everything is reckoned on the UTC line, in whole microseconds since 0001-01-01: windows become UTC ranges, one piece of
constant offset at a time, and no two local times are ever subtracted. The line is cut into blocks of 64 days; a block's
ranges and their running sums are kept, so that a question costs a few bisections. Zones come from the `tzdata` package
that the lock pins, whatever the machine has, so that the same ticket is due at the same moment everywhere. No Django here.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

Window = tuple[int, int]
Windows = tuple[Window, ...]
Kind = Literal["open", "closed", "holiday"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 1440
HORIZON = timedelta(days=3653)  # ten years: what is not due by then is not due

_BEGIN = datetime.min.replace(tzinfo=UTC)
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = MINUTES_A_DAY * _MINUTE
_DAYS = date.max.toordinal()  # days of the line, counted from 0; day 0 is a Monday
_LAST = _DAYS * _DAY - 1
_BLOCK_DAYS = 64
_BLOCK = _BLOCK_DAYS * _DAY


@dataclass(frozen=True)
class Calendar:
    """When a service is attended. Equal calendars are equal keys: it is hashed once, and its order of windows is settled.

    `zone` is an IANA name. `week` holds the windows of Monday to Sunday, each `(start, end)` in minutes after local
    midnight; an end past 1440 runs into the next day. `days` maps a date to the windows that start on it instead: none
    make a holiday, fewer a half-day. A window begun the evening before runs to its end all the same.

    Raises ValueError, with the sentences of `problems`, for what is no calendar.
    """

    zone: str
    week: tuple[Windows, ...]
    days: Mapping[date, Windows] = field(default_factory=dict)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if found := problems(self.zone, self.week, self.days):
            raise ValueError(" ".join(found))
        week = tuple(_settled(windows) for windows in self.week)
        days = {day: _settled(windows) for day, windows in self.days.items()}
        object.__setattr__(self, "week", week)
        object.__setattr__(self, "days", MappingProxyType(days))
        object.__setattr__(self, "_hash", hash((self.zone, week, frozenset(days.items()))))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles are built anew: a read-only mapping can't be pickled, and hashes differ by process."""
        return Calendar, (self.zone, self.week, dict(self.days))


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one kind, from `start` up to but without `end`, both in UTC. `day` is the date of a holiday."""

    start: datetime
    end: datetime
    kind: Kind
    day: date | None = None


@cache
def zone_names() -> frozenset[str]:
    """All zones that a calendar may be in: those of the pinned `tzdata`."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


def problems(
    zone: str, week: Sequence[Sequence[Sequence[int]]], days: Mapping[date, Sequence[Sequence[int]]]
) -> list[str]:
    """All that speaks against a calendar, in sentences for the administrator who edits it; none when it may be made."""
    found = []
    if zone not in zone_names():
        found.append(f"There is no time zone “{zone}”. Give a name like Europe/Berlin.")
    if len(week) != len(WEEKDAYS):
        found.append(f"A week has seven days, from Monday to Sunday, and not {len(week)}.")
    for name, windows in zip(WEEKDAYS, week, strict=False):
        found += [text for window in windows if (text := _problem(name, window))]
    for day, windows in sorted(days.items(), key=lambda item: str(item[0])):
        if isinstance(day, datetime) or not isinstance(day, date):
            found.append(f"“{day}” is not a date. Give a day without a time.")
        found += [text for window in windows if (text := _problem(str(day), window))]
    if not any(map(len, week)) and not any(map(len, days.values())):
        found.append("This calendar never opens. Give at least one window.")
    return found


def elapsed(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """How much time that counts lies between two moments; zero when `b` is not after `a`.

    Raises ValueError for a moment without a time zone, or outside the years 1 to 9999 in UTC.
    """
    first, last = _at(a), _at(b)
    if last <= first:
        return timedelta(0)
    here, there = first // _BLOCK, last // _BLOCK
    found = _block(calendar, there).until(last) - _block(calendar, here).until(first)
    for number in range(here, there):
        found += _block(calendar, number).total
    return timedelta(microseconds=found)


def due(calendar: Calendar, start: datetime, minutes: float) -> datetime | None:
    """As `due_after`, with the length in minutes, rounded to a microsecond."""
    if not minutes >= 0:
        raise ValueError("A length of time can't be negative.")
    if minutes > HORIZON / timedelta(minutes=1):  # more than could ever pass, and maybe more than a timedelta can hold
        minutes = HORIZON / timedelta(minutes=1) + 1
    return due_after(calendar, start, timedelta(minutes=minutes))


def due_after(calendar: Calendar, start: datetime, length: timedelta) -> datetime | None:
    """The earliest moment, in UTC, at which `length` of what counts has elapsed since `start`: to the microsecond.

    So it is `start` itself when the length is zero, and when the length ends with a window it is that window's end,
    not the next opening. None when it is further away than HORIZON, or after the year 9999.

    Raises ValueError for a negative length, for a moment without a time zone, or outside the years 1 to 9999 in UTC.
    """
    at, need = _at(start), _micro(length)
    if need < 0:
        raise ValueError("A length of time can't be negative.")
    if need == 0:
        return _moment(at)
    limit = min(at + _micro(HORIZON), _LAST)
    number = at // _BLOCK
    need += _block(calendar, number).until(at)
    while number * _BLOCK < limit:
        block = _block(calendar, number)
        if need <= block.total:
            reached = block.reached(need)
            return _moment(reached) if reached <= limit else None
        need -= block.total
        number += 1
    return None


def intervals(calendar: Calendar, a: datetime, b: datetime) -> list[Interval]:
    """The stretches that tile the time from `a` up to `b` exactly; none when `b` is not after `a`.

    `holiday` is time that is not open on a date to which `days` gives no windows; each such date has a stretch of its
    own, so that a caller can name it. Other time that is not open is `closed`. Neighbours of one kind are one stretch.

    Raises ValueError for a moment without a time zone, or outside the years 1 to 9999 in UTC.
    """
    first, last = _at(a), _at(b)
    found: list[_Tile] = []
    for number in range(first // _BLOCK, -(-last // _BLOCK) if first < last else 0):
        tiles = _tiles(calendar, number)
        for start, end, kind, day in tiles[bisect_right(tiles, first, key=lambda tile: tile.end) :]:
            if start >= last:
                break
            _lay(found, _Tile(max(start, first), min(end, last), kind, day))
    return [Interval(_moment(tile.start), _moment(tile.end), tile.kind, tile.day) for tile in found]


# What is refused


def _problem(where: str, window: Sequence[int]) -> str | None:
    match window:
        case (int(start), int(end)):
            pass
        case _:
            return f"{where}: a window is a start and an end, in whole minutes after midnight, and not {window!r}."
    if 0 <= start < MINUTES_A_DAY and start < end <= start + MINUTES_A_DAY:
        return None
    shown = f"{where}: the window {_clock(start)}–{_clock(end)}"
    if not 0 <= start < MINUTES_A_DAY:
        return f"{shown} must start between 00:00 and 23:59."
    if end <= start:
        return f"{shown} must end after it starts. Past midnight, count on: 06:00 of the next day is 30:00."
    return f"{shown} must not be longer than 24 hours."


def _clock(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours:02}:{rest:02}"


def _settled(windows: Iterable[Sequence[int]]) -> Windows:
    return tuple(sorted({(start, end) for start, end in windows}))


# Moments and their place on the line


def _micro(length: timedelta) -> int:
    return (length.days * 86_400 + length.seconds) * _SECOND + length.microseconds


def _at(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"The moment {moment} has no time zone.")
    at = _micro(moment - _BEGIN)
    if not 0 <= at <= _LAST:
        raise ValueError(f"The moment {moment} is outside the years 1 to 9999 in UTC.")
    return at


def _moment(at: int) -> datetime:
    return _BEGIN + timedelta(microseconds=at)


# Zones


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _offset(zone: ZoneInfo, at: int) -> int:
    """How far the zone's wall clock is ahead of UTC. At both ends of the line, where it can't be asked: as a day further in."""
    inside = min(max(at, _DAY), _LAST - _DAY)
    offset = _moment(inside).astimezone(zone).utcoffset()
    assert offset is not None
    return _micro(offset)


@lru_cache(maxsize=1024)
def _pieces(name: str, number: int) -> tuple[tuple[int, int, int], ...]:
    """A block cut where the offset of the zone changes: start, end, offset.

    It is asked once a day, and halved down to the second between two days that differ. No zone has ever changed twice
    within six days, nor at a fraction of a second.
    """
    zone, found = _zone(name), []
    begin = number * _BLOCK
    offset = _offset(zone, begin)
    for day in range(begin, begin + _BLOCK, _DAY):
        if (later := _offset(zone, day + _DAY)) == offset:
            continue
        low, high = 0, _DAY // _SECOND
        while high - low > 1:
            middle = (low + high) // 2
            if _offset(zone, day + middle * _SECOND) == offset:
                low = middle
            else:
                high = middle
        found.append((begin, day + high * _SECOND, offset))
        begin, offset = found[-1][1], later
    if begin < (number + 1) * _BLOCK:
        found.append((begin, (number + 1) * _BLOCK, offset))
    return tuple(found)


# Blocks


class _Block(NamedTuple):
    """The open ranges of a block, apart from one another and in order; `sums[i]` is what was open up to `ends[i]`."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sums: tuple[int, ...]
    total: int

    def until(self, at: int) -> int:
        """What was open from the block's beginning up to a moment in it."""
        i = bisect_right(self.starts, at) - 1
        return 0 if i < 0 else self.sums[i] - max(0, self.ends[i] - at)

    def reached(self, need: int) -> int:
        """The earliest moment at which so much was open; not more than `total`."""
        i = bisect_left(self.sums, need)
        return self.ends[i] - (self.sums[i] - need)

    def open_at(self, at: int) -> bool:
        i = bisect_right(self.starts, at) - 1
        return i >= 0 and at < self.ends[i]


@lru_cache(maxsize=1024)
def _block(calendar: Calendar, number: int) -> _Block:
    local = _merged(sorted(_local(calendar, number)))
    found = _merged(
        (max(start - offset, begin), min(end - offset, finish))
        for begin, finish, offset in _pieces(calendar.zone, number)
        for start, end in local
        if start - offset < finish and end - offset > begin
    )
    sums, total = [], 0
    for start, end in found:
        total += end - start
        sums.append(total)
    return _Block(tuple(start for start, _ in found), tuple(end for _, end in found), tuple(sums), total)


def _local(calendar: Calendar, number: int) -> Iterable[tuple[int, int]]:
    """The windows, as the wall clock shows them, that can touch a block: all but the dates around it are out of reach.

    A window shows on its own date and the next at most, and no wall clock is a day or more away from UTC.
    """
    first = number * _BLOCK_DAYS
    for day in range(max(0, first - 2), min(_DAYS, first + _BLOCK_DAYS + 1)):
        windows = calendar.days.get(date.fromordinal(day + 1)) if calendar.days else None
        for start, end in calendar.week[day % 7] if windows is None else windows:
            yield day * _DAY + start * _MINUTE, day * _DAY + end * _MINUTE


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order of their start; those that overlap or touch become one."""
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


# Tiles


class _Tile(NamedTuple):
    start: int
    end: int
    kind: Kind
    day: date | None


@lru_cache(maxsize=256)
def _tiles(calendar: Calendar, number: int) -> tuple[_Tile, ...]:
    """A block without gaps: it is cut at each opening, closing and local midnight, and equal neighbours are joined."""
    block, found = _block(calendar, number), list[_Tile]()
    for begin, finish, offset in _pieces(calendar.zone, number):
        cuts = {cut for cut in (*block.starts, *block.ends) if begin < cut < finish}
        midnights = range(-(-(begin + offset) // _DAY) * _DAY - offset, finish, _DAY)
        for start, end in pairwise(sorted({begin, finish, *cuts, *midnights})):
            kind, day = ("open", None) if block.open_at(start) else _shut(calendar, (start + offset) // _DAY)
            _lay(found, _Tile(start, end, kind, day))
    return tuple(found)


def _shut(calendar: Calendar, day: int) -> tuple[Kind, date | None]:
    if 0 <= day < _DAYS and calendar.days.get(on := date.fromordinal(day + 1)) == ():
        return "holiday", on
    return "closed", None


def _lay(found: list[_Tile], tile: _Tile) -> None:
    """Put a tile behind the last one, or join the two when they are of one kind."""
    if found and found[-1][2:] == tile[2:]:
        found[-1] = found[-1]._replace(end=tile.end)
    else:
        found.append(tile)
