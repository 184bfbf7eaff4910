"""Drafts of policies to be tried: read from TOML or JSON, or taken from what was edited and not published yet."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from desk.people.models import Workgroup
from desk.services.models import Category, Service
from desk.tickets.errors import Refused

from .. import hours
from ..engine import RESOLUTION, RESPONSE
from ..models import Calendar, Policy
from ..publishing import WEEK, calendar_content, policy_content
from ..times import read_times
from ..versions import ASKED, PolicyContent
from .table import Draft, Line

ANY, BEST_EFFORT = "any", "best effort"
_TARGETS = {"response_minutes": RESPONSE, "resolution_minutes": RESOLUTION}
_POLICY_KEYS = {"name", "like", "position", "active", "calendar", "on_reopen", *_TARGETS, *ASKED}
_CALENDAR_KEYS = {"name", "zone", "week", "days"}
_DAYS = [day.lower() for day in hours.WEEKDAYS]


def read_file(path: Path) -> Draft:
    """The draft in this file (.json, or else TOML). Refused, with every sentence, when it can't be read or used."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"{path} can't be read: {problem}") from problem
    except ValueError as problem:
        raise Refused(f"{path} is not what its name promises: {problem}") from problem
    return read(data)


def read(data: Any) -> Draft:
    """The draft that `[[policy]]` and `[[calendar]]` tables describe; what they don't name stays as published."""
    if not isinstance(data, dict) or not data.keys() <= {"policy", "calendar"} or not data:
        raise Refused("A draft has [[policy]] and [[calendar]] tables, and nothing else.")
    reader = _Reader()
    calendars = [reader.calendar(said) for said in reader.tables(data, "calendar", _CALENDAR_KEYS)]
    lines = [reader.policy(said) for said in reader.tables(data, "policy", _POLICY_KEYS)]
    if reader.found:
        raise Refused(*reader.found)
    drafted = dict(filter(None, calendars))
    return Draft(tuple(filter(None, lines)), drafted)


def edited(name: str | None = None) -> Draft:
    """What has been edited and not published yet: this policy, or every policy and calendar that differs.

    A policy that is named is part of the draft though it says what is published: then it is tried on all tickets, also
    on those that an older version held for. Refused when there is no such policy.
    """
    policies = Policy.objects.select_related("current")
    if name is not None:
        policy = policies.filter(name__iexact=name.strip()).first()
        if policy is None:
            known = ", ".join(Policy.objects.values_list("name", flat=True)) or "none yet"
            raise Refused(f"There is neither a file nor a policy “{name}”. Policies: {known}.")
        unpublished = policy.calendar.current_id is None
        hours_too = {policy.calendar_id: calendar_content(policy.calendar).calendar} if unpublished else {}
        return Draft((_line(policy, policy_content(policy)),), hours_too)
    lines = [(policy, policy_content(policy)) for policy in policies]
    different = [_line(p, content) for p, content in lines if p.current is None or p.current.content != content.write()]
    calendars: dict[int, hours.Calendar] = {}
    for calendar in Calendar.objects.select_related("current"):
        content = calendar_content(calendar)
        if calendar.current is None or calendar.current.content != content.write():
            calendars[calendar.pk] = content.calendar
    return Draft(tuple(different), calendars)


def _line(policy: Policy, content: PolicyContent) -> Line:
    return Line(policy.pk, policy.position, content, policy.is_active)


class _Reader:
    """Reads the tables of a draft and gathers, in `found`, what is wrong with them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._where = ""
        self._new = 0
        self._calendars = {calendar.name.casefold(): calendar.pk for calendar in Calendar.objects.exclude(current=None)}

    def tables(self, data: dict[str, Any], what: str, known: set[str]) -> Iterable[dict[str, Any]]:
        tables = data.get(what, [])
        for number, said in enumerate(tables if isinstance(tables, list) else [tables], start=1):
            self._where = f"{what.capitalize()} {number}"
            if not isinstance(said, dict) or not isinstance(said.get("name"), str) or not said["name"].strip():
                self._wrong("has no name.")
                continue
            self._where = f"{what.capitalize()} “{said['name']}”"
            if unknown := sorted(said.keys() - known):
                self._wrong(f"nothing is called {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
            yield said

    def _wrong(self, sentence: str) -> None:
        self.found.append(f"{self._where}: {sentence}")

    # -- calendars -----------------------------------------------------------------------------

    def calendar(self, said: dict[str, Any]) -> tuple[int, hours.Calendar] | None:
        """A published calendar with other hours, or a new one."""
        name = said["name"].casefold()
        old = Calendar.objects.select_related("current").filter(name__iexact=name.strip()).first()
        zone, week, days = "", list[hours.Windows]([()] * WEEK), dict[date, hours.Windows]()
        if old is not None and old.current is not None:
            base = old.current.says.calendar
            zone, week, days = base.zone, list(base.week), dict(base.days)
        zone = str(said.get("zone", zone))
        told = said.get("week", {})
        for day, times in (told if isinstance(told, dict) else {}).items():
            if day.lower() not in _DAYS:
                self._wrong(f"“{day}” is no weekday.")
                continue
            week[_DAYS.index(day.lower())] = self._times(times, day)
        for day in said.get("days", []):
            if (when := self._date(day)) is not None:
                days[when] = self._times(day.get("times", ""), str(when))
        if problems := hours.problems(zone, week, days):
            self.found += [f"{self._where}: {problem}" for problem in problems]
            return None
        pk = old.pk if old else self._next()
        self._calendars[name] = pk
        return pk, hours.Calendar(zone, tuple(week), days)

    def _times(self, text: Any, where: str) -> hours.Windows:
        try:
            return read_times(str(text))
        except ValueError as problem:
            self._wrong(f"{where}: {problem}")
            return ()

    def _date(self, said: Any) -> date | None:
        try:
            when = said["date"]
            return when if type(when) is date else date.fromisoformat(str(when))
        except (TypeError, KeyError, ValueError):
            self._wrong("each of its days needs a date, such as 2026-12-24.")
            return None

    # -- policies ------------------------------------------------------------------------------

    def policy(self, said: dict[str, Any]) -> Line | None:
        """A published policy with other words, or a new one."""
        before = len(self.found)
        old = Policy.objects.select_related("current").filter(name__iexact=said["name"].strip()).first()
        model = old
        if "like" in said:
            model = Policy.objects.select_related("current").filter(name__iexact=str(said["like"]).strip()).first()
            if model is None:
                self._wrong(f"there is no policy “{said['like']}” for it to be like.")
        content = self._base(model, said["name"])
        content = replace(content, match=self._match(content.match, said), minutes=self._minutes(content.minutes, said))
        if "calendar" in said:
            content = replace(content, calendar_id=self._known_calendar(said["calendar"]))
        elif model is None:
            self._wrong("it is new, so it needs a calendar.")
        if (reopen := said.get("on_reopen")) is not None:
            if reopen not in Policy.OnReopen.values:
                self._wrong(f"on_reopen is {' or '.join(Policy.OnReopen.values)}, and not “{reopen}”.")
            content = replace(content, fresh_on_reopen=reopen == Policy.OnReopen.FRESH)
        position, active = said.get("position", model.position if model else 100), said.get("active", True)
        if type(position) is not int or position < 0:
            self._wrong("its position is a whole number from 0 on.")
        if type(active) is not bool:
            self._wrong("active is true or false.")
        return Line(old.pk if old else self._next(), position, content, active) if len(self.found) == before else None

    def _base(self, model: Policy | None, name: str) -> PolicyContent:
        if model is None:
            return PolicyContent(
                name, {"kind": {"is": "incident", "name": "incident"}}, 0, {RESPONSE: None, RESOLUTION: None}
            )
        return replace(model.current.says if model.current else policy_content(model), name=name)

    def _next(self) -> int:
        self._new -= 1
        return self._new

    def _known_calendar(self, name: Any) -> int:
        pk = self._calendars.get(str(name).casefold())
        if pk is None:
            self._wrong(f"there is no published calendar “{name}”. Published: {', '.join(sorted(self._calendars))}.")
        return pk or 0

    def _minutes(self, minutes: dict[str, int | None], said: dict[str, Any]) -> dict[str, int | None]:
        found = dict(minutes)
        for key, kind in _TARGETS.items():
            if key not in said:
                continue
            value = said[key]
            if value is None or value == BEST_EFFORT:
                found[kind] = None
            elif type(value) is int and 0 < value < 2**31:
                found[kind] = value
            else:
                self._wrong(f"{key} is a whole number of minutes from 1 on, or “{BEST_EFFORT}”.")
        return found

    def _match(self, match: dict[str, dict[str, Any]], said: dict[str, Any]) -> dict[str, dict[str, Any]]:
        wanted = {name: said[name] for name in ASKED if name in said}
        found = {name: asked for name, asked in match.items() if name not in wanted}
        for name, value in wanted.items():
            if value in (ANY, None, False) and type(value) is not int:
                continue
            if (asked := _CONDITIONS[name](value)) is None:
                self._wrong(f"{ASKED[name]}: “{value}” is nothing that is known, or names several.")
            else:
                found[name] = asked
        return {name: found[name] for name in ASKED if name in found}


def _asked(value: Any, words: str) -> dict[str, Any]:
    return {"is": value, "name": words}


def _priority(value: Any) -> dict[str, Any] | None:
    text = str(value).upper().removeprefix("P")
    return _asked(int(text), f"P{text}") if text in {"1", "2", "3", "4", "5"} else None


def _named(model: Any) -> Callable[[Any], dict[str, Any] | None]:
    def find(value: Any) -> dict[str, Any] | None:
        row = model.objects.filter(name__iexact=str(value).strip()).first()
        return _asked(row.pk, str(row)) if row else None

    return find


def _category(value: Any) -> dict[str, Any] | None:
    """By its trail, such as “Network › VPN” (or with >), or by its name where only one has it."""
    *_, last = parts = [part.strip() for part in str(value).replace("›", ">").split(">")]
    rows = Category.objects.filter(name__iexact=last)
    trails = [(row, row.trail()) for row in rows]
    full = " › ".join(parts).casefold()
    exact = [found for found in trails if found[1].casefold() == full]
    found = exact or (trails if len(parts) == 1 else [])
    return _asked(found[0][0].pk, found[0][1]) if len(found) == 1 else None


def _text(value: Any) -> dict[str, Any] | None:
    words = str(value).strip()
    return _asked(words, words.replace("_", " ")) if words else None


def _vip(value: Any) -> dict[str, Any] | None:
    return _asked(True, "VIP") if value is True else None


_CONDITIONS: dict[str, Callable[[Any], dict[str, Any] | None]] = {
    "kind": _text,
    "service": _named(Service),
    "category": _category,
    "priority": _priority,
    "workgroup": _named(Workgroup),
    "department": _text,
    "vip": _vip,
}
