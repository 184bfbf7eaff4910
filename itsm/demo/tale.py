"""One incident's story, step by step; each step is an action by somebody who is entitled to it, at its true time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from desk.people.models import User
from desk.sla.queries import needs_violation
from desk.tickets import actions as tickets
from desk.tickets.models import Attachment
from incidents import actions, asking
from incidents.models import Incident
from itsm.essentials import ON_ORDERS

from . import pictures
from .hands import RAISING, Hands
from .library import Library, Telling
from .world import DESK, World

SOON = timedelta(seconds=40)  # between two things that a person does in one go
STARS = [5] * 10 + [4] * 6 + [3] * 3 + [2, 1]


@dataclass
class Tale:
    """Who takes part in one incident, and what has become of it. Every step has the name of a method here."""

    world: World
    library: Library
    chance: Random
    telling: Telling
    requester: User
    hand: User  # the analyst who works on it
    source: str  # web, phone or monitoring
    reason: str = ""  # the pending reason of `wait`
    again_of: Tale | None = None
    incident: Incident | None = None
    written: list[str] = field(default_factory=list)  # files on the disk, to be removed if all is rolled back

    @cached_property
    def hands(self) -> Hands:
        return Hands(self)

    @staticmethod
    def knows(step: str) -> bool:
        """Whether there is such a step."""
        number, _, verb = step.rpartition(":")
        return hasattr(Hands if number or step in RAISING else Tale, verb)

    def step(self, step: str, at: datetime) -> None:
        """Take a step: of the incident, or (`2:start`) of its second work order."""
        number, _, verb = step.rpartition(":")
        if number:
            getattr(self.hands, verb)(int(number), at=at)
        else:
            getattr(self.hands if step in RAISING else self, step)(at=at)

    @property
    def it(self) -> Incident:
        assert self.incident is not None, "Every story begins with `log`."
        return self.incident

    @property
    def home(self) -> str:
        return self.telling.problem.home

    def log(self, at: datetime) -> None:
        """By the person alone (who knows the service at best), by the Service Desk on the phone, or by monitoring."""
        world, problem = self.world, self.telling.problem
        if self.again_of is not None:
            self.incident = actions.log_recurrence(incident=self.again_of.it, by=self.requester, at=at)
            return
        knows = self.source != "web"
        told_service = knows or self.chance.random() < 0.7
        files = self._files(at)
        self.incident = actions.log(
            by={"web": self.requester, "monitoring": world.automation}.get(self.source) or self._desk(),
            requester=self.requester,
            title=self.telling.title,
            description=self.telling.text,
            service=world.services[problem.service] if problem.service and told_service else None,
            category=world.categories[problem.category] if knows or self.chance.random() < 0.3 else None,
            site=world.sites[problem.site] if problem.site else world.site_of.get(self.requester.username),
            impact=problem.impact if knows else 3,
            urgency=problem.urgency,
            files=files,
            at=at,
            source=self.source,
        )
        if files:
            self.written += Attachment.objects.filter(event__ticket=self.it).values_list("file", flat=True)

    def sort(self, at: datetime) -> None:
        """Triage where it landed: category and impact are put right, then it goes to those who can solve it."""
        problem, home = self.telling.problem, self.world.workgroups[self.home]
        slug = self.it.workgroup.slug
        by = self._desk() if slug == DESK else self.chance.choice(self.world.analysts[slug])
        if self.it.category_id is None or self.it.impact != problem.impact:
            category = self.world.categories[problem.category]
            seen = self.it.version
            tickets.edit(ticket=self.it, by=by, seen=seen, at=at, category=category, impact=problem.impact)
        if slug != self.home:
            why = self.library.remark("moved", self.home)
            self.incident = actions.assign(incident=self.it, by=by, workgroup=home, reason=why, at=at + SOON)

    def give(self, at: datetime) -> None:
        """A lead of the workgroup gives it to an analyst."""
        lead = self.world.leads[self.home][0]
        why = "Given out in the morning round."
        self.incident = actions.assign(incident=self.it, by=lead, assignee=self.hand, reason=why, at=at)

    def take(self, at: datetime) -> None:
        self.incident = actions.take(incident=self.it, by=self.hand, at=at)

    def start(self, at: datetime) -> None:
        self.incident = actions.start(incident=self.it, by=self.hand, at=at)

    def note(self, at: datetime) -> None:
        if words := self.telling.problem.note:
            tickets.note(ticket=self.it, by=self.hand, message=self.telling.fill(words), at=at)

    def update(self, at: datetime) -> None:
        """The analyst tells the requester how it stands."""
        words = self.telling.problem.update or "I am looking into it and will tell you as soon as I know more."
        tickets.reply(ticket=self.it, by=self.hand, message=self.telling.fill(words), at=at)

    def chat(self, at: datetime) -> None:
        """The requester writes a line."""
        if self.source != "monitoring":
            words = self.library.remark("thanks", "texts")
            tickets.reply(ticket=self.it, by=self.requester, message=words, at=at)

    def ask(self, at: datetime) -> None:
        """It waits for the requester's answer."""
        reason = self.world.reasons["Waiting for requester"]
        question = f"Hello {self.requester.first_name}, {_small(self.telling.fill(self.telling.problem.ask))}"
        self.incident = actions.hold(incident=self.it, by=self.hand, reason=reason, message=question, at=at)

    def answer(self, at: datetime) -> None:
        """The requester answers, and the answer resumes it."""
        words = self.telling.fill(self.telling.problem.answer)
        tickets.reply(ticket=self.it, by=self.requester, message=words, at=at)

    def wait(self, at: datetime) -> None:
        """It waits for something or somebody else."""
        reason = self.reason or self.telling.problem.wait
        inside = self.library.remark("waits", reason)
        held = self.world.reasons[reason]
        self.incident = actions.hold(incident=self.it, by=self.hand, reason=held, note=inside, at=at)

    def pause(self, at: datetime) -> None:
        """It waits for its work order."""
        self.reason = ON_ORDERS
        self.wait(at)

    def resume(self, at: datetime) -> None:
        self.incident = actions.resume(incident=self.it, by=self.hand, at=at)

    def resolve(self, at: datetime) -> None:
        code = self.world.codes[self.telling.problem.code]
        solution = self.telling.solution
        late = needs_violation(self.it, at)
        why = self.chance.choice(self.world.violations) if late else None
        self.incident = actions.resolve(
            incident=self.it, by=self.hand, code=code, solution=solution, violation=why, at=at
        )

    def confirm(self, at: datetime) -> None:
        """The requester says that it works; two of three leave stars, one of four a comment with them."""
        rating = self.chance.choice(STARS) if self.chance.random() < 0.66 else None
        comment = ""
        if rating and (rating < 4 or self.chance.random() < 0.3):
            comment = self.library.remark("rating", str(rating))
        self.incident = actions.confirm(incident=self.it, by=self.requester, rating=rating, comment=comment, at=at)

    def word(self, at: datetime) -> None:
        """The analyst closes it on the requester's word, or after a look at monitoring."""
        which = "checked" if self.source == "monitoring" else "word"
        because = self.library.remark("closed", which).format(name=self.requester.first_name)
        self.incident = actions.confirm(incident=self.it, by=self.hand, because=because, at=at)

    def lapse(self, at: datetime) -> None:
        """Nobody answered, so the timer closes it."""
        assert self.it.resolved_at is not None
        at = (asking.closes_at(self.it) or self.it.resolved_at) + timedelta(minutes=7)
        timer = self.world.automation
        self.incident = actions.confirm(incident=self.it, by=timer, because="no answer in time", at=at)

    def reopen(self, at: datetime) -> None:
        words = self.telling.fill(self.telling.problem.reopen)
        self.incident = actions.reopen(incident=self.it, by=self.requester, reason=words, at=at)

    def cancel(self, at: datetime) -> None:
        words = self.library.remark("cancelled", "reasons")
        self.incident = actions.cancel(incident=self.it, by=self.requester, reason=words, at=at)

    def _desk(self) -> User:
        """Whoever of the Service Desk answers; never about their own trouble."""
        return self.chance.choice([user for user in self.world.analysts[DESK] if user != self.requester])

    def _files(self, at: datetime) -> list[SimpleUploadedFile]:
        kind = self.telling.problem.file
        if kind == "log":
            return [pictures.log_file(self.chance, at, self.telling.title)]
        return [pictures.screenshot(self.chance)] if kind and self.source == "web" else []


def _small(sentence: str) -> str:
    """The sentence as it goes on after a greeting; “I” stays large."""
    return sentence if sentence.startswith("I ") else sentence[:1].lower() + sentence[1:]
