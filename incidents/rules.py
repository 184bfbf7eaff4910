"""Who may move an incident, and what must be true first; each rule answers and explains."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from desk.people.rules import may_lead_queue, may_work_queue
from desk.tickets.rules import condition, is_automation, is_requester, only, rule, sent_it_away, works_on_it

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import Incident

analyst = works_on_it
automation = is_automation
analyst_or_automation = works_on_it | is_automation
requester_or_analyst = is_requester | works_on_it
sender = sent_it_away
anyone_concerned = is_requester | works_on_it | is_automation


@only(_("an analyst of the workgroup that has its parent"))
def works_on_parent_incident(incident: Incident, user: User) -> bool:
    """It was given to them as a child of theirs, so what solves the parent may solve it."""
    return incident.parent_incident is not None and may_work_queue(user, incident.parent_incident.workgroup_id)


analyst_here_or_of_parent = works_on_it | works_on_parent_incident


@only(_("a lead of {ticket.workgroup}"))
def lead(incident: Incident, user: User) -> bool:
    return may_lead_queue(user, incident.workgroup_id)


__all__ = [
    "analyst",
    "analyst_here_or_of_parent",
    "analyst_or_automation",
    "anyone_concerned",
    "automation",
    "lead",
    "no_open_orders",
    "no_orders_to_lose",
    "nobody_is_on_the_way",
    "not_major",
    "reopening_is_over",
    "requester_or_analyst",
    "sender",
    "parent_is_solved",
    "was_merged",
    "within_reopen_limit",
    "within_reopen_window",
]


@condition(_("{ticket.number} can't be resolved while a work order is open: {ticket.open_orders}."))
def no_open_orders(incident: Incident) -> bool:
    return not incident.open_orders


@condition(_("{ticket.number} can't be closed as a duplicate while a work order is open: {ticket.open_orders}."))
def no_orders_to_lose(incident: Incident) -> bool:
    return not incident.open_orders


@condition(_("{ticket.number} is the major incident. Merge the other one into it, or take the flag back first."))
def not_major(incident: Incident) -> bool:
    return not incident.is_major


@condition(_("{ticket.number} was not closed as a duplicate."))
def was_merged(incident: Incident) -> bool:
    return incident.merged_into_id is not None


@condition(_("{ticket.number} is the child of no incident that is solved."))
def parent_is_solved(incident: Incident) -> bool:
    return incident.parent_incident is not None and incident.parent_incident.state in ("resolved", "closed")


@rule(_("Work for it is under way. Please write below that it isn't needed any more."))
def nobody_is_on_the_way(incident: Incident, user: User) -> bool:
    """An analyst decides about open work orders; a requester doesn't see them, and can't call them off."""
    return works_on_it(incident, user) or not incident.open_orders


def reopen_until(incident: Incident) -> datetime | None:
    """When the time for reopening is over; None while it isn't closed."""
    return incident.closed_at and incident.closed_at + timedelta(days=settings.INCIDENT_REOPEN_DAYS)


@condition(_("The time for reopening {ticket.number} is over. It can be reported again; the two are linked."))
def within_reopen_window(incident: Incident) -> bool:
    """While it is resolved, always; once closed, up to INCIDENT_REOPEN_DAYS days later."""
    until = reopen_until(incident)
    return until is None or incident.moment <= until


@condition(_("{ticket.number} was reopened {ticket.reopen_count} times by now. Report it again; the two are linked."))
def within_reopen_limit(incident: Incident) -> bool:
    """INCIDENT_REOPEN_MOST times, where that isn't 0; after that somebody looks at it afresh."""
    return not settings.INCIDENT_REOPEN_MOST or incident.reopen_count < settings.INCIDENT_REOPEN_MOST


@condition(_("{ticket.number} can't be reported again: only what can't be reopened any more can."))
def reopening_is_over(incident: Incident) -> bool:
    """Closed too long ago, or reopened too often: the same trouble is a new incident, a recurrence."""
    if incident.state not in ("resolved", "closed"):
        return False
    return not (within_reopen_window(incident) and within_reopen_limit(incident))
