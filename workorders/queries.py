"""Questions about work orders: those of a ticket, who could do one, and what somebody has to do today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from desk.assignment.queries import NoCatchAll, route
from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.people.rules import reach
from desk.tickets.models import Ticket

from .lifecycle import State
from .models import UNFINISHED, ChecklistItem, CreationRule, Dependency, OrderTemplate, WorkOrder, WorkType

KIND = "work_order"


def orders_of(parent: Ticket) -> QuerySet[WorkOrder]:
    """The work orders of a ticket, in the order in which they were raised."""
    return WorkOrder.objects.filter(parent_id=parent.pk).select_related("workgroup", "assignee", "site").order_by("pk")


def open_orders(parent: Ticket) -> QuerySet[WorkOrder]:
    """Of `orders_of`, what is neither completed nor failed nor cancelled."""
    return orders_of(parent).filter(state__in=UNFINISHED)


def open_in_words(parent: Ticket) -> str:
    """The open work orders by number and title, for a sentence; empty when there is none."""
    return ", ".join(f"{order.number} “{order.title}” ({order.state_label})" for order in open_orders(parent))


def failed_orders(parent: Ticket) -> QuerySet[WorkOrder]:
    """Failed orders that others still wait for: somebody must decide how to go on."""
    return orders_of(parent).filter(state=State.FAILED, dependents__order__state=State.WAITING).distinct()


def dependents_of(order: WorkOrder) -> QuerySet[WorkOrder]:
    """The orders that wait for this one."""
    return WorkOrder.objects.filter(needs=order, state=State.WAITING).order_by("pk")


def would_be_a_cycle(edges: Iterable[tuple[int, int]]) -> bool:
    """Whether (order, needs) pairs lead in a circle."""
    after: dict[int, list[int]] = {}
    waiting: Counter[int] = Counter()
    nodes: set[int] = set()
    for order, needs in edges:
        after.setdefault(needs, []).append(order)
        waiting[order] += 1
        nodes |= {order, needs}
    ready = [node for node in nodes if not waiting[node]]
    done = 0
    while ready:
        done += 1
        for order in after.get(ready.pop(), []):
            waiting[order] -= 1
            if not waiting[order]:
                ready.append(order)
    return done < len(nodes)


def edges_of(parent: Ticket) -> list[tuple[int, int]]:
    """(order, needs) for every dependency among the orders of a ticket."""
    return list(Dependency.objects.filter(order__parent_id=parent.pk).values_list("order_id", "needs_id"))


# -- who could do it ---------------------------------------------------------------------------


def workgroups_that_take(work_type: str) -> QuerySet[Workgroup]:
    """The workgroups that take work orders of this type."""
    return workgroups_for(f"{KIND}.{work_type}")


def propose(parent: Ticket, *, work_type: str, text: str = "") -> tuple[Workgroup | None, str]:
    """The workgroup for an order of this type and a line that says why: by the routing rules, else by skill.

    Only workgroups that take the type are proposed; (None, "") when nobody fits.
    """
    fitting = set(workgroups_that_take(work_type).values_list("pk", flat=True))
    try:
        found = route(KIND, text=text, service=parent.service, category=parent.category, site=parent.site)
    except NoCatchAll:
        found = None
    if found is not None and found.workgroup.pk in fitting:
        return found.workgroup, f"rule “{found.rule}”: {found.because}"
    return _by_skill(parent, fitting)


def _by_skill(parent: Ticket, fitting: set[int]) -> tuple[Workgroup | None, str]:
    skill = None
    if parent.category is not None:
        line = parent.category.ancestors(include_self=True).select_related("skill")
        skill = next((node.skill for node in reversed(list(line)) if node.skill), None)
    if skill is None:
        return None, ""
    skilled = User.objects.filter(skills__skill=skill, is_active=True, memberships__workgroup__in=fitting)
    counted = Counter(skilled.exclude(memberships__role="observer").values_list("memberships__workgroup", flat=True))
    if not counted:
        return None, ""
    best = min(counted, key=lambda pk: (-counted[pk], pk))
    return Workgroup.objects.get(pk=best), f"{counted[best]} there can do {skill}"


def templates() -> QuerySet[OrderTemplate]:
    return OrderTemplate.objects.filter(is_active=True).prefetch_related("steps__workgroup")


def creation_rule_for(ticket: Ticket, when: str) -> CreationRule | None:
    """The first rule that wants work orders for this ticket at this moment."""
    rules = list(
        CreationRule.objects.filter(kind=ticket.kind, when=when, is_active=True, template__is_active=True)
        .filter(Q(service=None) | Q(service=ticket.service_id))
        .select_related("template")
    )
    if not rules:
        return None
    branch: set[int] = set()
    if ticket.category is not None and any(rule.category_id for rule in rules):
        branch = {node.pk for node in ticket.category.ancestors(include_self=True)}
    return next((rule for rule in rules if rule.category_id is None or rule.category_id in branch), None)


# -- the day of somebody who does them ---------------------------------------------------------


NOBODYS_MOST = 20  # orders that nobody has are offered up to this number; the queue shows them all


def _by_plan(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """With all that a card shows: the earliest planned first, what isn't planned last."""
    return (
        orders.filter(state__in=UNFINISHED)
        .select_related("site", "parent", "workgroup", "pending_reason")
        .order_by(F("planned_start").asc(nulls_last=True), "priority", "pk")
    )


def my_day(user: User) -> QuerySet[WorkOrder]:
    """What the person has to do, by plan."""
    items = Prefetch("checklist", queryset=ChecklistItem.objects.select_related("done_by"))
    return _by_plan(WorkOrder.objects.filter(assignee=user)).prefetch_related(items, "needs")


def nobodys(user: User) -> QuerySet[WorkOrder]:
    """What could be begun, and nobody has, in the workgroups whose queue the person works; by plan, the first few."""
    free = WorkOrder.objects.filter(assignee=None, workgroup__in=reach(user).work).exclude(state=State.WAITING)
    return _by_plan(free)[:NOBODYS_MOST]


def by_day(orders: Iterable[WorkOrder], now: datetime) -> list[tuple[str, list[WorkOrder]]]:
    """The orders under Overdue, Today, Later and Not planned, less what is empty.

    `now` carries the viewer's time zone: there its day ends. Overdue is what should be over, or should have begun
    where no end is planned and nobody has begun.
    """
    found: dict[str, list[WorkOrder]] = {"Overdue": [], "Today": [], "Later": [], "Not planned": []}
    for order in orders:
        start = order.planned_start
        if start is None:
            found["Not planned"].append(order)
        elif order.is_late(now):
            found["Overdue"].append(order)
        elif start.astimezone(now.tzinfo).date() <= now.date():
            found["Today"].append(order)
        else:
            found["Later"].append(order)
    return [(title, orders) for title, orders in found.items() if orders]


def takes_some(workgroup: Workgroup) -> bool:
    """Whether it takes work orders of any type."""
    return any(workgroup.takes_kind(f"{KIND}.{work_type}") for work_type in WorkType.values)
