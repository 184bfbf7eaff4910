"""Incidents for templates: those raised for a ticket, what is down now, and the alerts behind one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.db.models import Q
from django.template import Context

from desk.people.models import User, Workgroup
from desk.services.models import Service
from desk.tickets.models import Ticket
from desk.tickets.rules import may_view

from .. import families, majors, proposing, queries, rules, standing
from ..lifecycle import CLOSED_STATES
from ..models import BurstProposal, Incident, MajorIncident, Raised
from ..monitoring.models import Alert, AlertGroup

register = template.Library()


@dataclass(frozen=True)
class Consequences:
    """The incidents that were raised for a ticket, and whether one more is on its way."""

    raised: list[tuple[Raised, bool]]  # whether the reader may see it
    owed: bool


@register.simple_tag
def raised_for(ticket: Ticket, user: User) -> Consequences:
    """What went wrong with this ticket, as incidents."""
    return Consequences(*queries.raised_for(ticket, user))


CHILDREN_SHOWN = 20  # on the parent's page; the rest is a number


@dataclass(frozen=True)
class Family:
    """The parent of an incident, or its children: the first that the reader sees, how many they see, how many there are."""

    parent: Incident | None = None
    parent_seen: bool = False
    children: list[Incident] = field(default_factory=list)
    seen: int = 0
    count: int = 0

    @property
    def others(self) -> int:
        """Children that the reader may not see."""
        return self.count - self.seen

    @property
    def more(self) -> int:
        return self.seen - len(self.children)


@register.simple_tag
def family_of(incident: Incident, user: User) -> Family:
    """What belongs to an incident, or what it belongs to, as far as this person may see it."""
    parent = incident.parent_incident
    if parent is not None:
        return Family(parent, may_view(parent, user))
    if not incident.has_children:
        return Family()
    children, seen, every = families.seen_children(incident, user, CHILDREN_SHOWN)
    return Family(children=children, seen=seen, count=every)


@register.simple_tag
def troubled() -> list[standing.Standing]:
    """The services that aren't up now."""
    return standing.troubled()


@register.simple_tag
def majors_for(user: User, service: Service | str = "") -> list[MajorIncident]:
    """The major incidents that everybody is told of; of one service, or all."""
    return majors.for_reader(user, service or None)  # type: ignore[arg-type]  # a template's nothing is ""


@register.simple_tag(takes_context=True)
def major_ids(context: Context) -> set[int | str]:
    """The ids of the open major incidents, for lists that mark them; asked once for a page, however many lists it has.

    As numbers, and as the text that the queues' rows hold.
    """
    request: Any = context.get("request")
    if not hasattr(request, "major_ids"):
        flagged = Incident.objects.filter(is_major=True).exclude(state__in=CLOSED_STATES)
        request.major_ids = {form for pk in flagged.values_list("pk", flat=True) for form in (pk, str(pk))}
    found: set[int | str] = request.major_ids
    return found


@register.simple_tag
def major_of(incident: Incident) -> MajorIncident | None:
    """What is said of an incident as a major one; None where nobody ever thought so."""
    found: MajorIncident | None = getattr(incident, "major", None)  # read with the ticket
    return found


@register.simple_tag
def affected(incident: Incident) -> int:
    """How many people have it."""
    return majors.affected(incident)


@register.simple_tag
def may_lead(incident: Incident, user: User) -> bool:
    """Whether this person leads the incident's workgroup."""
    return rules.lead(incident, user)


@dataclass(frozen=True)
class Waiting:
    """Proposals for a lead to decide on, and reviews that are owed."""

    proposed: list[MajorIncident]
    owed: list[MajorIncident]


@register.simple_tag
def majors_waiting(user: User) -> Waiting:
    """What major incidents want of this lead."""
    return Waiting(*majors.waiting_for(user))


@register.simple_tag
def bursts_for(user: User, workgroup: Workgroup | str = "") -> list[BurstProposal]:
    """The proposals of a major incident that wait for this lead; of one workgroup, or of all that they lead."""
    return proposing.open_for(user, workgroup or None)  # type: ignore[arg-type]  # a template's nothing is ""


MONITORING = "monitoring"  # the source of a ticket that alerts made
GROUPS_SHOWN = 5  # of its own alerts and those of duplicates
ALERTS_SHOWN = 30  # of a storm, those that fire come first; the rest is a number


@dataclass(frozen=True)
class Alerts:
    """The alerts behind an incident, or behind a duplicate of it: how many there are and fire, and the first of them."""

    group: AlertGroup
    total: int
    firing: int
    rows: list[Alert]

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@register.simple_tag
def alerts_of(incident: Incident, links: Iterable[tuple[str, Ticket]]) -> list[Alerts]:
    """What monitoring tells of this incident, and of those that were merged into it, which are among its links.

    Asks nothing where neither comes from monitoring.
    """
    if all(one.source != MONITORING for one in (incident, *(other for _, other in links))):
        return []
    same = Incident.objects.filter(Q(pk=incident.pk) | Q(merged_into=incident.pk)).values("pk")
    groups = AlertGroup.objects.filter(incident__in=same).select_related("source", "rule", "incident").order_by("pk")
    return [_alerts(group) for group in groups[:GROUPS_SHOWN]]


def _alerts(group: AlertGroup) -> Alerts:
    fires = Counter(group.alerts.values_list("is_firing", flat=True))
    return Alerts(group, fires.total(), fires[True], list(group.alerts.all()[:ALERTS_SHOWN]))
