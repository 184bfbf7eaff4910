"""What IT at Northwind Health has promised: calendars for two time zones, a policy for each priority, and exceptions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.sla.models import Calendar, CalendarHours, EscalationStep, Policy, SpecialDay, ViolationReason
from desk.sla.public_holidays import public_holidays
from desk.sla.publishing import publish_calendar, publish_policy

from .world import World

# name -> (time zone, hours from Monday to Sunday, country, region, half-days as (month, day, name, hours))
CALENDARS: dict[str, tuple[str, list[str], str, str, list[tuple[int, int, str, str]]]] = {
    "Hamburg office hours": (
        "Europe/Berlin",
        ["07:30–17:30"] * 5 + ["09:00–13:00", ""],
        "DE",
        "HH",
        [(12, 24, "Christmas Eve", "08:00–12:00"), (12, 31, "New Year's Eve", "08:00–12:00")],
    ),
    "Lisbon support hours": (
        "Europe/Lisbon",
        ["08:00–13:00, 14:00–18:00"] * 5 + ["", ""],
        "PT",
        "",
        [(12, 24, "Christmas Eve", "08:00–13:00")],
    ),
}

NOTIFY = {"percent": 75, "do": "assignee"}
LATE = {"percent": 100, "do": "leads"}
ALARM = {"percent": 150, "do": "group", "workgroup": "service-desk"}
# name, conditions, calendar, response and resolution in business minutes, warnings, steps
POLICIES: list[tuple[str, dict[str, Any], str, int | None, int | None, list[int], list[dict[str, Any]]]] = [
    ("Critical, at any hour", {"priority": 1}, "Round the clock", 15, 240, [50, 75], [NOTIFY, LATE, ALARM]),
    ("Heads of department", {"vip": True}, "Hamburg office hours", 60, 600, [75], [NOTIFY, LATE]),
    ("Finance, from Lisbon", {"service": "Purchasing and finance"}, "Lisbon support hours", 240, 1620, [75], [NOTIFY]),
    ("High", {"priority": 2}, "Hamburg office hours", 60, 600, [75], [NOTIFY, LATE]),
    ("Medium", {"priority": 3}, "Hamburg office hours", 240, 1800, [75], [NOTIFY, LATE]),
    ("Low", {"priority": 4}, "Hamburg office hours", 600, 3000, [80], [LATE]),
    ("Work orders, critical", {"kind": "work_order", "priority": 1}, "Round the clock", 30, 180, [75], [NOTIFY, LATE]),
    ("Work orders, high", {"kind": "work_order", "priority": 2}, "Hamburg office hours", 60, 360, [75], [NOTIFY, LATE]),
    ("Work orders", {"kind": "work_order"}, "Hamburg office hours", 300, 1200, [75], [NOTIFY]),
    ("Service requests", {"kind": "request"}, "Hamburg office hours", 600, 3600, [75], [NOTIFY, LATE]),
    ("Everything else", {}, "Hamburg office hours", 1200, None, [], []),
]  # fmt: skip


def promise(world: World, now: datetime) -> None:
    """Make the calendars (holidays of last year, this one and the next two) and the policies, and publish them."""
    calendars = {calendar.name: calendar for calendar in Calendar.objects.all()}
    for name in CALENDARS:
        calendars[name] = _calendar(world, name, now.year)
    for place, (name, wanted, hours, response, resolution, warn_at, steps) in enumerate(POLICIES, start=1):
        policy = Policy.objects.create(
            name=name,
            position=place * 10,
            kind=wanted.get("kind", "incident"),
            priority=wanted.get("priority"),
            vip=wanted.get("vip", False),
            service=world.services.get(wanted.get("service", "")),
            calendar=calendars[hours],
            response_minutes=response,
            resolution_minutes=resolution,
            warn_at=warn_at,
        )
        for step in steps:
            group = world.workgroups.get(step.get("workgroup", ""))
            EscalationStep.objects.create(policy=policy, percent=step["percent"], do=step["do"], workgroup=group)
        publish_policy(policy=policy, by=world.people["admin"], reason="First agreement")
    world.violations = list(ViolationReason.objects.all())


def _calendar(world: World, name: str, year: int) -> Calendar:
    zone, week, country, region, half_days = CALENDARS[name]
    calendar = Calendar.objects.create(name=name, zone=zone)
    for weekday, times in enumerate(week):
        CalendarHours.objects.create(calendar=calendar, weekday=weekday, times=times)
    years = range(year - 1, year + 3)
    for day, called in public_holidays(country, region, years).items():
        SpecialDay.objects.create(calendar=calendar, date=day, name=called[:80])
    for month, date, called, times in half_days:
        for each in years:
            day = datetime(each, month, date).date()
            SpecialDay.objects.get_or_create(calendar=calendar, date=day, defaults={"name": called, "times": times})
    publish_calendar(calendar=calendar, by=world.people["admin"], reason="First agreement")
    return calendar
