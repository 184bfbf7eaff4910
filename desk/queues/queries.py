"""Questions about queues: which someone may see, what waits in each, and a page of a list narrowed as they wish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.people.models import User, Workgroup
from desk.people.rules import reach
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import at_work, count_in_words, count_of, idle_states, open_tickets

from . import ordering
from .filters import at_risk, breached

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 50  # rows of a queue page

# Tabs for states that not every kind of ticket has; left out where the workgroups take none that has them.
TABS_OF_A_STATE = {"waiting": ["waiting", "awaiting_approval"], "resolved": ["resolved", "fulfilled"]}
TABS: dict[str, tuple[StrOrPromise, Callable[[User], Q]]] = {
    "all": (_("All open"), lambda user: Q()),
    "unassigned": (_("Unassigned"), lambda user: Q(assignee=None) & ~Q(state__in=idle_states())),
    "mine": (pgettext_lazy("tickets", "Mine"), lambda user: Q(assignee=user)),
    "risk": (_("At risk"), lambda user: at_risk()),
    "breached": (_("Breached"), lambda user: breached()),
    "pending": (_("Pending"), lambda user: Q(state="pending")),
    "waiting": (_("Waiting for others"), lambda user: Q(state__in=TABS_OF_A_STATE["waiting"])),
    "asleep": (pgettext_lazy("tickets", "Put aside"), lambda user: Q()),
    "resolved": (_("To confirm"), lambda user: Q(state__in=TABS_OF_A_STATE["resolved"])),
}
Narrow = Callable[[QuerySet[Ticket]], QuerySet[Ticket]]


def queue(workgroup: Workgroup) -> QuerySet[Ticket]:
    """Everything unfinished of a workgroup; what breaches next comes first."""
    return ordering.ordered(open_tickets(Ticket.objects.filter(workgroup=workgroup)), ordering.DEFAULT)


@dataclass(frozen=True)
class Listing:
    """A list of open tickets of some workgroups, as one person asked for it."""

    user: User
    groups: tuple[Workgroup, ...]
    narrow: Narrow = lambda rows: rows  # what the filters leave of any rows
    tab: str = "all"
    order: str = ordering.DEFAULT
    asleep: tuple[int, ...] = ()  # what the person has put aside: in a tab of its own, and in no other

    def all_of(self, *workgroups: Any) -> QuerySet[Ticket]:
        """What the filters leave of the open tickets of these workgroups (by id), whatever the tab."""
        whose = Q(workgroup=workgroups[0]) if len(workgroups) == 1 else Q(workgroup__in=workgroups)
        return self.narrow(open_tickets(Ticket.objects.filter(whose)))

    @property
    def rows(self) -> QuerySet[Ticket]:
        """Everything that fits, in no order."""
        whole = self.all_of(*(group.pk for group in self.groups)) if self.groups else Ticket.objects.none()
        return self.of_tab(whole, self.tab)

    def of_tab(self, rows: QuerySet[Ticket], tab: str) -> QuerySet[Ticket]:
        """Those of the rows that stand in a tab."""
        if tab == "asleep":
            return rows.filter(pk__in=self.asleep)
        return (rows.exclude(pk__in=self.asleep) if self.asleep else rows).filter(TABS[tab][1](self.user))

    def page(self, after: str = "", size: int = PAGE) -> QuerySet[Ticket]:
        """A page of it and one row more, by keyset: as quick at the end of a long list as at its start.

        Of several workgroups each gives its own first rows, by the index that has them in order, and the first of
        those are the page; no long list is ever sorted as a whole. What one person has is short, wherever it is.
        """
        if len(self.groups) < 2 or self.tab == "mine":
            rows = self.rows
            return ordering.after(ordering.ordered(rows, self.order), self.order, after)[: size + 1]
        own = self.of_tab(self.all_of(OuterRef("pk")), self.tab)
        first = ordering.after(ordering.ordered(own, self.order), self.order, after)[: size + 1]
        each = Workgroup.objects.filter(pk__in=[group.pk for group in self.groups]).order_by()
        # Typed, since Django writes a bare NULL where it knows that nothing can match.
        found = each.values_list(Func(ArraySubquery(first.values("pk")), template="UNNEST(%(expressions)s::bigint[])"))
        return ordering.ordered(Ticket.objects.filter(pk__in=found), self.order)[: size + 1]


@dataclass(frozen=True)
class Tab:
    """A tab above a list, with its capped count in words; remembered for readers of any language."""

    key: str
    count: str

    @property
    def label(self) -> str:
        """Its name in the reader's language; tabs are remembered between requests."""
        return str(TABS[self.key][0])


def tabs(listing: Listing) -> list[Tab]:
    """The tabs with what the filters leave in each; one statement, and none is counted further than the cap."""
    offered = _offered(listing)
    everything = listing.all_of(*(group.pk for group in listing.groups)) if listing.groups else Ticket.objects.none()
    counts = [count_of(listing.of_tab(everything, key)) for key in offered]
    found = User.objects.filter(pk=listing.user.pk).order_by().values_list(*counts).first() or ()
    return [Tab(key, count_in_words(count)) for key, count in zip(offered, found, strict=False)]


def _offered(listing: Listing) -> list[str]:
    states = {
        state
        for kind in kinds.every()
        if any(_has_some(group, kind) for group in listing.groups)
        for state in kind.states.values
    }
    return [
        key
        for key in TABS
        if (key != "asleep" or listing.asleep or key == listing.tab)
        and (key not in TABS_OF_A_STATE or not states.isdisjoint(TABS_OF_A_STATE[key]) or key == listing.tab)
    ]


def _has_some(workgroup: Workgroup, kind: kinds.Kind) -> bool:
    """Whether such tickets come into the queue; an inactive workgroup gets none, and may still hold what it took."""
    return workgroup.takes_some(kind.name) or not workgroup.is_active


def queues_of(user: User) -> QuerySet[Workgroup]:
    """The workgroups whose queue the person may see; an inactive one for as long as something is left to do there."""
    left = open_tickets(Ticket.objects.filter(workgroup=OuterRef("pk")))
    return Workgroup.objects.filter(Q(is_active=True) | Exists(left), pk__in=reach(user).view)


def known_queues(user: User) -> list[Workgroup]:
    """`queues_of`, read once and kept on the user object (so: once per request)."""
    kept: list[Workgroup] | None = getattr(user, "_queues", None)
    if kept is None:
        kept = list(queues_of(user)) if reach(user).view else []
        setattr(user, "_queues", kept)  # noqa: B010 (the request holds a lazy proxy of the user)
    return kept


@dataclass(frozen=True)
class QueueCount:
    """What waits in one workgroup's queue; counts in words, since they stop at the cap."""

    workgroup: Workgroup
    open: str
    unassigned: str
    urgent: str


def queue_counts(user: User) -> list[QueueCount]:
    """For each queue the person may see: open, unassigned and P1–P2 tickets, with one query."""
    rows = Ticket.objects.filter(workgroup=OuterRef("pk"))
    counted = queues_of(user).annotate(
        open=count_of(open_tickets(rows)),
        unassigned=count_of(at_work(rows).filter(assignee=None)),
        urgent=count_of(open_tickets(rows).filter(priority__lte=2)),
    )
    return [QueueCount(group, *map(count_in_words, (group.open, group.unassigned, group.urgent))) for group in counted]


def my_work(user: User) -> QuerySet[Ticket]:
    """Unfinished tickets that are assigned to the person, next breach first; resolved ones wait for others."""
    rows = at_work(Ticket.objects.filter(assignee=user))
    return ordering.ordered(rows.select_related(*named()), ordering.DEFAULT)


def named() -> Iterable[str]:
    """What a plain row names beside the ticket itself."""
    return ("requester", "assignee", "service", "workgroup", "pending_reason")
