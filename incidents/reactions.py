"""What incidents do when something else happens; the switchboard says when."""

from desk.people.queries import automation
from desk.tickets.models import Event

from . import actions
from .lifecycle import State
from .models import Incident


def resume_on_reply(event: Event) -> None:
    """A requester's public reply resumes their pending incident where the pending reason says so."""
    if event.is_internal or event.data.get("side") != "requester":
        return
    incident = Incident.objects.select_related("pending_reason").filter(pk=event.ticket_id, state=State.PENDING).first()
    if incident and incident.pending_reason and incident.pending_reason.resumes_on_reply:
        actions.resume(incident=incident, by=automation(), because=f"{event.actor} replied", at=event.at)
