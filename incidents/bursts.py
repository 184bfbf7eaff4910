"""Whether so many in so short a time can be chance: the arithmetic of bursts, on plain numbers and without Django."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

WINDOWS = (15, 30, 60)  # minutes back from now
HOUR = 60


@dataclass(frozen=True)
class Measure:
    """What alarms: at least `least` of them, that are likely with a chance below `chance` at the usual rate.

    Never is a rate below `floor` (an hour) taken for usual: where hardly anything was ever reported, two or three are
    rare, and yet nothing.
    """

    least: int = 5
    chance: float = 1e-6
    floor: float = 0.25


@dataclass(frozen=True)
class Evidence:
    """So many within so many minutes, where so many are usual, and how likely that would be by chance."""

    minutes: int
    count: int
    expected: float
    chance: float


def at_least(count: int, mean: float) -> float:
    """The chance that a Poisson variable of this mean is `count` or more.

    The smaller of the two tails is summed, so that a chance of 1e-30 is as exact as one of a half.
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if count <= mean:
        return max(0.0, 1.0 - math.fsum(_term(k, mean) for k in range(count)))
    return min(1.0, math.fsum(_upper(count, mean)))


def _term(k: int, mean: float) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def _upper(count: int, mean: float) -> Iterable[float]:
    """The terms from `count` on, which is above the mean: each is smaller than the one before, and soon nothing."""
    term, k = _term(count, mean), count
    first = term
    while term > first * 1e-17:
        yield term
        k += 1
        term *= mean / k


def usual_rate(past: int, hours: float, floor: float) -> float:
    """How many an hour are usual, when there were `past` in so many hours like this one; never below the floor.

    Half a one is added: that in eight hours there was none doesn't say that there never is one.
    """
    return max(floor, (past + 0.5) / hours) if hours else floor


def strongest(ages: Iterable[float], past: int, hours: float, measure: Measure) -> Evidence | None:
    """The evidence of a burst in these ages (minutes since each was logged) that is least likely by chance; or None."""
    ages = list(ages)
    rate = usual_rate(past, hours, measure.floor)
    found = []
    for minutes in WINDOWS:
        count, expected = sum(age <= minutes for age in ages), rate * minutes / HOUR
        chance = at_least(count, expected)
        if count >= measure.least and chance < measure.chance:
            found.append(Evidence(minutes, count, expected, chance))
    return min(found, key=lambda evidence: evidence.chance, default=None)
