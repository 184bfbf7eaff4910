"""Service levels in words: what a policy asks and promises, how a calendar opens, what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.tickets import kinds
from desk.tickets.models import Priority

from .engine import KINDS
from .hours import Windows
from .models import ClockKind, EscalationStep
from .times import in_words, write_times
from .versions import ASKED, CalendarContent, PolicyContent

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CLOCKS: dict[str, StrOrPromise] = {"response": _lazy("response"), "resolution": _lazy("resolution")}
MANY = 12  # days named one by one; more are counted


def length(minutes: int | None) -> str:
    """A target in business minutes: “4 h”, or “best effort”."""
    return _("best effort") if minutes is None else in_words(timedelta(minutes=minutes))


def conditions(said: PolicyContent) -> str:
    """What the policy asks of a ticket: “incident, P1 Critical, service Mail”."""
    asked = [_condition(name, said.match[name]) for name in ASKED if name in said.match]
    if len(asked) > 1:
        return ", ".join(asked)
    return _("every {kind}").format(kind=asked[0]) if "kind" in said.match else _("every ticket")


def _condition(name: str, wanted: dict[str, Any]) -> str:
    match name:
        case "kind":
            return _kind(wanted)
        case "priority":
            return _("priority {priority}").format(priority=Priority(wanted["is"]).label)
        case "vip":
            return _("requester is a VIP")
        case "department":
            return _("requester in {department}").format(department=wanted["name"])
        case "category":
            return _("category in {category}").format(category=wanted["name"])
        case _:
            return f"{ASKED[name]} {wanted['name']}"


def _kind(wanted: dict[str, Any]) -> str:
    """The kind of ticket as it is called; what was published has its words in English."""
    known = {kind.name: kind.label for kind in kinds.every()}
    if wanted["is"] not in known or (get_language() or "en").startswith("en"):
        return str(wanted["name"])
    return str(known[wanted["is"]])


def promise(said: PolicyContent) -> str:
    """Both targets: “15 min / 4 h”, or “best effort”."""
    targets = [said.minutes[kind] for kind in KINDS]
    return (
        " / ".join("–" if minutes is None else length(minutes) for minutes in targets) if any(targets) else length(None)
    )


def step(said: dict[str, Any]) -> str:
    """An escalation step of a published policy: “75%: notify the workgroup's leads”."""
    told = {"percent": said["percent"], "does": done(said)}
    if said["clock"] in CLOCKS:
        return _("{percent}%: {clock}: {does}").format(**told, clock=CLOCKS[said["clock"]])
    return _("{percent}%: {does}").format(**told)


def done(said: dict[str, Any]) -> str:
    """What the step does, with whom or where: “notify Nadia Petrova”."""
    Do = EscalationStep.Do
    match said["do"]:
        case Do.PERSON:
            return _("notify {person}").format(person=said["name"])
        case Do.GROUP:
            return _("notify everybody of {workgroup}").format(workgroup=said["name"])
        case Do.MOVE:
            return _("move it to {workgroup}").format(workgroup=said["name"])
        case other:
            return str(DONE[other])


DONE: dict[str, StrOrPromise] = {
    EscalationStep.Do.ASSIGNEE: _lazy("notify the assignee (nobody yet: the leads)"),
    EscalationStep.Do.LEADS: _lazy("notify the workgroup's leads"),
    EscalationStep.Do.RAISE: _lazy("raise the priority by one"),
}


def hours(windows: Windows) -> str:
    return write_times(windows) or _("closed")


def week(said: CalendarContent) -> list[tuple[str, str]]:
    """(weekday, its hours) from Monday to Sunday."""
    return [(str(WEEKDAYS[number]), hours(windows)) for number, windows in enumerate(said.calendar.week)]


def week_in_short(said: CalendarContent) -> str:
    """The week in one line: “Mon–Fri 08:00–18:00, Sat 09:00–13:00”; closed days are left out."""
    runs: list[tuple[int, int, str]] = []  # first day, last day, hours
    for number, windows in enumerate(said.calendar.week):
        times = write_times(windows)
        if runs and runs[-1][2] == times:
            runs[-1] = (runs[-1][0], number, times)
        else:
            runs.append((number, number, times))
    if runs == [(0, 6, "00:00–24:00")]:
        return _("all day, every day")
    shown = (f"{_from_to(first, last)} {times}" for first, last, times in runs if times)
    return ", ".join(shown) or _("special days only")


def _from_to(first: int, last: int) -> str:
    return str(WEEKDAYS_ABBR[first]) if first == last else f"{WEEKDAYS_ABBR[first]}–{WEEKDAYS_ABBR[last]}"


def day(on: date) -> str:
    return date_format(on, _("D j M Y"))


# -- what differs -----------------------------------------------------------------------------


def calendar_differences(old: CalendarContent | None, new: CalendarContent) -> list[str]:
    """What this version of a calendar says otherwise than the one before it, in sentences."""
    if old is None:
        n, opening = len(new.names), f"{week_in_short(new)} ({new.calendar.zone})"
        first = ngettext(
            "First version: {hours}; {n} day with hours of their own.",
            "First version: {hours}; {n} days with hours of their own.",
            n,
        )
        return [first.format(hours=opening, n=n)]
    found = []
    if old.calendar.zone != new.calendar.zone:
        found.append(_("Time zone: {old} → {new}").format(old=old.calendar.zone, new=new.calendar.zone))
    for (name, was), (__, now) in zip(week(old), week(new), strict=True):
        if was != now:
            found.append(f"{name}: {was} → {now}")
    before, after = _special(old), _special(new)
    found += _listed(_("Added"), [f"{day(on)} {after[on]}" for on in sorted(after.keys() - before.keys())])
    found += _listed(_("Removed"), [f"{day(on)} {before[on]}" for on in sorted(before.keys() - after.keys())])
    both = sorted(before.keys() & after.keys())
    found += [f"{day(on)}: {before[on]} → {after[on]}" for on in both if before[on] != after[on]]
    return found


def _special(said: CalendarContent) -> dict[date, str]:
    return {on: f"{said.names.get(on, '')} ({hours(windows)})" for on, windows in said.calendar.days.items()}


def _listed(what: str, days: list[str]) -> list[str]:
    if len(days) <= MANY:
        return [f"{what}: {one}" for one in days]
    more = _("{what}: {n} more days, up to {last}").format(what=what, n=len(days) - MANY, last=days[-1])
    return [*(f"{what}: {one}" for one in days[:MANY]), more]


def policy_differences(old: PolicyContent | None, new: PolicyContent, calendars: Mapping[int, str]) -> list[str]:
    """What this version of a policy says otherwise than the one before it, in sentences; `calendars` are id -> name."""
    if old is None:
        return [_("First version: {conditions}; {promise}.").format(conditions=conditions(new), promise=promise(new))]
    pairs = [(_("Name"), old.name, new.name)]
    for name, called in ASKED.items():
        pairs.append((capfirst(str(called)), _asked(old, name), _asked(new, name)))
    pairs.append((_("Calendar"), calendars[old.calendar_id], calendars[new.calendar_id]))
    pairs += [(str(ClockKind(kind).label), length(old.minutes[kind]), length(new.minutes[kind])) for kind in KINDS]
    pairs.append((_("Warnings"), percents(old.warn_at), percents(new.warn_at)))
    pairs.append((_("When reopened"), _reopened(old), _reopened(new)))
    found = [f"{what}: {was} → {now}" for what, was, now in pairs if was != now]
    before, after = [step(one) for one in old.steps], [step(one) for one in new.steps]
    found += [_("Step added: {step}").format(step=one) for one in after if one not in before]
    found += [_("Step removed: {step}").format(step=one) for one in before if one not in after]
    return found or [_("The steps are in another order.")]


def percents(marks: Iterable[int]) -> str:
    return ", ".join(_("{percent}%").format(percent=mark) for mark in marks) or _("none")


def _asked(said: PolicyContent, name: str) -> str:
    wanted = said.match.get(name)
    if not wanted:
        return _("any")
    return _kind(wanted) if name == "kind" else str(wanted["name"])


def _reopened(said: PolicyContent) -> str:
    full, left = _("starts again with the full time"), _("goes on with the time that was left")
    return full if said.fresh_on_reopen else left
