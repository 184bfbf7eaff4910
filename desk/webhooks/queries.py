"""Who is told of an event, what they are told of it, and what is owed to whom."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from desk.people.language import as_spoken, in_english
from desk.tickets.models import Event

from .models import Call, Subscription

# How a call stands -> what tells it.
IN_STATE: dict[str, dict[str, Any]] = {
    "owed": {"done_at": None, "dead_at": None},
    "done": {"done_at__isnull": False},
    "dead": {"done_at": None, "dead_at__isnull": False},
}


def listeners(event: Event) -> list[Subscription]:
    """The active subscriptions that asked for such an event and may see it."""
    mine = Q(workgroup=None) | Q(workgroup=event.ticket.workgroup_id)
    found = Subscription.objects.filter(mine, is_active=True)
    if event.is_internal:
        found = found.filter(sees_internal=True)
    return [one for one in found if one.wants(event.kind)]


def owed_and_dead() -> tuple[int, int]:
    """How many calls have yet to be taken, and how many were given up."""
    found = Call.objects.filter(done_at=None).aggregate(
        owed=Count("pk", filter=Q(dead_at=None)), dead=Count("pk", filter=Q(dead_at__isnull=False))
    )
    return found["owed"], found["dead"]


def due() -> list[int]:
    """The active subscriptions, by id, to which something is owed now; who has waited longest comes first."""
    owed = Call.objects.filter(done_at=None, dead_at=None, due_at__lte=Now(), subscription__is_active=True)
    waiting = owed.order_by().values("subscription_id").annotate(since=Min("due_at")).order_by("since")
    return [row["subscription_id"] for row in waiting]


def payload(call: Call) -> dict[str, Any]:
    """What is sent, as JSON: `type` and `timestamp` as the Standard Webhooks specification names them, and `data`.

    `data` holds the ticket as it is now and the event as it was written; `inside` and the ticket's internal fields come
    with a subscription that sees what is internal, and are left out of every other.
    """
    if call.event is None:
        return {
            "type": "ping",
            "timestamp": call.created_at.isoformat(),
            "data": {"subscription": call.subscription.name},
        }
    event, internal = call.event, call.subscription.sees_internal
    with in_english():  # whatever language the portal speaks otherwise
        data: dict[str, Any] = {"ticket": _ticket(event.ticket, internal), "event": _event(event, internal)}
    return {"type": event.kind, "timestamp": event.at.isoformat(), "data": data}


def _ticket(ticket: Any, internal: bool) -> dict[str, Any]:
    told = {
        "number": ticket.number,
        "kind": ticket.kind,
        "title": ticket.title,
        "status": str(ticket.public_state),
        "service": ticket.service.name if ticket.service else None,
        "created_at": ticket.created_at.isoformat(),
        "url": settings.PORTAL_URL.rstrip("/") + ticket.get_absolute_url(),
    }
    if internal:
        told |= {
            "state": ticket.state,
            "priority": ticket.priority,
            "workgroup": ticket.workgroup.name,
            "assignee": ticket.assignee.username if ticket.assignee else None,
            "requester": ticket.requester.username,
        }
    return told


def _event(event: Event, internal: bool) -> dict[str, Any]:
    told = {
        "id": event.pk,
        "at": event.at.isoformat(),
        "actor": str(event.actor) if internal else event.actor.public_name,
        "source": event.source,
        "data": as_spoken(event.data),
    }
    if internal:
        told |= {"visibility": event.visibility, "inside": as_spoken(event.inside)}
    return told
