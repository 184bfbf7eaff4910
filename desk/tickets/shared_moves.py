"""What moves of several kinds of ticket set and tell alike: passing it on, and letting it wait."""

from __future__ import annotations

from typing import Any

from desk.people.models import User, Workgroup

from .flow import Told
from .models import PendingReason


def pass_on(
    ticket: Any, *, workgroup: Workgroup, assignee: User | None, reason: str, because: str, publicly: bool = True
) -> Told:
    """It goes to this workgroup, and perhaps to somebody of it; what waits, waits no more.

    A move to another workgroup counts as a reassignment, and its requester is told where it is now, if that is told
    `publicly`. `reason` is the mover's own words, `because` says why the choice was proposed; both stay inside.
    """
    moved = workgroup.pk != ticket.workgroup_id
    if moved:
        ticket.reassignment_count += 1
    ticket.workgroup, ticket.assignee, ticket.pending_reason = workgroup, assignee, None
    return Told(
        data={"workgroup": str(workgroup)} if moved and publicly else {},
        inside={
            "workgroup": str(workgroup),
            "assignee": str(assignee) if assignee else None,
            "moved": moved,
            "text": reason,
            "because": because,
        },
    )


def let_wait(ticket: Any, *, reason: PendingReason, note: str) -> Told:
    """It waits; the reason says for what, and which clocks stop. Its requester reads the reason's public words."""
    ticket.pending_reason = reason
    return Told(
        data={"text": reason.public_text, "waits_for_requester": reason.waits_for_requester},
        inside={"reason": reason.name, "pauses": reason.pauses, "note": note},
    )
