"""The life of a change: its states and the transitions between them. Read this first.

`flow.perform` is the only caller of these methods; see `incidents/lifecycle.py` for what `custom` means. What its
approvers decide comes from `desk.approvals` by events, and moves it by the portal's hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, transition

from desk.people.language import Kept, in_english, keep
from desk.tickets.flow import Told
from desk.tickets.rules import nobody_else_has_it
from desk.tickets.shared_moves import pass_on

from . import rules

if TYPE_CHECKING:
    from desk.people.models import User, Workgroup

    from .models import Change


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SCHEDULED = "scheduled", _("Scheduled")
    IMPLEMENTING = "implementing", _("Implementing")
    IMPLEMENTED = "implemented", _("Implemented")
    FAILED = "failed", _("Failed")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class Outcome(models.TextChoices):
    """How it ended."""

    SUCCESSFUL = "successful", _("Successful")
    WITH_ISSUES = "with_issues", _("Successful, with issues")
    INCORRECT = "incorrect", _("Implemented incorrectly")
    FAILED = "failed", _("Failed")


CLOSED_STATES = frozenset({State.CLOSED.value, State.CANCELLED.value})
BEFORE_WORK = [State.DRAFT, State.SUBMITTED, State.APPROVED, State.REJECTED, State.SCHEDULED]
DONE = [State.IMPLEMENTED, State.FAILED]

PUBLIC_WORDS = {
    State.DRAFT: _("Draft"),
    State.SUBMITTED: _("Waiting for approval"),
    State.APPROVED: _("Approved"),
    State.REJECTED: _("Rejected"),
    State.SCHEDULED: _("Scheduled"),
    State.IMPLEMENTING: _("In progress"),
    State.IMPLEMENTED: _("Done"),
    State.FAILED: _("Failed"),
    State.CLOSED: _("Closed"),
    State.CANCELLED: _("Cancelled"),
}


def _submitted_state(change: Change, **how: Any) -> str:
    """A standard change was approved beforehand, with its template."""
    return State.APPROVED if change.is_standard else State.SUBMITTED


def _kept(outcome: Outcome) -> Kept:
    with in_english():
        return Kept(str(outcome.label))


class ChangeLifecycle:
    """The transitions, to be mixed into the Change model (`self` is the change)."""

    workgroup: Any
    assignee: Any
    reassignment_count: Any
    actual_start: Any
    actual_end: Any
    late_reason: Any
    outcome: Any
    done: Any
    was_backed_out: Any
    review: Any
    reviewed_at: Any
    reviewed_by: Any
    finished_at: Any

    @transition(
        field="state",
        source=State.DRAFT,
        target=GET_STATE(_submitted_state, states=[State.SUBMITTED, State.APPROVED]),
        permission=rules.author,
        conditions=[rules.is_complete, rules.window_is_ahead, rules.is_not_frozen, rules.template_is_approved],
        custom={"label": _("Submit"), "event": "submitted", "icon": "send", "tone": "primary", "rank": 10},
    )
    def submit(self: Any, *, by: User, at: datetime) -> Told:
        """It is ready to be decided on; a standard change is approved at once, by its template."""
        return Told(data={"because": self.approved_beforehand} if self.is_standard else {})

    @transition(
        field="state",
        source=[State.SUBMITTED, State.REJECTED, State.APPROVED, State.SCHEDULED],
        target=State.DRAFT,
        permission=rules.author_or_automation,
        custom={"label": _("Back to draft"), "event": "withdrawn", "icon": "undo-2", "rank": 60},
    )
    def withdraw(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """It is to be written anew; answers given so far are void."""
        return Told(data={"because": because})

    @transition(
        field="state",
        source=State.SUBMITTED,
        target=State.APPROVED,
        permission=rules.approvers,
        custom={"label": _("Approve"), "event": "approved", "icon": "circle-check", "rank": 91},
    )
    def approve(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """Its approvers have decided for it."""
        return Told(data={"because": because})

    @transition(
        field="state",
        source=State.SUBMITTED,
        target=State.REJECTED,
        permission=rules.approvers,
        custom={"label": _("Reject"), "event": "rejected", "icon": "circle-x", "rank": 92},
    )
    def reject(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """Its approvers have decided against it."""
        return Told(data={"because": because})

    @transition(
        field="state",
        source=[State.SUBMITTED, State.APPROVED, State.SCHEDULED],
        target=State.SUBMITTED,
        permission=rules.approvers,
        custom={"label": _("Ask for approval again"), "event": "reconsidered", "icon": "rotate-ccw", "rank": 93},
    )
    def reconsider(self: Any, *, by: User, at: datetime, because: str) -> Told:
        """What was approved isn't any more: it was edited, or an approver objects."""
        return Told(data={"because": because})

    @transition(
        field="state",
        source=State.APPROVED,
        target=State.SCHEDULED,
        permission=rules.analyst,
        conditions=[rules.window_is_ahead, rules.is_not_frozen],
        custom={"label": _("Schedule"), "event": "scheduled", "icon": "calendar-check", "tone": "primary", "rank": 12},
    )
    def schedule(self: Any, *, by: User, at: datetime) -> Told:
        """Its window stands; everybody can plan around it."""
        with timezone.override(timezone.get_default_timezone()):  # an event says the same to everybody
            return Told(data={"window": self.window_to_keep})

    @transition(
        field="state",
        source=[State.SCHEDULED, State.APPROVED],
        target=State.IMPLEMENTING,
        permission=rules.works_on_it,
        conditions=[rules.is_scheduled_or_an_emergency],
        custom={
            "label": _("Start"),
            "event": "started",
            "icon": "play",
            "tone": "primary",
            "rank": 14,
            "needs": (nobody_else_has_it, rules.no_approver_of_it),
        },
    )
    def start(self: Any, *, by: User, at: datetime, late_reason: str = "") -> Told:
        """Hands on; takes it if nobody has it. Outside of its window the reason is told."""
        self.assignee, self.actual_start, self.late_reason = by, at, late_reason
        return Told(inside={"assignee": str(by), "text": late_reason})

    @transition(
        field="state",
        source=State.IMPLEMENTING,
        target=State.IMPLEMENTED,
        permission=rules.analyst,
        conditions=[rules.no_open_orders],
        custom={"label": _("Finish"), "event": "implemented", "icon": "circle-check", "tone": "good", "rank": 20},
    )
    def finish(
        self: Any, *, by: User, at: datetime, outcome: str, done: str, started: datetime, ended: datetime
    ) -> Told:
        """It is in place, rightly or wrongly; what was done, and when."""
        self.outcome, self.done, self.actual_start, self.actual_end, self.finished_at = (
            outcome,
            done,
            started,
            ended,
            at,
        )
        return Told(data={"outcome": _kept(Outcome(outcome)), "text": done})

    @transition(
        field="state",
        source=State.IMPLEMENTING,
        target=State.FAILED,
        permission=rules.analyst,
        custom={"label": _("It failed"), "event": "failed", "icon": "circle-x", "tone": "danger", "rank": 30},
    )
    def fail(
        self: Any, *, by: User, at: datetime, done: str, backed_out: bool, ended: datetime, told: dict[str, Any]
    ) -> Told:
        """It couldn't be done; whether everything is as it was before is said too."""
        self.outcome, self.done, self.was_backed_out = Outcome.FAILED, done, backed_out
        self.actual_end, self.finished_at = ended, at
        said = keep("backed out") if backed_out else keep("not backed out")
        return Told(data={"outcome": said, "text": done}, inside=told)

    @transition(
        field="state",
        source=DONE,
        target=None,  # it stays as it ended
        permission=rules.analyst,
        custom={"label": _("Review"), "event": "reviewed", "icon": "clipboard-check", "tone": "primary", "rank": 40},
    )
    def write_review(self: Any, *, by: User, at: datetime, review: str) -> Told:
        """Post-implementation review: what happened, why, and what we learn from it."""
        self.review, self.reviewed_at, self.reviewed_by = review, at, by
        return Told(inside={"text": review})

    @transition(
        field="state",
        source=DONE,
        target=State.CLOSED,
        permission=rules.analyst,
        conditions=[rules.reviewed_where_it_must_be],
        custom={"label": _("Close"), "event": "closed", "icon": "archive", "tone": "good", "rank": 50},
    )
    def close(self: Any, *, by: User, at: datetime, word: str = "") -> Told:
        """Nothing is left to do. `word` says why, where incidents that it caused are still open."""
        return Told(inside={"text": word})

    @transition(
        field="state",
        source=BEFORE_WORK,
        target=State.CANCELLED,
        permission=rules.author,
        custom={
            "label": _("Cancel change"),
            "event": "cancelled",
            "icon": "circle-slash",
            "tone": "danger",
            "rank": 70,
        },
    )
    def cancel(self: Any, *, by: User, at: datetime, reason: str) -> Told:
        """It won't be done."""
        self.finished_at = at
        return Told(data={"text": reason})

    @transition(
        field="state",
        source=[*BEFORE_WORK, State.IMPLEMENTING, *DONE],
        target=None,  # whoever has it, it stands where it stood
        permission=rules.analyst_or_automation,
        custom={"label": _("Assign"), "event": "assigned", "icon": "user-round-plus", "rank": 55},
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
        """To another workgroup, an analyst of it, or both."""
        return pass_on(self, workgroup=workgroup, assignee=assignee, reason=reason, because=because)
