"""What a published calendar and a published policy say: read from and written to the JSON of their versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from desk.people.language import Kept, keep

from . import hours
from .engine import BREACH, KINDS, Terms


@dataclass(frozen=True)
class CalendarContent:
    """A calendar's zone, week and special days; `names` says what each special day is called."""

    calendar: hours.Calendar
    names: Mapping[date, str] = field(default_factory=dict)

    @classmethod
    def read(cls, content: dict[str, Any]) -> CalendarContent:
        week = tuple(tuple((start, end) for start, end in day) for day in content["week"])
        days = {date.fromisoformat(day): said for day, said in content["days"].items()}
        windows = {day: tuple((start, end) for start, end in said["windows"]) for day, said in days.items()}
        return cls(hours.Calendar(content["zone"], week, windows), {day: said["name"] for day, said in days.items()})

    def write(self) -> dict[str, Any]:
        return {
            "zone": self.calendar.zone,
            "week": [[list(window) for window in day] for day in self.calendar.week],
            "days": {
                day.isoformat(): {"name": self.names.get(day, ""), "windows": [list(window) for window in windows]}
                for day, windows in sorted(self.calendar.days.items())
            },
        }


# What a policy may ask of a ticket, in the order in which it is asked: field -> how a person calls it.
ASKED = {
    "kind": _("kind of ticket"),
    "service": _("service"),
    "category": _("category"),
    "priority": _("priority"),
    "workgroup": _("workgroup"),
    "department": _("requester's department"),
    "vip": _("requester"),
}


# What kinds of ticket are called in the sentences that are kept.
KINDS_IN_WORDS = [_("incident"), _("service request"), _("work order"), _("change"), _("request")]


def not_met(asked: str, wanted: str) -> Kept:
    """A condition that a ticket doesn't meet: the field that was asked, and the words for what it should be."""
    if asked == "vip":
        return keep("the requester is no VIP", asked=asked, wanted=wanted)
    said = Kept(wanted) if asked == "kind" else wanted
    return keep("it asks for {what} {wanted}", what=ASKED[asked], wanted=said, asked=asked)


@dataclass(frozen=True)
class PolicyContent:
    """A policy's name, conditions and promises.

    `match` maps each field asked to {"is": value, "name": words}; lengths are business minutes (None: best effort);
    `steps` are {"percent", "clock", "do", "person", "workgroup", "name"}.
    """

    name: str
    match: dict[str, dict[str, Any]]
    calendar_id: int
    minutes: dict[str, int | None]
    warn_at: tuple[int, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    fresh_on_reopen: bool = False

    @classmethod
    def read(cls, content: dict[str, Any]) -> PolicyContent:
        return cls(
            content["name"],
            content["match"],
            content["calendar"],
            content["minutes"],
            tuple(content["warn_at"]),
            tuple(content["steps"]),
            content["fresh_on_reopen"],
        )

    def write(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "match": self.match,
            "calendar": self.calendar_id,
            "minutes": self.minutes,
            "warn_at": list(self.warn_at),
            "steps": list(self.steps),
            "fresh_on_reopen": self.fresh_on_reopen,
            # For the sweep, which reads this in SQL: the marks at which something is done.
            "acts_at": sorted({step["percent"] for step in self.steps}),
        }

    def marks(self, kind: str) -> tuple[int, ...]:
        """The percentages at which this kind of clock has something to tell."""
        steps = {step["percent"] for step in self.steps if step["clock"] in (kind, "both")}
        return tuple(sorted({BREACH, *self.warn_at, *steps}))

    def steps_at(self, kind: str, percent: int) -> list[tuple[int, dict[str, Any]]]:
        """The steps for this mark of this kind of clock, each with its number in the policy."""
        return [
            (number, step)
            for number, step in enumerate(self.steps)
            if step["percent"] == percent and step["clock"] in (kind, "both")
        ]

    def terms(self, kind: str, calendar: hours.Calendar, pin: Any = None) -> Terms:
        """What this policy holds a clock of this kind to, by this calendar."""
        assert kind in KINDS
        minutes = self.minutes[kind]
        target = None if minutes is None else timedelta(minutes=minutes)
        return Terms(calendar, target, self.marks(kind), self.fresh_on_reopen, pin)

    def why_not(self, subject: Subject) -> Kept | None:
        """The first condition that this ticket doesn't meet, in words; None when the policy matches."""
        for name, wanted in self.match.items():
            if not subject.meets(name, wanted["is"]):
                return not_met(name, wanted["name"])
        return None


@dataclass(frozen=True)
class Subject:
    """What policies may ask of a ticket; `branch` holds the ids of its category and of all above it."""

    kind: str
    priority: int
    workgroup: int
    service: int | None = None
    branch: frozenset[int] = frozenset()
    department: str = ""
    vip: bool = False

    def meets(self, name: str, wanted: Any) -> bool:
        if name == "category":
            return wanted in self.branch
        if name == "department":
            return self.department.strip().casefold() == str(wanted).strip().casefold()
        return bool(getattr(self, name) == wanted)
