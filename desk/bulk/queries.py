"""Questions about bulk runs: a person's own, how far one is, and what would stand in its way."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from desk.people.models import User
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import visible_to

from .models import Row, Run, after_number
from .verbs import VERBS

LOOKED_AT = 200  # tickets that a preview asks before
NUMBERS = 4  # tickets that a preview names for one reason
NAMED = 200  # tickets of a run that are named where it was refused; its page asks each second


def mine(user: User) -> QuerySet[Run]:
    """The runs that the person has started, the newest first."""
    return Run.objects.filter(by=user, started_at__isnull=False)


@dataclass(frozen=True)
class Progress:
    """How far a run is. `refused`, `dead` and `left` name the first tickets of those; `stopped` are left for good."""

    total: int
    done: int
    same: int
    refusals: int
    deaths: int
    stopped: int
    refused: list[Row]
    dead: list[Row]
    left: list[Row]

    @property
    def over(self) -> int:
        return self.done + self.same + self.refusals + self.deaths + self.stopped

    @property
    def is_over(self) -> bool:
        return self.over >= self.total


def progress(run: Run) -> Progress:
    """How far it is now; four statements at most, and no longer an answer than `NAMED` of each sort make it."""
    by_outcome = {name: Count("pk", filter=Q(outcome=name)) for name in Row.Outcome.values}
    counts = run.rows.aggregate(total=Count("pk"), dead=Count("dead_at"), **by_outcome)
    rows = run.rows.select_related("ticket").order_by("pk")
    refused, dead = rows.filter(outcome=Row.Outcome.REFUSED), rows.filter(dead_at__isnull=False)
    left = rows.filter(outcome=Row.Outcome.STOPPED)
    return Progress(
        counts["total"],
        counts[Row.Outcome.DONE],
        counts[Row.Outcome.SAME],
        counts[Row.Outcome.REFUSED],
        counts["dead"],
        counts[Row.Outcome.STOPPED],
        list(refused[:NAMED]) if counts[Row.Outcome.REFUSED] else [],
        list(dead[:NAMED]) if counts["dead"] else [],
        list(left[:NAMED]) if counts[Row.Outcome.STOPPED] else [],
    )


@dataclass(frozen=True)
class Reason:
    """Why something can't be done with some tickets, in words that go on after their numbers; and how many aren't named."""

    why: str
    tickets: list[Ticket]
    more: int


@dataclass(frozen=True)
class Preview:
    """What a verb would do: how many it can be done with, and for the others why not; of the first `LOOKED_AT` only.

    The reasons go on after the ticket's number.
    """

    able: int
    unable: list[tuple[Ticket, str]]
    not_asked: int

    @property
    def unable_count(self) -> int:
        return len(self.unable)

    @property
    def reasons(self) -> list[Reason]:
        """Each reason once, the most frequent first."""
        found: dict[str, list[Ticket]] = {}
        for ticket, why in self.unable:
            found.setdefault(why, []).append(ticket)
        ranked = sorted(found.items(), key=lambda one: -len(one[1]))
        return [
            Reason(why if len(of) == 1 else f": {why.lstrip(': ')}", of[:NUMBERS], len(of) - NUMBERS)
            for why, of in ranked
        ]

    @property
    def is_vain(self) -> bool:
        """Whether it can be done with none of them, as far as anybody can tell beforehand."""
        return not (self.able or self.not_asked)


def tickets_of(run: Run) -> QuerySet[Ticket]:
    """The selected tickets that the person may still see."""
    return visible_to(run.by).filter(pk__in=run.rows.values("ticket"))


def preview(run: Run, verb: str) -> Preview:
    """Ask each of the first tickets whether the verb is open to the person."""
    total = run.rows.count()
    first = list(run.rows.order_by("pk").values_list("ticket", "ticket__kind")[:LOOKED_AT])
    found: dict[int, Ticket] = {}
    for kind in kinds.every():
        of_kind = [pk for pk, name in first if name == kind.name]
        found |= visible_to(run.by, kind.model).select_related("workgroup", "assignee").in_bulk(of_kind)
    asked = [(ticket, VERBS[verb].may(ticket, run.by)) for pk, _ in first if (ticket := found.get(pk))]
    unable = [(ticket, after_number(ticket.number, " ".join(map(str, why)))) for ticket, why in asked if why]
    return Preview(len(asked) - len(unable), unable, total - len(first))
