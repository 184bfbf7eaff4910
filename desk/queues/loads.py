"""A lead's teams at a glance: how much each analyst has, how much of it is urgent or late, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from desk.people.models import User, Workgroup
from desk.people.rules import reach
from desk.tickets.models import Ticket
from desk.tickets.queries import at_work

from .filters import at_risk, breached

OLD = timedelta(days=7)


@dataclass(frozen=True)
class Share:
    """What one analyst has of a workgroup's work; `who` None is what nobody has."""

    who: User | None
    count: int
    urgent: int
    late: int  # at risk or breached
    old: int  # logged more than a week ago


@dataclass(frozen=True)
class Team:
    """A workgroup and the shares of its work, the largest first, and before them what nobody has."""

    workgroup: Workgroup
    shares: list[Share] = field(default_factory=list)

    @property
    def most(self) -> int:
        return max((share.count for share in self.shares), default=1)


def teams_of(user: User) -> list[Team]:
    """The workgroups that this person leads, with the shares of those who have something; with three statements at most."""
    led = Workgroup.objects.filter(pk__in=reach(user).lead, is_active=True)
    if not reach(user).lead:
        return []
    late = Q(at_risk() | breached())
    rows = (
        at_work(Ticket.objects.filter(workgroup__in=reach(user).lead))
        .order_by()
        .values("workgroup", "assignee")
        .annotate(
            count=Count("pk"),
            urgent=Count("pk", filter=Q(priority__lte=2)),
            late=Count("pk", filter=late),
            old=Count("pk", filter=Q(created_at__lt=timezone.now() - OLD)),
        )
    )
    found = list(rows)
    people = User.objects.in_bulk({row["assignee"] for row in found if row["assignee"]})
    teams = {group.pk: Team(group) for group in led}
    for row in found:
        share = Share(people.get(row["assignee"]), row["count"], row["urgent"], row["late"], row["old"])
        if row["workgroup"] in teams:
            teams[row["workgroup"]].shares.append(share)
    for team in teams.values():
        team.shares.sort(key=lambda share: (share.who is not None, -share.count, str(share.who)))
    return [team for team in teams.values() if team.shares]
