"""The report: clocks that ended in a period, counted by month and by what they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Count,
    DurationField,
    Expression,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)  # fmt: skip
from django.db.models.functions import Cast, Coalesce, NullIf, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.models import User, Workgroup
from desk.people.rules import reach
from desk.services.queries import trails
from desk.tickets.models import Event, Priority

from ..models import Clock, ClockKind, Policy
from .outcomes import BEST_EFFORT, CANCELLED, INHERITED, MET, MISSED, outcome_sql, percentage

# What the rows can be told apart by: name in the address -> heading.
BY = {"workgroup": _("Workgroup"), "policy": _("Policy"), "priority": _("Priority"), "category": _("Category")}
BY_HEADING = {
    "workgroup": _("by workgroup"),
    "policy": _("by policy"),
    "priority": _("by priority"),
    "category": _("by category"),
}
# What has none is counted as.
NONE_OF = {
    "workgroup": _("No workgroup"),
    "policy": _("No policy"),
    "priority": _("No priority"),
    "category": _("No category"),
}
MONTHS = 6
MOST_MONTHS = 36


@dataclass(frozen=True)
class Wanted:
    """What was asked for: which clocks, told apart by what, over which months (the last one is included)."""

    kind: str = ClockKind.RESOLUTION
    by: str = "workgroup"
    first: date = date.min
    last: date = date.max

    @property
    def heading(self) -> str:
        return str(BY[self.by])

    @property
    def by_heading(self) -> str:
        return str(BY_HEADING[self.by])


@dataclass(frozen=True)
class Line:
    """What became of the clocks of one month and one thing. Lengths are business time used by those met or missed."""

    month: date
    name: str
    met: int = 0
    missed: int = 0
    inherited: int = 0
    best_effort: int = 0
    cancelled: int = 0
    median: timedelta | None = None
    high: timedelta | None = None

    @property
    def percentage(self) -> float | None:
        return percentage(self.met, self.missed)


@dataclass
class Report:
    """The lines, months latest first; why targets were missed; and the sum of it all."""

    wanted: Wanted
    lines: list[Line] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def met(self) -> int:
        return sum(line.met for line in self.lines)

    @property
    def missed(self) -> int:
        return sum(line.missed for line in self.lines)

    @property
    def apart(self) -> int:
        """Ended, and no part of the percentage."""
        return sum(line.inherited + line.best_effort + line.cancelled for line in self.lines)

    @property
    def percentage(self) -> float | None:
        return percentage(self.met, self.missed)

    @property
    def months(self) -> list[tuple[date, list[Line]]]:
        found: dict[date, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.month, []).append(line)
        return list(found.items())


class _Percentile(Aggregate):
    """The length below which this share of the rows lies."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def may_report(user: User) -> bool:
    """Leads see what their workgroups' clocks came to, administrators those of all."""
    return user.is_superuser or bool(reach(user).lead)


def months_back(today: date, months: int = MONTHS) -> tuple[date, date]:
    """The first days of the month so many months ago (this one counts as one) and of this month."""
    place = today.year * 12 + today.month - months
    return date(place // 12, place % 12 + 1, 1), today.replace(day=1)


def ended(user: User, wanted: Wanted) -> QuerySet[Clock]:
    """The clocks that ended in these months, of tickets that were then in a workgroup that the person leads.

    An episode is a row of its own, and counts for what its ticket was when it ended. So a month that is over stays as
    it is, wherever the ticket is reopened to later.
    """
    after = date(wanted.last.year + wanted.last.month // 12, wanted.last.month % 12 + 1, 1)
    clocks = Clock.objects.filter(
        kind=wanted.kind, stopped_at__gte=_midnight(wanted.first), stopped_at__lt=_midnight(after)
    )
    if user.is_superuser:
        return clocks
    return clocks.annotate(led=_when_it_ended("workgroup")).filter(led__in=reach(user).lead)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())


class _Before(Func):
    """The id that a field had before an event changed it, as text: empty where it had none."""

    template = "COALESCE(jsonb_path_query_first(%(expressions)s, '$.changes[*] ? (@.field == \"%(name)s\").old_id') #>> '{}', '')"
    output_field = TextField()


def _when_it_ended(name: str) -> Expression:
    """The id that a field of the ticket had when the clock stopped: before its first change since, or as it is."""
    since = Event.objects.filter(
        ticket_id=OuterRef("ticket_id"), at__gt=OuterRef("stopped_at"), inside__changes__contains=[{"field": name}]
    )
    before = since.order_by("at", "pk").annotate(before=_Before(F("inside"), name=name)).values("before")[:1]
    column = "priority" if name == "priority" else f"{name}_id"
    today = Coalesce(Cast(f"ticket__{column}", TextField()), Value(""))
    return Cast(NullIf(Coalesce(Subquery(before), today), Value("")), BigIntegerField())


def report(user: User, wanted: Wanted) -> Report:
    """Three statements: the lines, the reasons, and what things are called."""
    group = F("policy_version__policy_id") if wanted.by == "policy" else _when_it_ended(wanted.by)
    counts = {_column(came_to): Count("pk", filter=Q(came_to=came_to)) for came_to in _COUNTED}
    timed = Q(came_to__in=[MET, MISSED])
    month = TruncMonth("stopped_at", tzinfo=timezone.get_default_timezone())
    clocks = ended(user, wanted).annotate(came_to=outcome_sql(), month=month, group=group).order_by()
    rows: Any = clocks.values("month", "group").annotate(
        median=_Percentile("used", share="0.5", filter=timed),
        high=_Percentile("used", share="0.9", filter=timed),
        **counts,
    )
    names = _names(wanted.by)
    lines = [
        Line(
            row["month"].date(), names.get(row["group"], str(NONE_OF[wanted.by])), median=row["median"], high=row["high"],
            **{_column(came_to): row[_column(came_to)] for came_to in _COUNTED},
        )
        for row in rows
    ]  # fmt: skip
    lines.sort(key=lambda line: (-line.month.toordinal(), line.name.casefold()))
    reasons = clocks.filter(came_to=MISSED).values_list("violation__name").annotate(number=Count("pk"))
    if wanted.kind != ClockKind.RESOLUTION:  # whoever resolves is asked why; nobody is asked about a late response
        reasons = reasons.none()
    found = [(name or gettext("No reason given"), number) for name, number in reasons]
    return Report(wanted, lines, sorted(found, key=lambda reason: (-reason[1], reason[0])))


def _names(by: str) -> dict[int, str]:
    if by == "priority":
        return {int(value): str(label) for value, label in Priority.choices}
    if by == "category":
        return trails()
    model: Any = {"workgroup": Workgroup, "policy": Policy}[by]
    return dict(model.objects.values_list("pk", "name"))


_COUNTED = (MET, MISSED, INHERITED, BEST_EFFORT, CANCELLED)


def _column(came_to: str) -> str:
    return came_to.replace(" ", "_")


HEADINGS = ["met", "missed", "missed before", "best effort", "cancelled", "% met", "median h", "90th percentile h"]


def table(found: Report) -> Iterable[list[Any]]:
    """The report as rows for a spreadsheet; lengths are business hours."""
    yield ["month", found.wanted.by, *HEADINGS]
    for line in found.lines:
        counts = [line.met, line.missed, line.inherited, line.best_effort, line.cancelled]
        share = None if line.percentage is None else round(line.percentage, 1)
        yield [f"{line.month:%Y-%m}", line.name, *counts, share, _hours(line.median), _hours(line.high)]
    if found.reasons:
        yield []
        yield ["why missed", "clocks"]
        yield from ([name, number] for name, number in found.reasons)


def _hours(length: timedelta | None) -> float | None:
    return None if length is None else round(length / timedelta(hours=1), 2)
