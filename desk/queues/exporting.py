"""A list as a table for a spreadsheet, however long it is: row by row, in the order in which the tickets were logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from desk.tickets import kinds

from .queries import Listing

COLUMNS = {
    "Number": "number",
    "Kind": "kind",
    "Title": "title",
    "State": "state",
    "Priority": "priority",
    "Workgroup": "workgroup__name",
    "Assignee": "assignee__username",
    "Requester": "requester__username",
    "Service": "service__name",
    "Category": "category__name",
    "Site": "site__name",
    "Logged": "created_at",
    "Due": "due_at",
    "Changed": "updated_at",
}
AT_ONCE = 1000  # rows that are read together


def table(listing: Listing) -> Iterator[list[Any]]:
    """A head, and a row for each ticket of the list; moments are ISO 8601 in the reader's zone, with their offset."""
    yield list(COLUMNS)
    zone = timezone.get_current_timezone()
    for row in listing.rows.order_by("pk").values_list(*COLUMNS.values()).iterator(chunk_size=AT_ONCE):
        told = dict(zip(COLUMNS, row, strict=True))
        for name in ("Logged", "Due", "Changed"):
            told[name] = told[name] and told[name].astimezone(zone).isoformat(timespec="seconds")
        kind = kinds.get(told["Kind"])
        told |= {"Kind": kind.label, "State": str(kind.states(told["State"]).label), "Priority": f"P{told['Priority']}"}
        yield list(told.values())
