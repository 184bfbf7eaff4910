"""THE table: which event sets what in motion, now (same transaction) or later (by a worker, exactly once)."""

from desk.reactions.table import Reaction, later, now

_CLOCKS = now("desk.sla.reactions.follow", "starts, pauses, stops or re-targets the ticket's clocks")
_ESCALATE = later("desk.sla.reactions.escalate", "does what the policy says for this mark: notify, raise, move")

_PARENT = now("workorders.reactions.tell_parent", "puts the move on the parent's timeline")
_RELEASE = now("workorders.reactions.release_those_that_waited", "releases the orders that waited for this one")
_ASK = now(
    "workorders.reactions.ask_parent", "tells the parent's analyst that the last is over, or asks after a failure"
)
_TELL = now("desk.notifications.reactions.tell_those_named", "tells those whom the event names, by inbox and mail")
_BY_RULE = later(
    "workorders.reactions.raise_by_rule",
    "raises the work orders that a rule wants for such a ticket",
    wanted="workorders.queries.has_rules_for",
)
_GO_ON = now("incidents.reactions.resume_on_orders", "resumes an incident that waits for its work orders")

_VOID = now("changes.reactions.void_on_edit", "voids the approval of a change whose plan, window or risk is edited")

SWITCHBOARD: dict[str, tuple[Reaction, ...]] = {
    "incident.logged": (_CLOCKS, _BY_RULE),
    "incident.assigned": (_CLOCKS, _BY_RULE),
    "incident.taken_back": (_CLOCKS,),
    "incident.started": (_CLOCKS, _BY_RULE),
    "incident.held": (_CLOCKS,),
    "incident.resumed": (_CLOCKS,),
    "incident.resolved": (_CLOCKS,),
    "incident.closed": (_CLOCKS,),
    "incident.reopened": (_CLOCKS,),
    "incident.cancelled": (_CLOCKS,),
    "ticket.corrected": (_CLOCKS,),
    "field.changed": (_CLOCKS, _VOID),
    "comment.added": (
        _CLOCKS,
        now("incidents.reactions.resume_on_reply", "resumes a pending incident when its requester answers"),
    ),
    "sla.warned": (_ESCALATE,),
    "sla.breached": (_ESCALATE,),
    "sla.overdue": (_ESCALATE,),
    "sla.escalated": (_TELL,),
    "work_order.logged": (_CLOCKS,),
    "work_order.released": (_CLOCKS, _PARENT, _TELL),
    "work_order.assigned": (_CLOCKS, _PARENT),
    "work_order.started": (_CLOCKS, _PARENT),
    "work_order.held": (_CLOCKS, _PARENT),
    "work_order.resumed": (_CLOCKS, _PARENT),
    "work_order.completed": (_CLOCKS, _PARENT, _RELEASE, _ASK),
    "work_order.failed": (_CLOCKS, _PARENT, _ASK),
    "work_order.cancelled": (_CLOCKS, _PARENT, _RELEASE, _ASK),
    "orders.finished": (_GO_ON, _TELL),
    "orders.asked": (_GO_ON, _TELL),
    "approval.asked": (_TELL,),
    "approval.answered": (_TELL,),
    "approval.approved": (now("changes.reactions.approve", "lets a change pass that its approvers said yes to"), _TELL),
    "approval.rejected": (now("changes.reactions.reject", "rejects a change that its approvers said no to"), _TELL),
    "approval.objected": (
        now("changes.reactions.reconsider", "takes the approval of a change back while somebody objects"),
        _TELL,
    ),
    "approval.withdrawn": (_TELL,),
    "approval.replied": (_TELL,),
    "approval.voided": (_TELL,),
    "approval.reminded": (_TELL,),
    "approval.expired": (now("changes.reactions.expire", "makes a change a draft again when nobody decided"), _TELL),
    "approval.stuck": (_TELL,),
}
