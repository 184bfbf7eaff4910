"""What a window meets: freezes, and other changes of the same services or of those they lean on. Saved or not yet."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from desk.services.models import Service
from desk.tickets.queries import visible_to

from .days import A_MOMENT
from .lifecycle import State
from .models import Change, Freeze

if TYPE_CHECKING:
    from desk.people.models import User

# A change that may still be done in its window, and so is in the way of others.
PLANNED = (State.SUBMITTED, State.APPROVED, State.SCHEDULED, State.IMPLEMENTING)
# A change whose window may still be moved, and so is worth a warning.
MOVABLE = (State.DRAFT, State.REJECTED, State.SUBMITTED, State.APPROVED, State.SCHEDULED)


@dataclass(frozen=True)
class Plan:
    """Services and a window; `pk` is the change that they belong to, where there is one already."""

    start: datetime
    end: datetime
    services: tuple[Service, ...]
    is_emergency: bool = False
    pk: int | None = None

    @property
    def ids(self) -> set[int]:
        return {service.pk for service in self.services}


def plan_of(change: Change) -> Plan | None:
    """What a change plans; None as long as its window or its services are missing."""
    if change.planned_start is None or change.planned_end is None or not change.touched:
        return None
    return Plan(change.planned_start, change.planned_end, tuple(change.touched), change.is_emergency, change.pk)


# -- freezes -------------------------------------------------------------------------------------


def freezes_between(start: datetime, end: datetime, services: Collection[int] = ()) -> QuerySet[Freeze]:
    """The active freezes that meet [start, end); with `services` (ids) those alone that hold for one of them."""
    found = Freeze.objects.filter(is_active=True, start__lt=end, end__gt=start).prefetch_related("services")
    if services:
        found = found.filter(Q(services=None) | Q(services__in=services)).distinct()
    return found


def freezes_of(change: Change) -> list[Freeze]:
    """The freezes that this change's window meets."""
    plan = plan_of(change)
    return list(freezes_between(plan.start, plan.end, plan.ids)) if plan else []


def refused_by(change: Change) -> str:
    """The freeze that refuses this change, in a sentence; empty when none does. No freeze refuses an emergency."""
    if change.is_emergency:
        return ""
    return next((in_words(freeze) for freeze in freezes_of(change) if freeze.effect == Freeze.Effect.REFUSE), "")


def refused_at(change: Change, moment: datetime) -> str:
    """The freeze that holds for this change at a moment, whatever its window; as `refused_by`."""
    if change.is_emergency:
        return ""
    found = freezes_between(moment, moment + A_MOMENT, {service.pk for service in change.touched})
    return next((in_words(freeze) for freeze in found if freeze.effect == Freeze.Effect.REFUSE), "")


def in_words(freeze: Freeze) -> str:
    """The freeze as a sentence."""
    start, end = timezone.localtime(freeze.start), timezone.localtime(freeze.end)
    when = {"start": date_format(start, _("d M, H:i")), "end": date_format(end, _("d M, H:i")), "name": freeze}
    if freeze.reason:
        return _("Frozen from {start} to {end} by “{name}”: {reason}.").format(**when, reason=freeze.reason.rstrip("."))
    return _("Frozen from {start} to {end} by “{name}”.").format(**when)


def caught_by(freeze: Freeze) -> QuerySet[Change]:
    """The changes that are to be done in this freeze: asked for, approved or scheduled before it was made, or emergencies."""
    found = Change.objects.filter(state__in=PLANNED, planned_start__lt=freeze.end, planned_end__gt=freeze.start)
    if only := [service.pk for service in freeze.services.all()]:
        found = found.filter(pk__in=touching(only))
    return found.order_by("planned_start", "pk")


def touching(services: Collection[int]) -> QuerySet[Change, int]:
    """The ids of the changes that touch one of these services."""
    return Change.services.through.objects.filter(service__in=services).values("change")  # type: ignore[return-value]


# -- other changes -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conflict:
    """Another change at the same time that touches the same, or what one leans on; `because` says which."""

    change: Change
    because: str


def conflicts(plans: Sequence[Plan], *, seen_by: User | None = None) -> list[list[Conflict]]:
    """For each plan, the planned changes whose window meets it on the same service, or on one that leans on the other.

    With three queries, however many plans and changes there are. With `seen_by` only what that person may see.
    """
    if not plans:
        return []
    mine = set[int]().union(*(plan.ids for plan in plans))
    leans = _leans(mine)
    near = mine | {pk for pair in leans for pk in pair}
    rows = visible_to(seen_by, Change) if seen_by else Change.objects.all()
    others = list(
        rows.filter(state__in=PLANNED, pk__in=touching(near))
        .filter(planned_start__lt=max(plan.end for plan in plans), planned_end__gt=min(plan.start for plan in plans))
        .select_related("workgroup")
        .prefetch_related("services")
        .order_by("planned_start", "pk")
    )
    starts = [other.planned_start for other in others]
    return [list(_of(plan, others[: bisect_left(starts, plan.end)], leans)) for plan in plans]


def conflicts_of(change: Change, *, seen_by: User | None = None) -> list[Conflict]:
    """The planned changes that are in the way of this one; see `conflicts`."""
    plan = plan_of(change)
    return conflicts([plan], seen_by=seen_by)[0] if plan else []


def _leans(services: set[int]) -> set[tuple[int, int]]:
    """(service, what it leans on) for all pairs of which one of these services is a part."""
    pairs = Service.depends_on.through.objects.filter(Q(from_service__in=services) | Q(to_service__in=services))
    return set(pairs.values_list("from_service", "to_service"))


def _of(plan: Plan, others: Iterable[Change], leans: set[tuple[int, int]]) -> Iterable[Conflict]:
    """Of changes that begin before the plan ends, those that are in its way."""
    mine = plan.ids
    below = {low for high, low in leans if high in mine}
    above = {high for high, low in leans if low in mine}
    for other in others:
        if other.pk == plan.pk or other.planned_end is None or other.planned_end <= plan.start:
            continue
        if because := _because(other, mine, below, above):
            yield Conflict(other, because)


def _because(other: Change, mine: set[int], below: set[int], above: set[int]) -> str:
    """Why another change is in the way; empty when it isn't."""
    theirs = {service.pk: str(service) for service in other.touched}
    if same := [name for pk, name in theirs.items() if pk in mine]:
        return _("it changes {services} too").format(services=", ".join(same))
    if leant_on := [name for pk, name in theirs.items() if pk in below]:
        return _("it changes {services}, which this one needs").format(services=", ".join(leant_on))
    if leaning := [name for pk, name in theirs.items() if pk in above]:
        return _("it changes {services}, which needs this one").format(services=", ".join(leaning))
    return ""


# -- both, as it is shown --------------------------------------------------------------------------


@dataclass(frozen=True)
class Met:
    """The freezes (as sentences) and the other changes that a window meets: what refuses it, and what warns."""

    refusing: list[str] = field(default_factory=list)
    warning: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    plan: Plan | None = None

    def __bool__(self) -> bool:
        return bool(self.refusing or self.warning or self.conflicts)


def met(plan: Plan | None, user: User) -> Met:
    """What a plan meets, as far as this person may see it."""
    if plan is None:
        return Met()
    refusing, warning = [], []
    for freeze in freezes_between(plan.start, plan.end, plan.ids):
        if freeze.effect == Freeze.Effect.WARN:
            warning.append(in_words(freeze))
        elif plan.is_emergency:
            warning.append(f"{in_words(freeze)} {_('It refuses other changes; an emergency may go ahead.')}")
        else:
            refusing.append(in_words(freeze))
    return Met(refusing, warning, conflicts([plan], seen_by=user)[0], plan)
