"""What changes do when their approvers decide, and when what these decided on is edited."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from desk.approvals import actions as approvals
from desk.people.language import Kept, keep
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.models import Event

from . import actions, queries
from .lifecycle import State
from .models import DECIDED_ON, Change

# The names of what approvers decide on, as they stand in a sentence.
DECIDED_ON_IN_WORDS = {
    "title": _("title"),
    "description": _("description"),
    "reason": _("reason"),
    "implementation_plan": _("implementation plan"),
    "test_plan": _("test plan"),
    "backout_plan": _("back-out plan"),
    "experience": _("has it been done before"),
    "tried_out": _("was it tried out"),
    "undoing": _("can it be undone"),
    "planned_start": _("planned start"),
    "planned_end": _("planned end"),
    "impact": _("impact"),
    "change_type": _("type"),
    "services": _("services"),
    "service": _("service"),
}


def _named(fields: list[str]) -> Kept:
    """The names of these fields, one after the other."""
    places = ", ".join(f"{{{name}}}" for name in fields)
    names: dict[str, Any] = {name: DECIDED_ON_IN_WORDS[name] for name in fields}
    return Kept(places, **names)


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
        because = keep("{person} objects: {text}", person=event.actor, text=event.data.get("text", ""))
        actions.reconsider(change=change, because=because, **_how(event))


def expire(event: Event) -> None:
    """Nobody decided in time: it is a draft again."""
    change = _change(event)
    if change is not None and change.state == State.SUBMITTED:
        flow.perform(change, "withdraw", because=keep("Nobody decided in time."), **_how(event))


def void_on_edit(event: Event) -> None:
    """What they decided on was edited: their approval is void, and they are asked again."""
    edited = [change for change in event.inside.get("changes", []) if change["field"] in DECIDED_ON]
    change = _change(event) if edited else None
    if change is None or change.state not in queries.DECIDED:
        return
    said = {"person": event.actor, "fields": _named([part["field"] for part in edited])}
    because = keep("{person} edited the {fields}", **said)
    if change.is_standard:
        if not change.follows_its_template:
            because = keep("{person} edited the {fields}; it doesn't do what its template says any more", **said)
            flow.perform(change, "withdraw", because=because, **_how(event))
        return
    approvals.void(ticket=change, by=event.actor, because=because, at=event.at, source=event.source)
    change = actions.reconsider(change=change, because=because, **_how(event))
    actions.ask(change=change, by=event.actor, at=event.at, source=event.source)
