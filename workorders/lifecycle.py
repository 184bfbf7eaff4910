"""The life of a work order: its states and the transitions between them. Read this first.

`flow.perform` is the only caller of these methods; see `incidents/lifecycle.py` for what `custom` means. An order that
depends on others waits until they are over, and is released by itself; its clocks stand still until then.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, transition

from desk.people.language import keep
from desk.people.queries import leads_of
from desk.tickets.flow import Told
from desk.tickets.rules import nobody_else_has_it
from desk.tickets.shared_moves import let_wait, pass_on

from . import rules

if TYPE_CHECKING:
    from desk.people.models import User, Workgroup
    from desk.tickets.models import PendingReason


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting for others")
    OPEN = "open", _("Open")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In Progress")
    PENDING = "pending", _("Pending")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


CLOSED_STATES = frozenset({State.COMPLETED.value, State.FAILED.value, State.CANCELLED.value})

PUBLIC_WORDS = {
    State.WAITING: _("Received"),
    State.OPEN: _("Received"),
    State.ASSIGNED: _("Received"),
    State.IN_PROGRESS: _("In progress"),
    State.PENDING: _("On hold"),
    State.COMPLETED: _("Solved"),
    State.FAILED: _("Closed"),
    State.CANCELLED: _("Closed"),
}

NOT_STARTED = [State.WAITING, State.OPEN, State.ASSIGNED]
AT_WORK = [State.ASSIGNED, State.IN_PROGRESS, State.PENDING]
ASSIGN = {"label": _("Assign"), "event": "assigned", "icon": "user-round-plus", "rank": 20}


def _released_state(order: Any, **how: Any) -> str:
    return State.ASSIGNED if order.assignee_id else State.OPEN


def _resumed_state(order: Any, **how: Any) -> str:
    return State.IN_PROGRESS if order.assignee_id else State.ASSIGNED


class WorkOrderLifecycle:
    """The transitions, to be mixed into the WorkOrder model (`self` is the order)."""

    workgroup: Any
    assignee: Any
    pending_reason: Any
    reassignment_count: Any
    result: Any
    effort_minutes: Any
    finished_at: Any

    @transition(
        field="state",
        source=State.WAITING,
        target=GET_STATE(_released_state, states=[State.OPEN, State.ASSIGNED]),
        permission=rules.automation,
        conditions=[rules.predecessors_are_over],
        custom={"label": _("Release"), "event": "released", "icon": "play", "rank": 90},
    )
    def release(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """What it waited for is over; its time begins to run. Whoever has it is told, or else who gives it out."""
        told = [self.assignee_id] if self.assignee_id else [lead.pk for lead in leads_of(self.workgroup)]
        ready = {
            "recipients": told,
            "subject": keep("{number} can begin", number=self.number),
            "text": keep("{title}\nWhat it waited for is over.", title=self.title),
        }
        return Told(inside={"because": because, **ready})

    @transition(
        field="state",
        source=State.WAITING,
        target=State.WAITING,  # it goes on waiting, whoever has it
        permission=rules.technician_or_automation,
        custom=ASSIGN,
    )
    @transition(
        field="state",
        source=[State.OPEN, State.ASSIGNED, State.IN_PROGRESS, State.PENDING],
        target=State.ASSIGNED,
        permission=rules.technician_or_automation,
        custom=ASSIGN,
    )
    def assign(
        self: Any,
        *,
        by: User,
        at: datetime,
        workgroup: Workgroup,
        assignee: User | None,
        reason: str = "",
        because: str = "",
    ) -> Told:
        """To another workgroup, a technician, or both."""
        return pass_on(self, workgroup=workgroup, assignee=assignee, reason=reason, because=because, publicly=False)

    @transition(
        field="state",
        source=[State.WAITING, State.OPEN, State.ASSIGNED],  # one that waits is refused, and says for which
        target=State.IN_PROGRESS,
        permission=rules.technician,
        conditions=[rules.predecessors_are_over, rules.parent_lets_begin],
        custom={
            "label": _("Start work"),
            "event": "started",
            "icon": "play",
            "tone": "primary",
            "rank": 10,
            "needs": (nobody_else_has_it,),
        },
    )
    def start(self: Any, *, by: User, at: datetime) -> Told:
        """Hands on; takes it if nobody has it."""
        self.assignee = by
        return Told(inside={"assignee": str(by)})

    @transition(
        field="state",
        source=[State.IN_PROGRESS, State.ASSIGNED],
        target=State.PENDING,
        permission=rules.technician,
        custom={"label": _("Put on hold"), "event": "held", "icon": "pause", "rank": 30},
    )
    def hold(self: Any, *, by: User, at: datetime, reason: PendingReason, note: str = "") -> Told:
        """Work waits; the reason says for what, and which clocks stop."""
        return let_wait(self, reason=reason, note=note)

    @transition(
        field="state",
        source=State.PENDING,
        target=GET_STATE(_resumed_state, states=[State.IN_PROGRESS, State.ASSIGNED]),
        permission=rules.technician_or_automation,
        custom={"label": _("Resume"), "event": "resumed", "icon": "play", "tone": "primary", "rank": 10},
    )
    def resume(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """Work goes on; whoever resumes what nobody has takes it."""
        self.pending_reason = None
        if self.assignee_id is None and not by.is_automation:
            self.assignee = by
        return Told(data={"because": because})

    @transition(
        field="state",
        source=State.IN_PROGRESS,
        target=State.COMPLETED,
        permission=rules.technician,
        conditions=[rules.checklist_is_done],
        custom={"label": _("Complete"), "event": "completed", "icon": "circle-check", "tone": "good", "rank": 40},
    )
    def complete(self: Any, *, by: User, at: datetime, result: str, effort_minutes: int | None = None) -> Told:
        """It is done; what was done, and how long it took."""
        self.result, self.effort_minutes, self.finished_at = result, effort_minutes, at
        return Told(inside={"text": result, "effort_minutes": effort_minutes})

    @transition(
        field="state",
        source=AT_WORK,
        target=State.FAILED,
        permission=rules.technician,
        custom={"label": _("It failed"), "event": "failed", "icon": "circle-x", "tone": "danger", "rank": 50},
    )
    def fail(self: Any, *, by: User, at: datetime, reason: str, effort_minutes: int | None = None) -> Told:
        """It can't be done; the question goes back to whoever raised it."""
        self.result, self.effort_minutes, self.finished_at, self.pending_reason = reason, effort_minutes, at, None
        return Told(inside={"text": reason, "effort_minutes": effort_minutes})

    @transition(
        field="state",
        source=[State.WAITING, State.OPEN, State.ASSIGNED, State.IN_PROGRESS, State.PENDING],
        target=State.CANCELLED,
        permission=rules.technician_raiser_or_automation,
        custom={
            "label": _("Cancel work order"),
            "event": "cancelled",
            "icon": "circle-slash",
            "tone": "danger",
            "rank": 70,
        },
    )
    def cancel(self: Any, *, by: User, at: datetime, reason: str) -> Told:
        """It isn't needed any more; what waited for it goes on without it."""
        self.finished_at, self.pending_reason = at, None
        return Told(inside={"text": reason})
