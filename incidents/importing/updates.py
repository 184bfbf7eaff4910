"""One row of an audit trail as a typed update, or the reason why it can't be one. Pure: knows no database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from incidents.lifecycle import State

UNKNOWN = "?"
REQUIRED = (
    "number", "incident_state", "sys_updated_at", "opened_at", "caller_id", "assignment_group",
    "reassignment_count", "reopen_count",
)  # fmt: skip
# What our incidents have no field for; kept as it was told, and each change is on the timeline.
FACTS = {
    "made_sla": "SLA met",
    "problem_id": "Problem",
    "rfc": "Request for change",
    "caused_by": "Caused by change",
    "cmdb_ci": "Configuration item",
    "vendor": "Vendor",
    "knowledge": "Knowledge article",
    "u_priority_confirmation": "Priority confirmed",
}
OPTIONAL = (
    "sys_mod_count", "sys_updated_by", "opened_by", "assigned_to", "resolved_by", "resolved_at", "closed_at",
    "contact_type", "location", "category", "subcategory", "u_symptom", "impact", "urgency", "priority", "closed_code",
    *FACTS,
)  # fmt: skip
# Characters that our fields hold; 150 where nothing else is said.
_LIMITS = {"number": 40, "assignment_group": 80, "closed_code": 80} | dict.fromkeys(
    ("category", "subcategory", "location"), 120
)
_MOMENTS = ("sys_updated_at", "opened_at", "resolved_at", "closed_at")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True)
class Meaning:
    """What a state of the source is here: the state to reach, the pending reason, and states that say the same."""

    state: str
    reason: str = ""
    same: frozenset[str] = frozenset()


# “New” is all that nobody works on yet; here it is called Assigned as soon as somebody has triaged it.
MEANINGS = {
    "New": Meaning(State.LOGGED, same=frozenset({State.ASSIGNED.value, State.REOPENED.value})),
    "Active": Meaning(State.IN_PROGRESS),
    "Awaiting User Info": Meaning(State.PENDING, "Waiting for requester"),
    "Awaiting Vendor": Meaning(State.PENDING, "Waiting for vendor"),
    "Awaiting Problem": Meaning(State.PENDING, "Waiting for a problem to be solved"),
    "Awaiting Evidence": Meaning(State.PENDING, "Gathering evidence"),
    "Resolved": Meaning(State.RESOLVED),
    "Closed": Meaning(State.CLOSED),
}
_STATES = {name.lower(): name for name in MEANINGS}


class Rejected(Exception):
    """A row that can't be used; the message says why."""

    def __init__(self, reason: str, line: int = 0, number: str = ""):
        super().__init__(reason)
        self.reason, self.line, self.number = reason, line, number


@dataclass(frozen=True)
class Update:
    """An update of an incident, as the source tells it; None stands for what it doesn't know."""

    line: int
    number: str
    state: str
    at: datetime
    opened_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    modification: int | None
    reassignments: int | None
    reopens: int | None
    impact: int | None
    urgency: int | None
    priority: int | None
    caller: str | None
    opened_by: str | None
    updated_by: str | None
    assigned_to: str | None
    resolved_by: str | None
    group: str | None
    category: str | None
    subcategory: str | None
    symptom: str | None
    location: str | None
    contact: str | None
    code: str | None
    facts: dict[str, str | None]
    key: str

    @property
    def meaning(self) -> Meaning:
        return MEANINGS[self.state]

    @property
    def title(self) -> str:
        """A line for people, from what little the trail tells: “Symptom 72: Subcategory 170”."""
        what = self.subcategory or self.category
        told = ": ".join(part for part in (self.symptom or "Symptom not recorded", what) if part)
        return told[:200] if self.symptom or what else f"{self.number} from ServiceNow"

    @property
    def trail(self) -> dict[str, Any]:
        """What a later update is compared with."""
        return {
            "key": self.key, "line": self.line, "state": self.state, "group": self.group, "title": self.title,
            "assigned_to": self.assigned_to, "reassignments": self.reassignments, "reopens": self.reopens,
            "priority": self.priority, "facts": self.facts, "symptom": self.symptom, "category": self.category,
            "subcategory": self.subcategory,
        }  # fmt: skip

    def filled(self, last: Mapping[str, Any]) -> Update:
        """With the symptom and category of the update before, where this one doesn't know them any more."""
        if self.category:
            return replace(self, symptom=self.symptom or last.get("symptom"))
        return replace(
            self,
            symptom=self.symptom or last.get("symptom"),
            category=last.get("category"),
            subcategory=last.get("subcategory"),
        )


def update_of(cells: Mapping[str, str], line: int, zone: ZoneInfo, now: datetime) -> Update:
    """The row as an update; Rejected, with the reason, when it makes no sense."""
    told = {name: _known(name, cells.get(name, "")) for name in (*REQUIRED, *OPTIONAL)}
    number = told["number"]
    if number is None:
        raise Rejected("The number is missing.")
    when = {name: _moment(name, told[name], zone) for name in _MOMENTS}
    at = when["sys_updated_at"]
    if at is None:
        raise Rejected("sys_updated_at is missing, so nobody knows when this was.")
    if at > now + timedelta(days=1):
        raise Rejected(f"“{told['sys_updated_at']}” in sys_updated_at lies in the future.")
    return Update(
        line=line,
        number=number,
        state=_state(told["incident_state"]),
        at=at,
        opened_at=when["opened_at"],
        resolved_at=when["resolved_at"],
        closed_at=when["closed_at"],
        modification=_count("sys_mod_count", told),
        reassignments=_count("reassignment_count", told),
        reopens=_count("reopen_count", told),
        impact=_level("impact", told, 3),
        urgency=_level("urgency", told, 3),
        priority=_level("priority", told, 5),
        caller=told["caller_id"],
        opened_by=told["opened_by"],
        updated_by=told["sys_updated_by"],
        assigned_to=told["assigned_to"],
        resolved_by=told["resolved_by"],
        group=told["assignment_group"],
        category=told["category"],
        subcategory=told["subcategory"],
        symptom=told["u_symptom"],
        location=told["location"],
        contact=told["contact_type"],
        code=told["closed_code"],
        facts={name: told[name] for name in FACTS},
        key=_key(told),
    )


def _known(name: str, cell: str) -> str | None:
    """The cell with single spaces; None for what is empty or unknown."""
    if any(ord(char) < 32 and char not in "\t\r\n" for char in cell):
        raise Rejected(f"There is a control character in {name}.")
    text = " ".join(cell.split())
    limit = _LIMITS.get(name, 150)
    if len(text) > limit:
        raise Rejected(f"{name} has {len(text):,} characters; {limit} is the most.")
    return None if text in ("", UNKNOWN) else text


def _state(text: str | None) -> str:
    if text is None:
        raise Rejected("The state is missing.")
    if text.lower() not in _STATES:
        raise Rejected(f"“{text}” is no known state; known are {', '.join(MEANINGS)}.")
    return _STATES[text.lower()]


def _moment(name: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    """Day first, as the source writes it: 03-12-2016 is the third of December. Year first is plain too."""
    if text is None:
        return None
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year, *rest = found.groups()
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day, *rest = found.groups()
    else:
        raise Rejected(f"“{text}” in {name} is no date and time such as 29-02-2016 13:45.")
    try:
        hour, minute, second = (int(part or 0) for part in rest)
        local = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=zone)
        if local.year < 1970:
            raise ValueError
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Rejected(f"“{text}” in {name} is no possible date and time (day first).") from None


def _count(name: str, told: Mapping[str, str | None]) -> int | None:
    text = told[name]
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Rejected(f"“{text}” in {name} is no count.")
    return int(text)


def _level(name: str, told: Mapping[str, str | None], most: int) -> int | None:
    """The number in “2 - Medium”."""
    text = told[name]
    if text is None:
        return None
    found = re.fullmatch(r"([1-9])(?: *-.*)?", text)
    if not found or int(found[1]) > most:
        raise Rejected(f"“{text}” in {name} is no level from 1 to {most}.")
    return int(found[1])


def _key(told: Mapping[str, str | None]) -> str:
    """What tells this update from every other of its incident.

    Only what belongs to the update itself: a later export fills resolved_at, closed_code and the like into old
    rows too, and that doesn't make them new.
    """
    own = (
        "sys_mod_count", "sys_updated_at", "sys_updated_by", "incident_state", "assignment_group", "assigned_to",
        "reassignment_count", "reopen_count",
    )  # fmt: skip
    return hashlib.sha256("\x1f".join(told[name] or "" for name in own).encode()).hexdigest()[:32]
