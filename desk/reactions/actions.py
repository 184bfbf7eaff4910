"""The verbs of delivery: dispatch an event to its reactions, deliver what is owed, retry, beat the pulse."""

import logging
import traceback
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from .models import Delivery, Pulse
from .table import Reaction, reactions_to

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # how long a claimed delivery is left to its worker before it is offered again
BACK_OFF = (1, 5, 15, 60, 300, 900, 3600)  # seconds before the next try, by the number of failures


def dispatch(event: Any) -> None:
    """Run the event's "now" reactions and write a Delivery for each "later" one.

    To be called inside the event's transaction. After the commit a worker is woken; when the wake-up is
    lost, the sweep finds the rows.
    """
    owed = []
    for reaction in reactions_to(event.kind):
        if reaction.lane == "now":
            reaction.run(event)
        else:
            owed.append(Delivery(event=event, reaction=reaction.path, due_at=timezone.now()))
    if owed:
        Delivery.objects.bulk_create(owed, ignore_conflicts=True)
        transaction.on_commit(wake)


def wake() -> None:
    """Tell a worker that something is owed; when the broker is away, the sweep will find it."""
    try:
        current_app.send_task("reactions.deliver", ignore_result=True, retry=False)
    except OperationalError:
        log.warning("The broker is away; the sweep will deliver when it is back.")


def deliver_due(limit: int = 500) -> int:
    """Deliver what is owed and due, one by one, until nothing is left or the limit is reached; returns how many."""
    tried = 0
    while tried < limit and (pk := _claim()) is not None:
        _deliver(pk)
        tried += 1
    return tried


def _claim() -> int | None:
    """Reserve one due delivery for a lease, and count the attempt before it is made.

    Committed on its own, so that a reaction that kills its worker is counted too and ends as a dead letter.
    """
    with transaction.atomic():
        row = (
            Delivery.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, dead_at=None, due_at__lte=Now())
            .order_by("due_at", "pk")
            .only("pk", "attempts")
            .first()
        )
        if row is None:
            return None
        if row.attempts >= settings.REACTION_MAX_ATTEMPTS:
            Delivery.objects.filter(pk=row.pk).update(
                dead_at=Now(), last_error="The worker was lost each time this reaction ran."
            )
        else:
            Delivery.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, due_at=Now() + LEASE)
        return row.pk


def _deliver(pk: int) -> None:
    """Run the reaction and mark it done in one transaction; the row lock keeps every other worker out."""
    try:
        with transaction.atomic():
            # It waits for the lock: a competing claim that looked at this row may hold it for a moment.
            row = (
                Delivery.objects.select_for_update(of=("self",))
                .filter(pk=pk, done_at=None, dead_at=None)
                .select_related("event")
                .first()
            )
            if row is not None:
                Reaction(row.reaction, "later", "").run(row.event)
                Delivery.objects.filter(pk=pk).update(done_at=Now(), last_error="")
    except Exception:
        log.exception("Delivery %s failed", pk)
        _note_failure(pk, traceback.format_exc(limit=-8))


def _note_failure(pk: int, error: str) -> None:
    error = error.encode("utf-8", "replace").decode().replace("\x00", "")  # what the database can hold
    row = Delivery.objects.get(pk=pk)
    fields: dict[str, Any] = {"last_error": error[-4000:]}
    if row.attempts >= settings.REACTION_MAX_ATTEMPTS:
        fields["dead_at"] = Now()
    else:
        wait = BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1]
        fields["due_at"] = Now() + timedelta(seconds=wait)
    Delivery.objects.filter(pk=pk, done_at=None).update(**fields)


def retry(*, delivery: Delivery) -> None:
    """Offer a dead or waiting delivery again at once, with a fresh count of attempts. One that is done stays done."""
    updated = Delivery.objects.filter(pk=delivery.pk, done_at=None).update(attempts=0, dead_at=None, due_at=Now())
    if updated:
        transaction.on_commit(wake)


def beat_pulse(run_id: str) -> None:
    """Write that a tick of this run has come all the way into the database; older runs' pulses are dropped."""
    Pulse.objects.update_or_create(run_id=run_id, defaults={"at": Now()})
    Pulse.objects.filter(at__lt=Now() - timedelta(days=1)).delete()
