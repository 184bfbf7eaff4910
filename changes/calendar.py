"""The calendar of changes: what stands on which day, as month, week, day or list, for whoever looks at it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.people.rules import reach
from desk.services.models import Service
from desk.tickets.queries import visible_to

from . import days
from .days import DAY, Bar, Block
from .lifecycle import State
from .models import PLAN, Change, Freeze
from .planning import MOVABLE, Conflict, conflicts, freezes_between, plan_of, touching

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VIEWS = {"month": _lazy("Month"), "week": _lazy("Week"), "day": _lazy("Day"), "list": _lazy("List")}
# What one page spans, in words: the page before, the page after, and the time itself.
SPANS = {
    "month": {"before": _lazy("Previous month"), "after": _lazy("Next month"), "time": _lazy("this month")},
    "week": {"before": _lazy("Previous week"), "after": _lazy("Next week"), "time": _lazy("this week")},
    "day": {"before": _lazy("Previous day"), "after": _lazy("Next day"), "time": _lazy("this day")},
}
NEVER_DONE = (State.REJECTED, State.CANCELLED)  # they will not be done, so they stand on no day
LANES = 4  # bars of a day in the month; more of them are counted
SIDES = 3  # blocks beside one another in a day of the week; more of them are counted
LONG = timedelta(hours=24)  # from here on it stands above the hours of the week


@dataclass(frozen=True)
class Entry:
    """A change, or a freeze, with the days that it touches where the viewer is."""

    start: datetime
    end: datetime
    first: date
    last: date
    change: Change | None = None
    freeze: Freeze | None = None
    state_words: str = ""
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        return self.freeze is not None or self.end - self.start >= LONG

    @property
    def rank(self) -> tuple[bool, date, int, datetime]:
        """Freezes first, then what begins first; of those the longest."""
        return self.freeze is None, self.first, -(self.last - self.first).days, self.start


def standing(
    user: User, first: date, last: date, zone: tzinfo, *, services: Collection[int] | None = None
) -> list[Entry]:
    """What stands on these days, as far as this person may see; with `services` what touches one of them alone.

    Seven queries, however many days and changes there are.
    """
    start, end = days.begins(first, zone), days.begins(last + DAY, zone)
    rows = visible_to(user, Change).filter(planned_start__lt=end, planned_end__gt=start)
    if services is not None:
        rows = rows.filter(pk__in=touching(services))
    # What a person reads on the change's own page is not fetched for each of them.
    rows = rows.exclude(state__in=NEVER_DONE).select_related("workgroup").prefetch_related("services")
    changes = list(rows.defer("description", "done", "review", *PLAN).order_by("planned_start", "pk"))
    marks = _marks(changes, user)
    internal = bool(reach(user).view)
    found = [_entry(change.planned_start, change.planned_end, zone, change=change, conflicts=marks.get(change.pk, []),
                    state_words=change.state_in_words(internal=internal)) for change in changes]  # fmt: skip
    for freeze in freezes_between(start, end, services or ()):
        found.append(_entry(freeze.start, freeze.end, zone, freeze=freeze))
    return sorted(found, key=lambda entry: entry.rank)


def _entry(start: datetime | None, end: datetime | None, zone: tzinfo, **what: object) -> Entry:
    assert start is not None
    assert end is not None
    first, last = days.touched(start, end, zone)
    return Entry(start.astimezone(zone), end.astimezone(zone), first, last, **what)  # type: ignore[arg-type]


def _marks(changes: Iterable[Change], user: User) -> dict[int, list[Conflict]]:
    """The conflicts of each change whose window may still be moved."""
    plans = [plan for change in changes if change.state in MOVABLE and (plan := plan_of(change))]
    return {plan.pk: found for plan, found in zip(plans, conflicts(plans, seen_by=user), strict=True) if plan.pk}


def day_of(words: str) -> date | None:
    """The day that an address names, if a calendar can show it."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def with_what_it_leans_on(service: Service) -> set[int]:
    """The service, what it depends on, and what that depends on; one query."""
    below: dict[int, list[int]] = {}
    for high, low in Service.depends_on.through.objects.values_list("from_service", "to_service"):
        below.setdefault(high, []).append(low)
    found, ahead = {service.pk}, [service.pk]
    while ahead:
        for low in below.get(ahead.pop(), []):
            if low not in found:
                found.add(low)
                ahead.append(low)
    return found


# -- what the templates draw ---------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """A day with all that touches it; in the month and the week also the bars and blocks that begin here."""

    day: date
    is_today: bool
    entries: list[Entry]
    bars: list[Bar[Entry]] = field(default_factory=list)
    blocks: list[Block[Entry]] = field(default_factory=list)
    stripes: list[Block[Entry]] = field(default_factory=list)
    more: int = 0
    is_outside: bool = False
    clocks: int = 0

    @property
    def changes(self) -> list[Entry]:
        """As they begin: what runs since yesterday comes first."""
        return sorted((entry for entry in self.entries if entry.change), key=lambda entry: entry.start)

    @property
    def freezes(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.freeze]

    @property
    def clashes(self) -> bool:
        return any(entry.conflicts for entry in self.entries)

    @property
    def frozen(self) -> str:
        """“refuse” or “warn” where a freeze holds on this day, the stronger one."""
        effects = {entry.freeze.effect for entry in self.entries if entry.freeze}
        return next((effect for effect in (Freeze.Effect.REFUSE, Freeze.Effect.WARN) if effect in effects), "")

    @property
    def clocks_in_words(self) -> str:
        if not self.clocks:
            return ""
        return _("Clocks go forward") if self.clocks > 0 else _("Clocks go back")


@dataclass
class Page:
    """A page of the calendar: a view, the day it shows, and what stands there."""

    user: User
    view: str
    on: date
    today: date
    zone: tzinfo
    services: Collection[int] | None = None

    @cached_property
    def period(self) -> tuple[date, date]:
        """The first and the last day that it is about; a month's grid also shows the days around it."""
        if self.view == "day":
            return self.on, self.on
        if self.view == "week":
            return days.monday(self.on), days.monday(self.on) + 6 * DAY
        return days.month(self.on)

    @cached_property
    def shown(self) -> tuple[date, date]:
        """The first and the last day that stand on it."""
        first, last = self.period
        return (days.monday(first), days.monday(last) + 6 * DAY) if self.view == "month" else (first, last)

    @cached_property
    def entries(self) -> list[Entry]:
        return standing(self.user, *self.shown, self.zone, services=self.services)

    @property
    def changes(self) -> list[Entry]:
        """The changes of the period itself."""
        first, last = self.period
        return [entry for entry in self.entries if entry.change and entry.first <= last and entry.last >= first]

    @property
    def freezes(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.freeze]

    @property
    def title(self) -> str:
        first, last = self.period
        if self.view == "day":
            return date_format(first, _("l j F Y"))
        if self.view == "week":
            start = _("j F Y") if first.year != last.year else _("j F") if first.month != last.month else _("j")
            return f"{date_format(first, start)} – {date_format(last, _('j F Y'))}"
        return date_format(first, _("F Y"))

    @property
    def words(self) -> Mapping[str, StrOrPromise]:
        """What one page spans, and those around it: month, week or day."""
        return SPANS["month" if self.view == "list" else self.view]

    @property
    def before(self) -> date:
        return self.period[0] - DAY

    @property
    def after(self) -> date:
        return self.period[1] + DAY

    @property
    def is_now(self) -> bool:
        return self.period[0] <= self.today <= self.period[1]

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """The weeks of the month's grid."""
        first, last = self.shown
        return [self._week(day) for day in days.span(first, last) if day.weekday() == 0]

    def _week(self, start: date) -> list[Day]:
        bars = days.row([(entry, entry.first, entry.last) for entry in self.entries], start, start + 6 * DAY)
        hidden = [bar for bar in bars if bar.lane > LANES]
        found = []
        for column, day in enumerate(days.span(start, start + 6 * DAY), start=1):
            here = [bar for bar in bars if bar.column == column and bar.lane <= LANES]
            more = sum(1 for bar in hidden if bar.column <= column < bar.column + bar.width)
            outside = not self.period[0] <= day <= self.period[1]
            found.append(self._day(day, bars=here, more=more, is_outside=outside))
        return found

    @cached_property
    def listed(self) -> list[Day]:
        """The days of the list on which a change stands."""
        return [day for day in (self._day(day) for day in days.span(*self.period)) if day.changes]

    @cached_property
    def columns(self) -> list[Day]:
        """The days of the week with their hours."""
        return [self._column(day) for day in days.span(*self.period)]

    def _column(self, day: date) -> Day:
        here = [(entry, entry.start, entry.end) for entry in self.entries if not entry.is_long]
        frozen = [(entry, entry.start, entry.end) for entry in self.freezes]
        blocks = days.blocks(here, day, self.zone)
        return self._day(
            day,
            blocks=[block for block in blocks if block.lane < SIDES],
            stripes=days.blocks(frozen, day, self.zone),
            more=sum(1 for block in blocks if block.lane >= SIDES),
            clocks=days.clocks_change(day, self.zone),
        )

    @cached_property
    def bands(self) -> list[Bar[Entry]]:
        """What is longer than a day, and freezes: above the hours of the week."""
        first, last = self.period
        return days.row([(entry, entry.first, entry.last) for entry in self.entries if entry.is_long], first, last)

    def _day(self, day: date, **more: object) -> Day:
        here = [entry for entry in self.entries if entry.first <= day <= entry.last]
        return Day(day, day == self.today, here, **more)  # type: ignore[arg-type]
