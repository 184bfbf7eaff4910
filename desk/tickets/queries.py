"""Questions about tickets: which someone may see, the queues, the timeline, and which moves are open to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django_fsm import Transition

from desk.people.models import User, Workgroup
from desk.people.queries import analysts_of
from desk.people.rules import reach

from . import flow, kinds, rules
from .models import LINK_BACKWARDS, Attachment, Event, Link, PendingReason, PriorityCell, Ticket, Visibility, Watcher


def visible_to(user: User, model: type[Ticket] = Ticket) -> QuerySet[Any]:
    """The tickets a person may see; the twin of `rules.may_view`."""
    watched = Watcher.objects.filter(ticket=OuterRef("pk"), user=user)
    return model._default_manager.filter(
        Q(workgroup__in=reach(user).view) | Q(requester=user) | Q(reporter=user) | Q(Exists(watched))
    )


def events_visible_to(user: User) -> QuerySet[Event]:
    """The events a person may see, of all tickets; the twin of `rules.may_see_event`."""
    return Event.objects.filter(
        Q(visibility=Visibility.PUBLIC) | Q(ticket__workgroup__in=reach(user).view),
        ticket__in=visible_to(user).values("pk"),
    )


def get_visible(user: User, number: str, model: type[Ticket] = Ticket) -> Any:
    """The ticket with this number, through the permission: Http404 when it is foreign or missing."""
    found = (
        visible_to(user, model)
        .select_related("requester", "reporter", "assignee", "workgroup", "service", "site", "pending_reason")
        .filter(number=number.upper())
        .first()
    )
    if found is None:
        raise Http404("No such ticket.")
    return found


def timeline(ticket: Ticket, user: User) -> QuerySet[Event]:
    """The events a person may see of a ticket that they may see, oldest first, with actors and files.

    Those who may not see what is internal get public events only, and never the `inside` column.
    """
    events = ticket.events.select_related("actor").prefetch_related(
        Prefetch("attachments", queryset=Attachment.objects.order_by("pk"))
    )
    if rules.may_see_internal(ticket, user):
        return events
    return events.filter(visibility=Visibility.PUBLIC).defer("inside")


def attachment_for(user: User, key: Any) -> Attachment:
    """The attachment with this key, if the person may see its event; Http404 otherwise."""
    found = Attachment.objects.select_related("event__ticket").filter(key=key).first()
    if found is None or not rules.may_see_event(found.event, user):
        raise Http404("No such file.")
    return found


def open_tickets(tickets: QuerySet[Any]) -> QuerySet[Any]:
    """Those in which something is left to do."""
    over = Q()
    for kind in kinds.every():
        over |= Q(kind=kind.name, state__in=kind.closed)
    return tickets.exclude(over)


def queue(workgroup: Workgroup) -> QuerySet[Ticket]:
    """Everything unfinished of a workgroup: most urgent first, then oldest."""
    return (
        open_tickets(Ticket.objects.filter(workgroup=workgroup))
        .select_related("requester", "assignee", "service", "pending_reason")
        .order_by("priority", "pk")
    )


def links_of(ticket: Ticket, user: User) -> list[tuple[str, Ticket]]:
    """(how, other ticket) for each link whose other end the person may see."""
    rows = Link.objects.filter(Q(source=ticket) | Q(target=ticket)).select_related("source", "target")
    linked = Q(links_in__source=ticket) | Q(links_out__target=ticket)
    seen = set(visible_to(user).filter(linked).values_list("pk", flat=True))
    found = []
    for row in rows:
        forward = row.source_id == ticket.pk
        other = row.target if forward else row.source
        if other.pk in seen:
            words = row.get_kind_display() if forward else LINK_BACKWARDS[row.kind]  # type: ignore[index]
            found.append((str(words), other))
    return found


def priority_for(impact: int, urgency: int) -> int:
    """The matrix's priority; where an admin deleted the cell, the middle of the scale."""
    cell = PriorityCell.objects.filter(impact=impact, urgency=urgency).first()
    return cell.priority if cell else 3


def pending_reasons() -> QuerySet[PendingReason]:
    return PendingReason.objects.filter(is_active=True)


@dataclass(frozen=True)
class Move:
    """A transition as it stands for one person: open, or shut and why."""

    name: str
    label: str
    icon: str
    tone: str
    open: bool
    possible_here: bool  # the present state has this transition, whoever asks
    because: tuple[str, ...]


def moves(ticket: Ticket, user: User) -> list[Move]:
    """Every transition of the ticket's kind in the lifecycle's own order, open or shut for this person."""
    by_name: dict[str, Transition] = {}
    for step in flow.all_transitions(type(ticket)):
        by_name.setdefault(step.name, step)
    return sorted((_move(ticket, user, step) for step in by_name.values()), key=lambda move: _rank(by_name[move.name]))


def _rank(step: Transition) -> int:
    return int(step.custom.get("rank", 99))


def _move(ticket: Ticket, user: User, step: Transition) -> Move:
    permission: Any = step.permission
    obstacles = flow.unmet(ticket, step.name, user)
    if not permission(ticket, user):
        obstacles = [permission.why_not(ticket), *obstacles]
    return Move(
        name=step.name,
        label=step.custom["label"],
        icon=step.custom.get("icon", "arrow-right"),
        tone=step.custom.get("tone", ""),
        open=not obstacles,
        possible_here=any(s.name == step.name and s.source == ticket.state for s in flow.all_transitions(type(ticket))),
        because=tuple(obstacles),
    )


# -- queues -----------------------------------------------------------------------------------

PAGE = 50  # rows of a queue page
COUNT_CAP = 1001  # counts stop here; the page says “1,000+”

TABS = {
    "all": ("All open", lambda user: Q()),
    "unassigned": ("Unassigned", lambda user: Q(assignee=None) & ~Q(state="resolved")),
    "mine": ("Mine", lambda user: Q(assignee=user)),
    "pending": ("Pending", lambda user: Q(state="pending")),
    "resolved": ("To confirm", lambda user: Q(state="resolved")),
}


@dataclass(frozen=True)
class Page:
    """A page of rows, and the key after which the next one begins (empty at the end)."""

    rows: list[Ticket]
    next_after: str


@dataclass(frozen=True)
class Tab:
    """A tab above a queue, with its capped count in words."""

    key: str
    label: str
    count: str
    current: bool


def queue_page(workgroup: Workgroup, user: User, *, tab: str = "all", after: str = "") -> Page:
    """A page of the queue by keyset: as quick at the end of a long queue as at its start."""
    rows = queue(workgroup).filter(TABS.get(tab, TABS["all"])[1](user))
    if (key := _parse_key(after)) is not None:
        rows = rows.filter(Q(priority__gt=key[0]) | Q(priority=key[0], pk__gt=key[1]))
    found = list(rows[: PAGE + 1])
    more = len(found) > PAGE
    return Page(found[:PAGE], f"{found[PAGE - 1].priority}.{found[PAGE - 1].pk}" if more else "")


def _parse_key(after: str) -> tuple[int, int] | None:
    priority, _, pk = after.partition(".")
    if priority.isdecimal() and pk.isdecimal() and len(after) < 20:
        return int(priority), int(pk)
    return None


def queue_tabs(workgroup: Workgroup, user: User, current: str) -> list[Tab]:
    rows = queue(workgroup).order_by().select_related(None)
    current = current if current in TABS else "all"
    return [Tab(key, label, capped(rows.filter(narrow(user))), key == current) for key, (label, narrow) in TABS.items()]


def capped(rows: QuerySet[Any]) -> str:
    """How many rows, counting no further than the cap."""
    count = rows[:COUNT_CAP].count()
    return f"{COUNT_CAP - 1:,}+" if count >= COUNT_CAP else str(count)


@dataclass(frozen=True)
class QueueCount:
    """What waits in one workgroup's queue."""

    workgroup: Workgroup
    open: int
    unassigned: int
    urgent: int


def queue_counts(user: User) -> list[QueueCount]:
    """For each queue the person may see: open, unassigned and P1–P2 tickets, with two queries."""
    groups = list(Workgroup.objects.filter(pk__in=reach(user).view, is_active=True))
    rows = (
        open_tickets(Ticket.objects.filter(workgroup__in=groups))
        .order_by()
        .values("workgroup")
        .annotate(
            open=Count("pk"),
            unassigned=Count("pk", filter=Q(assignee=None)),
            urgent=Count("pk", filter=Q(priority__lte=2)),
        )
    )
    counts = {row["workgroup"]: row for row in rows}
    none = {"open": 0, "unassigned": 0, "urgent": 0}
    return [
        QueueCount(group, *(counts.get(group.pk, none)[key] for key in ("open", "unassigned", "urgent")))
        for group in groups
    ]


def my_work(user: User) -> QuerySet[Ticket]:
    """Unfinished tickets that are assigned to the person, most urgent first; resolved ones wait for others."""
    return (
        open_tickets(Ticket.objects.filter(assignee=user))
        .exclude(state="resolved")
        .select_related("requester", "assignee", "service", "workgroup", "pending_reason")
        .order_by("priority", "pk")
    )


@dataclass(frozen=True)
class Load:
    """One analyst's unfinished tickets in a workgroup; `user` None holds what nobody has."""

    user: User | None
    tickets: list[Ticket]
    urgent: int


def team_load(workgroup: Workgroup, most: int = 500) -> list[Load]:
    """The workgroup's work by analyst (resolved tickets aside), the most loaded first, with two queries."""
    by_user: dict[int | None, list[Ticket]] = {None: []}
    people: dict[int | None, User] = {}
    for person in analysts_of(workgroup):
        by_user[person.pk], people[person.pk] = [], person
    for ticket in queue(workgroup).exclude(state="resolved")[:most]:
        by_user.setdefault(ticket.assignee_id, []).append(ticket)
        if ticket.assignee is not None:
            people.setdefault(ticket.assignee_id, ticket.assignee)
    loads = [
        Load(people.get(pk), tickets, sum(ticket.priority <= 2 for ticket in tickets))
        for pk, tickets in by_user.items()
    ]
    return sorted(loads, key=lambda load: (load.user is not None, -len(load.tickets), str(load.user)))
