"""Questions about tickets: which someone may see, the queues, the timeline, and which moves are open to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, IntegerField, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_fsm import Transition

from desk.people.models import User, Workgroup
from desk.people.queries import analysts_of
from desk.people.rules import reach

from . import flow, kinds, rules
from .kinds import Kind
from .models import Attachment, Event, PendingReason, PriorityCell, Ticket, Visibility, Watcher


def visible_to(user: User, model: type[Ticket] = Ticket) -> QuerySet[Any]:
    """The tickets a person may see; the twin of `rules.may_view`."""
    watched = Watcher.objects.filter(ticket=OuterRef("pk"), user=user)
    seen = in_reach(user) | Q(requester=user) | Q(reporter=user) | Q(Exists(watched))
    if reach(user).view:
        seen |= Q(kind__in=[kind.name for kind in kinds.every() if kind.open_to_it])
    return model._default_manager.filter(seen)


def in_reach(user: User, prefix: str = "") -> Q:
    """The tickets of which a person may see what is internal; the twin of `rules.may_see_internal`."""
    first, *others = reach_parts(user, prefix)
    for part in others:
        first |= part
    return first


def reach_parts(user: User, prefix: str = "") -> list[Q]:
    """What `in_reach` holds, in parts that an index of its own finds each; the first by workgroup."""
    mine = reach(user)
    shared = [kind.name for kind in kinds.every() if kind.shared_with_parent]
    through = Q(**{f"{prefix}kind__in": shared, f"{prefix}parent__workgroup__in": mine.view})
    parts = [Q(**{f"{prefix}workgroup__in": mine.view}), through]
    return [*parts, Q(**{f"{prefix}kind__in": mine.oversee})] if mine.oversee else parts


def visible_parts(user: User, kind: Kind) -> list[QuerySet[Ticket]]:
    """What `visible_to` holds of a kind, in parts that an index of its own finds each; a ticket may be in several."""
    seen = reach(user).view
    parts = [Q(requester=user), Q(reporter=user), Q(pk__in=Watcher.objects.filter(user=user).values("ticket"))]
    if seen:
        parts.append(Q(workgroup__in=seen))
    if kind.name in reach(user).oversee or (seen and kind.open_to_it):
        parts.append(Q())
    if seen and kind.shared_with_parent:
        parts.append(Q(parent__workgroup__in=seen))
    return [Ticket.objects.filter(part, kind=kind.name) for part in parts]


def events_visible_to(user: User) -> QuerySet[Event]:
    """The events a person may see, of all tickets; the twin of `rules.may_see_event`."""
    theirs = Exists(visible_to(user).filter(pk=OuterRef("ticket")))  # asked of each: there may be a million tickets
    seen = Q(theirs) & (Q(visibility=Visibility.PUBLIC) | in_reach(user, "ticket__"))
    for kind in kinds.every():
        if kind.told_to_all:
            for_all = Q(visibility=Visibility.PUBLIC, kind__in=kind.told_to_all, ticket__kind=kind.name)
            seen = for_all | seen
    return Event.objects.filter(seen)


def get_visible(user: User, number: str, model: type[Ticket] = Ticket) -> Any:
    """The ticket with this number, through the permission: Http404 when it is foreign or missing."""
    found = _whole(visible_to(user, model), number)
    if found is None:
        raise Http404(_("No such ticket."))
    return found


def get_sent_away(user: User, number: str, model: type[Ticket]) -> Any:
    """As `get_visible`, and also what this person sent out of their own sight and may take back."""
    found = _whole(model._default_manager.all(), number)
    if found is None or not (rules.may_view(found, user) or rules.sent_it_away(found, user)):
        raise Http404(_("No such ticket."))
    return found


def _whole(rows: QuerySet[Any], number: str) -> Any:
    """The ticket of this number with all that its page names; None when it isn't among the rows."""
    named = ("requester", "reporter", "assignee", "workgroup", "service", "site", "pending_reason", "parent__workgroup")
    its_own = next((kind.named for kind in kinds.every() if kind.model is rows.model), ())
    # Without an order: Django compares each of the hundred columns that it selects with what it orders by.
    return next(iter(rows.select_related(*named, *its_own).filter(number=number.upper()).order_by()), None)


def came_from(ticket: Ticket) -> tuple[Workgroup, User | None]:
    """The workgroup that a ticket was sent from last, and who had it there, if they still work for it."""
    sent = ticket.events.filter(inside__moved=True).latest("at", "pk")
    old = {change["field"]: change.get("old_id") for change in sent.inside["changes"]}
    workgroup = Workgroup.objects.get(pk=old["workgroup"])
    assignee: Any = old.get("assignee")
    return workgroup, analysts_of(workgroup).filter(pk=assignee).first()


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


NEWEST = 100  # events on a ticket's page; the earlier ones are asked for


def newest(ticket: Ticket, user: User, *, whole: bool = False) -> tuple[list[Event], bool]:
    """The last events of `timeline` (or the `whole` of it), oldest first, and whether there are earlier ones."""
    if whole:
        return list(timeline(ticket, user)), False
    found = list(timeline(ticket, user).order_by("-at", "-pk")[: NEWEST + 1])
    return found[:NEWEST][::-1], len(found) > NEWEST


def trail_in(events: Iterable[Event]) -> list[tuple[str, str, datetime]]:
    """The same of events that are all there are, without asking again."""
    return [(event.data.get("from") or "", event.data["to"], event.at) for event in events if "to" in event.data]


def trail(ticket: Ticket, user: User) -> list[tuple[str, str, datetime]]:
    """(from, to, when) of every event that set a state, as far as the person may know, oldest first.

    The first comes from nowhere. Reads values alone, so that a long history costs little.
    """
    moved = ticket.events.filter(data__has_key="to")
    if not rules.may_see_internal(ticket, user):
        moved = moved.filter(visibility=Visibility.PUBLIC)
    return [(old or "", new, at) for old, new, at in moved.values_list("data__from", "data__to", "at")]


def attachment_for(user: User, key: Any) -> Attachment:
    """The attachment with this key, if the person may see its event; Http404 otherwise."""
    found = Attachment.objects.select_related("event__ticket").filter(key=key).first()
    if found is None or not rules.may_see_event(found.event, user):
        raise Http404(_("No such file."))
    return found


def open_tickets(tickets: QuerySet[Any]) -> QuerySet[Any]:
    """Those in which something is left to do."""
    living, over = _living_states()
    return tickets.filter(over, state__in=living)


@cache
def _living_states() -> tuple[list[str], Q]:
    """The states in which a ticket of some kind is open, and of those, what isn't over for its own kind.

    Said this way round since an index leaves out whatever is over by the states alone, and few are over for one kind
    while they are open for another.
    """
    living = sorted({state for kind in kinds.every() for state in kind.states.values if state not in kind.closed})
    over = Q()
    for kind in kinds.every():
        if closed_here := sorted(kind.closed & set(living)):
            over &= ~Q(kind=kind.name, state__in=closed_here)
    return living, over


def at_work(tickets: QuerySet[Any]) -> QuerySet[Any]:
    """Of the open ones, those that wait for an analyst: what is solved waits for its requester, others for others.

    This is a load.
    """
    return open_tickets(tickets).exclude(state__in=idle_states())


def idle_states() -> list[str]:
    """The open states in which nobody of the workgroup has anything to do."""
    return sorted({state for kind in kinds.every() for state in kind.idle})


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
        label=flow.label_of(ticket, step, user),
        icon=step.custom.get("icon", "arrow-right"),
        tone=step.custom.get("tone", ""),
        open=not obstacles,
        possible_here=any(s.name == step.name and s.source == ticket.state for s in flow.all_transitions(type(ticket))),
        because=tuple(obstacles),
    )


# -- counting ---------------------------------------------------------------------------------

COUNT_CAP = 1001  # counts stop here; the page says “1,000+”


def count_in_words(count: int) -> str:
    """A count that stopped at the cap: “12”, or “1,000+”."""
    return f"{COUNT_CAP - 1:,}+" if count >= COUNT_CAP else f"{count:,}"


def count_of(*parts: QuerySet[Any]) -> Func:
    """How many rows the parts hold together, up to the cap, for each row of an outer query.

    No part is read further than that: one that reaches the cap settles it, and what stops short of it is there in full.
    """
    first, *others = (part.order_by().values("pk")[:COUNT_CAP] for part in parts)
    some = ArraySubquery(first.union(*others)[:COUNT_CAP] if others else first)
    # Where Django knows that nothing can match it writes NULL, of which PostgreSQL knows neither type nor length.
    return Func(some, template="COALESCE(CARDINALITY(%(expressions)s::bigint[]), 0)", output_field=IntegerField())
