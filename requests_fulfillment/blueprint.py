"""What a catalogue item asks and what is done for it: a form with conditions and a plan, as one published whole.

Pure: no database. A blueprint is checked before it is published, and then can't go wrong: its conditions look only at
questions before them, its placeholders name questions that there are, and its steps lead in no circle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

KEY = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
KINDS = {
    "text": "A line of text",
    "long_text": "Several lines of text",
    "number": "A number",
    "choice": "One of several",
    "person": "A person",
    "date": "A date",
    "file": "A file",
    "yes_no": "Yes or no",
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
    return answer.capitalize() if question.kind == "yes_no" else answer


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
    name = f"“{question.label or question.key}”"
    if not question.label.strip():
        yield "label", f"{name} needs a label: what people are asked."
    if not KEY.fullmatch(question.key):
        yield (
            "key",
            f"{name}: its key “{question.key}” must be small letters, digits and _, and begin with a letter.",
        )
    elif question.key in ALWAYS:
        yield "key", f"{name}: the key “{question.key}” is the portal's own; choose another."
    elif question.key in before:
        yield "key", f"{name}: another question has the key “{question.key}” already."
    if question.kind not in KINDS:
        yield "kind", f"{name}: there is no kind “{question.kind}”."
    if question.kind == "choice" and len(question.choices) < 2:
        yield "choices", f"{name} is a choice; give it two answers or more, one per line."
    if len({c.strip().casefold() for c in question.choices}) < len(question.choices):
        yield "choices", f"{name} offers the same answer twice."
    if not all(c.strip() for c in question.choices):
        yield "choices", f"{name} offers an empty answer."
    for words in _slips_of_condition(question.shown_if, before, f"{name} is shown only if"):
        yield "shown_if", words


def _slips_of_condition(condition: Condition | None, before: Mapping[str, Question], who: str) -> list[str]:
    """A condition looks at a question before it, and at an answer that this can have."""
    if condition is None:
        return []
    asked = before.get(condition.key)
    if asked is None:
        return [f"{who} “{condition.key}” has an answer, and there is no such question before it."]
    possible = asked.choices if asked.kind == "choice" else (YES, NO) if asked.kind == "yes_no" else ()
    if not possible:
        return [f"{who} “{asked.label}” has an answer, but that is neither a choice nor a yes or no."]
    if condition.value.casefold() not in {value.casefold() for value in possible}:
        return [f"{who} “{asked.label}” is “{condition.value}”, which is none of its answers: {', '.join(possible)}."]
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
        words = f"Steps {', '.join(map(str, circle))} wait for one another in a circle."
        if len(circle) == 1:
            words = f"Step {circle[0]} waits for itself."
        found.append(Fault(words, "step", where, "needs"))
    return found


def _slips_of_step(
    step: Step, place: int, numbers: Sequence[int], by_key: Mapping[str, Question]
) -> Iterable[tuple[str, str]]:
    name = f"Step {step.number} “{step.title}”"
    if step.number in numbers[:place]:
        yield "position", f"Two steps of the plan have the same number, {step.number}."
    if not step.title.strip():
        yield "title", f"Step {step.number} needs a title."
    for need in step.needs:
        if need not in numbers:
            yield "needs", f"{name} waits for step {need}, which isn't there."
    if not 1 <= step.hours <= MOST_HOURS:
        yield "hours", f"{name} takes {step.hours} hours; say a number from 1 to {MOST_HOURS}."
    if not 0 <= (step.start_after_hours or 0) <= MOST_HOURS:
        yield (
            "start_after_hours",
            f"{name} is planned {step.start_after_hours} hours later; {MOST_HOURS} is the most (a year).",
        )
    for words in _slips_of_condition(step.only_if, by_key, f"{name} is done only if"):
        yield "only_if", words
    for part in ("title", "instructions", "checklist"):
        for key in dict.fromkeys(PLACEHOLDER.findall(getattr(step, part))):
            if key.strip() not in {*by_key, *ALWAYS}:
                yield part, f"{name} names {{{key}}}, and there is no such question."


def _circle(steps: Sequence[Step]) -> list[int]:
    """The steps of circles alone: each waits for another of them, and is waited for by another."""
    left = {(step.number, need) for step in steps for need in step.needs}
    while True:
        waiting, needed = {one for one, _ in left}, {need for _, need in left}
        kept = {(one, need) for one, need in left if need in waiting and one in needed}
        if kept == left:
            return sorted(waiting)
        left = kept
