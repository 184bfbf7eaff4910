"""THE table: which event sets what in motion, now (same transaction) or later (by a worker, exactly once)."""

from desk.reactions.table import Reaction, later, now

_CLOCKS = now("desk.sla.reactions.follow", "starts, pauses, stops or re-targets the ticket's clocks")
_ESCALATE = later("desk.sla.reactions.escalate", "does what the policy says for this mark: notify, raise, move")

SWITCHBOARD: dict[str, tuple[Reaction, ...]] = {
    "incident.logged": (_CLOCKS,),
    "incident.assigned": (_CLOCKS,),
    "incident.started": (_CLOCKS,),
    "incident.held": (_CLOCKS,),
    "incident.resumed": (_CLOCKS,),
    "incident.resolved": (_CLOCKS,),
    "incident.closed": (_CLOCKS,),
    "incident.reopened": (_CLOCKS,),
    "incident.cancelled": (_CLOCKS,),
    "ticket.corrected": (_CLOCKS,),
    "field.changed": (_CLOCKS,),
    "comment.added": (
        _CLOCKS,
        now("incidents.reactions.resume_on_reply", "resumes a pending incident when its requester answers"),
    ),
    "sla.warned": (_ESCALATE,),
    "sla.breached": (_ESCALATE,),
    "sla.overdue": (_ESCALATE,),
    "sla.escalated": (
        now(
            "desk.notifications.reactions.tell_those_named", "tells those whom the escalation names, by inbox and mail"
        ),
    ),
}
