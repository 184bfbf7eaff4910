"""Tickets as the rows of a list: plain words that a template only has to write down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
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
Row = dict[str, Any]


def rows_of(found: Iterable[tuple[Any, ...]], me: int) -> list[Row]:
    """Rows of these values (`FIELDS`), with the clock of each; one query for all clocks."""
    values = [dict(zip(FIELDS, one, strict=True)) for one in found]
    now, zone = timezone.now(), timezone.get_current_timezone()
    faces = nearest_faces([one["pk"] for one in values], now)
    today, language = now.astimezone(zone).date(), get_language()
    pick = gettext("Select {number}")  # said once, not for each row
    rows = [_row(one, faces.get(one["pk"]), me, now, zone, today, language) for one in values]
    return [row | {"pick": pick.format(number=row["number"])} for row in rows]


def _row(
    one: dict[str, Any], face: Face | None, me: int, now: datetime, zone: Any, today: Any, language: str | None
) -> Row:
    kind, state, due = one["kind"], one["state"], one["due_at"]
    row = {
        "pk": str(one["pk"]),
        "kind": kind,
        "number": one["number"],
        "title": one["title"],
        "href": f"{_address(kind)}{one['number']}/",
        "state": state,
        "state_label": _label(kind, state, language),
        "why": one["pending_reason__name"] or "",
        "priority": str(one["priority"]),
        "requester": _name(one, "requester"),
        "vip": one["requester__is_vip"],
        "assignee": _name(one, "assignee"),
        "mine": one["assignee__pk"] == me,
        "workgroup": one["workgroup__name"],
        "look": face.look if face else "",
        "left": face.words if face else "",
        "due": day_and_time(due.astimezone(zone), today) if due else "",
        "age": age(one["created_at"], now),
    }
    told = (row[name] for name in ("title", "state", "why", "priority", "requester", "assignee", "workgroup", "look"))
    row["mark"] = f"{crc32('|'.join(map(str, told)).encode()):x}"
    return row


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
