"""The agenda of the approver groups: everything that waits for each, as far as the reader may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from desk.people.models import User
from desk.people.rules import is_analyst
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import visible_to

from . import queries
from .card import Shown, Viewer
from .models import ApproverGroup, Round, Seat, Stage


@dataclass(frozen=True)
class Item:
    """A ticket that waits, as its own kind, and the round that waits; `details` are the kind's own template."""

    ticket: Ticket
    shown: Shown

    @property
    def details(self) -> list[str]:
        return details_of(self.ticket)


def details_of(ticket: Ticket) -> list[str]:
    """The template that tells an approver what it is about: its kind's own, where there is one."""
    return [f"{ticket.kind_info.room}/agenda_row.html", "approvals/agenda_row.html"]


@dataclass(frozen=True)
class Agenda:
    """What waits for one group, the most urgent first."""

    group: ApproverGroup
    items: list[Item]


def groups_for(user: User) -> list[ApproverGroup]:
    """The groups whose agenda somebody may read: an analyst all, everybody else those they are a member of."""
    active = ApproverGroup.objects.filter(is_active=True)
    return list(active if is_analyst(user) else active.filter(members=user))


def agendas(user: User, groups: list[ApproverGroup]) -> list[Agenda]:
    """For each group what waits for it; the same number of queries however much that is."""
    asked = Seat.groups.through.objects.filter(approvergroup__in=groups, seat__round__stage=Stage.OPEN)
    by_group: dict[int, set[int]] = {}
    for group, found in asked.values_list("approvergroup", "seat__round"):
        by_group.setdefault(group, set()).add(found)
    wanted = set().union(*by_group.values()) if by_group else set()
    rounds = Round.objects.filter(
        queries.awaiting("ticket__"), pk__in=wanted, ticket__in=visible_to(user).values("pk")
    ).prefetch_related(Prefetch("seats", queries.seats()))
    rounds = rounds.select_related("ticket").order_by("ticket__priority", "opened_at")
    tickets = as_their_kinds([one.ticket for one in rounds])
    viewer = Viewer(user)
    items = {one.pk: Item(tickets[one.ticket_id], viewer.shown(one, tickets[one.ticket_id])) for one in rounds}
    return [Agenda(group, [items[pk] for pk in items if pk in by_group.get(group.pk, ())]) for group in groups]


def as_their_kinds(tickets: list[Ticket]) -> dict[int, Ticket]:
    """Each ticket by id, with the columns of its own kind; a query for each kind, and for each of its lists."""
    found: dict[int, Ticket] = {}
    for kind in kinds.every():
        of_kind = [ticket.pk for ticket in tickets if ticket.kind == kind.name]
        if of_kind:
            rows = kind.model._default_manager.filter(pk__in=of_kind)
            several = [field.name for field in kind.model._meta.many_to_many]
            whole = rows.select_related("requester", "service", "workgroup").prefetch_related(*several)
            found |= {row.pk: row for row in whole}
    return found
