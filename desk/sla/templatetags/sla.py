"""Clocks for templates: those of a list of tickets with one query, lengths of time in words, and the bar of a life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from desk.tickets.models import Ticket

from .. import queries
from ..explain import Explanation, Tile
from ..queries import Face
from ..times import day_and_time, in_words

register = template.Library()
BAR = 1000  # width of a bar's drawing; the page stretches it


@register.simple_tag
def clocks_of(tickets: Iterable[Ticket] | Ticket) -> dict[int, dict[str, Face]]:
    """By ticket id and kind, how the clocks of these tickets stand; one query for all."""
    rows = [tickets] if isinstance(tickets, Ticket) else list(tickets)
    return queries.faces(rows, timezone.now())


@register.simple_tag
def promised(ticket: Ticket) -> datetime | None:
    """When we aim to have it solved, for the requester: while that is ahead, and nothing waits."""
    return queries.promised(queries.faces([ticket], timezone.now())[ticket.pk])


@register.filter
def nearest(clocks: dict[int, dict[str, Face]], ticket: Ticket) -> Face | None:
    """The clock that a queue shows for a ticket: of those that aren't over the one that breaches first."""
    faces = [face for face in clocks.get(ticket.pk, {}).values() if not face.clock.is_stopped]
    return min(faces, key=lambda face: face.rank, default=None)


@register.filter
def each_clock(clocks: dict[int, dict[str, Face]], ticket: Ticket) -> list[Face]:
    """Both clocks of a ticket, response first."""
    found = clocks.get(ticket.pk, {})
    return [found[kind] for kind in ("response", "resolution") if kind in found]


@register.filter
def lasting(value: timedelta | float | None) -> str:
    """Business time in words: “3 h 10 min”."""
    if value is None:
        return ""
    return in_words(value if isinstance(value, timedelta) else timedelta(seconds=value))


@register.filter
def when_due(moment: datetime) -> str:
    """A moment as a row of a queue has room for, in the viewer's zone: “today 14:30”, “Tue 14:30”, “8 Dec 14:30”."""
    return day_and_time(timezone.localtime(moment), timezone.localdate())


@register.filter
def exactly(value: timedelta) -> str:
    """A length to the second, so that sums can be checked by hand: “27:04:09”."""
    seconds = int(value.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@register.filter
def in_zone(moment: datetime, zone: str) -> str:
    """A moment on the wall clock of another zone."""
    local = date_format(moment.astimezone(ZoneInfo(zone)), _("D d M H:i"))
    return _("{moment} in {zone}").format(moment=local, zone=zone)


@register.filter
def minutes(value: int | None) -> str:
    """A target in words."""
    return _("best effort") if value is None else in_words(timedelta(minutes=value))


@dataclass(frozen=True)
class Rect:
    """A tile as drawn: its place and width on a line of BAR units."""

    tile: Tile
    x: float
    width: float


@register.filter
def bar(explained: Explanation) -> list[Rect]:
    """The tiles side by side, in proportion to the wall time."""
    wall = explained.wall.total_seconds()
    if not wall:
        return []
    begin = explained.tiles[0].start
    scale = BAR / wall
    return [
        Rect(
            tile,
            round((tile.start - begin).total_seconds() * scale, 2),
            max(round(tile.length.total_seconds() * scale, 2), 0.5),
        )
        for tile in explained.tiles
    ]
