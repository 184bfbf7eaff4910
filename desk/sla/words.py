"""Service levels in words: what a policy asks and promises, how a calendar opens, what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from desk.tickets.models import Priority

from .engine import KINDS
from .hours import WEEKDAYS, Windows
from .models import EscalationStep
from .times import in_words, write_times
from .versions import ASKED, CalendarContent, PolicyContent

_CLOCK = {"both": "", "response": "response: ", "resolution": "resolution: "}
MANY = 12  # days named one by one; more are counted


def length(minutes: int | None) -> str:
    """A target in business minutes: “4 h”, or “best effort”."""
    return "best effort" if minutes is None else in_words(timedelta(minutes=minutes))


def conditions(said: PolicyContent) -> str:
    """What the policy asks of a ticket: “incident, P1 Critical, service Mail”."""
    asked = [_condition(name, said.match[name]) for name in ASKED if name in said.match]
    return ", ".join(asked) if len(asked) > 1 else f"every {asked[0]}" if "kind" in said.match else "every ticket"


def _condition(name: str, wanted: dict[str, Any]) -> str:
    match name:
        case "kind":
            return str(wanted["name"])
        case "priority":
            return f"priority {Priority(wanted['is']).label}"
        case "vip":
            return "requester is a VIP"
        case "department":
            return f"requester in {wanted['name']}"
        case "category":
            return f"category in {wanted['name']}"
        case _:
            return f"{ASKED[name]} {wanted['name']}"


def promise(said: PolicyContent) -> str:
    """Both targets: “15 min / 4 h”, or “best effort”."""
    targets = [said.minutes[kind] for kind in KINDS]
    return (
        " / ".join("–" if minutes is None else length(minutes) for minutes in targets) if any(targets) else length(None)
    )


def step(said: dict[str, Any]) -> str:
    """An escalation step of a published policy: “75%: notify the workgroup's leads”."""
    return f"{said['percent']}%: {_CLOCK[said['clock']]}{done(said)}"


def done(said: dict[str, Any]) -> str:
    """What the step does, with whom or where: “notify Nadia Petrova”."""
    Do = EscalationStep.Do
    match said["do"]:
        case Do.PERSON:
            return f"notify {said['name']}"
        case Do.GROUP:
            return f"notify everybody of {said['name']}"
        case Do.MOVE:
            return f"move it to {said['name']}"
        case other:
            words = str(Do(other).label)
            return words[0].lower() + words[1:]


def hours(windows: Windows) -> str:
    return write_times(windows) or "closed"


def week(said: CalendarContent) -> list[tuple[str, str]]:
    """(weekday, its hours) from Monday to Sunday."""
    return [(name, hours(windows)) for name, windows in zip(WEEKDAYS, said.calendar.week, strict=True)]


def week_in_short(said: CalendarContent) -> str:
    """The week in one line: “Mon–Fri 08:00–18:00, Sat 09:00–13:00”; closed days are left out."""
    runs: list[tuple[str, str, str]] = []  # first day, last day, hours
    for name, times in week(said):
        if runs and runs[-1][2] == times:
            runs[-1] = (runs[-1][0], name[:3], times)
        else:
            runs.append((name[:3], name[:3], times))
    open_runs = [(first, last, times) for first, last, times in runs if times != "closed"]
    if open_runs == [("Mon", "Sun", "00:00–24:00")]:
        return "all day, every day"
    shown = (f"{first if first == last else f'{first}–{last}'} {times}" for first, last, times in open_runs)
    return ", ".join(shown) or "special days only"


def day(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b %Y}"


# -- what differs -----------------------------------------------------------------------------


def calendar_differences(old: CalendarContent | None, new: CalendarContent) -> list[str]:
    """What this version of a calendar says otherwise than the one before it, in sentences."""
    if old is None:
        opening = f"{week_in_short(new)} ({new.calendar.zone})"
        return [f"First version: {opening}; {_days(len(new.names))} with hours of their own."]
    found = []
    if old.calendar.zone != new.calendar.zone:
        found.append(f"Time zone: {old.calendar.zone} → {new.calendar.zone}")
    for (name, was), (_, now) in zip(week(old), week(new), strict=True):
        if was != now:
            found.append(f"{name}: {was} → {now}")
    before, after = _special(old), _special(new)
    found += _listed("Added", [f"{day(on)} {after[on]}" for on in sorted(after.keys() - before.keys())])
    found += _listed("Removed", [f"{day(on)} {before[on]}" for on in sorted(before.keys() - after.keys())])
    both = sorted(before.keys() & after.keys())
    found += [f"{day(on)}: {before[on]} → {after[on]}" for on in both if before[on] != after[on]]
    return found


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _special(said: CalendarContent) -> dict[date, str]:
    return {on: f"{said.names.get(on, '')} ({hours(windows)})" for on, windows in said.calendar.days.items()}


def _listed(what: str, days: list[str]) -> list[str]:
    if len(days) <= MANY:
        return [f"{what}: {one}" for one in days]
    return [*(f"{what}: {one}" for one in days[:MANY]), f"{what}: {len(days) - MANY} more days, up to {days[-1]}"]


def policy_differences(old: PolicyContent | None, new: PolicyContent, calendars: Mapping[int, str]) -> list[str]:
    """What this version of a policy says otherwise than the one before it, in sentences; `calendars` are id -> name."""
    if old is None:
        return [f"First version: {conditions(new)}; {promise(new)}."]
    pairs = [("Name", old.name, new.name)]
    for name, called in ASKED.items():
        pairs.append((called.capitalize(), _asked(old, name), _asked(new, name)))
    pairs.append(("Calendar", calendars[old.calendar_id], calendars[new.calendar_id]))
    pairs += [(kind.capitalize(), length(old.minutes[kind]), length(new.minutes[kind])) for kind in KINDS]
    pairs.append(("Warnings", percents(old.warn_at), percents(new.warn_at)))
    pairs.append(("When reopened", _reopened(old), _reopened(new)))
    found = [f"{what}: {was} → {now}" for what, was, now in pairs if was != now]
    before, after = [step(one) for one in old.steps], [step(one) for one in new.steps]
    found += [f"Step added: {one}" for one in after if one not in before]
    found += [f"Step removed: {one}" for one in before if one not in after]
    return found or ["The steps are in another order."]


def percents(marks: Iterable[int]) -> str:
    return ", ".join(f"{mark}%" for mark in marks) or "none"


def _asked(said: PolicyContent, name: str) -> str:
    wanted = said.match.get(name)
    return str(wanted["name"]) if wanted else "any"


def _reopened(said: PolicyContent) -> str:
    return "starts again with the full time" if said.fresh_on_reopen else "goes on with the time that was left"
