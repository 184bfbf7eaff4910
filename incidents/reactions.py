"""What incidents do when something else happens; the switchboard says when."""

from desk.people.queries import automation
from desk.tickets.models import Event
from desk.tickets.rules import is_news

from . import actions, raising
from .lifecycle import State
from .models import Incident


def resume_on_reply(event: Event) -> None:
    """A public reply resumes a pending incident where the reason says so: the requester's, or who reported it for them."""
    if event.is_internal or event.data.get("side") != "requester":
        return
    incident = Incident.objects.select_related("pending_reason").filter(pk=event.ticket_id, state=State.PENDING).first()
    if incident is None or event.actor_id not in (incident.requester_id, incident.reporter_id):
        return
    if incident.pending_reason and incident.pending_reason.resumes_on_reply:
        actions.resume(incident=incident, by=automation(), because=f"{event.actor} replied", at=event.at)


def resume_on_orders(event: Event) -> None:
    """Its work orders are over, or one has failed: an incident that waits for them goes on where the reason says so."""
    incident = Incident.objects.select_related("pending_reason").filter(pk=event.ticket_id, state=State.PENDING).first()
    if incident is None or incident.pending_reason is None or not incident.pending_reason.resumes_on_orders:
        return
    actions.resume(incident=incident, by=automation(), because=str(event.inside["said"]), at=event.at)


def raise_for_trouble(event: Event) -> None:
    """Something went wrong elsewhere: the one incident for it, made of what the event tells alone; none for history."""
    trouble = raising.trouble_in(event)
    if trouble is not None and is_news(event):
        raising.raise_for(source=event.ticket, trouble=trouble, by=automation(), event=event)


def end_outages(event: Event) -> None:
    """Solved or called off: what was down because of it is up again."""
    raising.end_outages(incident_id=event.ticket_id, at=event.at)


def begin_outages_again(event: Event) -> None:
    """It came back, and what was down with it."""
    raising.begin_again(incident=Incident.objects.get(pk=event.ticket_id), at=event.at)
