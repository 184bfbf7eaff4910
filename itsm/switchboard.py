"""THE table: which event sets what in motion, now (same transaction) or later (by a worker, exactly once)."""

from desk.reactions.table import EVERY, Reaction, later, now

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

_DELIVERED = now("requests_fulfillment.reactions.fulfil", "delivers a request whose work orders are over")
_UNDELIVERED = now("requests_fulfillment.reactions.fail", "fails a request one of whose work orders failed")
_GONE_ON = now("requests_fulfillment.reactions.go_on", "goes on with a failed request whose work orders go on")
_VOID = now("changes.reactions.void_on_edit", "voids the approval of a change whose plan, window or risk is edited")

_INCIDENT = later("incidents.reactions.raise_for_trouble", "raises the one incident for what went wrong")
_ASK_SOLVED = now("incidents.reactions.ask_whether_solved", "asks its requester whether it is solved")
_UP = now("incidents.reactions.end_outages", "says that the services it took down are up again")

_EPISODE = now("incidents.episodes.follow", "keeps what its episode came to, for figures and ratings")
_FOLLOWERS = now("incidents.reactions.tell_followers", "tells those who follow it")
_JOINED = now("incidents.reactions.tell_those_who_joined", "tells whoever has a major incident too what became of it")
_CHILDREN = later("incidents.reactions.do_to_children", "does to the next children what was asked for all")
_AUTOMATIC = later(
    "desk.assignment.reactions.assign_by_itself",
    "gives it to an analyst, where its workgroup wants that",
    wanted="desk.assignment.reactions.wants_assigning",
)

SWITCHBOARD: dict[str, tuple[Reaction, ...]] = {
    EVERY: (
        now("desk.queues.reactions.tell_who_looks", "marks ticket and queue as moved, for those who look at them"),
        now("desk.webhooks.reactions.owe", "owes a call to each program that subscribed to such an event"),
    ),
    "incident.logged": (_CLOCKS, _BY_RULE, _AUTOMATIC),
    "incident.assigned": (_CLOCKS, _BY_RULE, _AUTOMATIC),
    "incident.taken_back": (_CLOCKS, _AUTOMATIC),
    "incident.started": (_CLOCKS, _BY_RULE),
    "incident.held": (_CLOCKS,),
    "incident.resumed": (_CLOCKS, _AUTOMATIC),
    "incident.reminded": (_ASK_SOLVED,),
    "incident.resolved": (_CLOCKS, _EPISODE, _ASK_SOLVED, _UP, _FOLLOWERS, _JOINED),
    "incident.closed": (_CLOCKS, _EPISODE),
    "incident.reopened": (
        _CLOCKS,
        _EPISODE,
        now("incidents.reactions.begin_outages_again", "says that what it took down is down again"),
        _JOINED,
        _AUTOMATIC,
    ),
    "incident.cancelled": (_CLOCKS, _EPISODE, _UP, _FOLLOWERS, _JOINED),
    "incident.merged": (
        _CLOCKS,
        _EPISODE,
        now("incidents.reactions.carry_on_outages", "lets the incident that stays stand for what is down"),
        _UP,
        _TELL,
    ),
    "incident.unmerged": (_CLOCKS, _EPISODE, _AUTOMATIC),
    "family.asked": (_CHILDREN,),
    "family.went_on": (_CHILDREN,),
    "ticket.corrected": (_CLOCKS,),
    "field.changed": (_CLOCKS, _VOID),
    "comment.added": (
        _CLOCKS,
        now("incidents.reactions.resume_on_reply", "resumes a pending incident when its requester answers"),
        now("requests_fulfillment.reactions.resume_on_reply", "resumes a pending request when its requester answers"),
    ),
    "request.logged": (_CLOCKS,),
    "request.awaited": (_CLOCKS,),
    "request.approved": (_CLOCKS,),
    "request.rejected": (_CLOCKS,),
    "request.reconsidered": (_CLOCKS,),
    "request.started": (_CLOCKS, _AUTOMATIC),
    "request.assigned": (_CLOCKS, _AUTOMATIC),
    "request.held": (_CLOCKS,),
    "request.resumed": (_CLOCKS, _AUTOMATIC),
    "request.stuck": (_TELL,),
    "request.fulfilled": (_CLOCKS, _TELL),
    "request.fulfilment_failed": (_CLOCKS, _INCIDENT),
    "request.service_disrupted": (_INCIDENT,),
    "change.assigned": (_AUTOMATIC,),
    "change.scheduled": (_AUTOMATIC,),
    "change.failed": (_INCIDENT,),
    "change.implemented_incorrectly": (_INCIDENT,),
    "change.service_interrupted": (_INCIDENT,),
    "trouble.told": (_TELL,),
    "burst.proposed": (_TELL,),
    "major.proposed": (_TELL,),
    "major.declined": (_TELL,),
    "major.declared": (_TELL,),
    "major.withdrawn": (_TELL, _JOINED),
    "rating.answered": (_TELL,),
    "request.retried": (_CLOCKS, _AUTOMATIC),
    "request.refused": (_CLOCKS,),
    "request.closed": (_CLOCKS,),
    "request.cancelled": (_CLOCKS,),
    "sla.warned": (_ESCALATE,),
    "sla.breached": (_ESCALATE,),
    "sla.overdue": (_ESCALATE,),
    "sla.escalated": (_TELL,),
    "work_order.logged": (_CLOCKS, _AUTOMATIC),
    "work_order.released": (_CLOCKS, _PARENT, _TELL, _AUTOMATIC),
    "work_order.assigned": (_CLOCKS, _PARENT, _AUTOMATIC),
    "work_order.started": (_CLOCKS, _PARENT),
    "work_order.held": (_CLOCKS, _PARENT),
    "work_order.resumed": (_CLOCKS, _PARENT, _AUTOMATIC),
    "work_order.completed": (_CLOCKS, _PARENT, _RELEASE, _ASK),
    "work_order.failed": (_CLOCKS, _PARENT, _ASK),
    "work_order.cancelled": (_CLOCKS, _PARENT, _RELEASE, _ASK),
    "order.raised": (_GONE_ON,),
    "work_order.unlinked": (_GONE_ON,),
    "orders.finished": (_GO_ON, _DELIVERED, _TELL),
    "orders.asked": (_GO_ON, _UNDELIVERED, _TELL),
    "approval.asked": (_TELL,),
    "approval.answered": (_TELL,),
    "approval.approved": (
        now("changes.reactions.approve", "lets a change pass that its approvers said yes to"),
        now("requests_fulfillment.reactions.approve", "sets the plan of an approved request in motion"),
        _TELL,
    ),
    "approval.rejected": (
        now("changes.reactions.reject", "rejects a change that its approvers said no to"),
        now("requests_fulfillment.reactions.reject", "rejects a request that its approvers said no to"),
        _TELL,
    ),
    "approval.objected": (
        now("changes.reactions.reconsider", "takes the approval of a change back while somebody objects"),
        now("requests_fulfillment.reactions.reconsider", "takes it back for a request that nobody has begun"),
        _TELL,
    ),
    "approval.withdrawn": (_TELL,),
    "approval.replied": (_TELL,),
    "approval.voided": (_TELL,),
    "approval.reminded": (_TELL,),
    "approval.expired": (
        now("changes.reactions.expire", "makes a change a draft again when nobody decided"),
        now("requests_fulfillment.reactions.expire", "cancels a request on which nobody decided"),
        _TELL,
    ),
    "approval.stuck": (_TELL,),
}
