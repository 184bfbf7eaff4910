"""The verbs of delivery: dispatch an event to its reactions, deliver what is owed, retry, beat the pulse."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from .models import Delivery, Pulse
from .owed import Debt, wake_for
from .table import Reaction, reactions_to

DELIVER = "reactions.deliver"  # the task that is woken
DELIVERIES = Debt(
    Delivery,
    due="due_at",
    attempts="attempts",
    done="done_at",
    dead="dead_at",
    error="last_error",
    # Only what lies between the claim and the row's lock has to fit in: whoever runs the reaction holds that lock.
    lease=timedelta(seconds=10),
    lost="The worker was lost each time this reaction ran.",
)


def dispatch(event: Any) -> None:
    """Run the event's "now" reactions and write a Delivery for each "later" one.

    To be called inside the event's transaction. After the commit a worker is woken; when the wake-up is
    lost, the sweep finds the rows.
    """
    owed = []
    for reaction in reactions_to(event.kind):
        if reaction.lane == "now":
            reaction.run(event)
        elif reaction.is_wanted(event):
            owed.append(Delivery(event=event, reaction=reaction.path, due_at=timezone.now()))
    if owed:
        Delivery.objects.bulk_create(owed, ignore_conflicts=True)
        transaction.on_commit(wake)


def wake() -> None:
    """Tell a worker that a delivery is owed; when the broker is away, the sweep will find it."""
    wake_for(DELIVER)


def deliver_due(limit: int = 500) -> int:
    """Deliver what is owed and due, one by one, until nothing is left or the limit is reached; returns how many."""
    return DELIVERIES.work_off(_deliver, limit)


def _deliver(pk: int) -> None:
    """Run the reaction and mark it done in one transaction; the row lock keeps every other worker out."""
    with transaction.atomic():
        # It waits for the lock: a competing claim that looked at this row may hold it for a moment.
        row = DELIVERIES.unfinished(pk).select_for_update(of=("self",)).select_related("event").first()
        if row is not None:
            Reaction(row.reaction, "later", "").run(row.event)
            Delivery.objects.filter(pk=pk).update(done_at=Now(), last_error="")


def retry(*, delivery: Delivery) -> None:
    """Offer a dead or waiting delivery again at once, with a fresh count of attempts. One that is done stays done."""
    if DELIVERIES.offer_again(delivery.pk):
        transaction.on_commit(wake)


def beat_pulse(run_id: str) -> None:
    """Write that a tick of this run has come all the way into the database; older runs' pulses are dropped."""
    Pulse.objects.update_or_create(run_id=run_id, defaults={"at": Now()})
    Pulse.objects.filter(at__lt=Now() - timedelta(days=1)).delete()
