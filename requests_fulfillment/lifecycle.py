"""The life of a service request: its states and the transitions between them. Read this first.

`flow.perform` is the only caller of these methods; see `incidents/lifecycle.py` for what `custom` means. Approvers
decide in `desk.approvals`, work orders are done in `workorders`; both move a request by events, by the portal's hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django_fsm import transition

from desk.people.language import keep
from desk.tickets.flow import Told
from desk.tickets.shared_moves import let_wait, pass_on

from . import rules

if TYPE_CHECKING:
    from desk.people.models import User, Workgroup
    from desk.tickets.models import PendingReason


class State(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting Approval")
    APPROVED = "approved", _("Approved")
    IN_FULFILMENT = "in_fulfilment", _("In Fulfilment")
    PENDING = "pending", _("Pending")
    FULFILLED = "fulfilled", _("Fulfilled")
    CLOSED = "closed", _("Closed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "fulfilment_failed", _("Fulfilment Failed")


CLOSED_STATES = frozenset({State.CLOSED.value, State.REJECTED.value, State.CANCELLED.value})
PATH = (_("Ordered"), _("Approved"), _("Being prepared"), _("Delivered"), _("Closed"))
PUBLIC_WORDS = {
    State.SUBMITTED: _("Ordered"),
    State.AWAITING_APPROVAL: _("Ordered"),
    State.APPROVED: _("Approved"),
    State.IN_FULFILMENT: _("Being prepared"),
    State.PENDING: _("On hold"),
    State.FULFILLED: _("Delivered"),
    State.CLOSED: _("Closed"),
    State.REJECTED: _("Rejected"),
    State.CANCELLED: _("Cancelled"),
    State.FAILED: _("Being prepared"),
}
# What happens next, for the requester; {days} is how long we wait for a yes or no, {who} whose approval is awaited.
NEXT_WORDS = {
    State.SUBMITTED: _("Somebody looks at it next."),
    State.AWAITING_APPROVAL: _("{who} decides on it. You will be told."),
    State.APPROVED: _("It is approved; work on it begins next."),
    State.IN_FULFILMENT: _("It is being prepared for you."),
    State.PENDING: _("Work on it waits."),
    State.FULFILLED: _(
        "It is delivered. Please say whether it is what you ordered; after {days} days it closes by itself."
    ),
    State.CLOSED: _("Nothing more happens here."),
    State.REJECTED: _("It was not approved; nothing more happens here."),
    State.CANCELLED: _("It was cancelled; nothing more happens here."),
    State.FAILED: _("Something went wrong while we prepared it. We are deciding how to go on, and will tell you here."),
}
WAITING_FOR_APPROVAL = gettext_noop("Waiting for approval")  # what clocks call their pause
BOTH_CLOCKS = ["response", "resolution"]


class RequestLifecycle:
    """The transitions, to be mixed into the ServiceRequest model (`self` is the request)."""

    workgroup: Any
    assignee: Any
    pending_reason: Any
    reassignment_count: Any
    fulfilled_at: Any
    closed_at: Any
    rating: Any
    rating_comment: Any
    disrupts_service: Any
    failures: Any

    @transition(
        field="state",
        source=State.SUBMITTED,
        target=State.AWAITING_APPROVAL,
        permission=rules.automation,
        custom={"label": _("Ask for approval"), "event": "awaited", "icon": "stamp", "rank": 90},
    )
    def await_approval(self: Any, *, by: User, at: datetime) -> Told:
        """Somebody has to say yes first; the clocks stand still meanwhile."""
        return Told(inside={"pauses": BOTH_CLOCKS, "reason": keep(WAITING_FOR_APPROVAL)})

    @transition(
        field="state",
        source=[State.SUBMITTED, State.AWAITING_APPROVAL],
        target=State.APPROVED,
        permission=rules.approvers,
        custom={"label": _("Approve"), "event": "approved", "icon": "circle-check", "rank": 91},
    )
    def approve(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """Its approvers have said yes, or nobody needs to."""
        return Told(data={"because": because})

    @transition(
        field="state",
        source=State.AWAITING_APPROVAL,
        target=State.REJECTED,
        permission=rules.approvers,
        custom={"label": _("Reject"), "event": "rejected", "icon": "circle-x", "rank": 92},
    )
    def reject(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """Its approvers have said no."""
        self.closed_at = at
        return Told(data={"because": because})

    @transition(
        field="state",
        source=State.APPROVED,
        target=State.AWAITING_APPROVAL,
        permission=rules.approvers,
        custom={"label": _("Ask for approval again"), "event": "reconsidered", "icon": "rotate-ccw", "rank": 93},
    )
    def reconsider(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """An approver objects before anybody has begun."""
        return Told(data={"because": because}, inside={"pauses": BOTH_CLOCKS, "reason": keep(WAITING_FOR_APPROVAL)})

    @transition(
        field="state",
        source=State.APPROVED,
        target=State.IN_FULFILMENT,
        permission=rules.analyst_or_automation,
        custom={"label": _("Start fulfilment"), "event": "started", "icon": "play", "tone": "primary", "rank": 10},
    )
    def start(self: Any, *, by: User, at: datetime) -> Told:
        """Its plan is set in motion."""
        if not by.is_automation and self.assignee_id is None:
            self.assignee = by
        return Told()

    @transition(
        field="state",
        source=State.IN_FULFILMENT,
        target=State.PENDING,
        permission=rules.analyst,
        custom={"label": _("Put on hold"), "event": "held", "icon": "pause", "rank": 30},
    )
    def hold(self: Any, *, by: User, at: datetime, reason: PendingReason, note: str = "") -> Told:
        """It waits; the reason says for what, and which clocks stop."""
        return let_wait(self, reason=reason, note=note)

    @transition(
        field="state",
        source=State.PENDING,
        target=State.IN_FULFILMENT,
        permission=rules.analyst_or_automation,
        custom={"label": _("Resume"), "event": "resumed", "icon": "play", "tone": "primary", "rank": 10},
    )
    def resume(self: Any, *, by: User, at: datetime, because: str = "") -> Told:
        """It goes on."""
        self.pending_reason = None
        return Told(data={"because": because})

    @transition(
        field="state",
        source=[State.IN_FULFILMENT, State.PENDING],
        target=State.FULFILLED,
        permission=rules.analyst_or_automation,
        conditions=[rules.no_open_orders],
        custom={"label": _("Delivered"), "event": "fulfilled", "icon": "package-check", "tone": "good", "rank": 40},
    )
    def fulfil(self: Any, *, by: User, at: datetime, text: str = "") -> Told:
        """It is delivered; the requester is told, and asked whether it is what they ordered."""
        self.fulfilled_at, self.pending_reason = at, None
        told = {
            "recipients": sorted({self.requester_id, self.reporter_id}),
            "subject": keep("{number} “{title}” is delivered", number=self.number, title=self.title),
            "text": keep("{said}\nPlease say on its page whether it is what you ordered.", said=text)
            if text
            else keep("Please say on its page whether it is what you ordered."),
        }
        return Told(data={"text": text}, inside=told)

    @transition(
        field="state",
        source=[State.IN_FULFILMENT, State.PENDING],
        target=State.FAILED,
        permission=rules.analyst_or_automation,
        custom={
            "label": _("It failed"),
            "event": "fulfilment_failed",
            "icon": "circle-x",
            "tone": "danger",
            "rank": 50,
        },
    )
    def fail(self: Any, *, by: User, at: datetime, reason: str, told: dict[str, Any]) -> Told:
        """It can't be delivered like this: tried again, another way, or cancelled."""
        self.pending_reason, self.disrupts_service = None, None
        self.failures += 1
        return Told(inside={"text": reason, **told})

    @transition(
        field="state",
        source=State.FAILED,
        target=State.IN_FULFILMENT,
        permission=rules.analyst,
        custom={"label": _("Go on"), "event": "retried", "icon": "rotate-ccw", "tone": "primary", "rank": 12},
    )
    def retry(self: Any, *, by: User, at: datetime, how: str, note: str = "") -> Told:
        """Tried again, or another way."""
        return Told(inside={"how": how, "text": note})

    @transition(
        field="state",
        source=State.FULFILLED,
        target=State.CLOSED,
        permission=rules.anyone_concerned,
        custom={
            "label": _("Confirm and close"),
            "for_requester": _("Yes, I have it"),
            "event": "closed",
            "icon": "thumbs-up",
            "tone": "good",
            "rank": 52,
            "heeds_replies": True,
        },
    )
    def confirm(
        self: Any, *, by: User, at: datetime, rating: int | None = None, comment: str = "", because: str = ""
    ) -> Told:
        """It is what was ordered: by the requester, by an analyst on their word, or by the timer."""
        self.closed_at, self.rating, self.rating_comment = at, rating, comment
        return Told(data={"rating": rating, "text": comment, "because": because})

    @transition(
        field="state",
        source=State.FULFILLED,
        target=State.IN_FULFILMENT,
        permission=rules.requester_or_analyst,
        custom={
            "label": _("Not delivered after all"),
            "for_requester": _("Not what I ordered"),
            "event": "refused",
            "icon": "rotate-ccw",
            "tone": "danger",
            "rank": 60,
        },
    )
    def refuse(self: Any, *, by: User, at: datetime, reason: str) -> Told:
        """It is not what was ordered, or isn't there: it goes on."""
        self.fulfilled_at = None
        return Told(data={"text": reason})

    @transition(
        field="state",
        source=[
            State.SUBMITTED,
            State.AWAITING_APPROVAL,
            State.APPROVED,
            State.IN_FULFILMENT,
            State.PENDING,
            State.FAILED,
        ],
        target=State.CANCELLED,
        permission=rules.anyone_concerned_or_orderer,
        custom={
            "label": _("Cancel request"),
            "for_requester": _("I don't need this any more"),
            "event": "cancelled",
            "icon": "circle-slash",
            "tone": "danger",
            "rank": 70,
            "needs": (rules.nothing_is_begun,),
        },
    )
    def cancel(self: Any, *, by: User, at: datetime, reason: str) -> Told:
        """It isn't needed any more, or can't be had."""
        self.closed_at, self.pending_reason = at, None
        return Told(data={"text": reason})

    @transition(
        field="state",
        source=[
            State.SUBMITTED,
            State.AWAITING_APPROVAL,
            State.APPROVED,
            State.IN_FULFILMENT,
            State.PENDING,
            State.FAILED,
        ],
        target=None,  # whoever has it, it stands where it stood
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
        """To another workgroup, an analyst of it, or both."""
        return pass_on(self, workgroup=workgroup, assignee=assignee, reason=reason, because=because)
