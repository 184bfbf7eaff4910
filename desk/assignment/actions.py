"""The verbs of triage that kinds of ticket share: take it, or give it to a workgroup and perhaps somebody of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from desk.people.language import in_a_sentence, keep
from desk.people.models import User, Workgroup
from desk.people.queries import analysts_of
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket

AnyTicket = TypeVar("AnyTicket", bound=Ticket)


@transaction.atomic
def take(
    *, ticket: AnyTicket, by: User, seen: int | None = None, at: datetime | None = None, source: str = "web"
) -> AnyTicket:
    """Make the ticket mine. Refused, with the name, when somebody already has it; harmless when it is me."""
    fresh = flow.lock(ticket)
    flow.ask_permission(fresh, "assign", by)
    if fresh.assignee_id == by.pk:
        return fresh
    if fresh.assignee_id is not None:
        raise Refused(_("{person} has {number} already.").format(person=fresh.assignee, number=fresh.number))
    _refuse_stranger(fresh.workgroup, by)
    chosen: dict[str, Any] = {
        "workgroup": fresh.workgroup,
        "assignee": by,
        "because": keep("{person} took it", person=by),
    }
    return flow.perform(fresh, "assign", by=by, seen=seen, at=at, source=source, **chosen)


@transaction.atomic
def assign(
    *,
    ticket: AnyTicket,
    by: User,
    workgroup: Workgroup | None = None,
    assignee: User | None = None,
    reason: str = "",
    because: str = "",
    **how: Any,
) -> AnyTicket:
    """To another workgroup that takes such tickets (the reason is needed) and/or to one of its analysts.

    A message in `because` says why this choice was proposed. `how`: seen, at, source.
    """
    fresh = flow.lock(ticket)  # where it is now, and not where the caller last saw it
    flow.ask_permission(fresh, "assign", by)
    target = workgroup or fresh.workgroup
    moved = target.pk != fresh.workgroup_id
    needed = _("Please say why it goes to another workgroup; it spares them the question.") if moved else ""
    reason = text.clean(reason, field="reason", required=needed)
    if moved and not target.takes_kind(fresh.takes_as):
        raise Refused(
            _("{workgroup} doesn't take {such}.").format(workgroup=target, such=_such(fresh)), field="workgroup"
        )
    if assignee is not None:
        _refuse_stranger(target, assignee)
    chosen: dict[str, Any] = {"workgroup": target, "assignee": assignee, "reason": reason, "because": because}
    return flow.perform(fresh, "assign", by=by, **chosen, **how)


def _refuse_stranger(workgroup: Workgroup, assignee: User) -> None:
    if not analysts_of(workgroup).filter(pk=assignee.pk).exists():
        said = _("{person} doesn't work in {workgroup}.").format(person=assignee, workgroup=workgroup)
        raise Refused(said, field="assignee")


def _such(ticket: Ticket) -> str:
    """Tickets like this one, for a sentence: “work orders of this type (on site)”."""
    kind, within = ticket.kind_info, ticket.takes_as.partition(".")[2]
    name = in_a_sentence(str(kind.label))
    if not within:
        return _("{kind}s").format(kind=name)
    return _("{kind}s of this type ({type})").format(kind=name, type=in_a_sentence(str(kind.within[within])))
