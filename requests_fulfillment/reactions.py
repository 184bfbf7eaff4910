"""What requests do when their approvers decide, when their work orders end, and when their requester answers."""

from __future__ import annotations

from typing import Any

from desk.people.language import keep, kept_of
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.models import Event, Ticket

from . import actions, rules
from .lifecycle import State
from .models import ServiceRequest


def _request(event: Event) -> ServiceRequest | None:
    """The request that the event belongs to, locked; None where it belongs to another kind of ticket."""
    found = ServiceRequest.objects.filter(pk=event.ticket_id).first()
    return flow.lock(found) if found else None


def _how(event: Event) -> dict[str, Any]:
    return {"by": automation(), "at": event.at, "source": event.source}


def approve(event: Event) -> None:
    """Its approvers said yes: its plan is set in motion."""
    request = _request(event)
    if request is not None and request.state == State.AWAITING_APPROVAL:
        approved = actions.approve(request=request, because=kept_of(event.data, "because"), **_how(event))
        actions.begin_or_tell(request=approved, at=event.at, source=event.source)


def reject(event: Event) -> None:
    """Its approvers said no."""
    request = _request(event)
    if request is not None and request.state == State.AWAITING_APPROVAL:
        actions.reject(request=request, because=kept_of(event.data, "because"), **_how(event))


def expire(event: Event) -> None:
    """Nobody decided in time: whoever wants it still can order it again."""
    request = _request(event)
    if request is not None and request.state == State.AWAITING_APPROVAL:
        actions.cancel(request=request, reason=keep("Nobody decided on it in time."), **_how(event))


def fulfil(event: Event) -> None:
    """The last of its work orders is over: it is delivered, unless nothing was done and all were called off."""
    request = _request(event)
    if request is None or request.state not in (State.IN_FULFILMENT, State.PENDING):
        return
    if request.children.filter(state="completed").exists():
        actions.fulfil(request=request, **_how(event))


def fail(event: Event) -> None:
    """One of its work orders failed, and so did the fulfilment."""
    request = _request(event)
    if request is not None and request.state in (State.IN_FULFILMENT, State.PENDING):
        actions.fail(request=request, reason=kept_of(event.inside, "said"), **_how(event))


def resume_on_reply(event: Event) -> None:
    """A reply by the requester, or by who ordered for them, resumes a pending request where the reason says so."""
    if event.is_internal or event.data.get("side") != "requester":
        return
    request = (
        ServiceRequest.objects.select_related("pending_reason").filter(pk=event.ticket_id, state=State.PENDING).first()
    )
    if request is None or event.actor_id not in (request.requester_id, request.reporter_id):
        return
    if request.pending_reason and request.pending_reason.resumes_on_reply:
        actions.resume(request=request, because=keep("{person} replied", person=event.actor), **_how(event))


def reconsider(event: Event) -> None:
    """An approver objects after the approval, before anybody has begun."""
    request = _request(event)
    if request is not None and request.state == State.APPROVED:
        because = keep("{person} objects: {words}", person=event.actor, words=event.data.get("text", ""))
        actions.reconsider(request=request, because=because, **_how(event))


def go_on(event: Event) -> None:
    """A failed order was tried again, or others go on without it: that is how the fulfilment goes on."""
    order = Ticket.objects.filter(pk=event.ticket_id, kind="work_order").first()
    pk = (order.parent_id or 0) if order else event.ticket_id
    found = ServiceRequest.objects.filter(pk=pk, state=State.FAILED).first()
    if found is None:
        return
    request = flow.lock(found)
    if request.state == State.FAILED and rules.analyst(request, event.actor):
        how = {**_how(event), "by": event.actor}
        flow.perform(request, "retry", how="without" if order else "again", **how)
