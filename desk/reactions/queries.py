"""Questions about deliveries and the pulse, for readiness checks and the admin."""

from datetime import datetime

from django.db.models.functions import Now

from .models import Delivery, Pulse


def last_pulse() -> Pulse | None:
    return Pulse.objects.order_by("-at").first()


def oldest_owed() -> datetime | None:
    """Since when the delivery that is most overdue could have been made; one that waits for its next try isn't due."""
    return (
        Delivery.objects.filter(done_at=None, dead_at=None, due_at__lt=Now())
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
