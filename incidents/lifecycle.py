"""The life of an incident: its states and the transitions between them. Read this first.

`flow.perform` is the only caller of these methods. Each sets the fields that belong to its move and returns what
its event tells. `custom` feeds the page: `label` (and, in plain words, `for_requester`) and `icon` of the button, its
place (`rank`), the `event` written, `needs`, the rules asked besides permission that refuse with a sentence, and
`heeds_replies`: a public reply that the person has not seen makes their page stale, as a change does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, transition

from desk.people.language import keep
from desk.tickets.flow import Told
from desk.tickets.rules import nobody_else_has_it
from desk.tickets.shared_moves import let_wait, pass_on

from . import rules

if TYPE_CHECKING:
    from desk.people.models import User, Workgroup
    from desk.tickets.models import PendingReason

    from .models import Incident, ResolutionCode


class State(models.TextChoices):
    LOGGED = "logged", _("Logged")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In Progress")
    PENDING = "pending", _("Pending")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    CANCELLED = "cancelled", _("Cancelled")


CLOSED_STATES = frozenset({State.CLOSED.value, State.CANCELLED.value})

PUBLIC_WORDS = {
    State.LOGGED: _("Received"),
    State.ASSIGNED: _("Received"),
    State.IN_PROGRESS: _("In progress"),
    State.PENDING: _("On hold"),
    State.RESOLVED: _("Solved"),
    State.CLOSED: _("Closed"),
    State.REOPENED: _("Received"),
    State.CANCELLED: _("Closed"),
}


# What happens next, for the requester; {days} is how long we wait for a yes or no, {until} the last day for reopening.
NEXT_WORDS = {
    State.LOGGED: _("Somebody looks at it next and gives it to the right people. You can add to it below at any time."),
    State.ASSIGNED: _(
        "The right people have it and will start as soon as they can. You can add to it below at any time."
    ),
    State.IN_PROGRESS: _("Somebody is working on it. You will hear from us here."),
    State.PENDING: _("Work on it waits."),
    State.RESOLVED: _(
        "We believe it works again. Please say whether it does; after {days} working days it closes by itself."
    ),
    State.CLOSED: _("Nothing more happens here, unless you tell us by {until} that it still doesn't work."),
    State.REOPENED: _("We have heard you. Somebody looks at it next."),
    State.CANCELLED: _("It was cancelled; nothing more happens here."),
}
OVER_FOR_GOOD = _("Nothing more happens here. If it came back, please report it again.")


def _resumed_state(incident: Incident, **_: Any) -> str:
    """Work goes on where somebody has it; otherwise it waits for somebody to take it."""
    return State.IN_PROGRESS if incident.assignee_id else State.ASSIGNED


class IncidentLifecycle:
    """The transitions, to be mixed into the Incident model (`self` is the incident)."""

    # The fields that these moves set; the models declare them.
    workgroup: Any
    assignee: Any
    pending_reason: Any
    reassignment_count: Any
    reopen_count: Any
    resolution_code: Any
    solution: Any
    merged_into: Any
    parent_incident: Any
    resolved_at: Any
    closed_at: Any
    rating: Any
    rating_comment: Any

    @transition(
        field="state",
        source=[State.LOGGED, State.REOPENED, State.ASSIGNED, State.IN_PROGRESS, State.PENDING],
        target=State.ASSIGNED,
        permission=rules.analyst_or_automation,
        custom={"label": _("Assign"), "event": "assigned", "icon": "user-round-plus", "rank": 20},
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
        """Triage: to another workgroup, an analyst, or both. A waiting incident stops waiting."""
        return pass_on(self, workgroup=workgroup, assignee=assignee, reason=reason, because=because)

    @transition(
        field="state",
        source=State.ASSIGNED,
        target=State.ASSIGNED,
        permission=rules.sender,
        custom={"label": _("Take back"), "event": "taken_back", "icon": "undo-2", "rank": 25},
    )
    def take_back(self: Any, *, by: User, at: datetime, workgroup: Workgroup, assignee: User | None) -> Told:
        """A mistaken move is undone: to the workgroup and the analyst it came from. It counts as no reassignment."""
        self.reassignment_count -= 1
        self.workgroup, self.assignee = workgroup, assignee
        return Told(
            data={"workgroup": str(workgroup)},
            inside={"workgroup": str(workgroup), "assignee": str(assignee) if assignee else None},
        )

    @transition(
        field="state",
        source=[State.LOGGED, State.REOPENED, State.ASSIGNED],
        target=State.IN_PROGRESS,
        permission=rules.analyst,
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
        """An analyst works on it directly, and takes it if nobody has it."""
        self.assignee = by
        return Told(inside={"assignee": str(by)})

    @transition(
        field="state",
        source=[State.IN_PROGRESS, State.ASSIGNED],
        target=State.PENDING,
        permission=rules.analyst,
        custom={"label": _("Put on hold"), "event": "held", "icon": "pause", "rank": 30},
    )
    def hold(self: Any, *, by: User, at: datetime, reason: PendingReason, note: str = "") -> Told:
        """Work waits; the reason says for what, and which clocks stop."""
        return let_wait(self, reason=reason, note=note)

    @transition(
        field="state",
        source=State.PENDING,
        target=GET_STATE(_resumed_state, states=[State.IN_PROGRESS, State.ASSIGNED]),
        permission=rules.analyst_or_automation,
        custom={"label": _("Resume"), "event": "resumed", "icon": "play", "tone": "primary", "rank": 10},
    )
    def resume(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """Work goes on; an analyst who resumes what nobody has takes it."""
        self.pending_reason = None
        if self.assignee_id is None and not by.is_automation:
            self.assignee = by
        return Told(data={"because": because})

    @transition(
        field="state",
        source=[State.ASSIGNED, State.IN_PROGRESS, State.PENDING],
        target=State.RESOLVED,
        permission=rules.analyst,
        conditions=[rules.no_open_orders],
        custom={
            "label": _("Resolve"),
            "event": "resolved",
            "icon": "circle-check",
            "tone": "good",
            "rank": 40,
            "heeds_replies": True,
        },
    )
    def resolve(
        self: Any, *, by: User, at: datetime, code: ResolutionCode, solution: str, violation: str = "", more: str = ""
    ) -> Told:
        """Service is restored; the requester is asked whether it really is. `violation`: why a target was missed.

        `more` is said to the requester below the solution: where to read on.
        """
        self.resolution_code, self.solution, self.resolved_at, self.pending_reason = code, solution, at, None
        self.assignee = self.assignee or by
        text = keep("{solution}\n\n{more}", solution=solution, more=more) if more else solution
        return Told(data={"text": text}, inside={"code": code.name, "violation": violation})

    @transition(
        field="state",
        source=[State.LOGGED, State.ASSIGNED, State.REOPENED],
        target=State.RESOLVED,
        permission=rules.automation,
        conditions=[rules.no_open_orders],
        custom={"label": _("Went away"), "event": "resolved", "icon": "circle-check", "tone": "good", "rank": 45},
    )
    def clear(self: Any, *, by: User, at: datetime, code: ResolutionCode, solution: str) -> Told:
        """What monitoring reported is over before anybody began with it; nobody has resolved it, so it is nobody's."""
        self.resolution_code, self.solution, self.resolved_at = code, str(solution), at
        return Told(data={"text": solution}, inside={"code": code.name})

    @transition(
        field="state",
        source=State.RESOLVED,
        target=State.CLOSED,
        permission=rules.anyone_concerned,
        custom={
            "label": _("Confirm and close"),
            "for_requester": _("Yes, it works"),
            "event": "closed",
            "icon": "thumbs-up",
            "tone": "good",
            "rank": 50,
            "heeds_replies": True,
        },
    )
    def confirm(
        self: Any, *, by: User, at: datetime, rating: int | None = None, comment: str = "", because: str = ""
    ) -> Told:
        """It works: confirmed by the requester, by an analyst on their word, or by the timer when nobody answered."""
        self.closed_at, self.rating, self.rating_comment = at, rating, comment
        return Told(data={"rating": rating, "text": comment, "because": because})

    @transition(
        field="state",
        source=[State.RESOLVED, State.CLOSED],
        target=State.REOPENED,
        permission=rules.anyone_concerned,
        conditions=[rules.within_reopen_window, rules.within_reopen_limit],
        custom={
            "label": _("Reopen"),
            "for_requester": _("It still doesn't work"),
            "event": "reopened",
            "icon": "rotate-ccw",
            "tone": "danger",
            "rank": 60,
        },
    )
    def reopen(
        self: Any,
        *,
        by: User,
        at: datetime,
        reason: str,
        workgroup: Workgroup | None = None,
        routed: Mapping[str, str] | None = None,
    ) -> Told:
        """It persists or came back: a new episode, for a workgroup (the last, if none is named), no analyst yet.

        `routed` says by which rule, and why, where the routing rules chose.
        """
        self.reopen_count += 1
        self.assignee, self.resolution_code, self.solution = None, None, ""
        self.resolved_at = self.closed_at = self.rating = None
        self.rating_comment = ""
        self.workgroup = workgroup or self.workgroup
        return Told(
            data={"text": reason, "episode": self.reopen_count + 1},
            inside={"workgroup": str(self.workgroup), **(routed or {})},
        )

    @transition(
        field="state",
        source=[State.LOGGED, State.ASSIGNED, State.REOPENED, State.IN_PROGRESS, State.PENDING],
        target=State.RESOLVED,
        permission=rules.analyst_here_or_of_parent,
        conditions=[rules.parent_is_solved, rules.no_open_orders],
        custom={
            "label": _("Resolve like its parent"),
            "event": "resolved",
            "icon": "circle-check-big",
            "tone": "good",
            "rank": 42,
        },
    )
    def follow_parent(self: Any, *, by: User, at: datetime) -> Told:
        """What solved its parent has solved it as well: the same code, the same words."""
        parent = self.parent_incident
        self.resolution_code, self.solution, self.resolved_at = parent.resolution_code, parent.solution, at
        self.pending_reason = None
        return Told(data={"text": parent.solution}, inside={"code": str(parent.resolution_code), "with": parent.number})

    @transition(
        field="state",
        source=[State.LOGGED, State.ASSIGNED, State.REOPENED, State.IN_PROGRESS, State.PENDING],
        target=State.CANCELLED,
        permission=rules.analyst,
        conditions=[rules.no_orders_to_lose, rules.not_major],
        custom={
            "label": _("Close as duplicate"),
            "event": "merged",
            "icon": "merge",
            "rank": 65,
            "done": _("closed as a duplicate"),
        },
    )
    def merge(self: Any, *, by: User, at: datetime, into: Incident, followers: tuple[int, ...] = ()) -> Told:
        """The same trouble has an incident already, which stays; `followers` follow that one from now on."""
        self.merged_into, self.closed_at, self.pending_reason = into, at, None
        subject = keep("{number} goes on as {other}", number=self.number, other=into.number)
        text = keep(
            "“{title}” is the same as {number} “{other}”. Follow it there; we tell you when it is solved.",
            title=self.title, number=into.number, other=into.title,
        )  # fmt: skip
        people = sorted({self.requester_id, self.reporter_id, *followers})
        told = {"recipients": people, "subject": subject, "text": text}
        return Told(data={"number": into.number}, inside={"followers": list(followers), **told})

    @transition(
        field="state",
        source=State.CANCELLED,
        target=State.ASSIGNED,
        permission=rules.analyst,
        conditions=[rules.was_merged, rules.within_reopen_window],
        custom={"label": _("Not a duplicate"), "event": "unmerged", "icon": "undo-2", "rank": 66},
    )
    def unmerge(self: Any, *, by: User, at: datetime) -> Told:
        """It is a matter of its own after all: its workgroup has it again, and nobody of it yet."""
        number = self.merged_into.number
        self.merged_into, self.closed_at, self.assignee = None, None, None
        return Told(inside={"number": number})

    @transition(
        field="state",
        source=[State.LOGGED, State.ASSIGNED, State.REOPENED],
        target=State.CANCELLED,
        permission=rules.requester_or_analyst,
        custom={
            "label": _("Cancel incident"),
            "for_requester": _("I don't need this any more"),
            "event": "cancelled",
            "icon": "circle-x",
            "tone": "danger",
            "rank": 70,
            "needs": (rules.nobody_is_on_the_way,),
        },
    )
    def cancel(self: Any, *, by: User, at: datetime, reason: str) -> Told:
        """It is no incident after all, or went away by itself."""
        self.closed_at = at
        return Told(data={"text": reason})
