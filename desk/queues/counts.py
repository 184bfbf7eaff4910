"""The numbers around a list, remembered until anything moves in its queues: each is exact, and seldom counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from django.core.cache import cache
from django.db.models import OuterRef

from desk.people.models import Workgroup
from desk.tickets import revisions
from desk.tickets.models import Ticket
from desk.tickets.queries import count_in_words, count_of, open_tickets

from .queries import Listing, Tab, tabs

REMEMBERED = 60  # seconds; time alone also makes a ticket late


@dataclass(frozen=True)
class Counts:
    """What each tab of a list holds, and each workgroup's queue (by id), in words."""

    tabs: list[Tab]
    queues: dict[int, str]


def remembered(listing: Listing, groups: Sequence[Workgroup], *, asks: str, revision: str | None) -> Counts:
    """The counts of a list that `asks` for something (its filters) while these queues stand as the `revision` says."""
    if revision is None:
        return counted(listing, groups)
    told = f"{listing.user.pk}|{[group.pk for group in listing.groups]}|{asks}|{revision}|{listing.asleep}"
    key = f"queues.counts.{blake2b(told.encode(), digest_size=12).hexdigest()}"
    kept: Counts | None = revisions.quietly(cache.get, key)
    if kept is None:
        kept = counted(listing, groups)
        revisions.quietly(cache.set, key, kept, REMEMBERED)
    return kept


def counted(listing: Listing, groups: Sequence[Workgroup]) -> Counts:
    """The same, counted now: one statement for the tabs and one for the queues, neither further than the cap."""
    rows = open_tickets(Ticket.objects.filter(workgroup=OuterRef("pk")))
    each = Workgroup.objects.filter(pk__in=[group.pk for group in groups]).order_by().values_list("pk", count_of(rows))
    several = len(groups) > 1  # the only one's number stands in the tabs
    return Counts(tabs(listing) if listing.groups else [], {pk: count_in_words(n) for pk, n in each} if several else {})
