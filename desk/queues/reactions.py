"""What queues do when anything happens to a ticket: those who look at it, or at its queue, are to see it."""

from __future__ import annotations

from typing import Any

from desk.tickets import revisions


def tell_who_looks(event: Any) -> None:
    """The ticket moved, and so did its queue, and the one that it came from; a parent's page lists its children."""
    ticket = event.ticket_now if "ticket_now" in event.__dict__ else event.ticket
    changed = event.inside.get("changes", ())
    left = [change["old_id"] for change in changed if change["field"] == "workgroup" and change.get("old_id")]
    parents = [ticket.parent_id] if ticket.parent_id else []
    revisions.bump(queues=[ticket.workgroup_id, *left], tickets=[ticket.pk, *parents])
