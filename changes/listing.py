"""The list of changes by what is to be done with them, and the spans of time that the record looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk.people.models import User

from . import queries
from .lifecycle import BEFORE_WORK, State
from .models import Change

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Tab -> its words, and the states in it.
TABS: dict[str, tuple[StrOrPromise, list[State]]] = {
    "coming": (_("Coming"), [State.APPROVED, State.SCHEDULED, State.IMPLEMENTING]),
    "waiting": (_("Waiting for approval"), [State.SUBMITTED]),
    "drafts": (_("Drafts"), [State.DRAFT, State.REJECTED]),
    "done": (_("To review or close"), [State.IMPLEMENTED, State.FAILED]),
    "over": (_("Over"), [State.CLOSED, State.CANCELLED]),
}


@dataclass
class Listing:
    """A page of changes, and the tabs above it: (key, words, whether it is this one)."""

    rows: Page[Change]
    tabs: list[tuple[str, StrOrPromise, bool]] = field(default_factory=list)


def page(user: User, *, tab: str, number: str) -> Listing:
    """A page of what this person may see; any odd tab or page number gives the nearest there is."""
    tab = tab if tab in TABS else "coming"
    rows = _ordered(queries.listed(user, states=TABS[tab][1]), tab)
    tabs = [(key, words, key == tab) for key, (words, states) in TABS.items()]
    return Listing(Paginator(rows, 25).get_page(number), tabs)


def _ordered(rows: QuerySet[Change], tab: str) -> QuerySet[Change]:
    """What comes first is first; what is over, the last first."""
    if State(TABS[tab][1][0]) in BEFORE_WORK:
        return rows.order_by(F("planned_start").asc(nulls_last=True), "pk")
    return rows.order_by(F("finished_at").desc(nulls_last=True), "-pk")


@dataclass(frozen=True)
class Since:
    """How far back the record looks."""

    days: int
    moment: datetime
    offered: tuple[int, ...] = (30, 90, 365)


def since(days: str) -> Since:
    """The span that an address names, or a year."""
    chosen = int(days) if days in ("30", "90", "365") else 365
    return Since(chosen, timezone.now() - timedelta(days=chosen))
