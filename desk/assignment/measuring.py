"""How good the words are: learns from some rows, asks about the others, and counts how often they were right. No database."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from . import words

SHARES = 5  # one row in five is kept for asking
STEPS = (0, 40, 60, 80)  # percent of chance; below the first named one, below the second …


@dataclass(frozen=True)
class Row:
    """A ticket of the past: what it says, and the workgroup in which it ended."""

    title: str
    description: str
    group: str

    @property
    def share(self) -> int:
        """Which share of the rows it belongs to, by its text alone, so that the same text is never in two."""
        told = f"{self.title}\n{self.description}".strip().lower()
        return int(hashlib.sha256(told.encode()).hexdigest(), 16) % SHARES


@dataclass(frozen=True)
class Bin:
    """The asked rows whose chance was at least `least` and below the next step: how many, and how many were right."""

    least: int
    asked: int
    right: int


@dataclass(frozen=True)
class Result:
    """Of `asked` rows that nothing was learnt from, how many were right: by the words, by the largest group alone."""

    learnt: int
    asked: int
    groups: int
    right: int
    among_three: int
    largest: str
    right_by_largest: int
    bins: tuple[Bin, ...]


def measure(rows: Iterable[Row], *, kept: int = 0, besides: int | None = None, belief: float = words.BELIEF) -> Result:
    """Learn from all shares but `kept` (and `besides`), and ask about `kept`."""
    counts, asked = words.Counts(), []
    for row in rows:
        if row.share == kept:
            asked.append(row)
        elif row.share != besides:
            counts.learn(row.group, words.words_of(row.title, row.description))
    counts.forget_rare()
    largest = min(counts.tickets, key=lambda group: (-counts.tickets[group], group))
    right, among_three, bins = 0, 0, {step: Counter[bool]() for step in STEPS}
    for row in asked:
        found = words.guess(counts, words.words_of(row.title, row.description), belief)
        first = found[0].workgroup if found else largest
        right += first == row.group
        among_three += row.group in [guess.workgroup for guess in found[:3]]
        chance = found[0].chance if found else 0
        bins[max(step for step in STEPS if step <= chance)][first == row.group] += 1
    by_largest = sum(row.group == largest for row in asked)
    told = tuple(Bin(step, seen.total(), seen[True]) for step, seen in bins.items())
    return Result(
        counts.tickets.total(), len(asked), len(counts.tickets), right, among_three, largest, by_largest, told
    )
