"""The rows of the table: what is asked, and by whom. To measure something else, add it here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote

from desk.people.models import User

from .lay import COMMON, RARE, Company
from .visitors import Visitor

HTMX = {"HX-Request": "true"}
MOVED_NOT, DONE = frozenset({304}), frozenset({302})

# Asks once, the n-th time (for what must differ each time), and returns (status, bytes).
Ask = Callable[[Visitor, int], tuple[int, int]]


@dataclass(frozen=True)
class Row:
    name: str
    who: User
    ask: Ask
    good: frozenset[int] = frozenset({200})


def get(address: str, **headers: str) -> Ask:
    """Asks for a page."""
    return lambda visitor, n: visitor.get(address, **headers)


def post(address: str, data: str, **headers: str) -> Ask:
    """Sends a form, the same each time; what must differ each time needs an `Ask` of its own."""
    return lambda visitor, n: visitor.post(address, data, **headers)


def poll(address: str) -> Ask:
    """Asks whether anything moved, with the tag of the page as this visitor has it; nothing did."""
    tags: dict[int, str] = {}

    def ask(visitor: Visitor, n: int) -> tuple[int, int]:
        if id(visitor) not in tags:
            found = re.search(r'data-tag="([^"]+)"', visitor.text(address))
            tags[id(visitor)] = unescape(found[1]) if found else ""
        return visitor.get(address, **{"Live": "1", "If-None-Match": tags[id(visitor)]})

    return ask


def log_one(visitor: Visitor, n: int) -> tuple[int, int]:
    """Logs another incident each time: routing, clocks and events are part of it."""
    return visitor.post(
        "/incidents/new/", f"title=Label+printer+{n}+prints+nothing&impact=3&urgency=2&description=Since+nine"
    )


def each(numbers: list[str], move: str, data: str = "") -> Ask:
    """Makes the move with another incident each time."""
    return lambda visitor, n: visitor.post(f"/incidents/{numbers[n % len(numbers)]}/{move}/", data)


def rows(company: Company) -> list[Row]:
    sam, erin = company.analyst, company.requester
    typed = quote("The label printer on the ward prints blank pages")
    return [
        Row("home page of an analyst", sam, get("/")),
        Row("home page of an end user", erin, get("/")),
        Row("queue page", sam, get(f"/queues/{company.workgroup.slug}/")),
        Row("filtered queue", sam, get(f"/queues/{company.workgroup.slug}/?priority=3&priority=4&state=logged")),
        Row("poll with nothing new", sam, poll(f"/queues/{company.workgroup.slug}/"), MOVED_NOT),
        Row("ticket page with 10 events", sam, get(company.talked.get_absolute_url())),
        Row("search: a rare word", sam, get(f"/search/?q={RARE}")),
        Row("search: a common word", sam, get(f"/search/?q={COMMON}")),
        Row("search: two words, one mistyped", sam, get("/search/?q=laptpo+freezes")),
        Row("search: a common word, by an end user", erin, get(f"/search/?q={COMMON}")),
        Row("search: a number, in the quick box", sam, get("/search/quick/?q=4711")),
        Row("similar, while an analyst logs", sam, post("/incidents/similar/", f"title={typed}")),
        Row("similar, on an incident's page", sam, get(f"{company.talked.get_absolute_url()}similar/", **HTMX)),
        Row("similar, while an end user logs", erin, post("/incidents/similar/", f"title={typed}")),
        Row("log an incident", erin, log_one, DONE),
        Row("take", sam, each(company.free, "take"), DONE),
        Row("resolve", sam, each(company.free, "do/resolve", f"code={company.code}&solution=Restarted+it"), DONE),
    ]
