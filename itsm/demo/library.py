"""The library of problems that people have, from `stories/*.toml`, and how one is told each time a bit differently."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
ROOMS = ["room 1.12", "room 2.07", "room 3.18", "the seminar room", "the doctors' room", "treatment room 4"]
FLOORS = ["first", "second", "third", "fourth"]


@dataclass(frozen=True)
class Job:
    """A work order that the problem needs: what, by whom, after which of the others (by their numbers, from 1)."""

    title: str
    group: str  # the slug of the workgroup
    done: str = ""
    text: str = ""
    type: str = "on_site"
    needs: tuple[int, ...] = ()
    checklist: tuple[str, ...] = ()
    hand: str = ""  # who does it, where it must be somebody
    today: tuple[str, ...] = ()  # planned on the last day, from and until
    fail: str = ""


@dataclass(frozen=True)
class Problem:
    """What goes wrong, what is said about it on both sides, and what solves it. Lists hold variants."""

    key: str
    home: str  # the slug of the workgroup that solves it
    category: str
    titles: list[str]
    texts: list[str]
    solutions: list[str]
    note: str
    service: str = ""
    site: str = ""
    by: str = ""  # "monitoring", when no person reports it
    impact: int = 3
    urgency: int = 2
    ask: str = ""
    answer: str = ""
    update: str = ""
    reopen: str = ""
    wait: str = ""
    code: str = "Fixed"
    file: str = ""
    major: bool = False
    jobs: tuple[Job, ...] = ()
    template: str = ""  # of work orders


@dataclass(frozen=True)
class Telling:
    """One variant of a problem, with its rooms, devices and numbers filled in."""

    problem: Problem
    title: str
    text: str
    solution: str
    details: dict[str, str]

    def fill(self, words: str) -> str:
        return words.format_map(self.details)


class Library:
    """Hands out problems so that each is told about as often as the others."""

    def __init__(self, chance: Random):
        self.chance = chance
        shelves = sorted((HERE / "stories").glob("*.toml"))
        self.problems = {problem.key: problem for shelf in shelves for problem in _read(shelf)}
        self.remarks: dict[str, Any] = tomllib.loads((HERE / "remarks.toml").read_text(encoding="utf-8"))
        self.told: Counter[str] = Counter()

    def pick(self, home: str, *, needs: str = "", person: bool = False) -> Problem:
        """The least told problem of this workgroup that has what the plot needs; another workgroup's if it has none."""
        fitting = [
            problem
            for problem in self.problems.values()
            if (not needs or getattr(problem, needs))
            and not (person and problem.by)
            and not problem.major
            and not any(job.today for job in problem.jobs if needs == "jobs")  # planned for a star's last day
        ]
        here = [problem for problem in fitting if problem.home == home] or fitting
        least = min(self.told[problem.key] for problem in here)
        return self.chance.choice([problem for problem in here if self.told[problem.key] == least])

    def tell(self, problem: Problem) -> Telling:
        """The problem's next variant."""
        turn = self.told[problem.key]
        self.told[problem.key] += 1
        details = {
            "room": self.chance.choice(ROOMS),
            "floor": self.chance.choice(FLOORS),
            "asset": f"NW-{self.chance.choice('LDW')}{self.chance.randint(1100, 4900)}",
            "ext": str(self.chance.randint(2100, 8900)),
            "site": problem.site or "our site",
        }
        variant = turn % len(problem.titles)  # titles, texts and solutions of one number belong together
        title, text, solution = (
            variants[min(variant, len(variants) - 1)].format_map(details)
            for variants in (problem.titles, problem.texts, problem.solutions)
        )
        return Telling(problem, title, text, solution, details)

    def remark(self, about: str, which: str) -> str:
        """Something that people say, such as `remark("rating", "5")`."""
        words: str = self.chance.choice(self.remarks[about][which])
        return words


def _read(path: Path) -> list[Problem]:
    shelf = tomllib.loads(path.read_text(encoding="utf-8"))
    home = shelf.pop("home")
    return [_problem(**{"key": key, "home": home, **fields}) for key, fields in shelf.items()]


def _problem(jobs: list[dict[str, Any]] | None = None, **fields: Any) -> Problem:
    told = tuple(
        Job(**dict[str, Any]({key: tuple(v) if isinstance(v, list) else v for key, v in job.items()}))
        for job in jobs or ()
    )
    return Problem(**fields, jobs=told)
