"""Automatic assignment: gives what comes into a queue to somebody who is there, as its workgroup wants, and says why.

It never takes a ticket from anybody: the ticket is locked first, and left alone where it has an analyst, waits, is over, or has
moved on. Lock order: ticket (its parent before it), then workgroup; so that of two tickets at the same instant the second
sees the first one's weight.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from desk.people.language import keep
from desk.people.models import AutoAssign, User, Workgroup
from desk.people.presence import presence_of
from desk.people.queries import analysts_of, automation
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket, Visibility

from . import ranking, scoring
from .models import Turn, Unattended

log = logging.getLogger(__name__)

NOBODY = "assignment.nobody"
BY = {
    AutoAssign.ROUND_ROBIN: _("In turn"),
    AutoAssign.LEAST_LOADED: _("By least load"),
    AutoAssign.BEST_MATCH: _("By best match"),
}


def is_up_for_it(ticket: Ticket) -> bool:
    """Whether it lies in the queue of a workgroup that wants its tickets assigned, for somebody to begin with."""
    kind = ticket.kind_info
    elsewhere = kind.idle | kind.closed | kind.solved | kind.waiting | kind.void
    return (
        ticket.assignee_id is None and ticket.state not in elsewhere and ticket.workgroup.auto_assign != AutoAssign.OFF
    )


@transaction.atomic
def assign(ticket: Ticket) -> User | None:
    """Give the ticket to the analyst whom its workgroup's way names; who that is, or None when it is left as it is.

    When nobody is available the ticket says so, once, and is looked at again by `again`.
    """
    fresh = flow.lock(ticket)
    if not is_up_for_it(fresh):
        Unattended.objects.filter(ticket=fresh.pk).delete()
        return None
    flow.serialise(f"automatic assignment {fresh.workgroup_id}")
    for candidate in _in_order(fresh):
        if _give(fresh, candidate):
            Unattended.objects.filter(ticket=fresh.pk).delete()
            return candidate.user
    _say_nobody(fresh)
    return None


def _in_order(ticket: Ticket) -> Sequence[ranking.Candidate]:
    people = scoring.available(ranking.people_of(ticket, ticket.workgroup))
    match ticket.workgroup.auto_assign:
        case AutoAssign.LEAST_LOADED:
            return scoring.least_loaded(people)
        case AutoAssign.ROUND_ROBIN:
            turn = Turn.objects.filter(workgroup=ticket.workgroup_id).select_related("last").first()
            return scoring.in_turn(people, (str(turn.last), turn.last_id) if turn else None)
    return scoring.rank(people, ticket.priority)


def _give(ticket: Ticket, candidate: ranking.Candidate) -> bool:
    """Whether the kind's own action let it have the ticket; a change, for one, is kept from its approvers."""
    because = keep("{way}: {because}", way=BY[AutoAssign(ticket.workgroup.auto_assign)], because=candidate.because)
    try:
        with transaction.atomic():
            how = {ticket.kind: ticket, "by": automation(), "assignee": candidate.user, "because": because}
            ticket.kind_info.actions.assign(**how, source="worker")
    except (Refused, PermissionDenied):
        return False
    Turn.objects.update_or_create(workgroup=ticket.workgroup, defaults={"last": candidate.user})
    return True


def _say_nobody(ticket: Ticket) -> None:
    row, is_new = Unattended.objects.get_or_create(ticket_id=ticket.pk, defaults={"workgroup": ticket.workgroup})
    if not is_new and row.workgroup_id == ticket.workgroup_id:
        return
    Unattended.objects.filter(pk=row.pk).update(workgroup=ticket.workgroup)
    said = keep("of {workgroup}, everybody is away or off shift", workgroup=ticket.workgroup)
    flow.write_event(
        ticket,
        NOBODY,
        by=automation(),
        source="worker",
        inside={"said": said, "because": keep("It is given to somebody as soon as one is there.")},
        visibility=Visibility.INTERNAL,
    )


def again(limit: int = 200) -> int:
    """Look again at what nobody was available for, where somebody is now; how many found their analyst.

    The oldest and most urgent first. Workgroups in which still nobody is there cost two queries each, whatever waits.
    """
    given = 0
    for workgroup in Workgroup.objects.filter(pk__in=Unattended.objects.values("workgroup")).order_by("pk"):
        here = presence_of(list(analysts_of(workgroup))).values()
        if workgroup.auto_assign != AutoAssign.OFF and not any(one.here for one in here):
            continue
        waiting = Unattended.objects.filter(workgroup=workgroup).order_by("ticket__priority", "ticket")
        for row in waiting.select_related("ticket")[: limit - given]:
            try:
                given += assign(row.ticket) is not None
            except Exception:  # one that can't be given must not keep the others waiting
                log.exception("Automatic assignment of %s failed", row.ticket.number)
    return given
