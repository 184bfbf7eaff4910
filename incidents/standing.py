"""How services stand: up, degraded or down by which incidents, and how much they were away of late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext

from desk.people.models import User
from desk.services.models import Service
from desk.sla.times import in_words
from desk.tickets.queries import visible_to

from . import queries
from .models import Incident, Outage

LATELY = timedelta(days=90)
SHOWN = 20  # interruptions on a service's page, the newest first


@dataclass(frozen=True)
class Standing:
    """A service and what troubles it now, the worst first; nothing does when it is up."""

    service: Service
    outages: list[Outage] = field(default_factory=list)

    @property
    def level(self) -> str:
        """`up`, `degraded` or `down`."""
        return self.outages[0].level if self.outages else "up"

    @property
    def in_words(self) -> str:
        return self.outages[0].get_level_display() if self.outages else pgettext("of a service", "Up")

    @property
    def since(self) -> datetime | None:
        """Since when something is wrong with it."""
        return min((outage.started_at for outage in self.outages), default=None)


def _by_service(outages: Iterable[Outage]) -> dict[int, list[Outage]]:
    found: dict[int, list[Outage]] = {}
    for outage in sorted(outages, key=lambda one: (one.level != Outage.Level.DOWN, one.started_at)):
        found.setdefault(outage.service_id, []).append(outage)
    return found


def troubled() -> list[Standing]:
    """The services that are not up, each once, whichever has been so for the longest first."""
    by_service = _by_service(queries.outages())
    standings = [Standing(outages[0].service, outages) for outages in by_service.values()]
    return sorted(standings, key=lambda standing: standing.since or timezone.now())


def of_all() -> list[Standing]:
    """Every active service, those that are down first, then degraded ones, then by name; with two queries."""
    by_service = _by_service(queries.outages())
    standings = [
        Standing(service, by_service.get(service.pk, [])) for service in Service.objects.filter(is_active=True)
    ]
    return sorted(standings, key=lambda standing: ["down", "degraded", "up"].index(standing.level))


@dataclass(frozen=True)
class ServicePage:
    """What a service's page tells. `behind` are the open incidents of its outages, each with whether the reader may see it."""

    standing: Standing
    behind: list[tuple[Incident, bool]]
    needs: list[Standing]
    needed_by: list[Standing]
    lately: list[tuple[Outage, bool]]
    times: int
    away: timedelta

    @property
    def away_in_words(self) -> str:
        return in_words(self.away)


def page_of(service: Service, user: User) -> ServicePage:
    """The page of one service, with a handful of queries however long its history is."""
    now = timezone.now()
    by_service = _by_service(queries.outages())
    recent = list(
        service.outages.filter(Q(ended_at=None) | Q(ended_at__gt=now - LATELY))
        .select_related("incident")
        .order_by("-started_at")
    )
    seen = set(
        visible_to(user, Incident).filter(pk__in={one.incident_id for one in recent}).values_list("pk", flat=True)
    )
    spans = merged((max(one.started_at, now - LATELY), one.ended_at or now) for one in recent)

    def standings(services: Iterable[Service]) -> list[Standing]:
        return [Standing(one, by_service.get(one.pk, [])) for one in services]

    now_open = [one for one in recent if one.ended_at is None]
    return ServicePage(
        standing=Standing(service, by_service.get(service.pk, [])),
        behind=[(one.incident, one.incident_id in seen) for one in now_open],
        needs=standings(service.depends_on.filter(is_active=True)),
        needed_by=standings(service.needed_by.filter(is_active=True)),
        lately=[(one, one.incident_id in seen) for one in recent if one.ended_at is not None][:SHOWN],
        times=len(spans),
        away=sum((end - start for start, end in spans), timedelta()),
    )


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time as spans that neither touch nor overlap, in order; two outages at once are away once."""
    whole: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole
