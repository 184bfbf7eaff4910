"""A switchboard for tests: a reaction that leaves a trace, one that fails with an ugly error, one that moves a ticket."""

import uuid

from desk.people.queries import automation
from desk.reactions.table import later, now
from desk.services.models import Site

HERE = "tests.desk.reactions.board"


def trace(event):
    """A row per run, so that a second run would be seen."""
    Site.objects.create(name=uuid.uuid4().hex, address=f"trace {event.pk}")


def broken(event):
    Site.objects.create(name=uuid.uuid4().hex, address=f"half done {event.pk}")
    raise RuntimeError("The mail server is away \x00 \udcff")


def resumes(event):
    """A reaction in the same transaction that moves a ticket itself."""
    from incidents import actions
    from incidents.models import Incident

    actions.resume(incident=Incident.objects.get(pk=event.ticket_id), by=automation())


TRACED = {"comment.added": (later(f"{HERE}.trace", "leaves a trace"),)}
MIXED = {"comment.added": (later(f"{HERE}.broken", "always fails"), later(f"{HERE}.trace", "leaves a trace"))}
CHAINED = {
    "incident.held": (now(f"{HERE}.resumes", "goes on at once"),),
    "incident.resumed": (later(f"{HERE}.trace", "leaves a trace"),),
}
