"""What incidents do when something else happens; the switchboard says when."""

from django.conf import settings

from desk.notifications.actions import tell
from desk.people.language import keep
from desk.people.queries import automation
from desk.tickets.models import Event
from desk.tickets.rules import is_news

from . import actions, asking, families, joining, raising
from .lifecycle import State
from .models import Incident
from .queries import incident_of


def resume_on_reply(event: Event) -> None:
    """A public reply resumes a pending incident where the reason says so: the requester's, or who reported it for them."""
    if event.is_internal or event.data.get("side") != "requester":
        return
    incident = Incident.objects.select_related("pending_reason").filter(pk=event.ticket_id, state=State.PENDING).first()
    if incident is None or event.actor_id not in (incident.requester_id, incident.reporter_id):
        return
    if incident.pending_reason and incident.pending_reason.resumes_on_reply:
        actions.resume(
            incident=incident, by=automation(), because=keep("{actor} replied", actor=event.actor), at=event.at
        )


def resume_on_orders(event: Event) -> None:
    """Its work orders are over, or one has failed: an incident that waits for them goes on where the reason says so."""
    incident = Incident.objects.select_related("pending_reason").filter(pk=event.ticket_id, state=State.PENDING).first()
    if incident is None or incident.pending_reason is None or not incident.pending_reason.resumes_on_orders:
        return
    actions.resume(incident=incident, by=automation(), because=event.inside["said"], at=event.at)


def raise_for_trouble(event: Event) -> None:
    """Something went wrong elsewhere: the one incident for it, made of what the event tells alone; none for history."""
    trouble = raising.trouble_in(event)
    if trouble is not None and is_news(event):
        raising.raise_for(source=event.ticket, trouble=trouble, by=automation(), event=event)


def carry_on_outages(event: Event) -> None:
    """Closed as a duplicate: what was down because of it is down because of the one that stays."""
    goes = Incident.objects.get(pk=event.ticket_id)
    stays = goes.merged_into
    if stays is not None:
        for outage in goes.outages.filter(ended_at=None).select_related("service"):
            raising.begin_outage(incident=stays, service=outage.service, level=outage.level, at=outage.started_at)


def do_to_children(event: Event) -> None:
    """What was asked for more children than a request can wait for."""
    families.do_what_was_asked(event)


def tell_followers(event: Event) -> None:
    """It is solved, or called off: those who follow it are told what its requester reads."""
    incident = incident_of(event)
    followers = incident.watchers.exclude(user__in=[incident.requester_id, incident.reporter_id])
    told = {"number": incident.number, "title": incident.title}
    solved = keep("{number} is solved: {title}", **told)
    tell(
        event=event,
        recipients=followers.values_list("user", flat=True),
        subject=solved if incident.solution else keep("{number} was called off: {title}", **told),
        text=event.data.get("text", ""),
    )


def tell_those_who_joined(event: Event) -> None:
    """Of a major incident, whoever only said “me too” hears what became of it, in words for everybody."""
    joining.tell_what_became_of_it(event)


def end_outages(event: Event) -> None:
    """Solved or called off: what was down because of it is up again."""
    raising.end_outages(incident_id=event.ticket_id, at=event.at)


def begin_outages_again(event: Event) -> None:
    """It came back, and what was down with it."""
    raising.begin_again(incident=Incident.objects.get(pk=event.ticket_id), at=event.at)


def ask_whether_solved(event: Event) -> None:
    """Resolved, or still unanswered: its requester is told, with a link that answers without signing in."""
    incident = incident_of(event)
    if incident.state != State.RESOLVED or not is_news(event):
        return
    again = event.kind == asking.REMINDED
    days = settings.INCIDENT_CONFIRM_DAYS
    text = keep(
        "{solution}\n\n"
        "Does it work again? Say yes or no here, without signing in: {link}\n"
        "If we don't hear from you, it closes by itself {days} working days after we resolved it.",
        solution=incident.solution,
        link=asking.link(incident),
        days=days,
    )
    if again:
        subject = keep("Please tell us: is it solved? {title}", title=incident.title)
    else:
        subject = keep("Is it solved? {title}", title=incident.title)
    tell(event=event, recipients=[incident.requester_id], subject=subject, text=text)
