"""Bursts of user incidents on one service or site: found each minute, proposed to a lead, and acted on by a person alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import keep
from desk.people.models import User, Workgroup
from desk.people.queries import automation, leads_of
from desk.people.rules import may_lead_queue, reach
from desk.tickets import actions as ticket_actions
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import Event, LinkKind, Visibility
from desk.tickets.queries import visible_to

from . import bursts, families, majors, raising
from .lifecycle import CLOSED_STATES, State
from .models import BurstProposal, Incident, Outage

PROPOSED = "burst.proposed"
ACCEPTED = "burst.accepted"
# What everybody is told until a lead finds better words: as the lead says it who accepts.
FIRST_WORDS = _lazy("Many people have reported it. We are on it.")
DISMISSED = "burst.dismissed"
LAPSED = "burst.lapsed"
OVER = {*CLOSED_STATES, State.RESOLVED}


# -- finding -----------------------------------------------------------------------------------


@dataclass
class Subject:
    """A service or a site, and those who logged something for it lately: for each person their first incident alone."""

    kind: str  # service | site
    pk: int
    first: dict[int, Event] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        self.first.setdefault(event.ticket.requester_id, event)

    @property
    def events(self) -> list[Event]:
        return list(self.first.values())


def find(now: datetime | None = None) -> list[BurstProposal]:
    """Propose a major incident for each burst that there is now, once; returns the new proposals.

    An open proposal takes in what is logged meanwhile. After a decision there is silence for a while.
    """
    now = now or timezone.now()
    with transaction.atomic():
        flow.serialise("bursts")  # two ticks at the same time propose once
        _let_lapse(now)
        made = []
        for kind in ("service", "site"):  # what stands in a service's proposal makes no burst of a site as well
            for subject in _subjects(kind, now):
                if (proposal := _consider(subject, now)) is not None:
                    made.append(proposal)
        return made


def _let_lapse(now: datetime) -> None:
    """A question that nobody answered is put away when all its incidents are over, or it has become too old to matter."""
    for proposal in BurstProposal.objects.select_for_update(of=("self",)).filter(state=BurstProposal.State.OPEN):
        old = proposal.at <= now - timedelta(hours=settings.BURST_LAPSE_HOURS)
        if old or not proposal.incidents.exclude(state__in=OVER).exists():
            proposal.decide(BurstProposal.State.LAPSED, None, now)
            because = keep("nobody answered in time") if old else keep("all of these incidents are over")
            first = proposal.incidents.order_by("pk").first()
            if first is not None:
                inside = {"said": proposal.said, "because": because}
                flow.write_event(
                    flow.lock(first),
                    LAPSED,
                    by=automation(),
                    source="timer",
                    inside=inside,
                    visibility=Visibility.INTERNAL,
                )


def by_people(start: datetime, end: datetime) -> QuerySet[Event]:
    """What people logged then: not what the portal, monitoring or an import did."""
    rows = Event.objects.filter(kind="incident.logged", at__gt=start, at__lte=end, actor__is_automation=False)
    return rows.exclude(source__in=["import", "automation", "monitoring"])


def _subjects(kind: str, now: datetime) -> list[Subject]:
    """Every service, or site, of which something was logged in the longest window and isn't over, the oldest first."""
    rows = by_people(now - timedelta(minutes=max(bursts.WINDOWS)), now).exclude(ticket__state=State.CANCELLED)
    known = BurstProposal.incidents.through.objects.values("incident")
    rows = rows.exclude(ticket__in=known).filter(**{f"ticket__{kind}__isnull": False})
    found: dict[int, Subject] = {}
    for event in rows.select_related("ticket").order_by("at", "pk"):
        pk = getattr(event.ticket, f"{kind}_id")
        found.setdefault(pk, Subject(kind, pk)).hear(event)
    return list(found.values())


def _consider(subject: Subject, now: datetime) -> BurstProposal | None:
    earlier = BurstProposal.objects.filter(**{f"{subject.kind}_id": subject.pk})
    running = earlier.filter(state=BurstProposal.State.OPEN).first()
    if running is not None:
        running.incidents.add(*[event.ticket_id for event in subject.events])
        return None
    quiet = now - timedelta(minutes=settings.BURST_QUIET_MINUTES)
    if len(subject.first) < settings.BURST_LEAST or earlier.filter(decided_at__gt=quiet).exists():
        return None
    measure = bursts.Measure(settings.BURST_LEAST, settings.BURST_CHANCE, settings.BURST_FLOOR)
    ages = [(now - event.at).total_seconds() / 60 for event in subject.events]
    evidence = bursts.strongest(ages, _past(subject, now), settings.BURST_WEEKS, measure)
    return _propose(subject, evidence, now) if evidence else None


def _past(subject: Subject, now: datetime) -> int:
    """How many were logged for it in the same hour of the same weekday, by the wall clock, of each of the last weeks."""
    here, hours = timezone.localtime(now, timezone.get_default_timezone()), Q()
    for week in range(1, settings.BURST_WEEKS + 1):
        end = here - timedelta(weeks=week)  # on the wall: it stays the same hour when the clocks change
        hours |= Q(at__gt=end - timedelta(hours=1), at__lte=end)
    start = here - timedelta(weeks=settings.BURST_WEEKS, hours=2)
    return by_people(start, now).filter(hours, **{f"ticket__{subject.kind}": subject.pk}).count()


def _propose(subject: Subject, evidence: bursts.Evidence, now: datetime) -> BurstProposal:
    within = [event for event in subject.events if (now - event.at) <= timedelta(minutes=evidence.minutes)]
    holders = Counter(event.ticket.workgroup_id for event in within)
    workgroup = Workgroup.objects.get(pk=max(holders, key=lambda pk: (holders[pk], -pk)))
    proposal = BurstProposal.objects.create(
        **{f"{subject.kind}_id": subject.pk}, workgroup=workgroup, minutes=evidence.minutes, count=evidence.count,
        expected=evidence.expected, chance=evidence.chance, at=now,
    )  # fmt: skip
    proposal.incidents.add(*[event.ticket_id for event in subject.events])
    mine = next(event.ticket for event in within if event.ticket.workgroup_id == workgroup.pk)
    inside = {
        "said": proposal.said,
        "recipients": [lead.pk for lead in leads_of(workgroup)],
        "subject": keep("Is this a major incident? {said}", said=proposal.said),
        "text": keep(
            "{why}\nThe first of them in your queue is {number}. Accept or dismiss it on your home page.",
            why=proposal.odds,
            number=mine.number,
        ),
    }
    here = flow.lock(mine)
    flow.write_event(here, PROPOSED, by=automation(), source="timer", inside=inside, visibility=Visibility.INTERNAL)
    return proposal


# -- deciding ------------------------------------------------------------------------------------


def open_for(user: User, workgroup: Workgroup | None = None) -> list[BurstProposal]:
    """The proposals that wait for this lead, each with the incidents that they may see; nothing is asked for others."""
    led = reach(user).lead
    if not led or (workgroup is not None and workgroup.pk not in led):
        return []
    rows = BurstProposal.objects.filter(state=BurstProposal.State.OPEN, workgroup__in=[workgroup] if workgroup else led)
    rows = rows.annotate(people=Count("incidents__requester", distinct=True))
    found: list[BurstProposal] = [*rows.select_related("service", "site", "workgroup").order_by("at")]
    shown: dict[int, list[Incident]] = defaultdict(list)
    if found:
        pairs = BurstProposal.incidents.through.objects.filter(burstproposal__in=found)
        seen = visible_to(user, Incident).in_bulk(pairs.values_list("incident", flat=True))
        for pair in pairs.order_by("incident_id"):
            shown[pair.burstproposal_id] += [seen[pair.incident_id]] if pair.incident_id in seen else []
    for proposal in found:
        proposal.shown = shown[proposal.pk]
    return found


def may_decide(proposal: BurstProposal, user: User) -> bool:
    return may_lead_queue(user, proposal.workgroup_id)


@transaction.atomic
def accept(*, proposal: BurstProposal, by: User) -> Incident:
    """The first of them is the major incident, and the service is degraded because of it.

    The others that the lead works on are its children; those of other workgroups are related to it.
    """
    proposal = _decide(proposal, by, BurstProposal.State.ACCEPTED)
    found = families.lock(*proposal.incidents.order_by("pk"))
    living = [incident for incident in found if incident.state not in OVER]
    if not living:
        raise Refused(_("All of these incidents are over; there is nothing left that could be the major one."))
    major = next((incident for incident in living if incident.workgroup_id == proposal.workgroup_id), living[0])
    headline = _("Trouble: {about}").format(about=proposal.service or proposal.site)[:120]
    majors.mark(incident=major, by=by, headline=headline, words=str(FIRST_WORDS), reason=proposal.said)
    major = Incident.objects.get(pk=major.pk)
    for other in found:
        if other.pk != major.pk and other.state != State.CANCELLED:
            _tie(other, major, by)
    flow.write_event(major, ACCEPTED, by=by, inside={"said": proposal.said}, visibility=Visibility.INTERNAL, news=True)
    if proposal.service is not None:
        raising.begin_outage(
            incident=major,
            service=proposal.service,
            level=Outage.Level.DEGRADED,
            at=proposal.decided_at or flow.clock(),
        )
    BurstProposal.objects.filter(pk=proposal.pk).update(major=major)
    return major


def _tie(other: Incident, major: Incident, by: User) -> None:
    try:
        with transaction.atomic():
            families.attach(child=other, parent=major, by=by)
    except (Refused, PermissionDenied):  # it is over, somebody else's, or has a family of its own
        ticket_actions.link(source=other, target=major, kind=LinkKind.RELATED_TO, by=by)


@transaction.atomic
def dismiss(*, proposal: BurstProposal, by: User) -> None:
    """It is none: nothing follows, and the first incident's timeline says who said so."""
    proposal = _decide(proposal, by, BurstProposal.State.DISMISSED)
    first = flow.lock(proposal.incidents.order_by("pk")[0])
    inside = {"said": proposal.said}
    flow.write_event(first, DISMISSED, by=by, inside=inside, visibility=Visibility.INTERNAL)


def _decide(proposal: BurstProposal, by: User, state: str) -> BurstProposal:
    """The proposal, locked and decided; whoever comes second is told who was first."""
    row = BurstProposal.objects.select_for_update(of=("self",)).select_related("service", "site", "decided_by")
    found = row.get(pk=proposal.pk)
    if not may_decide(found, by):
        raise PermissionDenied(
            _("Only a lead of {workgroup} decides whether this is a major incident.").format(workgroup=found.workgroup)
        )
    if found.state != BurstProposal.State.OPEN:
        raise Refused(_decided_already(found))
    found.decide(state, by, flow.clock())
    return found


def _decided_already(found: BurstProposal) -> str:
    """Who decided it, and how; nobody did where it lapsed."""
    if not found.decided_by:
        return _("It has lapsed already.")
    if found.state == BurstProposal.State.ACCEPTED:
        return _("{who} has accepted it already.").format(who=found.decided_by)
    return _("{who} has dismissed it already.").format(who=found.decided_by)
