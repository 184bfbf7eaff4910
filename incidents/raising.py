"""Incidents out of other processes: exactly one for each trouble of each ticket, whoever comes first; and outages.

What went wrong is told by an event with `trouble` inside ({code, occurrence, title, text}, perhaps service and level);
nothing here knows the rooms that tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import keep
from desk.people.models import User
from desk.people.queries import leads_of
from desk.people.rules import ask_analyst
from desk.services.models import Criticality, Service
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.models import Event, Impact, LinkKind, Priority, Ticket, Urgency

from . import actions
from .models import Incident, Outage, Raised

# On the ticket that went wrong; and on the incident, naming those who have to know.
RAISED = "trouble.raised"
TOLD = "trouble.told"
DISRUPTIONS = {"change.service_interrupted", "request.service_disrupted", "service.disrupted"}
BY_HAND = "reported_by_hand"
FOR_IT = _lazy("may raise an incident for something else")
BY_CRITICALITY = {
    Criticality.VITAL: Impact.HIGH,
    Criticality.IMPORTANT: Impact.MEDIUM,
    Criticality.USEFUL: Impact.LOW,
}


@dataclass(frozen=True)
class Trouble:
    """Something that went wrong with a ticket: a trigger code, which time, a sentence, and what people wrote of it."""

    code: str
    occurrence: int
    title: str
    text: str = ""
    service: int | None = None
    level: str = Outage.Level.DEGRADED

    @property
    def disrupts(self) -> bool:
        return self.code in DISRUPTIONS


def trouble_in(event: Event) -> Trouble | None:
    """The trouble that an event tells of; None when it tells of none."""
    told: dict[str, Any] | None = event.inside.get("trouble")
    return Trouble(**told) if told else None


def latest_trouble(source: Ticket) -> Trouble | None:
    """The trouble that a ticket told of last, so that a person who reports it and the portal mean the same."""
    event = source.events.filter(inside__has_key="trouble").order_by("-at", "-pk").first()
    return trouble_in(event) if event else None


@transaction.atomic
def raise_for(
    *, source: Ticket, trouble: Trouble, by: User, event: Event | None = None, words: str = ""
) -> tuple[Incident, bool]:
    """The one incident for this trouble of this ticket, and whether this call has made it.

    The first, a person or the portal, logs it: priority from the service's criticality and the trigger, first workgroup
    by the routing rules, linked as caused by the ticket, whose people watch it; the ticket's assignee and the leads of
    the incident's workgroup are told. Whoever comes second adds a note, by their `words` or by what the `event` told; an
    event that was heard already adds nothing. A disruption marks the service.
    """
    words = text.clean(words, field="words")
    source = flow.lock(source)  # whoever raises for it waits here for one another
    key = {"source_id": source.pk, "code": trouble.code, "occurrence": trouble.occurrence}
    earlier = Raised.objects.select_related("incident").filter(**key).first()
    if earlier is not None:
        return _add_to(earlier, trouble, by, event, words), False
    incident = _log(source, trouble, by, words)
    Raised.objects.create(incident=incident, heard=[event.pk] if event else [], at=incident.created_at, **key)
    ticket_actions.link(source=incident, target=source, kind=LinkKind.CAUSED_BY, by=by)
    for user in {source.requester, source.reporter, source.assignee} - {None, incident.requester}:
        if user is not None and not user.is_automation:
            ticket_actions.watch(ticket=incident, user=user)
    # The number is for whoever follows the ticket; the title may hold what is internal to those who solve it.
    flow.write_event(source, RAISED, by=by, data={"number": incident.number}, inside={"title": incident.title})
    _tell(incident, source, by)
    if trouble.disrupts and incident.service is not None:
        begin_outage(incident=incident, service=incident.service, level=trouble.level, at=incident.created_at)
    return incident, True


def _log(source: Ticket, trouble: Trouble, by: User, words: str) -> Incident:
    service = Service.objects.filter(pk=trouble.service).first() if trouble.service else source.service
    impact, urgency = weight(service, trouble)
    told = "\n\n".join(part for part in (trouble.text, words) if part)
    return actions.log(
        by=by,
        requester=source.requester,
        title=trouble.title[:200],
        description=f"{told}\n\nSee {source.number}." if told else f"See {source.number}.",
        impact=impact,
        urgency=urgency,
        service=service,
        category=source.category,
        site=source.site,
        source="automation" if by.is_automation else "web",
        inside={"trigger": trouble.code},
    )


def _tell(incident: Incident, source: Ticket, by: User) -> None:
    """Name whoever was at the ticket, and the leads of those who have to solve the incident, for inbox and mail."""
    people = {source.assignee, *leads_of(incident.workgroup)} - {None}
    inside = {
        "source": source.number,
        "recipients": sorted(person.pk for person in people if person is not None),
        "subject": f"{incident.number}: {incident.title}",
        "text": keep(
            "It was raised because of {number}.\n{priority} · {workgroup}",
            number=source.number,
            priority=Priority(incident.priority).label,
            workgroup=incident.workgroup,
        ),
    }
    flow.write_event(incident, TOLD, by=by, inside=inside)


def weight(service: Service | None, trouble: Trouble) -> tuple[int, int]:
    """(impact, urgency): impact as critical as the service is, one step higher where it is disrupted."""
    impact = BY_CRITICALITY[Criticality(service.criticality)] if service else Impact.MEDIUM
    if trouble.disrupts:
        return max(Impact.HIGH, impact - 1), Urgency.HIGH
    return impact, Urgency.MEDIUM


def _add_to(earlier: Raised, trouble: Trouble, by: User, event: Event | None, words: str) -> Incident:
    """A note by whoever comes second; nothing for an event that was heard already."""
    if event is not None:
        if event.pk in earlier.heard:
            return earlier.incident
        earlier.heard = [*earlier.heard, event.pk]
        earlier.save(update_fields=["heard"])
        words = words or f"{trouble.title}: {trouble.text}".rstrip(": ")
    if words:
        _note(earlier.incident, by, words)
    return earlier.incident


@transaction.atomic
def raise_by_hand(*, source: Ticket, by: User, title: str, words: str) -> tuple[Incident, bool]:
    """What an analyst raises for a ticket: lands on the incident that there is for its last trouble, with their words.

    Where the ticket has told of no trouble, it is a trouble of its own.
    """
    title, words = _typed(by, title, words)
    source = flow.lock(source)
    trouble = latest_trouble(source)
    if trouble is None:
        code = f"{source.kind}.{BY_HAND}"
        times = Raised.objects.filter(source_id=source.pk, code=code).count()
        trouble = Trouble(code, times + 1, title)
    return raise_for(source=source, trouble=trouble, by=by, words=words)


@transaction.atomic
def raise_for_service(*, service: Service, by: User, title: str, words: str, level: str) -> tuple[Incident, bool]:
    """What an analyst raises for a service: lands on the oldest incident by which it isn't up already, with their words.

    Where it is up, a new incident takes it down (or degrades it) until that is resolved. Two who raise for one service at
    the same instant wait here for one another.
    """
    title, words = _typed(by, title, words)
    service = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    there = service.outages.filter(ended_at=None).select_related("incident").first()
    if there is not None:
        if level == Outage.Level.DOWN and there.level != level:
            Outage.objects.filter(pk=there.pk).update(level=level)
        _note(there.incident, by, words)
        return there.incident, False
    trouble = Trouble("service.disrupted", 1, title, words, service=service.pk, level=level)
    impact, urgency = weight(service, trouble)
    incident = actions.log(
        by=by, title=title, description=words, impact=impact, urgency=urgency, service=service,
        inside={"trigger": f"service.{BY_HAND}"},
    )  # fmt: skip
    begin_outage(incident=incident, service=service, level=level, at=incident.created_at)
    return incident, True


def _typed(by: User, title: str, words: str) -> tuple[str, str]:
    """What an analyst typed, cleaned; PermissionDenied for everybody else."""
    ask_analyst(by, str(FOR_IT))
    title = text.clean(title, field="title", required=_("Please say in a few words what is wrong."), limit=200)
    return title, text.clean(words, field="words", required=_("Please say what happened."))


def _note(incident: Incident, by: User, words: str) -> None:
    fresh = flow.lock(incident)
    flow.write_event(fresh, "comment.added", by=by, data={"text": words, "side": "it"}, visibility="internal")


# -- what is down ------------------------------------------------------------------------------


def begin_outage(*, incident: Incident, service: Service, level: str, at: datetime) -> Outage:
    """The service is degraded or down from now on, because of this incident; once for each."""
    outage, __ = Outage.objects.get_or_create(
        incident=incident, service=service, ended_at=None, defaults={"level": level, "started_at": at}
    )
    return outage


def end_outages(*, incident_id: int, at: datetime) -> None:
    """Whatever was down because of this incident is up again, as far as it is concerned."""
    Outage.objects.filter(incident_id=incident_id, ended_at=None).update(ended_at=at)


def begin_again(*, incident: Incident, at: datetime) -> None:
    """It came back: what was down because of it is down again."""
    last: dict[int, Outage] = {outage.service_id: outage for outage in incident.outages.select_related("service")}
    for outage in last.values():
        begin_outage(incident=incident, service=outage.service, level=outage.level, at=at)
