"""Publishing: what administrators edit becomes a numbered version that clocks can hold on to."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from desk.people.models import User
from desk.tickets.errors import Refused

from . import hours
from .engine import RESOLUTION, RESPONSE
from .models import Calendar, CalendarVersion, Policy, PolicyVersion
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
    found += hours.problems(calendar.zone, week, days)
    if found:
        raise Refused(*found)
    return CalendarContent(hours.Calendar(calendar.zone, tuple(week), days), {row.date: row.name for row in special})


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
        steps=tuple(_step(step) for step in policy.steps.select_related("person", "workgroup")),
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


def _step(step: Any) -> dict[str, Any]:
    Do = type(step).Do
    if step.do == Do.PERSON and step.person is None:
        raise Refused(f"The step at {step.percent}% notifies a person: say whom.")
    if step.do in (Do.GROUP, Do.MOVE) and step.workgroup is None:
        raise Refused(f"The step at {step.percent}% needs a workgroup.")
    if step.do == Do.MOVE and not step.workgroup.takes_kind(step.policy.kind):
        raise Refused(
            f"{step.workgroup} doesn't take such tickets, so the step at {step.percent}% can't move one there."
        )
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
