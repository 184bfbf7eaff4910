"""Why a clock stands where it stands: the stretches of time that tile its life, and which rule set its target when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import as_spoken
from desk.tickets.models import Event, Ticket

from . import hours, queries
from .engine import KINDS
from .facts import REBASED, TARGETED
from .models import Clock
from .queries import Face
from .replay import Replay, Span
from .versions import not_met

LABELS = {
    "counting": _lazy("Counting"),
    "closed": _lazy("Outside hours"),
    "stopped": _lazy("Resolved"),
    "paused": _lazy("Paused"),
}


@dataclass(frozen=True)
class Tile:
    """A stretch of time; `what` is counting, paused, closed, holiday or stopped, `label` says it in words."""

    start: datetime
    end: datetime
    what: str
    label: str

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class Target:
    """What set the clock's target at one moment: the policy and version, the calendar, the length, and why this one."""

    at: datetime
    who: str
    how_key: str
    how: str
    policy: str
    version: int
    calendar: str
    minutes: int | None
    because: str
    passed_over: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Explanation:
    """A clock with its life from its start to now, or to where it stopped.

    The tiles have neither gap nor overlap: their lengths add up to the wall time, and those that count to the clock.
    Moments are cut to whole seconds first, so that what is shown can be added up by hand.
    """

    face: Face
    zone: str
    tiles: list[Tile]
    targets: list[Target]

    @property
    def wall(self) -> timedelta:
        return self.tiles[-1].end - self.tiles[0].start if self.tiles else timedelta()

    @property
    def counted(self) -> timedelta:
        return sum((tile.length for tile in self.tiles if tile.what == "counting"), timedelta())

    @property
    def sums(self) -> list[tuple[str, str, timedelta]]:
        """(what, label, length) of each sort of stretch, the counting first; together they are the wall time."""
        found: dict[tuple[str, str], timedelta] = {}
        for tile in self.tiles:
            key = (tile.what, tile.label)
            found[key] = found.get(key, timedelta()) + tile.length
        order = ["counting", "paused", "closed", "holiday", "stopped"]
        rows = sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
        return [(what, label, length) for (what, label), length in rows]


def explain(ticket: Ticket, now: datetime) -> list[Explanation]:
    """The ticket's newest clocks, response first, each with its life; two queries, and one for each version unknown yet."""
    rows = queries.newest(Clock.objects.filter(ticket_id=ticket.pk).select_related("ticket"))
    events = list(Event.objects.filter(ticket_id=ticket.pk).select_related("actor").order_by("pk"))
    read = Replay(ticket, events)
    return [_explained(rows[kind], read, events, now) for kind in KINDS if kind in rows]


def _explained(row: Clock, read: Replay, events: Iterable[Event], now: datetime) -> Explanation:
    spans = read.until(row.kind, max(now, row.started_at))
    tiles = _joined(_in_seconds(tile for span in spans for tile in _tiles(span)))
    explained = Explanation(
        face=queries.face(row, now),
        zone=queries.calendar_said(row.calendar_version_id).calendar.zone,
        tiles=tiles,
        targets=[_target(event, row.kind) for event in events if row.kind in _sets(event)],
    )
    if row.target is None:
        return explained
    left = (row.target - explained.counted).total_seconds()
    return replace(explained, face=replace(explained.face, left=left))


def _in_seconds(tiles: Iterable[Tile]) -> Iterator[Tile]:
    """The tiles with their moments cut to whole seconds; what is shorter than that falls away."""
    for tile in tiles:
        start, end = tile.start.replace(microsecond=0), tile.end.replace(microsecond=0)
        if start < end:
            yield replace(tile, start=start, end=end)


def _tiles(span: Span) -> list[Tile]:
    if span.state == "paused":
        paused = _("Paused: {reason}").format(reason=span.reason) if span.reason else str(LABELS["paused"])
        return [Tile(span.start, span.end, "paused", paused)]
    if span.state == "stopped" or span.terms is None:
        stopped = str(LABELS["stopped"]) if span.state == "stopped" else _("No policy yet")
        return [Tile(span.start, span.end, "stopped", stopped)]
    names = queries.calendar_said(span.terms.pin[1]).names
    return [_tile(found, names) for found in hours.intervals(span.terms.calendar, span.start, span.end)]


def _joined(tiles: Iterable[Tile]) -> list[Tile]:
    """Neighbours of one sort as one stretch: that somebody wrote a reply in between is no news here."""
    found: list[Tile] = []
    for tile in tiles:
        if found and (found[-1].what, found[-1].label) == (tile.what, tile.label):
            tile = Tile(found.pop().start, tile.end, tile.what, tile.label)
        found.append(tile)
    return found


def _tile(found: hours.Interval, names: Any) -> Tile:
    if found.kind == "open":
        return Tile(found.start, found.end, "counting", str(LABELS["counting"]))
    if found.kind == "holiday":
        name = names.get(found.day, "")
        return Tile(found.start, found.end, "holiday", _("Holiday: {name}").format(name=name) if name else _("Holiday"))
    return Tile(found.start, found.end, "closed", str(LABELS["closed"]))


def _sets(event: Event) -> dict[str, Any]:
    sets: dict[str, Any] = event.inside["clocks"] if event.kind in (TARGETED, REBASED) else {}
    return sets


# How a target came about -> in words.
HOW = {
    "start": _lazy("set when it was logged"),
    "late": _lazy("set when a policy matched for the first time"),
    "fresh": _lazy("set anew when it was reopened"),
    "change": _lazy("set anew, time kept"),
    "rebase": _lazy("re-based, the past measured anew"),
}


def _target(event: Event, kind: str) -> Target:
    inside = as_spoken(event.inside)
    calendar, number = inside["calendar"], inside["calendar_number"]
    return Target(
        at=event.at,
        who=str(event.actor),
        how_key=inside["how"],
        how=str(HOW[inside["how"]]),
        policy=inside["policy"],
        version=inside["version"],
        calendar=_("{name}, version {number}").format(name=calendar, number=number),
        minutes=inside["clocks"][kind]["minutes"],
        because=inside.get("text") or inside.get("because") or "",
        passed_over=[(name, _why(why, *asked)) for name, why, *asked in inside["passed_over"]],
    )


def _why(why: str, asked: str = "", wanted: str = "") -> str:
    """Why a policy was passed over; older events have it in English alone."""
    return not_met(asked, wanted).spoken() if asked else why
