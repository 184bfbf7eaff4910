"""How analysts and workgroups are ranked for a ticket, and the words that say why; plain arithmetic without the database.

All points are whole numbers, and ties are settled by name and id, so that the same facts always give the same order. Laws
that the tests try: whoever is away comes after everybody else; more open work never ranks anybody higher, more skill never
lower.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from desk.people.language import keep, keep_joined

# What an open ticket of a priority weighs on whoever has it.
WEIGHT = {1: 8, 2: 4, 3: 2, 4: 1, 5: 1}
# What a level of the skill that is asked for is worth: when it is urgent, knowing how counts for more than having time.
LEVEL = {1: 40, 2: 30, 3: 20, 4: 20, 5: 15}
MANY = 200  # open tickets of a person that are counted, the most urgent ones; more is no different
LONG = 1001  # where the count of a queue stops, as on its page
FEW = 5  # of fewer tickets than this, history says nothing
TELLING = 15  # percent of such tickets that ended there, before a workgroup is suggested for it


@dataclass(frozen=True)
class Skilled:
    """A skill that is asked for, and somebody's level in it: 0 (none) to 3."""

    name: str
    level: int


@dataclass(frozen=True)
class Analyst:
    """What counts about a person. `load` holds how many of each priority they have open, from P1 to P5."""

    pk: int
    name: str
    skills: tuple[Skilled, ...] = ()
    load: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    on_shift: bool = True
    away: bool = False
    presence: str = ""  # in words: “on shift until 17:00”

    @property
    def open(self) -> int:
        return sum(self.load)

    @property
    def weight(self) -> int:
        """The open work, urgent tickets counting more."""
        return sum(count * WEIGHT[priority] for priority, count in enumerate(self.load, start=1))

    @property
    def because(self) -> str:
        """One line: skill, load, shift."""
        skills = [_level(skill) if skill.level else keep("no skill {name}", name=skill.name) for skill in self.skills]
        first, much = self.load[0], f"{self.open}{'+' if self.open >= MANY else ''}"
        load = keep("{much} open ({first} P1)", much=much, first=first) if first else keep("{much} open", much=much)
        return keep_joined([*skills, load, self.presence])


def _level(skill: Skilled) -> str:
    return keep("skill {name} {level}/3", name=skill.name, level=skill.level)


def points(analyst: Analyst, priority: int) -> int:
    """How well the person fits a ticket of this priority: the mean level of skill, less the weight of what they have."""
    if not analyst.skills:
        return -analyst.weight
    return LEVEL[priority] * sum(s.level for s in analyst.skills) // len(analyst.skills) - analyst.weight


Anyone = TypeVar("Anyone", bound=Analyst)


def rank(analysts: Iterable[Anyone], priority: int) -> list[Anyone]:
    """Those who are here, the best suited first; then those off shift; then those who are away."""
    return sorted(analysts, key=lambda a: (a.away, not a.on_shift, -points(a, priority), a.name, a.pk))


def least_loaded(analysts: Iterable[Anyone]) -> list[Anyone]:
    """The same people by their load alone."""
    return sorted(analysts, key=lambda a: (a.away, not a.on_shift, a.weight, a.name, a.pk))


def in_turn(analysts: Iterable[Anyone], last: tuple[str, int] | None) -> list[Anyone]:
    """By name, beginning with whoever follows the one (name, id) whose turn it was last."""
    row = sorted(analysts, key=lambda a: (a.away, not a.on_shift, a.name, a.pk))
    if last is None:
        return row
    return sorted(row, key=lambda a: (a.away, not a.on_shift, (a.name, a.pk) <= last))


def available(analysts: Iterable[Anyone]) -> list[Anyone]:
    """Those whom the portal itself may give something: neither away nor off shift."""
    return [analyst for analyst in analysts if analyst.on_shift and not analyst.away]


@dataclass(frozen=True)
class Ended:
    """Of `of` earlier tickets such as this one, `here` ended in the workgroup; `such` says what they have in common."""

    here: int
    of: int
    such: str

    @property
    def percent(self) -> int:
        return 100 * self.here // self.of if self.of >= FEW else 0


@dataclass(frozen=True)
class Group:
    """What counts about a workgroup. `people` are its analysts; `waiting` counts what is open in its queue."""

    pk: int
    name: str
    people: tuple[Analyst, ...] = ()
    waiting: int = 0
    ended: Ended | None = None
    rule: str = ""  # why a routing rule sends such a ticket here; empty where none does
    words: tuple[str, ...] = ()  # the words of the ticket that speak for it most
    chance: int = 0  # percent, by its words
    has_it: bool = False
    sent_on: str | None = None  # it had the ticket before: why it sent it on

    @property
    def here(self) -> int:
        return len(available(self.people))

    @property
    def each(self) -> int:
        """What is open for each who is here, rounded up."""
        return -(-self.waiting // max(1, self.here))

    @property
    def best(self) -> tuple[Skilled, ...]:
        """The best level of each skill among those who are here, for the skills that anybody has."""
        found: dict[str, int] = {}
        for skill in (skill for person in available(self.people) for skill in person.skills):
            found[skill.name] = max(skill.level, found.get(skill.name, 0))
        return tuple(Skilled(name, level) for name, level in found.items() if level)

    @property
    def because(self) -> str:
        """One line: rule, history, words, skills, people and load."""
        parts = [keep("rule {rule}", rule=self.rule) if self.rule else "", _told(self.ended)]
        if self.words and self.chance:
            parts.append(keep("words: {words} ({chance}%)", words=", ".join(self.words), chance=self.chance))
        parts += [_level(skill) for skill in self.best]
        waiting = f"{LONG - 1:,}+" if self.waiting >= LONG else f"{self.waiting:,}"
        return keep_joined([*parts, self._who, keep("{much} open", much=waiting)], " · ")

    @property
    def _who(self) -> str:
        if not self.people:
            return keep("no analysts")
        many = len(self.people)
        return (
            keep("{here} of {many} here", here=self.here, many=many)
            if self.here
            else keep("none of {many} here", many=many)
        )


def _told(ended: Ended | None) -> str:
    if ended is None or not ended.percent:
        return ""
    return keep("{such} · {share} of such tickets ended here", such=ended.such, share=f"{ended.percent}%")


def fit(group: Group) -> int:
    """How well the workgroup fits: what routing, history and words say, the skills there, and who is there to do it."""
    told = 60 if group.rule else 0
    told += (group.ended.percent if group.ended else 0) + group.chance // 2
    skill = 10 * max((s.level for s in group.best), default=0)
    return told + skill - (0 if group.here else 40) - (60 if group.sent_on is not None else 0) - min(group.each, 20)


AnyGroup = TypeVar("AnyGroup", bound=Group)


def rank_groups(groups: Iterable[AnyGroup]) -> list[AnyGroup]:
    """The workgroup that fits best first; ties by name and id."""
    return sorted(groups, key=lambda group: (-fit(group), group.name, group.pk))


def proposed(groups: Sequence[AnyGroup], most: int = 3) -> list[AnyGroup]:
    """Of ranked workgroups those for which something speaks beside having people: at most a few."""
    return [group for group in groups if group.here and _speaks(group)][:most]


def _speaks(group: Group) -> bool:
    return bool(group.rule or group.chance or group.best or (group.ended and group.ended.percent >= TELLING))
