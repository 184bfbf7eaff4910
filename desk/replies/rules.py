"""Who is offered a canned reply, and who may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.people.rules import may_lead_queue

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import CannedReply


def may_change(canned: CannedReply, user: User) -> bool:
    """One's own; those of a workgroup its leads; those for everybody whoever may in the administration."""
    if canned.owner_id is not None:
        return canned.owner_id == user.pk
    if canned.workgroup_id is not None:
        return may_lead_queue(user, canned.workgroup_id)
    return user.has_perm("replies.change_cannedreply")
