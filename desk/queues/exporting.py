"""A list as a table for a spreadsheet, however long it is: row by row, in the order in which the tickets were logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from desk.people.language import in_english
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
    """A head, and a row for each ticket of the list; moments are ISO 8601 in the reader's zone, with their offset.

    In English, whoever reads it: what one writes with it is the same table for everybody.
    """
    yield list(COLUMNS)
    words = _words()
    zone = timezone.get_current_timezone()
    for row in listing.rows.order_by("pk").values_list(*COLUMNS.values()).iterator(chunk_size=AT_ONCE):
        told = dict(zip(COLUMNS, row, strict=True))
        for name in ("Logged", "Due", "Changed"):
            told[name] = told[name] and told[name].astimezone(zone).isoformat(timespec="seconds")
        kind, state = words[told["Kind"], told["State"]]
        told |= {"Kind": kind, "State": state, "Priority": f"P{told['Priority']}"}
        yield list(told.values())


def _words() -> dict[tuple[str, str], tuple[str, str]]:
    """What each state of each kind is called, with the kind's name."""
    with in_english():
        return {
            (kind.name, state): (str(kind.label), str(label))
            for kind in kinds.every()
            for state, label in kind.states.choices
        }
