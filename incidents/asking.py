"""Asking whether it is solved: by when, the reminder, and the link that answers without signing in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from desk.notifications.mail import absolute
from desk.people.queries import automation
from desk.sla.queries import calendar_of
from desk.sla.workdays import after_working_days
from desk.tickets import flow
from desk.tickets.models import Event

from . import queries
from .lifecycle import State
from .models import Incident

REMINDED = "incident.reminded"
SALT = "Is it solved?"


def closes_at(incident: Incident) -> datetime | None:
    """When a resolved incident closes by itself, if nobody answers: so many working days of its calendar later."""
    return _after(incident, settings.INCIDENT_CONFIRM_DAYS)


def reminds_at(incident: Incident) -> datetime | None:
    """When its requester is asked once more."""
    return _after(incident, settings.INCIDENT_REMIND_DAYS)


def _after(incident: Incident, days: int) -> datetime | None:
    if incident.state != State.RESOLVED or incident.resolved_at is None:
        return None
    return after_working_days(calendar_of(incident), incident.resolved_at, days)


def overdue(now: datetime | None = None) -> list[Incident]:
    """The resolved ones that nobody answered in time, the oldest first; up to a thousand."""
    now = now or timezone.now()
    found = queries.unanswered(since=timedelta(days=settings.INCIDENT_CONFIRM_DAYS))[:1000]
    return [incident for incident in found if (due := closes_at(incident)) is not None and due < now]


def remind_due(now: datetime | None = None) -> int:
    """Ask once more, for each resolution once, whoever hasn't answered by then; returns how many were asked."""
    now, asked = now or timezone.now(), 0
    if settings.INCIDENT_REMIND_DAYS >= settings.INCIDENT_CONFIRM_DAYS:
        return 0
    reminded = Event.objects.filter(ticket=OuterRef("pk"), kind=REMINDED, at__gte=OuterRef("resolved_at"))
    found = queries.unanswered(since=timedelta(days=settings.INCIDENT_REMIND_DAYS)).filter(~Exists(reminded))
    for incident in found.filter(requester__is_automation=False)[:1000]:
        due = reminds_at(incident)
        if due is not None and due < now:
            asked += _remind(incident)
    return asked


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
    told = {"pk": incident.pk, "at": _stamp(incident)}
    return absolute(reverse("incidents:feedback", args=[signing.dumps(told, salt=SALT)]))


def asked_by(token: str) -> tuple[Incident | None, bool]:
    """(the incident that a link asks about, whether it can still be answered); None for what is no link of ours."""
    try:
        told = signing.loads(token, salt=SALT)
        incident = Incident.objects.select_related("requester").get(pk=told["pk"])
    except (signing.BadSignature, KeyError, TypeError, Incident.DoesNotExist):
        return None, False
    is_open = incident.state == State.RESOLVED and _stamp(incident) == told["at"] and incident.requester.is_active
    return incident, is_open


def _stamp(incident: Incident) -> int:
    """Which resolution it is: another one has another moment, so that an old link answers nothing new."""
    return round(incident.resolved_at.timestamp() * 1_000_000) if incident.resolved_at else 0
