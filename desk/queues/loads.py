"""A lead's teams at a glance: how much each analyst has, how much of it is urgent or late, and how old it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from desk.people.models import User, Workgroup
from desk.people.rules import reach
from desk.tickets.models import Ticket
from desk.tickets.queries import at_work, count_in_words

from .filters import at_risk, breached

OLD = timedelta(days=7)
COUNTED = 5_000  # of a workgroup's work, the most urgent; the home page counts no further


@dataclass(frozen=True)
class Share:
    """What one analyst has of a workgroup's work; `who` None is what nobody has."""

    who: User | None
    count: int
    urgent: int
    late: int  # at risk or breached
    old: int  # logged more than a week ago
    capped: bool = False  # there is more of the workgroup's work than was counted

    @property
    def in_words(self) -> list[str]:
        """Its four numbers; with a plus where there may be more."""
        numbers = (self.count, self.urgent, self.late, self.old)
        return [f"{number:,}+" if self.capped else count_in_words(number) for number in numbers]


@dataclass(frozen=True)
class Team:
    """A workgroup and the shares of its work, the largest first, and before them what nobody has."""

    workgroup: Workgroup
    shares: list[Share] = field(default_factory=list)

    @property
    def most(self) -> int:
        return max((share.count for share in self.shares), default=1)


def teams_of(user: User) -> list[Team]:
    """The workgroups that this person leads, with the shares of those who have something; with three statements at most.

    Of each workgroup the most urgent `COUNTED` are counted, and no more are read.
    """
    if not reach(user).lead:
        return []
    led = list(Workgroup.objects.filter(pk__in=reach(user).lead, is_active=True))
    found: list[Any] = list(_shares(led)) if led else []
    people = User.objects.in_bulk({row["assignee"] for row in found if row["assignee"]})
    counted = Counter[int]()
    for row in found:
        counted[row["workgroup"]] += row["count"]
    teams = {group.pk: Team(group) for group in led}
    for row in found:
        numbers = {name: row[name] for name in ("count", "urgent", "late", "old")}
        capped = counted[row["workgroup"]] >= COUNTED
        teams[row["workgroup"]].shares.append(Share(people.get(row["assignee"]), **numbers, capped=capped))
    for team in teams.values():
        team.shares.sort(key=lambda share: (share.who is not None, -share.count, str(share.who)))
    return [team for team in teams.values() if team.shares]


def _shares(led: list[Workgroup]) -> Iterable[Any]:
    """(workgroup, assignee) with its four numbers, in one statement, each workgroup by an index that ends at the cap."""
    first, *others = (
        at_work(Ticket.objects.filter(workgroup=group)).order_by("priority", "pk").values("pk")[:COUNTED]
        for group in led
    )
    counted = Ticket.objects.filter(pk__in=first.union(*others, all=True) if others else first)
    return (
        counted.order_by()
        .values("workgroup", "assignee")
        .annotate(
            count=Count("pk"),
            urgent=Count("pk", filter=Q(priority__lte=2)),
            late=Count("pk", filter=Q(at_risk() | breached())),
            old=Count("pk", filter=Q(created_at__lt=timezone.now() - OLD)),
        )
    )
