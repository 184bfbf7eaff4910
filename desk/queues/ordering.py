"""The orders in which a queue can be read, and the keys by which its pages follow one another."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from desk.tickets.models import Ticket

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(-|[0-9]{1,18})\.([1-5])\.([0-9]{1,18})")

# Each order ends with what makes it total. By breach: what runs out next, and last what isn't running.
ORDERS: dict[str, list[Any]] = {
    "breach": [F("due_at").asc(nulls_last=True), "priority", "pk"],
    "priority": ["priority", "pk"],
}
DEFAULT = "breach"


def ordered(rows: QuerySet[Ticket], order: str) -> QuerySet[Ticket]:
    return rows.order_by(*ORDERS[order])


def after(rows: QuerySet[Ticket], order: str, key: str) -> QuerySet[Ticket]:
    """The rows that follow the one with this key; all of them when it is no key."""
    parsed = _KEY.fullmatch(key)
    if parsed is None:
        return rows
    due, priority, pk = parsed[1], int(parsed[2]), int(parsed[3])
    later = Q(priority__gt=priority) | Q(priority=priority, pk__gt=pk)
    if order == "priority":
        return rows.filter(later, priority__gte=priority)
    if due == "-":
        return rows.filter(later, due_at=None)
    try:
        moment = _EPOCH + timedelta(microseconds=int(due))
    except OverflowError:
        return rows
    return rows.filter(Q(due_at__gt=moment) | Q(due_at=None) | (Q(due_at=moment) & later))


def key_of(due_at: datetime | None, priority: int, pk: int) -> str:
    """The key of the row with these values, in either order."""
    due = "-" if due_at is None else (due_at - _EPOCH) // timedelta(microseconds=1)
    return f"{due}.{priority}.{pk}"
