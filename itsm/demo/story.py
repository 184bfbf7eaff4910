"""The two months of work: plans every incident's story on the line of working time, then plays them in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from desk.people.models import User

from .clock import DAY, WorkingTime
from .library import Library, Problem
from .plots import AGAIN, CAST, PLOTS, Part, Plot, weight
from .tale import Tale
from .world import World

# Busy workgroups come more often in the round of what is over.
ROUND = ["service-desk", "workplace", "applications", "network", "service-desk", "field-service", "workplace",
         "database", "applications", "service-desk", "network", "security", "workplace", "facilities",
         "field-service"]  # fmt: skip
REOPEN_OVER = 12 * DAY  # working minutes after which nothing can be reopened: 14 days are 10 working days at most


@dataclass
class Planned:
    """A story with its steps and the working minute of each."""

    tale: Tale
    steps: list[tuple[str, float]]

    @property
    def begin(self) -> float:
        return self.steps[0][1]


class Planner:
    """Decides who has which trouble when; the same seed and the same now give the same plan."""

    def __init__(self, world: World, time: WorkingTime, chance: Random):
        self.world, self.time, self.chance = world, time, chance
        self.library = Library(chance)
        self.round = itertools.cycle(ROUND)
        self.every_home = itertools.cycle(world.workgroups)
        waits = [n for n, why in world.reasons.items() if not (why.waits_for_requester or why.resumes_on_orders)]
        self.reasons = itertools.cycle(waits)

    def plan(self, scale: float = 1.0) -> list[Planned]:
        """Every story, the first begun first, so that numbers rise with time."""
        if not scale:
            return []
        planned = [self._star(part) for part in CAST]
        for plot in PLOTS:
            for _ in range(max(1, round(plot.count * scale))):
                planned += self._stories(plot)
        return sorted(planned, key=lambda story: story.begin)

    def _stories(self, plot: Plot) -> Iterator[Planned]:
        """One story of this plot, and, for some, the same trouble again weeks later."""
        home = next(self.every_home if plot.homes else self.round)
        problem = self.library.pick(home, needs=plot.needs, person=plot.person)
        tale = self._tale(problem, self._requester(problem), self._hand(problem.home))
        tale.reason = (problem.wait or next(self.reasons)) if plot.waits else ""
        age = self.chance.randint(plot.newest, plot.oldest)
        first = self._paced(tale, plot, age, self.chance.randint(plot.short, plot.long))
        yield first
        if plot.again:
            later = self._tale(problem, tale.requester, self._hand(problem.home))
            later.again_of, later.source = tale, "web"
            fresh = self.chance.random() < 0.5
            gap = first.steps[-1][1] + REOPEN_OVER + (0 if fresh else self.chance.randint(0, 2 * DAY))
            age = self.chance.randint(60, 200) if fresh else int(self.time.end - gap)
            yield self._paced(later, AGAIN[fresh], max(age, 60), self.chance.randint(60, 200))

    def _star(self, part: Part) -> Planned:
        problem = self.library.problems[part.problem]
        self.library.told[part.problem] = part.variant
        people = self.world.people
        requester = people[part.requester] if part.requester else self.world.automation
        tale = self._tale(problem, requester, people[part.hand])
        tale.source, tale.reason = part.source, part.reason
        return self._paced(tale, Plot(part.plot, 1, 0, 0), part.begin, part.length)

    def _tale(self, problem: Problem, requester: User, hand: User) -> Tale:
        source = problem.by or self.chance.choices(["web", "phone"], [6, 4])[0]
        telling = self.library.tell(problem)
        return Tale(self.world, self.library, self.chance, telling, requester, hand, source)

    def _requester(self, problem: Problem) -> User:
        if problem.by == "monitoring":
            return self.world.automation
        people = self.world.users_of_it()
        there = [user for user in people if not problem.site or self.world.site_of[user.username].name == problem.site]
        return self.chance.choice(there or people)

    def _hand(self, home: str) -> User:
        """An analyst of the workgroup; leads take less, and those who can sign in by one click more."""
        analysts = self.world.analysts[home]
        starred = {"sam", "nadia", "felix", "chris"}
        weights = [1 if user in self.world.leads[home] else 4 if user.username in starred else 3 for user in analysts]
        return self.chance.choices(analysts, weights)[0]

    def _paced(self, tale: Tale, plot: Plot, age: int, length: float) -> Planned:
        """Lay the steps between the beginning and the end, each after the time such a step takes."""
        begin = max(0.0, self.time.end - age - self.chance.uniform(0, 12))  # nobody writes on the full minute
        length = min(length, self.time.end - begin - 2)
        spans = [0.0] + [weight(step) * self.chance.uniform(0.4, 1.6) for step in plot.course[1:]]
        total = sum(spans) or 1.0
        moments = [begin + length * done / total for done in itertools.accumulate(spans)]
        return Planned(tale, list(zip(plot.course, moments, strict=True)))


def play(stories: list[Planned], time: WorkingTime) -> Iterator[Planned]:
    """Take the steps of all stories as time goes, each by the action that a person would use; yields at each end.

    One after another, whosever they are: so numbers rise with time, those of work orders too.
    """
    steps = (
        (minute, number, place) for number, story in enumerate(stories) for place, (_, minute) in enumerate(story.steps)
    )
    for minute, number, place in sorted(steps):
        story = stories[number]
        story.tale.step(story.steps[place][0], at=time.at(minute))
        if place == len(story.steps) - 1:
            yield story
