"""Tickets as the rows of a list: plain words that a template only has to write down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple
from zlib import crc32

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from desk.sla.queries import Face, nearest_faces
from desk.sla.times import day_and_time
from desk.tickets import kinds
from desk.tickets.flow import all_transitions
from desk.tickets.models import Ticket

FIELDS = (
    "pk", "kind", "number", "title", "state", "priority", "due_at", "created_at", "workgroup__name",
    "requester__first_name", "requester__last_name", "requester__username", "requester__is_vip",
    "assignee__pk", "assignee__first_name", "assignee__last_name", "assignee__username", "pending_reason__name",
)  # fmt: skip


class Row(NamedTuple):
    """A row in the reader's language and zone: the words that stand in it, and what it is marked with."""

    pk: str
    kind: str
    number: str
    title: str
    href: str
    state: str
    state_label: str
    why: str
    priority: str
    requester: str
    vip: bool
    assignee: str
    mine: bool
    workgroup: str
    look: str
    left: str
    due: str
    age: str
    pick: str
    mark: str


@dataclass(frozen=True)
class _Reader:
    """Whose rows these are, and when: said once, not for each row."""

    pk: int
    now: datetime
    zone: tzinfo
    today: date
    language: str | None
    pick: str


def rows_of(found: Iterable[tuple[Any, ...]], me: int) -> list[Row]:
    """Rows of these values (`FIELDS`), with the clock of each; one query for all clocks."""
    values = [dict(zip(FIELDS, one, strict=True)) for one in found]
    now, zone = timezone.now(), timezone.get_current_timezone()
    faces = nearest_faces([one["pk"] for one in values], now)
    reader = _Reader(me, now, zone, now.astimezone(zone).date(), get_language(), gettext("Select {number}"))
    return [_row(one, faces.get(one["pk"]), reader) for one in values]


def _row(one: dict[str, Any], face: Face | None, reader: _Reader) -> Row:
    kind, state, due = one["kind"], one["state"], one["due_at"]
    requester, assignee = _name(one, "requester"), _name(one, "assignee")
    why, look = one["pending_reason__name"] or "", face.look if face else ""
    told = (one["title"], state, why, one["priority"], requester, assignee, one["workgroup__name"], look)
    return Row(
        pk=str(one["pk"]),
        kind=kind,
        number=one["number"],
        title=one["title"],
        href=f"{_address(kind)}{one['number']}/",
        state=state,
        state_label=_label(kind, state, reader.language),
        why=why,
        priority=str(one["priority"]),
        requester=requester,
        vip=bool(one["requester__is_vip"]),
        assignee=assignee,
        mine=one["assignee__pk"] == reader.pk,
        workgroup=one["workgroup__name"] or "",
        look=look,
        left=face.words if face else "",
        due=day_and_time(due.astimezone(reader.zone), reader.today) if due else "",
        age=age(one["created_at"], reader.now),
        pick=reader.pick.format(number=one["number"]),
        mark=f"{crc32('|'.join(map(str, told)).encode()):x}",
    )


def _name(one: dict[str, Any], who: str) -> str:
    """As `str(User)` has it, without making one for each row."""
    full = f"{one[f'{who}__first_name'] or ''} {one[f'{who}__last_name'] or ''}".strip()
    return full or one[f"{who}__username"] or ""


def age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: “3 d”, “17 h”, “5 min”."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


@cache
def _label(kind: str, state: str, language: str | None) -> str:
    """What the state is called in the language of the moment, which is this one."""
    return str(kinds.get(kind).states(state).label)


@cache
def _address(kind: str) -> str:
    """What comes before the number in the address of such a ticket."""
    return reverse(f"{kinds.get(kind).room}:detail", args=["0"]).removesuffix("0/")


# Single keys on a ticket, and the moves that they stand for: the first that its kind has.
KEYS = {"a": ("assign",), "s": ("start",), "h": ("hold",), "e": ("resolve", "complete", "fulfil", "finish")}


def moves_by_key() -> dict[str, dict[str, str]]:
    """For each kind of ticket, which move a key stands for."""
    return {kind.name: _moves_of(kind.model) for kind in kinds.every()}


@cache
def _moves_of(model: type[Ticket]) -> dict[str, str]:
    has = {step.name for step in all_transitions(model)}
    return {key: next(name for name in names if name in has) for key, names in KEYS.items() if has & set(names)}
