"""Raises work orders and moves them, the way real work would."""

from __future__ import annotations

from typing import Any

from desk.people.models import User
from desk.tickets.models import Ticket
from tests.stories import needed as needed_by_incidents
from workorders import actions
from workorders.models import WorkOrder

MOVES = ["release", "assign", "start", "hold", "resume", "complete", "fail", "cancel"]
# The moves that lead from a new order to each state.
WAYS: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "open": (),
    "assigned": ("assign",),
    "in_progress": ("start",),
    "pending": ("start", "hold"),
    "completed": ("start", "complete"),
    "failed": ("start", "fail"),
    "cancelled": ("cancel",),
}


def order(parent: Ticket, by: User, title: str = "Replace the access point", **fields: Any) -> WorkOrder:
    return actions.raise_order(parent=parent, by=by, title=title, **fields)


def move(found: WorkOrder, name: str, *, by: User, **more: Any) -> WorkOrder:
    """Make the move through its action, with whatever it needs."""
    moved: WorkOrder = getattr(actions, name)(work_order=found, by=by, **{**needed(name), **more})
    return moved


def needed(name: str) -> dict[str, Any]:
    """What a person would fill in for this move."""
    match name:
        case "complete":
            return {"result": "Replaced it; the lamp is green."}
        case "fail" | "cancel":
            return {"reason": "The ceiling can't be opened."}
        case "hold":
            return needed_by_incidents("hold")
        case _:
            return {}


def in_state(state: str, world: Any, **fields: Any) -> WorkOrder:
    """Nadia's order for Field Service, brought to this state by Felix."""
    if state == "waiting":
        fields["needs"] = [order(world.incident, world.nadia, "First things first", workgroup=world.field)]
    found = order(world.incident, world.nadia, workgroup=world.field, **fields)
    for name in WAYS[state]:
        found = move(found, name, by=world.felix)
    assert found.state == state
    return found
