"""A lead's view of a workgroup: who has how much, and the most urgent of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from desk.people.models import User, Workgroup
from desk.people.queries import analysts_of
from desk.tickets import queries as tickets
from desk.tickets.models import Ticket
from desk.tickets.queries import at_work, count_in_words, count_of

from .queries import named


@dataclass(frozen=True)
class Load:
    """One analyst's load in a workgroup, and the most urgent of it; `user` None holds what nobody has."""

    user: User | None
    tickets: list[Ticket]
    count: int
    urgent: int

    @property
    def in_words(self) -> str:
        return count_in_words(self.count)

    @property
    def urgent_in_words(self) -> str:
        return count_in_words(self.urgent)

    @property
    def not_shown(self) -> str:
        """How many more there are than `tickets`; empty when all are there."""
        rest = self.count - len(self.tickets)
        return f"{rest:,}{'+' if self.count >= tickets.COUNT_CAP else ''}" if rest > 0 else ""


TEAM_ROWS = 20  # of each one's load, the most urgent


def team_load(workgroup: Workgroup) -> list[Load]:
    """The workgroup's work by analyst: what nobody has first, then the most loaded; with four queries.

    Counted up to the cap, and shown by the most urgent few.
    """
    work = at_work(Ticket.objects.filter(workgroup=workgroup)).order_by("priority", "pk")
    free, theirs = work.filter(assignee=None), work.filter(assignee=OuterRef("pk"))
    waiting = Workgroup.objects.annotate(count=count_of(free), urgent=count_of(free.filter(priority__lte=2)))
    nobody = waiting.get(pk=workgroup.pk)
    people = User.objects.filter(
        Q(pk__in=analysts_of(workgroup).values("pk")) | Q(pk__in=work.exclude(assignee=None).values("assignee"))
    ).annotate(
        count=count_of(theirs),
        urgent=count_of(theirs.filter(priority__lte=2)),
        first=ArraySubquery(theirs.values("pk")[:TEAM_ROWS]),
    )
    whole = work.select_related(*named())
    shown: dict[int | None, list[Ticket]] = {}
    for ticket in whole.filter(pk__in=[pk for person in people for pk in person.first]):
        shown.setdefault(ticket.assignee_id, []).append(ticket)
    loads = [Load(person, shown.get(person.pk, []), person.count, person.urgent) for person in people]
    loads.sort(key=lambda load: (-load.count, str(load.user)))
    return [Load(None, list(whole.filter(assignee=None)[:TEAM_ROWS]), nobody.count, nobody.urgent), *loads]
