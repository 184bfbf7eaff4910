"""Questions about deliveries and the pulse, for readiness checks and the admin."""

from datetime import datetime

from .models import Delivery, Pulse


def last_pulse() -> Pulse | None:
    return Pulse.objects.order_by("-at").first()


def oldest_owed() -> datetime | None:
    """When the oldest delivery that is neither done nor dead was written."""
    return (
        Delivery.objects.filter(done_at=None, dead_at=None)
        .order_by("created_at")
        .values_list("created_at", flat=True)
        .first()
    )
