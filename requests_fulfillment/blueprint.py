"""What a catalogue item asks and what is done for it: a form with conditions and a plan, as one published whole.

Pure: no database. A blueprint is checked before it is published, and then can't go wrong: its conditions look only at
questions before them, its placeholders name questions that there are, and its steps lead in no circle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

KEY = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
KINDS = {
    "text": _lazy("A line of text"),
    "long_text": _lazy("Several lines of text"),
    "number": _lazy("A number"),
    "choice": _lazy("One of several"),
    "person": _lazy("A person"),
    "date": _lazy("A date"),
    "file": _lazy("A file"),
    "yes_no": _lazy("Yes or no"),
}
YES, NO = "yes", "no"
MOST_HOURS = 8784  # a year: what is planned later than that is a slip
# What the portal knows of every order, for placeholders beside the answers.
ALWAYS = ("requester", "site", "item")

Answers = Mapping[str, str]  # key -> what was answered, as text; a person by name and username, a date as YYYY-MM-DD


@dataclass(frozen=True)
class Condition:
    """Holds when this question was asked and has this answer."""

    key: str
    value: str

    def holds(self, answers: Answers) -> bool:
        return answers.get(self.key, "").casefold() == self.value.casefold()


@dataclass(frozen=True)
class Question:
    """One field of the form; `shown_if` None: always."""

    key: str
    label: str
    kind: str = "text"
    required: bool = True
    help: str = ""
    choices: tuple[str, ...] = ()
    shown_if: Condition | None = None


@dataclass(frozen=True)
class Step:
    """One work order of the plan. `needs` are numbers of steps that must be over before it."""

    number: int
    title: str
    instructions: str = ""
    work_type: str = "on_site"
    workgroup: int | None = None
    needs: tuple[int, ...] = ()
    start_after_hours: int | None = None
    hours: int = 1
    checklist: str = ""
    only_if: Condition | None = None


@dataclass(frozen=True)
class Blueprint:
    """The form and the plan. `approval` is the id of a rule, `disrupts` of a service whose users feel a failure."""

    questions: tuple[Question, ...] = ()
    steps: tuple[Step, ...] = ()
    approval: int | None = None
    disrupts: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)  # names as they were when it was published

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Blueprint:
        """The blueprint that `as_json` wrote."""
        return cls(
            questions=tuple(Question(**_read(row, "shown_if", ("choices",))) for row in content["questions"]),
            steps=tuple(Step(**_read(row, "only_if", ("needs",))) for row in content["steps"]),
            approval=content["approval"],
            disrupts=content["disrupts"],
            words=content.get("words", {}),
        )

    # -- asking

    def asked(self, answers: Answers) -> list[Question]:
        """The questions that are shown to somebody who has answered this so far, in their order.

        A condition on a question that isn't shown itself doesn't hold.
        """
        shown: list[Question] = []
        known: dict[str, str] = {}
        for question in self.questions:
            if question.shown_if is None or question.shown_if.holds(known):
                shown.append(question)
                known[question.key] = answers.get(question.key, "")
        return shown

    def kept(self, answers: Answers) -> dict[str, str]:
        """The answers to the questions that are shown; what was answered to others is dropped."""
        return {q.key: answers[q.key] for q in self.asked(answers) if answers.get(q.key, "") != ""}

    def in_words(self, answers: Answers) -> str:
        """What was asked and answered as people read it, one to a line: “Model: Big”, “A dock too? Yes”."""
        told = [q for q in self.asked(answers) if answers.get(q.key)]
        return "\n".join(f"{q.label}{'' if q.label[-1:] in '?:' else ':'} {said(q, answers[q.key])}" for q in told)

    # -- doing

    def steps_for(self, answers: Answers) -> list[Step]:
        """The steps that are to be done for these answers, each after those it needs.

        A step that isn't done leaves its place in the sequence: those after it wait for those before it.
        """
        known = self.kept(answers)
        done = {s.number for s in self.steps if s.only_if is None or s.only_if.holds(known)}
        by_number = {step.number: step for step in self.steps}
        left = [step for step in self.steps if step.number in done]
        found: list[Step] = []
        placed: set[int] = set()
        while left:
            ready = [s for s in left if _needs(s, by_number, done) <= placed]
            if not ready:  # only a blueprint that was never checked leads in a circle
                raise ValueError("These steps wait for one another in a circle.")
            for step in ready:
                found.append(_with_needs(step, sorted(_needs(step, by_number, done))))
            placed |= {step.number for step in ready}
            left = [step for step in left if step not in ready]
        return found


def said(question: Question, answer: str) -> str:
    """One answer as people read it."""
    if question.kind != "yes_no":
        return answer
    return {YES: _("Yes"), NO: _("No")}.get(answer) or answer.capitalize()


def _read(row: Mapping[str, Any], condition: str, tuples: Sequence[str]) -> dict[str, Any]:
    read = dict(row)
    read[condition] = Condition(**row[condition]) if row[condition] else None
    return read | {name: tuple(row[name]) for name in tuples}


def _with_needs(step: Step, needs: Iterable[int]) -> Step:
    return Step(**{**step.__dict__, "needs": tuple(needs)})


def _needs(step: Step, by_number: Mapping[int, Step], done: set[int]) -> set[int]:
    """What a step waits for among those that are done, through those that aren't."""
    found: set[int] = set()
    seen: set[int] = set()
    left = list(step.needs)
    while left:
        number = left.pop()
        if number in seen or number not in by_number:
            continue
        seen.add(number)
        if number in done:
            found.add(number)
        else:
            left += by_number[number].needs
    return found


def filled(text: str, answers: Answers, *, in_line: bool = False) -> str:
    """The text with its {placeholders} filled by the answers; what wasn't answered is left as a dash.

    `in_line`: an answer of several lines is put into one, for titles and items of a checklist.
    """

    def answer(found: re.Match[str]) -> str:
        said = answers.get(found[1].strip(), "")
        return (" ".join(said.split()) if in_line else said.strip()) or "–"

    return PLACEHOLDER.sub(answer, text)


# -- checking ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Why a blueprint can't be published, and where that belongs: the nth question or step, and which part of it."""

    words: str
    part: str = ""  # "question", "step", or nothing: the item as a whole
    place: int = 0  # among the questions or steps, from 0
    field: str = ""


def problems(blueprint: Blueprint) -> list[str]:
    """Why this can't be published, in sentences; empty when nothing is wrong with it."""
    return [fault.words for fault in faults(blueprint)]


def faults(blueprint: Blueprint) -> list[Fault]:
    """What is wrong with the form and the plan, each with its place."""
    return [*_faults_of_form(blueprint.questions), *_faults_of_plan(blueprint)]


def _faults_of_form(questions: Sequence[Question]) -> list[Fault]:
    found: list[Fault] = []
    before: dict[str, Question] = {}
    for place, question in enumerate(questions):
        for name, words in _slips_of_question(question, before):
            found.append(Fault(words, "question", place, name))
        before.setdefault(question.key, question)
    return found


def _slips_of_question(question: Question, before: Mapping[str, Question]) -> Iterable[tuple[str, str]]:
    name = _("“{title}”").format(title=question.label or question.key)
    if not question.label.strip():
        yield "label", _("{name} needs a label: what people are asked.").format(name=name)
    if not KEY.fullmatch(question.key):
        yield (
            "key",
            _("{name}: its key “{key}” must be small letters, digits and _, and begin with a letter.").format(
                name=name, key=question.key
            ),
        )
    elif question.key in ALWAYS:
        yield (
            "key",
            _("{name}: the key “{key}” is the portal's own; choose another.").format(name=name, key=question.key),
        )
    elif question.key in before:
        yield "key", _("{name}: another question has the key “{key}” already.").format(name=name, key=question.key)
    if question.kind not in KINDS:
        yield "kind", _("{name}: there is no kind “{kind}”.").format(name=name, kind=question.kind)
    if question.kind == "choice" and len(question.choices) < 2:
        yield "choices", _("{name} is a choice; give it two answers or more, one per line.").format(name=name)
    if len({c.strip().casefold() for c in question.choices}) < len(question.choices):
        yield "choices", _("{name} offers the same answer twice.").format(name=name)
    if not all(c.strip() for c in question.choices):
        yield "choices", _("{name} offers an empty answer.").format(name=name)
    for words in _slips_of_condition(question.shown_if, before, _("{name} is shown only if").format(name=name)):
        yield "shown_if", words


def _slips_of_condition(condition: Condition | None, before: Mapping[str, Question], who: str) -> list[str]:
    """A condition looks at a question before it, and at an answer that this can have."""
    if condition is None:
        return []
    asked = before.get(condition.key)
    if asked is None:
        words = _("{who} “{key}” has an answer, and there is no such question before it.")
        return [words.format(who=who, key=condition.key)]
    possible = asked.choices if asked.kind == "choice" else (YES, NO) if asked.kind == "yes_no" else ()
    if not possible:
        words = _("{who} “{label}” has an answer, but that is neither a choice nor a yes or no.")
        return [words.format(who=who, label=asked.label)]
    if condition.value.casefold() not in {value.casefold() for value in possible}:
        words = _("{who} “{label}” is “{value}”, which is none of its answers: {answers}.")
        answers = ", ".join(possible)
        return [words.format(who=who, label=asked.label, value=condition.value, answers=answers)]
    return []


def _faults_of_plan(blueprint: Blueprint) -> list[Fault]:
    found: list[Fault] = []
    by_key: dict[str, Question] = {}
    for question in blueprint.questions:
        by_key.setdefault(question.key, question)
    numbers = [step.number for step in blueprint.steps]
    for place, step in enumerate(blueprint.steps):
        for name, words in _slips_of_step(step, place, numbers, by_key):
            found.append(Fault(words, "step", place, name))
    if circle := _circle(blueprint.steps):
        where = next(place for place, step in enumerate(blueprint.steps) if step.number in circle)
        words = _("Steps {steps} wait for one another in a circle.").format(steps=", ".join(map(str, circle)))
        if len(circle) == 1:
            words = _("Step {step} waits for itself.").format(step=circle[0])
        found.append(Fault(words, "step", where, "needs"))
    return found


def _slips_of_step(
    step: Step, place: int, numbers: Sequence[int], by_key: Mapping[str, Question]
) -> Iterable[tuple[str, str]]:
    name = _("Step {number} “{title}”").format(number=step.number, title=step.title)
    if step.number in numbers[:place]:
        yield "position", _("Two steps of the plan have the same number, {number}.").format(number=step.number)
    if not step.title.strip():
        yield "title", _("Step {number} needs a title.").format(number=step.number)
    for need in step.needs:
        if need not in numbers:
            yield "needs", _("{name} waits for step {need}, which isn't there.").format(name=name, need=need)
    if not 1 <= step.hours <= MOST_HOURS:
        yield (
            "hours",
            _("{name} takes {hours} hours; say a number from 1 to {most}.").format(
                name=name, hours=step.hours, most=MOST_HOURS
            ),
        )
    if not 0 <= (step.start_after_hours or 0) <= MOST_HOURS:
        yield (
            "start_after_hours",
            _("{name} is planned {hours} hours later; {most} is the most (a year).").format(
                name=name, hours=step.start_after_hours, most=MOST_HOURS
            ),
        )
    for words in _slips_of_condition(step.only_if, by_key, _("{name} is done only if").format(name=name)):
        yield "only_if", words
    for part in ("title", "instructions", "checklist"):
        for key in dict.fromkeys(PLACEHOLDER.findall(getattr(step, part))):
            if key.strip() not in {*by_key, *ALWAYS}:
                yield part, _("{name} names {key}, and there is no such question.").format(name=name, key=f"{{{key}}}")


def _circle(steps: Sequence[Step]) -> list[int]:
    """The steps of circles alone: each waits for another of them, and is waited for by another."""
    left = {(step.number, need) for step in steps for need in step.needs}
    while True:
        waiting, needed = {one for one, _ in left}, {need for _, need in left}
        kept = {(one, need) for one, need in left if need in waiting and one in needed}
        if kept == left:
            return sorted(waiting)
        left = kept
