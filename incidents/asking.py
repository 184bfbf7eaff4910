"""Asking whether it is solved: by when, the reminder, and the link that answers without signing in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from desk.notifications.mail import absolute
from desk.people.queries import automation
from desk.sla.hours import Calendar
from desk.sla.queries import calendar_of, calendars_of
from desk.sla.workdays import after_working_days
from desk.tickets import flow
from desk.tickets.models import Event

from . import queries
from .lifecycle import State
from .models import Incident

REMINDED = "incident.reminded"
SALT = "Is it solved?"
BATCH = 1000  # incidents that are read, closed or reminded of in one go


def closes_at(incident: Incident) -> datetime | None:
    """When a resolved incident closes by itself, if nobody answers: so many working days of its calendar later."""
    return _after(incident, settings.INCIDENT_CONFIRM_DAYS, calendar_of(incident))


def reminds_at(incident: Incident) -> datetime | None:
    """When its requester is asked once more."""
    return _after(incident, settings.INCIDENT_REMIND_DAYS, calendar_of(incident))


def _after(incident: Incident, days: int, calendar: Calendar | None) -> datetime | None:
    if incident.state != State.RESOLVED or incident.resolved_at is None:
        return None
    return after_working_days(calendar, incident.resolved_at, days)


def _due(found: QuerySet[Incident], days: int, now: datetime) -> Iterator[Incident]:
    """Of these, those that so many working days have passed since; calendars are read a batch at a time.

    All are looked at: over a long weekend many may wait that aren't due, before one whose calendar is always open.
    """
    rows = found.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        calendars = calendars_of([incident.pk for incident in batch])
        for incident in batch:
            due = _after(incident, days, calendars.get(incident.pk))
            if due is not None and due < now:
                yield incident


def overdue(now: datetime | None = None) -> list[Incident]:
    """The resolved ones that nobody answered in time, the oldest first; up to a thousand."""
    days = settings.INCIDENT_CONFIRM_DAYS
    return list(islice(_due(queries.unanswered(since=timedelta(days=days)), days, now or timezone.now()), BATCH))


def remind_due(now: datetime | None = None) -> int:
    """Ask once more, for each resolution once, whoever hasn't answered by then; returns how many were asked."""
    days = settings.INCIDENT_REMIND_DAYS
    if days >= settings.INCIDENT_CONFIRM_DAYS:
        return 0
    reminded = Event.objects.filter(ticket=OuterRef("pk"), kind=REMINDED, at__gte=OuterRef("resolved_at"))
    found = queries.unanswered(since=timedelta(days=days)).filter(~Exists(reminded))
    due = _due(found.filter(requester__is_automation=False), days, now or timezone.now())
    return sum(_remind(incident) for incident in list(islice(due, BATCH)))


def _remind(incident: Incident) -> bool:
    with transaction.atomic():
        fresh = flow.lock(incident)
        if fresh.version != incident.version:
            return False
        flow.write_event(fresh, REMINDED, by=automation(), source="timer")
        return True


# -- the link ----------------------------------------------------------------------------------


def link(incident: Incident) -> str:
    """An address, whole, under which its requester answers once, for this resolution, without signing in."""
    told = {"pk": incident.pk, "to": incident.requester_id, "at": _stamp(incident)}
    return absolute(reverse("incidents:feedback", args=[signing.dumps(told, salt=SALT)]))


def asked_by(token: str) -> tuple[Incident | None, bool]:
    """(the incident that a link asks about, whether it can still be answered); None for what is no link of ours.

    Nor is one that was sent to somebody who isn't its requester any more: they would speak in another one's name.
    """
    try:
        told = signing.loads(token, salt=SALT)
        incident = Incident.objects.select_related("requester").get(pk=told["pk"], requester=told["to"])
    except (signing.BadSignature, KeyError, TypeError, Incident.DoesNotExist):
        return None, False
    is_open = incident.state == State.RESOLVED and _stamp(incident) == told["at"] and incident.requester.is_active
    return incident, is_open


def _stamp(incident: Incident) -> int:
    """Which resolution it is: another one has another moment, so that an old link answers nothing new."""
    return round(incident.resolved_at.timestamp() * 1_000_000) if incident.resolved_at else 0
