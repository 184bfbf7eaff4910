"""What changes do when their approvers decide, and when what these decided on is edited."""

from __future__ import annotations

from typing import Any

from desk.approvals import actions as approvals
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.models import Event

from . import actions, queries
from .lifecycle import State
from .models import DECIDED_ON, Change


def _change(event: Event) -> Change | None:
    """The change that the event belongs to, locked; None where it belongs to another kind of ticket."""
    found = Change.objects.filter(pk=event.ticket_id).first()
    return flow.lock(found) if found else None


def _how(event: Event) -> dict[str, Any]:
    return {"by": automation(), "at": event.at, "source": event.source}


def approve(event: Event) -> None:
    """Its approvers said yes."""
    change = _change(event)
    if change is not None and change.state == State.SUBMITTED:
        actions.approve(change=change, **_how(event))


def reject(event: Event) -> None:
    """Its approvers said no."""
    change = _change(event)
    if change is not None and change.state == State.SUBMITTED:
        actions.reject(change=change, **_how(event))


def reconsider(event: Event) -> None:
    """An approver objects after the approval: nobody may begin until the objection is withdrawn."""
    change = _change(event)
    if change is not None and change.state in (State.APPROVED, State.SCHEDULED):
        because = f"{event.actor} objects: {event.data.get('text', '')}"
        actions.reconsider(change=change, because=because, **_how(event))


def expire(event: Event) -> None:
    """Nobody decided in time: it is a draft again."""
    change = _change(event)
    if change is not None and change.state == State.SUBMITTED:
        flow.perform(change, "withdraw", because="Nobody decided in time.", **_how(event))


def void_on_edit(event: Event) -> None:
    """What they decided on was edited: their approval is void, and they are asked again."""
    edited = [change for change in event.inside.get("changes", []) if change["field"] in DECIDED_ON]
    change = _change(event) if edited else None
    if change is None or change.state not in queries.DECIDED:
        return
    labels = ", ".join(str(part["label"]).lower() for part in edited)
    because = f"{event.actor} edited the {labels}"
    if change.is_standard:
        if not change.follows_its_template:
            because += "; it doesn't do what its template says any more"
            flow.perform(change, "withdraw", because=because, **_how(event))
        return
    approvals.void(ticket=change, by=event.actor, because=because, at=event.at, source=event.source)
    change = actions.reconsider(change=change, because=because, **_how(event))
    actions.ask(change=change, by=event.actor, at=event.at, source=event.source)
