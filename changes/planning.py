"""What a change's window meets: freezes, and other changes of the same services or of those they lean on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from desk.services.models import Service

from .lifecycle import State
from .models import Change, Freeze

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

# A change that may still be done in its window, and so is in the way of others.
PLANNED = (State.SUBMITTED, State.APPROVED, State.SCHEDULED, State.IMPLEMENTING)


def freezes_between(start: datetime, end: datetime, services: Collection[int] = ()) -> QuerySet[Freeze]:
    """The active freezes that meet [start, end); with `services` (ids) those alone that hold for one of them."""
    found = Freeze.objects.filter(is_active=True, start__lt=end, end__gt=start).prefetch_related("services")
    if services:
        found = found.filter(Q(services=None) | Q(services__in=services)).distinct()
    return found


def freezes_of(change: Change) -> list[Freeze]:
    """The freezes that this change's window meets."""
    if change.planned_start is None or change.planned_end is None or not change.touched:
        return []
    return list(freezes_between(change.planned_start, change.planned_end, [s.pk for s in change.touched]))


def refused_by(change: Change) -> str:
    """The freeze that refuses this change, in a sentence; empty when none does. No freeze refuses an emergency."""
    if change.is_emergency:
        return ""
    return next((in_words(freeze) for freeze in freezes_of(change) if freeze.effect == Freeze.Effect.REFUSE), "")


def in_words(freeze: Freeze) -> str:
    """The freeze as a sentence."""
    start, end = timezone.localtime(freeze.start), timezone.localtime(freeze.end)
    why = f": {freeze.reason.rstrip('.')}" if freeze.reason else ""
    return f"Frozen from {start:%d %b, %H:%M} to {end:%d %b, %H:%M} by “{freeze}”{why}."


@dataclass(frozen=True)
class Conflict:
    """Another change at the same time that touches the same, or what one leans on; `because` says which."""

    change: Change
    because: str


def conflicts_of(change: Change) -> list[Conflict]:
    """The planned changes whose window meets this one's, on the same service or on one that leans on the other.

    With three queries, however many there are.
    """
    if change.planned_start is None or change.planned_end is None or not change.touched:
        return []
    mine = {service.pk: service for service in change.touched}
    below = dict(Service.objects.filter(needed_by__in=mine).distinct().values_list("pk", "name"))
    above = dict(Service.objects.filter(depends_on__in=mine).distinct().values_list("pk", "name"))
    others = (
        Change.objects.filter(state__in=PLANNED, planned_start__lt=change.planned_end)
        .filter(planned_end__gt=change.planned_start, services__in={*mine, *below, *above})
        .exclude(pk=change.pk)
        .distinct()
        .select_related("workgroup", "assignee")
        .prefetch_related("services")
        .order_by("planned_start", "pk")
    )
    return [Conflict(other, _because(other, mine, below, above)) for other in others]


def _because(other: Change, mine: dict[int, Service], below: dict[int, str], above: dict[int, str]) -> str:
    theirs = {service.pk: str(service) for service in other.services.all()}
    if same := [name for pk, name in theirs.items() if pk in mine]:
        return f"it changes {', '.join(same)} too"
    if leant_on := [name for pk, name in theirs.items() if pk in below]:
        return f"it changes {', '.join(leant_on)}, which this one needs"
    return f"it changes {', '.join(name for pk, name in theirs.items() if pk in above)}, which needs this one"
