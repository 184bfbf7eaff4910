"""The verbs on service requests: order, one for each transition, fulfilling by the plan, and saying what a failure means."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from desk.approvals import actions as approvals
from desk.approvals.models import ApprovalRule
from desk.assignment import actions as triage
from desk.people.language import Kept, in_a_sentence, in_english, keep
from desk.people.models import User, Workgroup
from desk.people.queries import automation
from desk.services.models import Service, Site
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.flow import perform
from desk.tickets.models import Impact, PendingReason, Urgency, Visibility
from desk.tickets.queries import priority_for
from workorders import actions as order_actions
from workorders import queries as order_queries
from workorders.models import WorkOrder

from . import queries, rules
from .blueprint import Step, filled
from .lifecycle import State
from .models import CatalogueItem, OrderDraft, ServiceRequest

DISRUPTED = "request.service_disrupted"
FAILED = "request.fulfilment_failed"


# -- ordering ----------------------------------------------------------------------------------


@transaction.atomic
def order(
    *,
    item: CatalogueItem,
    by: User,
    answers: Mapping[str, str],
    requester: User | None = None,
    site: Site | None = None,
    files: Iterable[UploadedFile] = (),
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
    source: str = "web",
) -> ServiceRequest:
    """Order an item for oneself or somebody else. The same `submission` orders once.

    The request keeps the item's current version. Where that wants a yes, its approvers are asked; otherwise it is
    approved, and its plan set in motion at once. What was typed and not sent for this item is forgotten. `answers` have
    been validated by the form; those to questions that aren't asked are dropped.
    """
    requester = requester or by
    if submission:
        flow.serialise(f"submission {submission}")  # two sendings at the same instant wait for one another here
        if earlier := queries.ordered_already(submission, by):
            return earlier
    if not rules.may_order(item, by) or item.current is None:
        raise PermissionDenied(_("“{item}” isn't offered to you.").format(item=item))
    kept = item.current.says.kept(answers)
    with in_english():  # others read it too
        description = item.current.says.in_words(kept)
    impact, urgency = Impact.LOW, Urgency.LOW
    request = ServiceRequest.new(
        title=item.name,
        description=description,
        requester=requester,
        reporter=by,
        item=item,
        version_ordered=item.current,
        answers=kept,
        workgroup=item.workgroup,
        service=item.service,
        category=item.category,
        site=site,
        impact=impact,
        urgency=urgency,
        priority=priority_for(impact, urgency),
        submission=submission,
    )
    inside = {"workgroup": str(item.workgroup), "version": item.current.number}
    request, event = flow.open_ticket(request, by=by, at=at, source=source, inside=inside, files=list(files))
    OrderDraft.objects.filter(user=by, item=item).delete()
    return _ask_or_begin(request, by=by, at=at, source=source)


def _ask_or_begin(request: ServiceRequest, **hand: Any) -> ServiceRequest:
    """Ask for the approval that the item wants, or go on at once."""
    wanted = request.blueprint.approval
    rule = ApprovalRule.objects.filter(pk=wanted).first() if wanted else None
    if wanted and rule is None:  # nobody's yes is never taken for a yes
        words = _("“{item}” asks for an approval that isn't there any more; an administrator has to mend it.")
        raise Refused(words.format(item=request.item))
    later = {"at": hand.get("at"), "source": hand["source"]}
    if rule is None:
        approved = approve(request=request, by=automation(), because=keep("It needs nobody's approval."), **later)
        return begin_or_tell(request=approved, **later)
    waiting = await_approval(request=request, by=automation(), **later)
    approvals.ask(ticket=waiting, rule=rule, item_owner=request.item.owner, authors=[request.requester], **hand)
    return ServiceRequest.objects.get(pk=waiting.pk)


@transaction.atomic
def keep_draft(*, item: CatalogueItem, by: User, answers: Mapping[str, str]) -> None:
    """Keep what was typed into the item's form and not sent yet; nothing typed, nothing kept."""
    if any(value.strip() for value in answers.values()):
        OrderDraft.objects.update_or_create(user=by, item=item, defaults={"answers": dict(answers)})
    else:
        OrderDraft.objects.filter(user=by, item=item).delete()


# -- fulfilling --------------------------------------------------------------------------------


@transaction.atomic
def start(
    *, request: ServiceRequest, by: User, at: datetime | None = None, source: str = "web", **how: Any
) -> ServiceRequest:
    """Approved: the work orders of its plan are raised, each after those it waits for. Refused when nobody fits one."""
    begun = perform(request, "start", by=by, at=at, source=source, **how)
    raised: dict[int, WorkOrder] = {}
    for step in begun.blueprint.steps_for(begun.answers):
        raised[step.number] = _raise(begun, step, raised, at, source)
    return ServiceRequest.objects.get(pk=begun.pk)


def begin_or_tell(*, request: ServiceRequest, at: datetime | None = None, source: str = "web") -> ServiceRequest:
    """Set its plan in motion; where that can't be, say why inside, and leave it to an analyst of its workgroup.

    Whoever ordered or approved it has done their part, and is not to be refused for a plan that somebody must mend. Who
    has it is told; while nobody has it, those who lead its workgroup.
    """
    try:
        with in_english():  # what is refused is written down for others
            return start(request=request, by=automation(), at=at, source=source)
    except Refused as refusal:
        told = {
            "recipients": queries.in_charge(request),
            "subject": keep("{number} “{title}” can't be begun", number=request.number, title=request.title),
            "note": str(refusal),
            "text": keep("{why}\nStart it by hand when that is mended.", why=refusal),
        }
        how: dict[str, Any] = {"by": automation(), "at": at, "source": source}
        flow.write_event(request, "request.stuck", inside=told, visibility=Visibility.INTERNAL, **how)
        return request


def _raise(
    request: ServiceRequest, step: Step, raised: Mapping[int, WorkOrder], at: datetime | None, source: str
) -> WorkOrder:
    known = queries.known_answers(request)
    title = text.normal(filled(step.title, known, in_line=True))[:200]
    workgroup = Workgroup.objects.filter(pk=step.workgroup).first() if step.workgroup else None
    number = request.version_ordered.number
    because: str = keep("plan of “{item}”, version {number}", item=request.item, number=number)
    if workgroup is None or not workgroup.takes_kind(f"work_order.{step.work_type}"):
        workgroup, because = order_queries.propose(request, work_type=step.work_type, text=title)
    if workgroup is None:
        raise Refused(_("No workgroup fits “{title}”; an administrator has to name one.").format(title=title))
    first = None
    if step.start_after_hours is not None:
        first = (at or flow.clock()) + timedelta(hours=step.start_after_hours)
    return order_actions.raise_order(
        parent=request,
        by=automation(),
        title=title,
        instructions=filled(step.instructions, known)[: text.MAX_LENGTH],
        work_type=step.work_type,
        workgroup=workgroup,
        planned_start=first,
        planned_end=first + timedelta(hours=step.hours) if first else None,
        checklist=filled(step.checklist, known, in_line=True).splitlines(),
        needs=[raised[number] for number in step.needs],
        at=at,
        source=source,
        because=because,
    )


@transaction.atomic
def fulfil(*, request: ServiceRequest, by: User, text: str = "", **how: Any) -> ServiceRequest:
    """It is delivered; the requester is told, and asked whether it is what they ordered."""
    return perform(request, "fulfil", by=by, text=_clean(text, "text"), **how)


def _clean(words: str, field: str, required: str = "", limit: int = text.MAX_LENGTH) -> str:
    """Cleaned as people type it; what the portal itself says stays kept."""
    if isinstance(words, Kept):
        return words
    return text.clean(words, field=field, required=required, limit=limit)


@transaction.atomic
def fail(*, request: ServiceRequest, by: User, reason: str, **how: Any) -> ServiceRequest:
    """It can't be delivered like this. Where the item says so, that disrupts a service; otherwise it is asked."""
    reason = _clean(reason, "reason", _("Please say what went wrong."))
    fresh = flow.lock(request)
    flow.ask_permission(fresh, "fail", by)
    told = queries.trouble(fresh, FAILED, "could not be fulfilled", reason, occurrence=fresh.failures + 1)
    failed = perform(fresh, "fail", by=by, reason=reason, told=told, **how)
    service = Service.objects.filter(pk=failed.blueprint.disrupts).first() if failed.blueprint.disrupts else None
    if service is None:
        return failed
    return say_disruption(request=failed, by=by, disrupts=True, words=f"{service}: {reason}", **_timing(how))


@transaction.atomic
def say_disruption(
    *,
    request: ServiceRequest,
    by: User,
    disrupts: bool,
    words: str = "",
    at: datetime | None = None,
    source: str = "web",
) -> ServiceRequest:
    """Whether a failed fulfilment disrupts a service. A yes is announced by an event, `request.service_disrupted`."""
    words = _clean(words, "words", _("Please say which service is disrupted, and how.") if disrupts else "")
    request = flow.lock(request)
    if not rules.analyst_or_automation(request, by):
        raise PermissionDenied(rules.analyst_or_automation.why_not(request))
    if request.state != State.FAILED:
        sentence = _("{number} is {state}; only a failed fulfilment can disrupt a service.")
        raise Refused(sentence.format(number=request.number, state=in_a_sentence(request.state_label)))
    if request.disrupts_service is not None:
        raise Refused(_("That was said already."))
    flow.change_fields(
        request, by=by, at=at, source=source, disrupts_service=disrupts, disruptions=request.disruptions + disrupts
    )
    if disrupts:
        told = queries.trouble(request, DISRUPTED, "disrupts a service", words, occurrence=request.disruptions)
        flow.write_event(
            request,
            DISRUPTED,
            by=by,
            at=at,
            source=source,
            inside={"text": words, **told},
            visibility=Visibility.INTERNAL,
        )
    return request


@transaction.atomic
def retry(*, request: ServiceRequest, by: User, how_to: str, note: str = "", **how: Any) -> ServiceRequest:
    """After a failure: `again` raises the failed orders anew, `without` goes on without them, `other` is another way.

    `other` cancels what is still open of the plan, and wants words: it is then delivered by hand.
    """
    if how_to not in ("again", "without", "other"):
        raise Refused(_("Please say how it goes on."), field="how_to")
    note = _clean(note, "note", _("Please say how it goes on instead.") if how_to == "other" else "")
    fresh = flow.lock(request)
    flow.ask_permission(fresh, "retry", by)
    failed = queries.failed_lately(fresh)
    if how_to == "other":  # before it goes on: the end of the last of them is no delivery
        why = keep("{number} goes another way: {note}", number=fresh.number, note=note)
        order_actions.cancel_open(parent=fresh, by=automation(), reason=why, **_timing(how))
    going_on = perform(fresh, "retry", by=by, how=how_to, note=note, **how)
    for order_found in failed:
        if how_to == "again":
            order_actions.try_again(work_order=order_found, by=by, at=how.get("at"))
        elif how_to == "without":
            order_actions.go_on_without(work_order=order_found, by=by, at=how.get("at"))
    if how_to != "other" and queries.is_done(going_on):  # the last of it was over before anybody decided
        return fulfil(request=going_on, by=automation(), **_timing(how))
    return ServiceRequest.objects.get(pk=going_on.pk)


# -- everything else ---------------------------------------------------------------------------


@transaction.atomic
def hold(
    *, request: ServiceRequest, by: User, reason: PendingReason, message: str = "", note: str = "", **how: Any
) -> ServiceRequest:
    """Let it wait. `message` goes to the requester (required when the reason waits for them); `note` stays inside."""
    asked = _("Please ask the requester what you need from them.") if reason.waits_for_requester else ""
    message, note = _clean(message, "message", asked), _clean(note, "note")
    held = perform(request, "hold", by=by, reason=reason, note=note, **how)
    if message:
        ticket_actions.reply(ticket=held, by=by, message=message, side="it", **_timing(how))
    return ServiceRequest.objects.get(pk=held.pk)


def resume(*, request: ServiceRequest, by: User, because: str = "", **how: Any) -> ServiceRequest:
    """Go on with what was waiting."""
    return perform(request, "resume", by=by, because=because, **how)


def confirm(
    *, request: ServiceRequest, by: User, rating: int | None = None, comment: str = "", because: str = "", **how: Any
) -> ServiceRequest:
    """Close it as delivered. Rating (1–5) and comment are the requester's own and never needed."""
    comment = _clean(comment, "comment", limit=4000)
    if rating is not None and not 1 <= rating <= 5:
        raise Refused(_("A rating is a number from 1 to 5."), field="rating")
    if (rating or comment) and by.pk != request.requester_id:
        raise Refused(_("Only the requester rates."), field="rating")
    return perform(request, "confirm", by=by, rating=rating, comment=comment, because=because, **how)


def refuse(*, request: ServiceRequest, by: User, reason: str, **how: Any) -> ServiceRequest:
    """It is not what was ordered: it goes back to those who prepare it."""
    reason = _clean(reason, "reason", _("Please say what is wrong with it."))
    return perform(request, "refuse", by=by, reason=reason, **how)


@transaction.atomic
def cancel(*, request: ServiceRequest, by: User, reason: str, **how: Any) -> ServiceRequest:
    """It isn't needed any more: its open work orders are cancelled, and what approvers answered is void."""
    reason = _clean(reason, "reason", _("Please say why it isn't needed any more."))
    cancelled = perform(request, "cancel", by=by, reason=reason, **how)
    because = keep("{number} was cancelled: {reason}", number=cancelled.number, reason=reason)
    approvals.void(ticket=cancelled, by=by, because=because, **_timing(how))
    order_actions.cancel_open(parent=cancelled, by=automation(), reason=because, **_timing(how))
    return ServiceRequest.objects.get(pk=cancelled.pk)


def _timing(how: Mapping[str, Any]) -> dict[str, Any]:
    return {"at": how.get("at"), "source": how.get("source", "web")}


def take(*, request: ServiceRequest, by: User, **how: Any) -> ServiceRequest:
    """Make the request mine. Refused, with the name, when somebody already has it; harmless when it is me."""
    return triage.take(ticket=request, by=by, **how)


def assign(*, request: ServiceRequest, by: User, **choice: Any) -> ServiceRequest:
    """To another workgroup and/or to an analyst; see `desk.assignment.actions.assign`."""
    return triage.assign(ticket=request, by=by, **choice)


# -- what only the portal's own hand does ------------------------------------------------------


def await_approval(*, request: ServiceRequest, by: User, **how: Any) -> ServiceRequest:
    """Somebody has to say yes first."""
    return perform(request, "await_approval", by=by, **how)


def approve(*, request: ServiceRequest, by: User, because: str = "", **how: Any) -> ServiceRequest:
    """Its approvers said yes, or nobody needs to."""
    return perform(request, "approve", by=by, because=because, **how)


def reject(*, request: ServiceRequest, by: User, because: str = "", **how: Any) -> ServiceRequest:
    """Its approvers said no."""
    return perform(request, "reject", by=by, because=because, **how)


def reconsider(*, request: ServiceRequest, by: User, because: str = "", **how: Any) -> ServiceRequest:
    """What was approved isn't any more."""
    return perform(request, "reconsider", by=by, because=because, **how)
