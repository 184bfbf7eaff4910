"""“Me too”: joining a major incident, leaving it, and what everybody may read of it, which is all that joining shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from desk.notifications.actions import tell
from desk.people.language import as_spoken, keep
from desk.people.models import User
from desk.people.queries import automation
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Visibility
from desk.tickets.rules import may_view

from . import actions, families, majors
from .families import OVER
from .lifecycle import State
from .models import Incident, Joined, MajorIncident

SOLVED = "major.solved"
ENDED = "major.ended"
BACK = "major.back"
FOR_ALL = frozenset({majors.UPDATED, SOLVED, ENDED, BACK})  # events that everybody may read

IF_NOT = _lazy("If it still doesn't work for you, please report it.")
# What became of it -> the event that tells everybody, the subject, and the words.
BECAME = {
    "incident.resolved": (
        SOLVED,
        gettext_noop("{number} is solved: {headline}"),
        keep("It works again. If it still doesn't work for you, please report it."),
    ),
    "incident.cancelled": (
        ENDED,
        gettext_noop("{number} was called off: {headline}"),
        keep("There is nothing more to do about it. If it still doesn't work for you, please report it."),
    ),
    "incident.reopened": (
        BACK,
        gettext_noop("{number} is back: {headline}"),
        keep("It isn't solved after all. We are on it again."),
    ),
    "major.withdrawn": (
        ENDED,
        gettext_noop("{number} is over: {headline}"),
        keep("It isn't a major incident any more. If it still doesn't work for you, please report it."),
    ),
}
NEWEST = 100  # words on the page


@transaction.atomic
def join(*, incident: Incident, by: User) -> Joined:
    """“Me too”: they are counted, and hear what everybody may hear, instead of logging the same. Twice does nothing."""
    incident = flow.lock(incident)
    if not majors.active().filter(incident=incident).exists():
        raise Refused(_("This is over. If it still doesn't work, please report it."))
    return Joined.objects.get_or_create(incident=incident, user=by)[0]


def leave(*, incident: Incident, by: User) -> None:
    """Not me after all: they aren't counted, and hear of it no more, unless they follow the incident itself."""
    Joined.objects.filter(incident=incident, user=by).delete()


@transaction.atomic
def log_as_child(*, major: Incident, by: User, submission: uuid.UUID | None = None, **fields: Any) -> Incident:
    """“Me too”, with words of their own: an incident of theirs, child of the major one, which they join as well."""
    child = actions.log(by=by, submission=submission, **{"service": major.service, **fields})
    if child.parent_incident is None:  # the same form sent twice logs once
        families.attach(child=child, parent=major, by=automation(), at=fields.get("at"))
    join(incident=major, by=child.requester)
    return child


def log(
    *, by: User, major: MajorIncident | None, part_of: str = "", again: bool = False, source: str = "web", **fields: Any
) -> Incident:
    """Log what the form asks for: as a child of the `major` one where it is said to be a part of that."""
    if part_of == "yes" and major is not None:
        return log_as_child(major=major.incident, by=by, source=source, **fields)
    return actions.log(by=by, source=source, **fields)


def tell_what_became_of_it(event: Event) -> None:
    """It is solved, over, or back: everybody may read so, and whoever only joined is told.

    Those who take part in the incident read of it there, and hear of it by the event itself.
    """
    incident = Incident.objects.filter(pk=event.ticket_id, major__isnull=False).select_related("major").first()
    if incident is None or not (incident.is_major or event.kind == majors.WITHDRAWN):
        return
    kind, became, words = BECAME[event.kind]
    headline = incident.major.headline
    said = flow.write_event(
        incident, kind, by=event.actor, at=event.at, source=event.source, data={"headline": headline, "text": words}
    )
    taking_part = {incident.requester_id, incident.reporter_id, *incident.watchers.values_list("user", flat=True)}
    joined = set(incident.joined.values_list("user", flat=True)) - taking_part
    tell(event=said, recipients=joined, subject=keep(became, number=incident.number, headline=headline), text=words)


@dataclass(frozen=True)
class Word:
    """What was told once, in the reader's language."""

    kind: str
    at: datetime
    headline: str
    text: str


@dataclass(frozen=True)
class OutagePage:
    """What everybody may read of a major incident, and whether the reader joined it or may see the incident itself."""

    major: MajorIncident
    joined: bool
    sees: bool
    words: list[Word]  # the newest first
    since: datetime

    @property
    def state(self) -> str:
        """`open`, `solved` or `over`."""
        incident = self.major.incident
        if incident.is_major and incident.state not in OVER:
            return "open"
        return "solved" if incident.is_major and incident.state != State.CANCELLED else "over"

    @property
    def lets_in(self) -> bool:
        """Whether the reader may join it, or leave it."""
        return self.joined or self.state == "open"

    @property
    def ended_at(self) -> datetime | None:
        """When it was solved, or was none any more."""
        return (
            None if self.state == "open" else next((one.at for one in self.words if one.kind in {SOLVED, ENDED}), None)
        )

    @property
    def what_next(self) -> str:
        """What happens next, in a sentence."""
        if self.state != "open":
            return str(IF_NOT)
        if self.major.next_at is None:
            return _("You read here what we know, as soon as there is news.")
        return _("The next word is due any moment.") if self.major.is_late else ""


def page_of(number: str, user: User) -> OutagePage | None:
    """The page of the major incident of this number; None where there is none that this person may read of."""
    major = majors.readable(user).filter(incident__number=number).first()
    if major is None:
        return None
    incident = major.incident
    words = incident.events.filter(kind__in=FOR_ALL, visibility=Visibility.PUBLIC).order_by("-at", "-pk")
    known = incident.outages.order_by("started_at").first()
    return OutagePage(
        major=major,
        joined=incident.joined.filter(user=user).exists(),
        sees=may_view(incident, user),
        words=[_word(event) for event in words.defer("inside")[:NEWEST]],
        since=known.started_at if known else incident.created_at,
    )


def _word(event: Event) -> Word:
    told = as_spoken(event.data)
    return Word(event.kind, event.at, told["headline"], told["text"])
