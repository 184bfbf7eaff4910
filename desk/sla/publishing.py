"""Publishing: what administrators edit becomes a numbered version that clocks can hold on to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.tickets.errors import Refused
from desk.tickets.flow import serialise

from . import hours
from .engine import RESOLUTION, RESPONSE
from .models import Calendar, CalendarVersion, EscalationStep, Policy, PolicyVersion, SpecialDay
from .times import read_times
from .versions import ASKED, CalendarContent, PolicyContent

WEEK = 7


def calendar_content(calendar: Calendar) -> CalendarContent:
    """The calendar as its rows say now. Refused, with every sentence, when they make no calendar."""
    found: list[str] = []
    week: list[hours.Windows] = [()] * WEEK
    for row in calendar.hours.all():
        week[row.weekday] = _times(row.times, row.get_weekday_display(), found)
    special = list(calendar.special_days.all())
    days = {row.date: _times(row.times, f"{row.date} ({row.name})", found) for row in special}
    found += problems(calendar.zone, week, days)
    if found:
        raise Refused(*found)
    return CalendarContent(hours.Calendar(calendar.zone, tuple(week), days), {row.date: row.name for row in special})


# What `hours`, which speaks English alone, may say against a calendar that was written in a form.
NEVER_OPENS = _lazy("This calendar never opens. Give at least one window.")


def problems(zone: str, week: list[hours.Windows], days: Mapping[date, hours.Windows]) -> list[str]:
    """All that speaks against a calendar, in the language of the moment."""
    no_zone = _("There is no time zone “{zone}”. Give a name like Europe/Berlin.").format(zone=zone)
    known = zone in hours.zone_names()
    found = hours.problems(zone, week, days)
    return [_(problem) for problem in found] if known else [no_zone, *(_(problem) for problem in found[1:])]


def _times(text: str, where: str, found: list[str]) -> hours.Windows:
    try:
        return read_times(text)
    except ValueError as problem:
        found.append(f"{where}: {problem}")
        return ()


def policy_content(policy: Policy) -> PolicyContent:
    """The policy as its rows say now. Refused when a step lacks whom or where it leads."""
    return PolicyContent(
        name=policy.name,
        match=dict(_conditions(policy)),
        calendar_id=policy.calendar_id,
        minutes={RESPONSE: policy.response_minutes, RESOLUTION: policy.resolution_minutes},
        warn_at=tuple(sorted(set(policy.warn_at))),
        steps=tuple(_step(step, policy.kind) for step in policy.steps.select_related("person", "workgroup")),
        fresh_on_reopen=policy.on_reopen == Policy.OnReopen.FRESH,
    )


def _conditions(policy: Policy) -> list[tuple[str, dict[str, Any]]]:
    """What the policy asks of a ticket, field by field, with the words for it; what is empty isn't asked."""
    wanted: dict[str, tuple[Any, str]] = {
        "kind": (policy.kind, policy.kind.replace("_", " ")),
        "service": (policy.service_id, str(policy.service)),
        "category": (policy.category_id, policy.category.trail() if policy.category else ""),
        "priority": (policy.priority, f"P{policy.priority}"),
        "workgroup": (policy.workgroup_id, str(policy.workgroup)),
        "department": (policy.department.strip(), policy.department.strip()),
        "vip": (policy.vip, "VIP"),
    }
    return [(name, {"is": value, "name": words}) for name in ASKED for value, words in [wanted[name]] if value]


def step_problem(step: EscalationStep, kind: str) -> tuple[str, str] | None:
    """What an escalation step lacks: (its field, a sentence), for a policy about this kind of ticket."""
    Do = EscalationStep.Do
    if step.do == Do.PERSON and step.person is None:
        return "person", _("The step at {percent}% notifies a person: say whom.").format(percent=step.percent)
    if step.do in (Do.GROUP, Do.MOVE) and step.workgroup is None:
        return "workgroup", _("The step at {percent}% needs a workgroup.").format(percent=step.percent)
    if step.do == Do.MOVE and step.workgroup is not None and not step.workgroup.takes_kind(kind):
        why = _("{workgroup} doesn't take such tickets, so the step at {share} can't move one there.")
        return "workgroup", why.format(workgroup=step.workgroup, share=f"{step.percent}%")
    return None


def _step(step: EscalationStep, kind: str) -> dict[str, Any]:
    Do = EscalationStep.Do
    if problem := step_problem(step, kind):
        raise Refused(problem[1])
    named = step.person if step.do == Do.PERSON else step.workgroup if step.do in (Do.GROUP, Do.MOVE) else None
    return {
        "percent": step.percent,
        "clock": step.clock,
        "do": step.do,
        "person": step.person_id if step.do == Do.PERSON else None,
        "workgroup": step.workgroup_id if step.do in (Do.GROUP, Do.MOVE) else None,
        "name": str(named) if named else "",
    }


@transaction.atomic
def publish_calendar(*, calendar: Calendar, by: User, reason: str = "") -> CalendarVersion | None:
    """Make what was edited the current version; None when it says what the current one says already."""
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    content = calendar_content(calendar).write()
    if calendar.current is not None and calendar.current.content == content:
        return None
    number = calendar.current.number + 1 if calendar.current else 1
    version = CalendarVersion.objects.create(
        calendar=calendar, number=number, content=content, made_by=by, reason=reason
    )
    Calendar.objects.filter(pk=calendar.pk).update(current=version)
    return version


@transaction.atomic
def publish_policy(*, policy: Policy, by: User, reason: str = "") -> PolicyVersion | None:
    """Make what was edited the current version; None when it says what the current one says already."""
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    content = policy_content(policy).write()
    if policy.current is not None and policy.current.content == content:
        return None
    number = policy.current.number + 1 if policy.current else 1
    version = PolicyVersion.objects.create(policy=policy, number=number, content=content, made_by=by, reason=reason)
    Policy.objects.filter(pk=policy.pk).update(current=version)
    return version


@transaction.atomic
def add_special_days(
    *, calendar: Calendar, days: Mapping[date, str], by: User, reason: str = ""
) -> tuple[int, CalendarVersion | None]:
    """Make these dates holidays and publish; a date that the calendar has already stays as it is.

    Returns how many were added, and the new version (None when nothing was).
    """
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    present = set(calendar.special_days.filter(date__in=days).values_list("date", flat=True))
    new = [SpecialDay(calendar=calendar, date=day, name=name[:80]) for day, name in days.items() if day not in present]
    SpecialDay.objects.bulk_create(new)
    return len(new), publish_calendar(calendar=calendar, by=by, reason=reason)


@transaction.atomic
def place_policy(*, policy: Policy, before: Policy | None) -> None:
    """Have this policy asked right before another one, or last. All positions become 10, 20, 30 and so on."""
    order = _order()
    rest = [pk for pk in order if pk != policy.pk]
    if before is None:
        rest.append(policy.pk)
    elif before.pk != policy.pk:
        rest.insert(rest.index(before.pk), policy.pk)
    else:
        rest = order
    _number(rest)


@transaction.atomic
def shift_policy(*, policy: Policy, up: bool) -> None:
    """Have this policy asked one place earlier (`up`) or later. All positions become 10, 20, 30 and so on."""
    order = _order()
    place = order.index(policy.pk)
    other = max(0, place - 1) if up else min(len(order) - 1, place + 1)
    order.insert(other, order.pop(place))
    _number(order)


def _order() -> list[int]:
    """The policies' ids in order; two who move some at once move one after the other, each seeing the other's order."""
    serialise("the order of policies")
    return list(Policy.objects.select_for_update(of=("self",)).order_by("position", "pk").values_list("pk", flat=True))


def _number(order: list[int]) -> None:
    for number, pk in enumerate(order, start=1):
        Policy.objects.filter(pk=pk).exclude(position=number * 10).update(position=number * 10)
