"""Plans changes and moves them, the way real work would; knows what each move has to be given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from changes import actions
from changes.models import Change, ChangeTemplate, ChangeType
from desk.approvals import actions as approvals
from desk.approvals.models import Seat
from desk.people.models import User
from desk.tickets import flow

# The moves that lead from a new draft to each state; “yes” and “no” are what its approvers answer.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "approved": ("submit", "yes"),
    "rejected": ("submit", "no"),
    "scheduled": ("submit", "yes", "schedule"),
    "implementing": ("submit", "yes", "schedule", "start"),
    "implemented": ("submit", "yes", "schedule", "start", "finish"),
    "failed": ("submit", "yes", "schedule", "start", "fail"),
    "closed": ("submit", "yes", "schedule", "start", "finish", "close"),
    "cancelled": ("cancel",),
}
PLAN = {
    "reason": "The old one is out of support.",
    "implementation_plan": "Take out the old switch, put in the new one.",
    "test_plan": "Ping all ward computers.",
    "backout_plan": "Put the old one back.",
    "experience": 2,
    "tried_out": 2,
    "undoing": 2,
}


def window(begins_in: float = -1, hours: float = 4) -> dict[str, datetime]:
    """A planned window that begins so many hours from now (before now: negative)."""
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=begins_in)
    return {"planned_start": start, "planned_end": start + timedelta(hours=hours)}


def plan(world: Any, *, by: User | None = None, title: str = "Replace the core switch", **fields: Any) -> Change:
    """Nadia's complete draft for Network on the network service, in a window that is running."""
    given: dict[str, Any] = {**PLAN, **window(), "services": [world.wifi], "impact": 2, "workgroup": world.network}
    return actions.draft(by=by or world.nadia, title=title, **{**given, **fields})


def template(world: Any, **fields: Any) -> ChangeTemplate:
    """A standard change that Chris approved."""
    given = {"name": "Restart an access point", "approved_at": timezone.now(), "approved_by": world.chris, "impact": 3}
    made = ChangeTemplate.objects.create(**{**PLAN, **given, **fields})
    made.services.set([world.wifi])
    return made


def standard(world: Any, **fields: Any) -> Change:
    """Nadia's draft of a standard change."""
    chosen = {"change_type": ChangeType.STANDARD, "template": template(world)}
    return actions.draft(
        by=world.nadia, title="Restart it", workgroup=world.network, services=[world.wifi],
        **{**window(), **chosen, **fields},
    )  # fmt: skip


def seat(change: Change, user: User) -> Seat:
    """Where this person sits in the round that is open now, or was last."""
    return Seat.objects.filter(round__ticket=change, user=user).latest("pk")


def answer(change: Change, user: User, said: str, text: str = "") -> Change:
    """The person answers in the running round; the change, as it is then."""
    approvals.answer(seat=seat(change, user), by=user, answer=said, text=text)
    return fresh(change)


def decided(change: Change, world: Any, said: str) -> Change:
    """Chris and Lena answer alike, as long as they are asked."""
    for user in (world.chris, world.lena):
        if fresh(change).state == "submitted":
            answer(change, user, said, "" if said == "approve" else "Not like this.")
    return fresh(change)


def move(change: Change, name: str, *, by: User, **more: Any) -> Change:
    """Make the move through its action, with whatever it needs."""
    moved: Change = getattr(actions, name)(change=change, by=by, **{**needed(name), **more})
    return moved


def needed(name: str) -> dict[str, Any]:
    """What a person would fill in for this move."""
    match name:
        case "finish":
            return {"outcome": "successful", "done": "The new switch is in."}
        case "fail":
            return {"backed_out": True, "done": "The new switch doesn't start."}
        case "write_review":
            return {"review": "Spare parts were not checked beforehand."}
        case "cancel":
            return {"reason": "The building is sold."}
        case _:
            return {}


def in_state(state: str, world: Any, **fields: Any) -> Change:
    """Nadia's change, brought to this state by her and its approvers."""
    change = plan(world, **fields)
    for step in WAYS[state]:
        if step in ("yes", "no"):
            change = decided(change, world, "approve" if step == "yes" else "reject")
        else:
            change = move(change, step, by=world.nadia)
    assert change.state == state
    return fresh(change)


def fresh(change: Change) -> Change:
    return Change.objects.get(pk=change.pk)


def kinds_of(change: Change) -> list[str]:
    """What happened to it, in order: its own moves, and what its approvers did."""
    return [kind.removeprefix("change.") for kind in change.events.values_list("kind", flat=True)]


def perform_inputs(change: Change, name: str) -> dict[str, Any]:
    """What `perform` hands to the transition, past the action."""
    now = flow.clock()
    match name:
        case "assign":
            return {"workgroup": change.workgroup, "assignee": None}
        case "finish":
            return {**needed(name), "started": change.actual_start, "ended": now}
        case "fail":
            return {**needed(name), "ended": now, "told": {}}
        case "reconsider":
            return {"because": "Somebody objects"}
        case _:
            return needed(name)
