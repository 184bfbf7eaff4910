"""What work orders do when one of them moves, and when a ticket comes in for which a rule wants some."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from desk.people.language import Kept, keep
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.models import Event, Ticket, Visibility

from . import actions, queries, rules
from .lifecycle import State
from .models import Dependency, WorkOrder

MOVED = "order.moved"
ASKED = "orders.asked"
FINISHED = "orders.finished"

# The order's move -> what its parent's timeline says of whoever made it; `_assignment` says the rest.
WHAT = {
    "released": _("let {order} begin"),
    "started": _("started {order}"),
    "held": _("put {order} on hold"),
    "resumed": _("went on with {order}"),
    "completed": _("completed {order}"),
    "failed": _("gave up {order}"),
    "cancelled": _("cancelled {order}"),
}


def _order(event: Event) -> WorkOrder:
    found: WorkOrder = event.__dict__.get("ticket_now") or WorkOrder.objects.get(pk=event.ticket_id)
    return found


def _assignment(event: Event, order: str) -> Kept:
    """Took it, gave it to somebody, or let it go."""
    assignee, workgroup, moved = (event.inside.get(part) for part in ("assignee", "workgroup", "moved"))
    if assignee == str(event.actor) and not moved:
        return keep("took {order}", order=order)
    if assignee and moved:
        return keep("gave {order} to {workgroup} and {person}", order=order, workgroup=workgroup, person=assignee)
    if assignee or moved:
        return keep("gave {order} to {whom}", order=order, whom=workgroup if moved else assignee)
    return keep("put {order} back into the queue of {workgroup}", order=order, workgroup=workgroup)


def tell_parent(event: Event) -> None:
    """Every move of an order stands on its parent's timeline too, in one line."""
    order = _order(event)
    if order.parent is None:
        return
    what = event.kind.rpartition(".")[2]
    name = keep("{number} “{title}”", number=order.number, title=order.title)
    said = _assignment(event, name) if what == "assigned" else keep(WHAT[what], order=name)
    if what != "released" and (why := event.inside.get("text")):
        said = keep("{did}: {why}", did=said, why=str(why)[:500])
    inside = {"number": order.number, "title": order.title, "state": order.state, "said": said}
    parent = order.parent
    flow.write_event(
        parent,
        MOVED,
        by=event.actor,
        at=event.at,
        source=event.source,
        inside=inside,
        visibility=Visibility.INTERNAL,
    )


def release_those_that_waited(event: Event) -> None:
    """What is completed, or not needed any more, holds up nobody.

    What is cancelled while it waits itself leaves its place in the sequence: those after it wait for those before it.
    """
    order = _order(event)
    for waiting in queries.dependents_of(order):
        if order.state == State.CANCELLED:
            before = [Dependency(order=waiting, needs=need) for need in order.waits_for]
            Dependency.objects.bulk_create(before, ignore_conflicts=True)
        if not waiting.is_blocked:
            because = keep("{number} is over", number=order.number)
            actions.release(work_order=waiting, at=event.at, because=because, source=event.source)


def ask_parent(event: Event) -> None:
    """When the last order is over the parent's analyst is told; when one failed, asked how to go on."""
    order = _order(event)
    parent = order.parent
    if parent is None:
        return
    failed = order.state == State.FAILED
    if not failed and (queries.open_orders(parent).exists() or not rules.takes_orders(parent)):
        return
    told = parent.assignee_id or (None if order.requester.is_automation else order.requester_id)
    words = _failure(parent, order) if failed else _end(parent)
    inside = {"number": order.number, **words, "recipients": [told] if told else []}
    flow.write_event(
        parent,
        ASKED if failed else FINISHED,
        by=event.actor,
        at=event.at,
        source=event.source,
        inside=inside,
        visibility=Visibility.INTERNAL,
    )


def _failure(parent: Ticket, order: WorkOrder) -> dict[str, Kept]:
    """What is said when an order has failed."""
    said = keep("{number} “{title}” failed: {result}", number=order.number, title=order.title, result=order.result)
    return {
        "said": said,
        "subject": keep("{parent}: {number} failed", parent=parent.number, number=order.number),
        "text": keep(
            "{title}\n{said}\nHow shall it go on? Try it again, go on without it, or cancel what waits for it.",
            title=parent.title, said=said,
        ),
    }  # fmt: skip


def _end(parent: Ticket) -> dict[str, Kept]:
    """What is said when the last order is over."""
    said = keep("Its work orders are over.")
    return {
        "said": said,
        "subject": keep("{number}: all work orders are over", number=parent.number),
        "text": keep("{title}\n{said}", title=parent.title, said=said),
    }


def raise_by_rule(event: Event) -> None:
    """Raise the orders that a rule wants for such a ticket, once for each ticket and rule."""
    ticket = Ticket.objects.select_related("category").get(pk=event.ticket_id)
    rule = queries.creation_rule_for(ticket, queries.moment_of(event))
    if rule is None or event.source == "import":
        return
    ticket = flow.lock(ticket)
    if not rules.takes_orders(ticket) or queries.orders_of(ticket).filter(raised_by_rule=rule).exists():
        return
    actions.raise_template(parent=ticket, template=rule.template, by=automation(), rule=rule, source="rule")
