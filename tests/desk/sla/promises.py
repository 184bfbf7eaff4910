"""Makes calendars and policies for stories about service levels, published as an administrator would."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.people.queries import automation
from desk.sla.models import Calendar, CalendarHours, Clock, EscalationStep, Policy, SpecialDay
from desk.sla.publishing import publish_calendar, publish_policy
from desk.tickets.models import Ticket

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ["08:00–18:00"] * 5 + ["", ""]
ALWAYS = ["00:00–24:00"] * 7


def calendar(
    name: str = "Office hours",
    *,
    zone: str = "Europe/Berlin",
    week: list[str] | None = None,
    days: dict[date, tuple[str, str]] | None = None,
) -> Calendar:
    """A published calendar; `days` maps dates to (name, times)."""
    made = Calendar.objects.create(name=name, zone=zone)
    for weekday, times in enumerate(OFFICE if week is None else week):
        CalendarHours.objects.create(calendar=made, weekday=weekday, times=times)
    for day, (called, times) in (days or {}).items():
        SpecialDay.objects.create(calendar=made, date=day, name=called, times=times)
    publish_calendar(calendar=made, by=automation())
    made.refresh_from_db()
    return made


def policy(
    name: str = "Standard",
    *,
    response: int | None = 60,
    resolution: int | None = 480,
    hours: Calendar | None = None,
    steps: tuple[dict[str, Any], ...] = (),
    **fields: Any,
) -> Policy:
    """A published policy with targets in business minutes; round the clock when no calendar is given."""
    hours = hours or Calendar.objects.filter(name="Round the clock").first() or calendar("Round the clock", week=ALWAYS)
    made = Policy.objects.create(
        name=name, calendar=hours, response_minutes=response, resolution_minutes=resolution, **fields
    )
    for step in steps:
        EscalationStep.objects.create(policy=made, **step)
    publish_policy(policy=made, by=automation())
    made.refresh_from_db()
    return made


def republish(made: Policy, **fields: Any) -> None:
    """Edit and publish a policy."""
    Policy.objects.filter(pk=made.pk).update(**fields)
    publish_policy(policy=made, by=automation())


def berlin(text: str) -> datetime:
    """A moment on Berlin's wall clock: “2026-03-02 09:00”."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def clock(ticket: Ticket, kind: str = "resolution", episode: int | None = None) -> Clock:
    """The ticket's clock of this kind, of the latest episode unless one is named."""
    rows = Clock.objects.filter(ticket_id=ticket.pk, kind=kind)
    found: Clock | None = rows.filter(episode=episode).get() if episode else rows.order_by("episode").last()
    assert found is not None
    return found
