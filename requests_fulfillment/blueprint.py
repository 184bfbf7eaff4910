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


def filled(text: str, answers: Answers) -> str:
    """The text with its {placeholders} filled by the answers; what wasn't answered is left as a dash."""
    return PLACEHOLDER.sub(lambda found: answers.get(found[1].strip()) or "–", text)


# -- checking ----------------------------------------------------------------------------------


def problems(blueprint: Blueprint) -> list[str]:
    """Why this can't be published, in sentences; empty when nothing is wrong with it."""
    return [*_problems_of_form(blueprint.questions), *_problems_of_plan(blueprint)]


def _problems_of_form(questions: Sequence[Question]) -> list[str]:
    found: list[str] = []
    before: dict[str, Question] = {}
    for question in questions:
        name = f"“{question.label or question.key}”"
        if not KEY.match(question.key):
            found.append(
                f"{name}: its key “{question.key}” must be small letters, digits and _, and begin with a letter."
            )
        elif question.key in before or question.key in ALWAYS:
            found.append(f"{name}: another question has the key “{question.key}” already.")
        if question.kind not in KINDS:
            found.append(f"{name}: there is no kind “{question.kind}”.")
        if question.kind == "choice" and len(question.choices) < 2:
            found.append(f"{name} is a choice; give it two answers or more, one per line.")
        if len({c.casefold() for c in question.choices}) < len(question.choices):
            found.append(f"{name} offers the same answer twice.")
        found += _problems_of_condition(question.shown_if, before, f"{name} is shown only if")
        before[question.key] = question
    return found


def _problems_of_condition(condition: Condition | None, before: Mapping[str, Question], who: str) -> list[str]:
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


def _problems_of_plan(blueprint: Blueprint) -> list[str]:
    found: list[str] = []
    by_key = {question.key: question for question in blueprint.questions}
    numbers = [step.number for step in blueprint.steps]
    if len(set(numbers)) < len(numbers):
        found.append("Two steps of the plan have the same number.")
    for step in blueprint.steps:
        name = f"Step {step.number} “{step.title}”"
        if not step.title.strip():
            found.append(f"Step {step.number} needs a title.")
        for need in step.needs:
            if need not in numbers:
                found.append(f"{name} waits for step {need}, which isn't there.")
        found += _problems_of_condition(step.only_if, by_key, f"{name} is done only if")
        for text in (step.title, step.instructions, step.checklist):
            for key in PLACEHOLDER.findall(text):
                if key.strip() not in {*by_key, *ALWAYS}:
                    found.append(f"{name} names {{{key}}}, and there is no such question.")
    if circle := _circle(blueprint.steps):
        found.append(f"Steps {', '.join(map(str, circle))} wait for one another in a circle.")
    return found


def _circle(steps: Sequence[Step]) -> list[int]:
    """The steps that can never begin, because each waits for another of them."""
    left = {step.number: set(step.needs) for step in steps}
    known = set(left)
    while ready := {number for number, needs in left.items() if not (needs & known)}:
        known -= ready
        left = {number: needs for number, needs in left.items() if number in known}
    return sorted(left)
