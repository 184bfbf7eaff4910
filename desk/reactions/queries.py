"""Questions about deliveries and the pulse, for readiness checks and the admin."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone

from .models import Delivery, Pulse

# How a delivery stands -> what tells it.
IN_STATE: dict[str, dict[str, Any]] = {
    "owed": {"done_at": None, "dead_at": None},
    "done": {"done_at__isnull": False},
    "dead": {"done_at": None, "dead_at__isnull": False},
}


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


@dataclass(frozen=True)
class Standing:
    """How deliveries stand: how many are owed, how old the oldest of them is, how many were given up."""

    owed: int
    oldest: timedelta
    dead: int


def standing() -> Standing:
    """Read from two small indexes, whatever was delivered before."""
    owed = Delivery.objects.filter(done_at=None, dead_at=None)
    found = owed.aggregate(count=Count("pk"), since=Min("created_at"))
    oldest = max(timedelta(), timezone.now() - found["since"]) if found["count"] else timedelta()
    return Standing(found["count"], oldest, Delivery.objects.filter(done_at=None, dead_at__isnull=False).count())
