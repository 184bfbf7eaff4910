"""What work orders do when one of them moves, and when a ticket comes in for which a rule wants some."""

from __future__ import annotations

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
    "released": "let {} begin",
    "started": "started {}",
    "held": "put {} on hold",
    "resumed": "went on with {}",
    "completed": "completed {}",
    "failed": "gave up {}",
    "cancelled": "cancelled {}",
}


def _order(event: Event) -> WorkOrder:
    found: WorkOrder = event.__dict__.get("ticket_now") or WorkOrder.objects.get(pk=event.ticket_id)
    return found


def _assignment(event: Event) -> str:
    """Took it, gave it to somebody, or let it go; {} stands for the order."""
    assignee, workgroup, moved = (event.inside.get(part) for part in ("assignee", "workgroup", "moved"))
    if assignee == str(event.actor) and not moved:
        return "took {}"
    if assignee or moved:
        return "gave {} to " + " and ".join(filter(None, [workgroup if moved else "", assignee]))
    return f"put {{}} back into the queue of {workgroup}"


def tell_parent(event: Event) -> None:
    """Every move of an order stands on its parent's timeline too, in one line."""
    order = _order(event)
    if order.parent is None:
        return
    what = event.kind.rpartition(".")[2]
    words = _assignment(event) if what == "assigned" else WHAT[what]
    said = words.format(f"{order.number} “{order.title}”")
    if what != "released" and (why := event.inside.get("text")):
        said += f": {str(why)[:500]}"
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
            actions.release(work_order=waiting, at=event.at, because=f"{order.number} is over", source=event.source)


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
    words = f"{order.number} “{order.title}” failed: {order.result}" if failed else "Its work orders are over."
    ask = "\nHow shall it go on? Try it again, go on without it, or cancel what waits for it." if failed else ""
    inside = {
        "number": order.number,
        "said": words,
        "recipients": [told] if told else [],
        "subject": f"{parent.number}: {order.number} failed"
        if failed
        else f"{parent.number}: all work orders are over",
        "text": f"{parent.title}\n{words}{ask}",
    }
    flow.write_event(
        parent,
        ASKED if failed else FINISHED,
        by=event.actor,
        at=event.at,
        source=event.source,
        inside=inside,
        visibility=Visibility.INTERNAL,
    )


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
