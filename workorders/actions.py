"""The verbs on work orders: raise, raise a template, tick, one for each transition, and going on after a failure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from desk.assignment import actions as triage
from desk.people.language import Kept, keep
from desk.people.models import User, Workgroup
from desk.people.queries import automation
from desk.services.models import Site
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.flow import perform
from desk.tickets.models import PendingReason, Ticket, Visibility

from . import checks, queries, rules
from .lifecycle import State
from .models import OVER, ChecklistItem, CreationRule, Dependency, OrderTemplate, WorkOrder, WorkType
from .path import in_sequence

RAISED = "order.raised"
UNLINKED = "work_order.unlinked"


@transaction.atomic
def raise_order(
    *,
    parent: Ticket,
    by: User,
    title: str,
    instructions: str = "",
    work_type: str = WorkType.ON_SITE,
    workgroup: Workgroup,
    site: Site | None = None,
    planned_start: datetime | None = None,
    planned_end: datetime | None = None,
    checklist: Iterable[str] = (),
    priority: int | None = None,
    needs: Sequence[WorkOrder] = (),
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
    source: str = "web",
    because: str = "",
    rule: CreationRule | None = None,
) -> WorkOrder:
    """Raise a work order for a ticket; it waits when what it `needs` isn't over yet.

    The parent is locked: an order and a resolution at the same instant exclude each other. Checklist lines in
    (brackets) may be left undone. Writes `work_order.logged` on the order and `order.raised` on the parent.
    The same `submission` raises once. Refused when the parent is solved or over, or the workgroup doesn't take it.
    """
    parent = flow.lock(parent)
    if not rules.may_raise(parent, by):
        raise PermissionDenied(rules.may_raise.why_not(parent))
    if submission and (earlier := checks.raised_already(parent, submission)):
        return earlier
    needs = list(WorkOrder.objects.filter(pk__in=[need.pk for need in needs]).order_by("pk"))  # as they are now
    fields = checks.fields(parent, title, instructions, work_type, workgroup, planned_start, planned_end, needs)
    blocked = any(order.state not in OVER for order in needs)
    order = WorkOrder.new(
        **fields,
        state=State.WAITING if blocked else State.OPEN,
        parent_id=parent.pk,
        requester=by,
        reporter=by,
        service=parent.service,
        category=parent.category,
        site=site or parent.site,
        impact=parent.impact,
        urgency=parent.urgency,
        priority=priority or parent.priority,
        submission=submission,
        raised_by_rule=rule,
    )
    inside = {"workgroup": str(workgroup), "priority": order.priority, "because": because}
    order, _ = flow.open_ticket(
        order, by=by, at=at, source=source, data={"text": order.description}, inside=inside,
        also=lambda: _furnish(order, needs, checklist),
    )  # fmt: skip
    _tell_parent(parent, order, RAISED, by=by, at=at, source=source, waits_for=[need.number for need in needs])
    return order


def _furnish(order: WorkOrder, needs: Sequence[WorkOrder], checklist: Iterable[str]) -> None:
    """Dependencies and checklist, before anybody reacts to the order."""
    Dependency.objects.bulk_create(Dependency(order=order, needs=need) for need in needs)
    lines = [line.strip() for line in checklist if line.strip()]
    ChecklistItem.objects.bulk_create(
        ChecklistItem(order=order, position=place, text=_item(line)[:200], is_required=_item(line) == line)
        for place, line in enumerate(lines)
    )


def _item(line: str) -> str:
    """The words of a checklist line; those in (brackets) may be left out."""
    return line[1:-1].strip() if line.startswith("(") and line.endswith(")") and len(line) > 2 else line


def _tell_parent(
    parent: Ticket, order: WorkOrder, kind: str, *, by: User, at: datetime | None, source: str, **more: Any
) -> None:
    """What became of an order, on its parent's timeline; for IT alone."""
    inside = {"number": order.number, "title": order.title, **more}
    flow.write_event(parent, kind, by=by, at=at, source=source, inside=inside, visibility=Visibility.INTERNAL)


@transaction.atomic
def raise_template(
    *,
    parent: Ticket,
    template: OrderTemplate,
    by: User,
    rule: CreationRule | None = None,
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
    source: str = "web",
) -> list[WorkOrder]:
    """Raise all orders of a template, each after those it needs. The same `submission` raises them once.

    Refused when a step names none or leads in a circle, and when no workgroup fits one.
    """
    steps = list(template.steps.all())
    if problem := queries.problem_of(template, steps):
        raise Refused(problem, field="template")
    raised: dict[int, WorkOrder] = {}
    how: dict[str, Any] = {"by": by, "rule": rule, "at": at, "source": source}
    while len(raised) < len(steps):
        for step in steps:
            if step.position not in raised and set(step.needs) <= raised.keys():
                token = submission and uuid.uuid5(submission, str(step.position))
                raised[step.position] = _raise_step(parent, step, raised, submission=token, **how)
    return [raised[step.position] for step in steps]


def _raise_step(parent: Ticket, step: Any, raised: dict[int, WorkOrder], *, by: User, **how: Any) -> WorkOrder:
    workgroup: Workgroup | None = step.workgroup
    because: str = keep("template “{template}”", template=step.template)
    if workgroup is None:
        workgroup, because = queries.propose(parent, work_type=step.work_type, text=step.title)
    if workgroup is None:
        raise Refused(
            _("No workgroup fits “{title}”: name one in the template.").format(title=step.title), field="template"
        )
    begin = None
    if step.start_after_hours is not None:
        begin = (how["at"] or flow.clock()) + timedelta(hours=step.start_after_hours)
    return raise_order(
        parent=parent,
        by=by,
        title=step.title,
        instructions=step.instructions,
        work_type=step.work_type,
        workgroup=workgroup,
        planned_start=begin,
        planned_end=begin + timedelta(hours=step.hours) if begin else None,
        checklist=step.checklist.splitlines(),
        needs=[raised[need] for need in step.needs],
        because=because,
        **how,
    )


@transaction.atomic
def depend(*, order: WorkOrder, needs: WorkOrder, by: User) -> None:
    """Let an order that waits wait for another of the same parent too; a circle is refused with a sentence."""
    assert order.parent is not None
    parent = flow.lock(order.parent)
    fresh = flow.lock(order)
    if not rules.may_sequence(fresh, by):
        raise PermissionDenied(rules.may_sequence.why_not(fresh))
    if needs.parent_id != parent.pk:
        raise Refused(_("{number} belongs to another ticket.").format(number=needs.number), field="needs")
    if fresh.state != State.WAITING:
        words = _("{number} is {state}; it waits for nothing any more.")
        raise Refused(words.format(number=fresh.number, state=fresh.state_label), field="needs")
    needs = WorkOrder.objects.get(pk=needs.pk)  # as it is now; the parent's lock keeps it so
    if needs.is_over:
        words = _("{number} is {state}; nothing can wait for it.")
        raise Refused(words.format(number=needs.number, state=needs.state_label), field="needs")
    if queries.would_be_a_cycle([*queries.edges_of(parent), (fresh.pk, needs.pk)]):
        words = _("{other} waits for {number} itself; they would wait for one another.")
        raise Refused(words.format(other=needs.number, number=fresh.number), field="needs")
    is_new = Dependency.objects.get_or_create(order=fresh, needs=needs)[1]
    if is_new:
        flow.write_event(
            fresh, "work_order.linked", by=by, inside={"number": needs.number}, visibility=Visibility.INTERNAL
        )


# -- doing the work ----------------------------------------------------------------------------


def take(*, work_order: WorkOrder, by: User, **how: Any) -> WorkOrder:
    """Make the order mine. Refused, with the name, when somebody already has it; harmless when it is me."""
    return triage.take(ticket=work_order, by=by, **how)


def assign(*, work_order: WorkOrder, by: User, **choice: Any) -> WorkOrder:
    """To another workgroup that takes such orders and/or to a technician; see `desk.assignment.actions.assign`."""
    return triage.assign(ticket=work_order, by=by, **choice)


def start(*, work_order: WorkOrder, by: User, **how: Any) -> WorkOrder:
    """Begin; takes it if nobody has it."""
    return perform(work_order, "start", by=by, **how)


@transaction.atomic
def hold(
    *, work_order: WorkOrder, by: User, reason: PendingReason, message: str = "", note: str = "", **how: Any
) -> WorkOrder:
    """Let it wait; `message` goes to whoever raised it, `note` stays with the specialists."""
    message, note = text.clean(message, field="message"), text.clean(note, field="note")
    held = perform(work_order, "hold", by=by, reason=reason, note=note, **how)
    if message:
        said = {"at": how.get("at"), "source": how.get("source", "web")}
        ticket_actions.reply(ticket=held, by=by, message=message, side="it", **said)
    return held


def resume(*, work_order: WorkOrder, by: User, because: str = "", **how: Any) -> WorkOrder:
    return perform(work_order, "resume", by=by, because=because, **how)


@transaction.atomic
def tick(*, item: ChecklistItem, by: User, done: bool = True, at: datetime | None = None) -> ChecklistItem:
    """Tick an item off, or take the tick back. Twice the same changes nothing. Only while somebody works on the order."""
    order = flow.lock(item.order)
    if not rules.technician(order, by):
        raise PermissionDenied(rules.technician.why_not(order))
    item = ChecklistItem.objects.get(pk=item.pk)
    if (item.done_at is not None) == done:
        return item
    if order.state not in (State.IN_PROGRESS, State.PENDING):
        words = _("{number} is {state}; start work to tick things off.")
        raise Refused(words.format(number=order.number, state=order.state_label))
    moment = at or flow.clock()
    item.done_at, item.done_by = (moment, by) if done else (None, None)
    item.save(update_fields=["done_at", "done_by"])
    inside = {"item": item.text, "done": done}
    flow.write_event(order, "work_order.ticked", by=by, at=moment, inside=inside, visibility=Visibility.INTERNAL)
    return item


def complete(
    *,
    work_order: WorkOrder,
    by: User,
    result: str,
    effort_minutes: int | None = None,
    files: Iterable[UploadedFile] = (),
    **how: Any,
) -> WorkOrder:
    """It is done, and the photos show it. What waited for it is released; after the last one the parent's analyst is told."""
    result = text.clean(result, field="result", required=_("Please say what you did."))
    done: dict[str, Any] = {"result": result, "effort_minutes": effort_minutes, "files": list(files)}
    return perform(work_order, "complete", by=by, **done, **how)


def fail(
    *,
    work_order: WorkOrder,
    by: User,
    reason: str,
    effort_minutes: int | None = None,
    files: Iterable[UploadedFile] = (),
    **how: Any,
) -> WorkOrder:
    """It can't be done. The parent's analyst is asked how to go on; what waits for it goes on waiting."""
    reason = text.clean(reason, field="reason", required=_("Please say why it can't be done."))
    why: dict[str, Any] = {"reason": reason, "effort_minutes": effort_minutes, "files": list(files)}
    return perform(work_order, "fail", by=by, **why, **how)


def cancel(*, work_order: WorkOrder, by: User, reason: str, **how: Any) -> WorkOrder:
    """It isn't needed any more. What waited for it goes on without it."""
    if not isinstance(reason, Kept):
        reason = text.clean(reason, field="reason", required=_("Please say why it isn't needed any more."))
    return perform(work_order, "cancel", by=by, reason=reason, **how)


def release(*, work_order: WorkOrder, at: datetime | None = None, because: str = "", source: str = "web") -> WorkOrder:
    """What it waited for is over."""
    return perform(work_order, "release", by=automation(), at=at, because=because, source=source)


# -- after a failure ---------------------------------------------------------------------------


@transaction.atomic
def try_again(*, work_order: WorkOrder, by: User, at: datetime | None = None) -> WorkOrder:
    """Raise a failed order anew, in its place: whatever waited for it waits for the new one. Twice raises once."""
    failed = _failed(work_order, by)
    assert failed.parent is not None
    again = raise_order(
        parent=failed.parent,
        by=by,
        title=failed.title,
        instructions=failed.description,
        work_type=failed.work_type,
        workgroup=failed.workgroup,
        site=failed.site,
        checklist=[item.text if item.is_required else f"({item.text})" for item in failed.checklist.all()],
        priority=failed.priority,
        needs=[need for need in failed.needs.all() if need.state not in (State.FAILED, State.CANCELLED)],
        submission=queries.second_try(failed),
        at=at,
        because=keep("in place of {number}, which failed", number=failed.number),
    )
    Dependency.objects.filter(needs=failed, order__state=State.WAITING).update(needs=again)
    return again


@transaction.atomic
def go_on_without(*, work_order: WorkOrder, by: User, at: datetime | None = None) -> list[WorkOrder]:
    """Let what waits for a failed order go on without it; returns the orders that are released by that.

    One that waits for others too goes on waiting for those.
    """
    failed = _failed(work_order, by)
    waiting = list(queries.dependents_of(failed))
    Dependency.objects.filter(needs=failed, order__in=waiting).delete()
    because = keep("{who} goes on without {number}", who=by, number=failed.number)
    for order in waiting:
        inside = {"number": failed.number, "because": because}
        flow.write_event(order, UNLINKED, by=by, at=at, inside=inside, visibility=Visibility.INTERNAL)
    return [release(work_order=order, at=at, because=because) for order in waiting if not order.is_blocked]


@transaction.atomic
def give_up(*, work_order: WorkOrder, by: User, at: datetime | None = None) -> list[WorkOrder]:
    """Cancel whatever waits for a failed order, and what waits for that; returns what was cancelled."""
    failed = _failed(work_order, by)
    reason = keep("{number} “{title}” failed, and this waited for it.", number=failed.number, title=failed.title)
    return _cancel_all(queries.held_up_by(failed), by=by, reason=reason, at=at)


def cancel_open(*, parent: Ticket, reason: str, by: User, **how: Any) -> list[WorkOrder]:
    """Cancel all open orders of a ticket that the caller has locked; nothing is released on the way."""
    return _cancel_all(list(queries.open_orders(parent)), by=by, reason=reason, **how)


def _cancel_all(orders: Sequence[WorkOrder], *, by: User, reason: str, **how: Any) -> list[WorkOrder]:
    """The last of a chain first: what is cancelled would let go on whatever waits for it."""
    edges = queries.edges_among(orders)
    by_key = {order.pk: order for order in orders}
    backwards = reversed(in_sequence({key: edges.get(key, ()) for key in by_key}))
    return [cancel(work_order=by_key[key], by=by, reason=reason, **how) for key in backwards]


def _failed(work_order: WorkOrder, by: User) -> WorkOrder:
    """The locked order, if it has failed and this person may decide about its parent."""
    failed: WorkOrder = flow.lock(work_order)
    if not rules.works_on_parent(failed, by):
        raise PermissionDenied(rules.works_on_parent.why_not(failed))
    if failed.state != State.FAILED:
        words = _("{number} is {state}; it hasn't failed.")
        raise Refused(words.format(number=failed.number, state=failed.state_label))
    return failed
