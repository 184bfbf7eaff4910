"""Brings an incident into any state, the way real work would; knows what each move has to be given."""

from datetime import datetime
from typing import Any

from desk.people.models import User
from desk.tickets.models import PendingReason
from incidents import actions
from incidents.lifecycle import State
from incidents.models import Incident, ResolutionCode

from .factories import incident

STATES = [state.value for state in State]
MOVES = [
    "assign", "take_back", "start", "hold", "resume", "resolve", "clear", "follow_parent", "confirm", "reopen", "cancel",
    "merge", "unmerge",
]  # fmt: skip
# The moves that lead from a new incident to each state.
WAYS = {
    "logged": (),
    "assigned": ("assign",),
    "in_progress": ("start",),
    "pending": ("start", "hold"),
    "resolved": ("start", "resolve"),
    "closed": ("start", "resolve", "confirm"),
    "reopened": ("start", "resolve", "reopen"),
    "cancelled": ("cancel",),
}


def in_state(state: str, *, requester: User, analyst: User, at: datetime | None = None, **fields: Any) -> Incident:
    """The requester's incident, brought to this state by the analyst."""
    found = incident(requester, at=at, **fields)
    for name in WAYS[state]:
        found = move(found, name, by=analyst, at=at)
    assert found.state == state
    return found


def move(ticket: Incident, name: str, *, by: User, **more: Any) -> Incident:
    """Make the move through its action, with whatever it needs."""
    moved: Incident = getattr(actions, name)(incident=ticket, by=by, **{**needed(name, ticket), **more})
    return moved


def needed(name: str, ticket: Incident | None = None) -> dict[str, Any]:
    """What a person would fill in for this move of the ticket."""
    match name:
        case "merge" if ticket is not None:
            return {"into": incident(ticket.requester, "The same, and earlier")}
        case "hold":
            return {"reason": reason("Waiting for vendor")}
        case "resolve" | "clear":
            return {"code": ResolutionCode.objects.get(name="Fixed"), "solution": "Restarted the server"}
        case "reopen":
            return {"reason": "It is still down"}
        case "cancel":
            return {"reason": "It went away"}
        case _:
            return {}


def reason(name: str) -> PendingReason:
    return PendingReason.objects.get(name=name)


def kinds_of(ticket: Incident) -> list[str]:
    """What happened to it, in order, without the room's name."""
    return [kind.removeprefix("incident.") for kind in ticket.events.values_list("kind", flat=True)]
