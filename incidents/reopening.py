"""How often what was solved comes back: reopenings against resolutions, by month and by what they belong to.

Each is counted in the month in which it happened, and for the workgroup, category and code that the episode had when it
was solved. So a month that is over stays as it is, whatever is reopened later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk.people.models import User
from desk.people.rules import reach
from desk.services.queries import trails

from .models import Episode

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BY = {"workgroup": _("Workgroup"), "category": _("Category"), "code": _("Resolution code")}
_INSIDE = {"workgroup": _("workgroup"), "category": _("category"), "code": _("resolution code")}  # a sentence
_NONE = {"workgroup": _("No workgroup"), "category": _("No category"), "code": _("No resolution code")}
_COLUMN = {"workgroup": "workgroup__name", "category": "category", "code": "resolution_code__name"}


@dataclass(frozen=True)
class Line:
    """What was solved and what came back, in one month, of one thing."""

    month: date
    name: str
    resolved: int = 0
    reopened: int = 0

    @property
    def percentage(self) -> float | None:
        """None where nothing was solved in that month to measure by."""
        return 100 * self.reopened / self.resolved if self.resolved else None


@dataclass
class Report:
    """The lines, months latest first, and the sum of it all."""

    heading: StrOrPromise
    by: StrOrPromise
    lines: list[Line] = field(default_factory=list)

    @property
    def sum(self) -> Line:
        resolved, reopened = (sum(getattr(line, name) for line in self.lines) for name in ("resolved", "reopened"))
        return Line(date.min, "", resolved, reopened)

    @property
    def months(self) -> list[tuple[date, list[Line]]]:
        found: dict[date, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.month, []).append(line)
        return list(found.items())


def report(user: User, *, by: str, first: date, last: date) -> Report:
    """The workgroups that this person leads (an administrator: all), over these months, the last one included."""
    rows = Episode.objects.all() if user.is_superuser else Episode.objects.filter(workgroup__in=reach(user).lead)
    counts: dict[tuple[date, str], dict[str, int]] = {}
    for what in ("resolved", "reopened"):
        for month, name, number in _counted(rows, f"{what}_at", by, first, last):
            counts.setdefault((month, name), {})[what] = number
    lines = [Line(month, name, **found) for (month, name), found in counts.items()]
    lines.sort(key=lambda line: (-line.month.toordinal(), -line.reopened, line.name.casefold()))
    return Report(BY[by], _INSIDE[by], lines)


def _counted(rows: QuerySet[Episode], moment: str, by: str, first: date, last: date) -> Iterable[tuple[date, str, int]]:
    """(month, name, how many) of the episodes that this happened to in these months."""
    zone = timezone.get_default_timezone()
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    start, end = (datetime.combine(day, time(), zone) for day in (first, after))
    found: Any = (
        rows.filter(**{f"{moment}__gte": start, f"{moment}__lt": end}, resolved_at__isnull=False)
        .order_by()
        .values_list(TruncMonth(moment, tzinfo=zone), _COLUMN[by])
        .annotate(number=Count("pk"))
    )
    names = trails() if by == "category" else {}
    for month, key, number in found:
        yield month.date(), str(names.get(key, key) if key else _NONE[by]), number
