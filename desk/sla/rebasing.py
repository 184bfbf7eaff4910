"""Re-basing many tickets: ordered by an administrator, worked off by a worker, one small transaction per ticket."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from desk.people.models import User
from desk.reactions.owed import wake_for
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket

from . import actions, drift
from .models import Policy, Rebasing

log = logging.getLogger(__name__)
TASK = "sla.rebase"


@transaction.atomic
def order(*, by: User, reason: str, policy: Policy | None = None) -> Rebasing:
    """Order that the tickets which `drift.changes` counts are re-based, and wake a worker after the commit.

    Refused without a reason, while another one is under way, and when no ticket would change.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why. The reason stands in the history of each ticket."), field="reason")
    Policy.objects.select_for_update(of=("self",)).order_by("pk").first()  # one order at a time
    if Rebasing.objects.filter(done_at=None).exists():
        raise Refused(_("A re-basing is under way. Order the next one when it is done."))
    total = sum(change.tickets for change in drift.changes(policy))
    if not total:
        raise Refused(_("No open ticket would change."))
    made = Rebasing.objects.create(by=by, reason=reason, policy=policy, total=total)
    transaction.on_commit(partial(wake_for, TASK))
    return made


def work_off(limit: int = 500) -> int:
    """Re-base at most `limit` tickets of the order that is open, and wake the next worker if any are left.

    Ticket and order are written in one transaction, so that a worker that dies loses nothing and repeats nothing.
    Any number of workers may be at it: the order's row is claimed anew for each ticket. Returns how many it did.
    """
    done = 0
    row = Rebasing.objects.filter(done_at=None).select_related("policy").first()
    if row is None:
        return 0
    waiting = drift.tickets(row.policy, after=row.last_ticket, limit=limit)
    for pk in waiting:
        if not _one(row.pk, pk):
            return done  # another worker has the order
        done += 1
    if len(waiting) == limit:
        wake_for(TASK)
    else:
        _finish(row.pk, waiting[-1] if waiting else row.last_ticket)
    return done


@transaction.atomic
def _one(order_id: int, ticket_id: int) -> bool:
    """Re-base this ticket and count it; False when another worker holds the order, or has done this ticket."""
    row = Rebasing.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=order_id, done_at=None).first()
    if row is None or row.last_ticket >= ticket_id:
        return False
    row.started_at = row.started_at or Now()
    row.last_ticket = ticket_id
    try:
        with transaction.atomic():
            changed = actions.rebase(ticket=Ticket.objects.get(pk=ticket_id), by=row.by, reason=row.reason)
        row.changed += changed
    except Exception as failure:
        log.exception("Ticket %s could not be re-based", ticket_id)
        number = Ticket.objects.values_list("number", flat=True).get(pk=ticket_id)
        # Only the kind of failure: its text may quote the ticket, and this page is read by others than those who may.
        row.failed, row.last_error = row.failed + 1, f"{number}: {type(failure).__name__}"
    row.save(update_fields=["started_at", "last_ticket", "changed", "failed", "last_error"])
    return True


def _finish(order_id: int, last_ticket: int) -> None:
    """Close the order, unless another worker is further than this one knows."""
    Rebasing.objects.filter(pk=order_id, done_at=None, last_ticket=last_ticket).update(done_at=Now())
