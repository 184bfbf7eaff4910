"""Events that name whom they are for, as an escalation does, written through the one flow."""

from django.db import transaction

from desk.people.queries import automation
from desk.tickets.flow import write_event
from desk.tickets.models import Visibility

SUBJECT = "The mail is down is about to miss its target"
TEXT = "One hour is left."


def escalate(ticket, *people, subject=SUBJECT, text=TEXT, by=None, visibility=Visibility.INTERNAL, **more):
    """`sla.escalated` on this ticket, for these people."""
    inside = {"recipients": [user.pk for user in people], "subject": subject, "text": text}
    with transaction.atomic():
        by = by or automation()
        return write_event(ticket, "sla.escalated", by=by, inside=inside, visibility=visibility, **more)
