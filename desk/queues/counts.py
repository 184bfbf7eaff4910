"""The numbers around a list, remembered until anything moves in its queues: each is exact, and seldom counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from django.core.cache import cache
from django.db.models import OuterRef

from desk.people.models import Workgroup
from desk.tickets import revisions
from desk.tickets.models import Ticket
from desk.tickets.queries import COUNT_CAP, count_in_words, count_of, open_tickets

from .queries import Listing, Tab, tabs

REMEMBERED = 60  # seconds; time alone also makes a ticket late
Found = TypeVar("Found")


@dataclass(frozen=True)
class Counts:
    """What each tab of a list holds, and each workgroup's queue (by id), in words."""

    tabs: list[Tab]
    queues: dict[int, str]


def remembered(listing: Listing, groups: Sequence[Workgroup], *, asks: str, revision: str | None) -> Counts:
    """The counts of a list that `asks` for something (its filters) while these queues stand as the `revision` says."""
    return _kept(listing, f"{asks}|{revision}", revision, lambda: counted(listing, groups))


def of_list(listing: Listing, *, asks: str, revision: str | None) -> str:
    """How many are in a list that `asks` for something, in words; remembered in the same way."""
    told = f"one|{asks}|{revision}"
    return _kept(listing, told, revision, lambda: count_in_words(listing.rows[:COUNT_CAP].count()))


def _kept(listing: Listing, told: str, revision: str | None, count: Callable[[], Found]) -> Found:
    if revision is None:
        return count()
    told = f"{listing.user.pk}|{[group.pk for group in listing.groups]}|{told}|{listing.asleep}"
    key = f"queues.counts.{blake2b(told.encode(), digest_size=12).hexdigest()}"
    kept: Found | None = revisions.quietly(cache.get, key)
    if kept is None:
        kept = count()
        revisions.quietly(cache.set, key, kept, REMEMBERED)
    return kept


def counted(listing: Listing, groups: Sequence[Workgroup]) -> Counts:
    """The same, counted now: one statement for the tabs and one for the queues, neither further than the cap."""
    rows = open_tickets(Ticket.objects.filter(workgroup=OuterRef("pk")))
    each = Workgroup.objects.filter(pk__in=[group.pk for group in groups]).order_by().values_list("pk", count_of(rows))
    several = len(groups) > 1  # the only one's number stands in the tabs
    return Counts(tabs(listing) if listing.groups else [], {pk: count_in_words(n) for pk, n in each} if several else {})
