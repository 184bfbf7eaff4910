"""The table of policies with a draft laid over it: which policy would have held for a ticket, and on what terms."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import hours, queries
from ..engine import BREACH, Terms
from ..models import CalendarVersion, Policy, PolicyVersion
from ..versions import CalendarContent, PolicyContent, Subject


@dataclass(frozen=True)
class Line:
    """A policy as the draft has it; `policy` is its id, or a negative number for a new one."""

    policy: int
    position: int
    content: PolicyContent
    is_active: bool = True


@dataclass(frozen=True)
class Draft:
    """Policies that would be different, and calendars (new ones have negative ids). Empty: all is as it was."""

    lines: tuple[Line, ...] = ()
    calendars: Mapping[int, hours.Calendar] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """What it changes, in a few words."""
        named = [line.content.name for line in self.lines]
        if self.calendars:
            n = len(self.calendars)
            named.append(ngettext("{n} calendar", "{n} calendars", n).format(n=n))
        return ", ".join(named) or _("nothing")


@dataclass(frozen=True)
class Pin:
    """Where terms come from: a version of a policy (None: the draft's) and of a calendar (None: the draft's)."""

    policy: int
    version: int | None
    calendar: int
    calendar_version: int | None


@dataclass(frozen=True)
class _Row:
    policy: int
    place: tuple[int, int]
    name: str
    is_active: bool
    draft: PolicyContent | None
    order: tuple[int, int]


class Table:
    """The policies in their order, each as it was published at any moment, with a draft over them; five queries."""

    def __init__(self, draft: Draft | None = None):
        self.draft = draft or Draft()
        lines = {line.policy: line for line in self.draft.lines}
        rows = [_row(policy, lines.get(policy.pk)) for policy in Policy.objects.all()]
        rows += [_new_row(line) for line in self.draft.lines if line.policy < 0]
        self._rows = sorted(rows, key=lambda row: row.order)
        self._places = {row.policy: row.place for row in rows}
        self._drafted = {line.policy: line.content for line in self.draft.lines}
        self.names = {row.policy: row.draft.name if row.draft else row.name for row in self._rows}
        self._versions = _history(PolicyVersion.objects.values_list("policy_id", "made_at", "pk").order_by("pk"))
        self._calendars = _history(CalendarVersion.objects.values_list("calendar_id", "made_at", "pk").order_by("pk"))
        self._calendar_of = dict(CalendarVersion.objects.values_list("pk", "calendar_id"))
        self._terms: dict[tuple[str, Pin], Terms] = {}

    def recorded(self, policy_version: int, calendar_version: int) -> Pin:
        """What an event, or a clock's row, says it holds on to."""
        calendar = self._calendar_of[calendar_version]
        return Pin(queries.policy_of(policy_version), policy_version, calendar, calendar_version)

    def decide(self, subject: Callable[[], Subject], recorded: Pin | None, moment: datetime) -> Pin | None:
        """The first policy that would have matched, on its terms; None when none would have.

        `recorded` is what really matched then. It keeps its version: what the draft leaves alone is as it was, and
        those before it were passed over. Where the draft changed that very policy, the ones after it are asked as they
        were published at this `moment`. `subject` is called only when something has to be asked.
        """
        if not self._drafted:
            return self._over(recorded)
        known = recorded if recorded is not None and recorded.policy not in self._drafted else None
        passed = self._places[recorded.policy] if recorded is not None else None
        asked: Subject | None = None
        for row in self._rows:
            if known is not None and row.policy == known.policy:
                return self._over(known)
            if not row.is_active or (row.draft is None and (known or passed is None or row.place < passed)):
                continue
            pin = self._pin(row, moment)
            if pin is not None:
                asked = asked or subject()
                if not self._content(pin).why_not(asked):
                    return pin
        return None

    def terms(self, kind: str, pin: Pin) -> Terms:
        """What this holds a clock to. Warnings are left out: nobody is warned of what is only imagined."""
        if (kind, pin) not in self._terms:
            said = self._content(pin).terms(kind, self._calendar(pin), pin=pin)
            self._terms[kind, pin] = replace(said, marks=(BREACH,))
        return self._terms[kind, pin]

    def name(self, pin: Pin) -> str:
        """What the policy is called, as it was published then."""
        return self._content(pin).name

    def is_fresh(self, pin: Pin) -> bool:
        """Whether each episode gets a full new target."""
        return self._content(pin).fresh_on_reopen

    def _pin(self, row: _Row, moment: datetime) -> Pin | None:
        if row.draft is not None:
            calendar = row.draft.calendar_id
            return self._over(Pin(row.policy, None, calendar, _at(self._calendars.get(calendar, []), None)))
        version = _at(self._versions.get(row.policy, []), moment)
        if version is None:
            return None
        calendar = queries.policy_said(version).calendar_id
        hours_then = _at(self._calendars.get(calendar, []), moment)
        return self._over(Pin(row.policy, version, calendar, hours_then)) if hours_then else None

    def _over(self, pin: Pin | None) -> Pin | None:
        """The same with the draft's calendar, where it has one."""
        if pin is not None and pin.calendar in self.draft.calendars:
            return replace(pin, calendar_version=None)
        return pin

    def _content(self, pin: Pin) -> PolicyContent:
        return self._drafted[pin.policy] if pin.version is None else queries.policy_said(pin.version)

    def _calendar(self, pin: Pin) -> hours.Calendar:
        if pin.calendar_version is None:
            return self.draft.calendars[pin.calendar]
        said: CalendarContent = queries.calendar_said(pin.calendar_version)
        return said.calendar


def _row(policy: Policy, line: Line | None) -> _Row:
    """A published policy, or one that the draft changes. One that was never published isn't asked."""
    place = (policy.position, policy.pk)
    if line is None:
        return _Row(policy.pk, place, policy.name, policy.is_active, None, place)
    return _Row(policy.pk, place, policy.name, line.is_active, line.content, (line.position, policy.pk))


def _new_row(line: Line) -> _Row:
    """A policy that only the draft knows comes after those that have the same position."""
    order = (line.position, 2**31 - line.policy)
    return _Row(line.policy, order, line.content.name, line.is_active, line.content, order)


def _history(rows: Iterable[tuple[int, datetime, int]]) -> dict[int, list[tuple[datetime, int]]]:
    found: dict[int, list[tuple[datetime, int]]] = {}
    for of, made_at, version in rows:
        found.setdefault(of, []).append((made_at, version))
    return found


def _at(history: list[tuple[datetime, int]], moment: datetime | None) -> int | None:
    """The version that was current at a moment (None: now); None when there was none yet."""
    index = len(history) if moment is None else bisect_right(history, moment, key=itemgetter(0))
    return history[index - 1][1] if index else None
