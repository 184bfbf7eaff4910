"""Then and now: what the recorded clocks came to beside what they would have come to, summed up as tickets come by."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.services.queries import trails

from .. import engine, queries
from ..engine import KINDS
from ..reporting.outcomes import BEST_EFFORT, CANCELLED, INHERITED, MET, MISSED, NONE, OPEN, outcome, percentage
from ..times import in_words
from ..words import CLOCKS
from .simulation import Simulation, Told, late_by

MOST_FLIPS = 200  # that are kept, of each sort: those that differ most
WORST = 10
# What is no part of the percentage -> in words.
APART = {
    BEST_EFFORT: _lazy("best effort"),
    CANCELLED: _lazy("cancelled"),
    INHERITED: _lazy("missed before"),
    OPEN: _lazy("open"),
    NONE: _lazy("no promise"),
}


class Score:
    """How many clocks came to what. Best effort, cancelled and inherited ones are no part of the percentage."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    @property
    def met(self) -> int:
        return self.counts[MET]

    @property
    def missed(self) -> int:
        return self.counts[MISSED]

    @property
    def apart(self) -> str:
        """What is no part of the percentage: “3 best effort, 1 open”."""
        counted = [(self.counts[came_to], word) for came_to, word in APART.items() if self.counts[came_to]]
        return ", ".join(f"{number_format(many, force_grouping=True)} {word}" for many, word in counted)

    @property
    def percentage(self) -> float | None:
        return percentage(self.met, self.missed)


@dataclass
class Pair:
    """The scores of one thing: as recorded, and as it would have been."""

    name: str
    then: Score = field(default_factory=Score)
    now: Score = field(default_factory=Score)

    @property
    def change(self) -> float | None:
        """By how many percentage points it would be better; negative: worse."""
        then, now = self.then.percentage, self.now.percentage
        return None if then is None or now is None else now - then


@dataclass(frozen=True)
class Flip:
    """A clock that would have come to the opposite. `by` is how far off its target it would have been, at the end."""

    number: str
    address: str
    kind: str
    episode: int
    then: str
    now: str
    policy_then: str
    policy_now: str
    late: timedelta

    @property
    def by(self) -> str:
        """Such as “2 h 10 min late”, “12 min to spare”."""
        off = _("{time} late") if self.late > timedelta() else _("{time} to spare")
        return off.format(time=in_words(self.late))

    @property
    def clock(self) -> str:
        return str(CLOCKS[self.kind])


class Comparison:
    """Takes tickets one by one and keeps sums, and of the flips those that differ most.

    `each` is called for every flip, also for those that aren't kept.
    """

    def __init__(self, simulation: Simulation, each: Callable[[Flip], None] | None = None):
        self.tickets = 0
        self.overall = {kind: Pair(kind) for kind in KINDS}
        self.policies: dict[tuple[str, int], Pair] = {}
        self.categories: dict[int | None, Pair] = {}
        self.workgroups: dict[int, Pair] = {}
        self.flips: Counter[str] = Counter()  # by what they would be now: met or missed
        self._table, self._until, self._each = simulation.table, simulation.until, each
        self._trails = trails()
        self._kept: dict[str, list[tuple[timedelta, int, Flip]]] = {MET: [], MISSED: []}
        self._tie = count()

    def add(self, told: Told) -> None:
        self.tickets += 1
        for kind, episode in sorted(told.then.keys() | told.now.keys()):
            then, now = told.then.get((kind, episode)), told.now.get((kind, episode))
            was, would = (outcome(clock) if clock else NONE for clock in (then, now))
            pairs = [self.overall[kind]]
            ticket = told.ticket
            category, group = ticket.category_id, ticket.workgroup_id
            pairs.append(self.categories.setdefault(category, Pair(self._trails.get(category or 0, _("No category")))))
            pairs.append(self.workgroups.setdefault(group, Pair(str(ticket.workgroup))))
            for pair in pairs:
                pair.then.counts[was] += 1
                pair.now.counts[would] += 1
            policies = self._policy_then(then), self._policy_now(now)
            self._policy(kind, policies[0]).then.counts[was] += 1
            self._policy(kind, policies[1]).now.counts[would] += 1
            if now is not None and {was, would} == {MET, MISSED}:
                names = [self._table.names.get(pk, _("no policy")) for pk in policies]
                late = late_by(now, self._until)
                self._flip(
                    Flip(ticket.number, ticket.get_absolute_url(), kind, episode, was, would, names[0], names[1], late)
                )

    def _policy(self, kind: str, pk: int) -> Pair:
        return self.policies.setdefault((kind, pk), Pair(self._table.names.get(pk, _("No policy"))))

    def _policy_then(self, clock: engine.Clock | None) -> int:
        return queries.policy_of(clock.terms.pin[0]) if clock else 0

    def _policy_now(self, clock: engine.Clock | None) -> int:
        policy: int = clock.terms.pin.policy if clock else 0
        return policy

    def _flip(self, flip: Flip) -> None:
        self.flips[flip.now] += 1
        if self._each:
            self._each(flip)
        kept = self._kept[flip.now]
        entry = (abs(flip.late), next(self._tie), flip)
        if len(kept) < MOST_FLIPS:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)

    @property
    def missed_now(self) -> list[Flip]:
        """Clocks that were met and would be missed, the latest first."""
        return self._sorted(MISSED)

    @property
    def met_now(self) -> list[Flip]:
        """Clocks that were missed and would be met, those with most to spare first."""
        return self._sorted(MET)

    def _sorted(self, now: str) -> list[Flip]:
        return [flip for _, _, flip in sorted(self._kept[now], key=lambda entry: (-entry[0], entry[2].number))]

    def by_policy(self, kind: str) -> list[Pair]:
        """The policies in the order of the table; “No policy” last."""
        order = {pk: place for place, pk in enumerate(self._table.names)}
        found = [(order.get(pk, len(order)), pair) for (of, pk), pair in self.policies.items() if of == kind]
        return [pair for _, pair in sorted(found, key=lambda row: row[0])]

    @property
    def worst_categories(self) -> list[Pair]:
        return _worst(self.categories.values())

    @property
    def worst_workgroups(self) -> list[Pair]:
        return _worst(self.workgroups.values())


def _worst(pairs: Iterable[Pair]) -> list[Pair]:
    """Those with most targets that would be missed."""
    missed = [pair for pair in pairs if pair.now.missed]
    return sorted(missed, key=lambda pair: (-pair.now.missed, pair.name))[:WORST]


def compare(simulation: Simulation) -> Comparison:
    """Run a simulation and sum it up."""
    found = Comparison(simulation)
    for one in simulation.run():
        found.add(one)
    return found
