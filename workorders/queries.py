"""Questions about work orders: those of a ticket, who could do one, and what somebody has to do today."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.assignment.queries import NoCatchAll, route
from desk.people.language import keep
from desk.people.models import User, Workgroup
from desk.people.queries import workgroups_for
from desk.people.rules import reach
from desk.tickets.models import Event, Ticket

from .lifecycle import State
from .models import (
    UNFINISHED,
    ChecklistItem,
    CreationRule,
    Dependency,
    OrderTemplate,
    TemplateStep,
    WorkOrder,
    WorkType,
)

KIND = "work_order"


def orders_of(parent: Ticket) -> QuerySet[WorkOrder]:
    """The work orders of a ticket, in the order in which they were raised."""
    return WorkOrder.objects.filter(parent_id=parent.pk).select_related("workgroup", "assignee", "site").order_by("pk")


def known_orders(parent: Ticket) -> list[WorkOrder]:
    """`orders_of`, read once and kept on the ticket object: for its page, which names them in several places."""
    kept: list[WorkOrder] | None = getattr(parent, "_orders", None)
    if kept is None:
        kept = list(orders_of(parent))
        setattr(parent, "_orders", kept)  # noqa: B010 (no field of a ticket)
    return kept


def open_orders(parent: Ticket) -> QuerySet[WorkOrder]:
    """Of `orders_of`, what is neither completed nor failed nor cancelled."""
    return orders_of(parent).filter(state__in=UNFINISHED)


def open_in_words(parent: Ticket) -> str:
    """The open work orders by number and title, for a sentence; empty when there is none."""
    unfinished = (order for order in known_orders(parent) if order.state in UNFINISHED)
    words = _("{number} “{title}” ({state})")
    return ", ".join(
        words.format(number=order.number, title=order.title, state=order.state_label) for order in unfinished
    )


def failed_orders(parent: Ticket) -> QuerySet[WorkOrder]:
    """Failed orders that others still wait for: somebody must decide how to go on."""
    return orders_of(parent).filter(state=State.FAILED, dependents__order__state=State.WAITING).distinct()


def dependents_of(order: WorkOrder) -> QuerySet[WorkOrder]:
    """The orders that wait for this one."""
    return WorkOrder.objects.filter(needs=order, state=State.WAITING).order_by("pk")


def held_up_by(order: WorkOrder) -> list[WorkOrder]:
    """Whatever waits for this order, and what waits for that, as far as it goes; one query."""
    waiting = WorkOrder.objects.filter(parent_id=order.parent_id, state=State.WAITING).order_by("pk")
    found, edges = {order.pk}, edges_among(list(waiting))
    while more := {key for key, needs in edges.items() if key not in found and needs & found}:
        found |= more
    return [later for later in waiting if later.pk in found]


def second_try(failed: WorkOrder) -> uuid.UUID:
    """The submission of the order that is raised in the place of a failed one."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{failed.number} again")


def replaced(failed: Sequence[WorkOrder]) -> dict[int, WorkOrder]:
    """For each failed order that was tried again the one raised in its place; at most one query."""
    tokens = {second_try(order): order.pk for order in failed}
    if not tokens:
        return {}
    again = WorkOrder.objects.filter(submission__in=tokens)
    return {tokens[found.submission]: found for found in again if found.submission}


def edges_among(orders: Sequence[WorkOrder]) -> dict[int, set[int]]:
    """For each of these orders that needs others the ids of those; one query."""
    found: dict[int, set[int]] = {}
    for order, needs in Dependency.objects.filter(order__in=orders).values_list("order_id", "needs_id"):
        found.setdefault(order, set()).add(needs)
    return found


def would_be_a_cycle(edges: Iterable[tuple[int, int]]) -> bool:
    """Whether (order, needs) pairs lead in a circle."""
    return bool(circle_in(edges))


def circle_in(edges: Iterable[tuple[int, int]]) -> set[int]:
    """Of (order, needs) pairs, those that wait for one another in a circle (and what stands between two circles)."""
    left = set(edges)
    while True:
        waiting, needed = {order for order, needs in left}, {needs for order, needs in left}
        kept = {(order, needs) for order, needs in left if needs in waiting and order in needed}
        if kept == left:
            return waiting
        left = kept


def edges_of(parent: Ticket) -> list[tuple[int, int]]:
    """(order, needs) for every dependency among the orders of a ticket."""
    return list(Dependency.objects.filter(order__parent_id=parent.pk).values_list("order_id", "needs_id"))


def others_to_wait_for(order: WorkOrder) -> list[WorkOrder]:
    """What an order that waits could wait for as well: the ticket's other orders that aren't over, as they were raised."""
    if order.parent is None or order.state != State.WAITING:
        return []
    known = {order.pk, *(need.pk for need in order.waits_for)}
    return [other for other in open_orders(order.parent) if other.pk not in known]


# -- who could do it ---------------------------------------------------------------------------


def workgroups_that_take(work_type: str) -> QuerySet[Workgroup]:
    """The workgroups that take work orders of this type."""
    return workgroups_for(f"{KIND}.{work_type}")


def propose(parent: Ticket, *, work_type: str, text: str = "") -> tuple[Workgroup | None, str]:
    """The workgroup for an order of this type and a line that says why: by a routing rule, else by skill, else the catch-all.

    The line is kept words. Only workgroups that take the type are proposed; (None, "") when nobody fits.
    """
    known: dict[str, Any] = {"service": parent.service, "category": parent.category, "site": parent.site}
    known |= {"requester": parent.requester if parent.requester_id else None, "priority": parent.priority}
    try:
        found = route(KIND, text=text, takes_as=f"{KIND}.{work_type}", **known)
    except NoCatchAll:
        return _by_skill(parent, work_type)
    skilled = _by_skill(parent, work_type) if found.is_catch_all else (None, "")
    return (
        skilled
        if skilled[0]
        else (found.workgroup, keep("rule “{rule}”: {because}", rule=found.rule, because=found.because))
    )


def _by_skill(parent: Ticket, work_type: str) -> tuple[Workgroup | None, str]:
    """The workgroup of this type in which most can do what the category asks for."""
    fitting = workgroups_that_take(work_type).values("pk")
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
    return Workgroup.objects.get(pk=best), keep("{n} there can do {skill}", n=counted[best], skill=skill)


def templates() -> QuerySet[OrderTemplate]:
    return OrderTemplate.objects.filter(is_active=True).prefetch_related("steps__workgroup")


def has_rules_for(event: Event) -> bool:
    """Whether any rule looks at tickets of this kind at this moment; most sites have few rules, and many events."""
    kind = event.kind.partition(".")[0]
    return CreationRule.objects.filter(kind=kind, when=moment_of(event), is_active=True).exists()


def moment_of(event: Event) -> str:
    """The moment at which rules ask; whoever starts work at once has triaged the ticket by taking it."""
    what = event.kind.partition(".")[2]
    return CreationRule.When.TRIAGED if what == "started" else what


def problem_of(template: OrderTemplate, steps: Sequence[TemplateStep]) -> str:
    """Why a template can't be raised, in a sentence; empty when it can."""
    edges = [(step.position, need) for step in steps for need in step.needs]
    if not steps:
        return _("“{template}” has no steps.").format(template=template)
    if missing := sorted({need for step, need in edges} - {step.position for step in steps}):
        return _("“{template}” names a step {step} that isn't there.").format(template=template, step=missing[0])
    if not would_be_a_cycle(edges):
        return ""
    return _("The steps of “{template}” wait for one another in a circle.").format(template=template)


def stages(template: OrderTemplate) -> list[list[TemplateStep]]:
    """The steps of a template by when they can begin: at once, then after those, and so on; those in a circle never."""
    left, done, found = list(template.steps.all()), set[int](), list[list[TemplateStep]]()
    while ready := [step for step in left if done.issuperset(step.needs)]:
        found.append(ready)
        done |= {step.position for step in ready}
        left = [step for step in left if step not in ready]
    return found


@dataclass(frozen=True)
class Answer:
    """What one rule says of a ticket: nothing against it (`why_not` is empty), or the first reason against it."""

    rule: CreationRule
    why_not: str


def creation_rule_for(ticket: Ticket, when: str) -> CreationRule | None:
    """The first rule that wants work orders for this ticket at this moment."""
    return next((answer.rule for answer in creation_answers(ticket, when) if not answer.why_not), None)


def creation_answers(ticket: Ticket, when: str) -> list[Answer]:
    """Every rule, in the order in which they are asked, and why it wants no work orders for this ticket."""
    rules = CreationRule.objects.select_related("template", "service", "category")
    branch: set[int] = set()
    if ticket.category is not None:
        branch = {node.pk for node in ticket.category.ancestors(include_self=True)}
    return [Answer(rule, _why_not(rule, ticket, when, branch)) for rule in rules]


def _why_not(rule: CreationRule, ticket: Ticket, when: str, branch: set[int]) -> str:
    if not rule.is_active:
        return _("it is not active")
    if not rule.template.is_active:
        return _("its template “{template}” is not active").format(template=rule.template)
    if rule.kind != ticket.kind:
        return _("it is for another kind of ticket")
    if rule.when != when:
        return _("it asks when {moment}").format(moment=rule.get_when_display())
    if rule.service_id and rule.service_id != ticket.service_id:
        return _("the service isn't {service}").format(service=rule.service)
    if rule.category_id and rule.category_id not in branch:
        return _("the category isn't in {category}").format(category=rule.category)
    return ""


# -- the day of somebody who does them ---------------------------------------------------------


DAYS = {
    "Overdue": _lazy("Overdue"),
    "Today": _lazy("Today"),
    "Later": _lazy("Later"),
    "Not planned": _lazy("Not planned"),
}
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
    """The orders under Overdue, Today, Later and Not planned (see `DAYS`), less what is empty.

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
