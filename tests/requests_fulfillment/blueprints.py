"""Random forms, conditions, plans and answers: such as an administrator could build, and such as could be wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from requests_fulfillment.blueprint import ALWAYS, KINDS, Blueprint, Condition, Question, Step

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), min_size=1, max_size=20
).filter(lambda text: text.strip())
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda key: key not in ALWAYS)
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@st.composite
def conditions(draw: Any, before: list[Question]) -> Condition | None:
    """One that can hold: it looks at a choice or a yes or no before it."""
    open_to = [question for question in before if question.kind in ("choice", "yes_no")]
    if not open_to or draw(st.booleans()):
        return None
    asked = draw(st.sampled_from(open_to))
    possible = asked.choices if asked.kind == "choice" else ("yes", "no")
    return Condition(asked.key, draw(st.sampled_from(possible)))


@st.composite
def forms(draw: Any, most: int = 7) -> tuple[Question, ...]:
    found: list[Question] = []
    for key in draw(st.lists(keys, max_size=most, unique=True)):
        kind = draw(st.sampled_from(sorted(KINDS) + ["choice", "yes_no"]))
        several = st.lists(words, min_size=2, max_size=4, unique_by=lambda word: word.strip().casefold())
        choices = tuple(draw(several)) if kind == "choice" else ()
        found.append(
            Question(key, draw(words), kind, draw(st.booleans()), draw(anything), choices, draw(conditions(found)))
        )
    return tuple(found)


@st.composite
def texts(draw: Any, questions: tuple[Question, ...]) -> str:
    """Some words, with placeholders among them."""
    named = st.sampled_from([*(question.key for question in questions), *ALWAYS]).map("{{{}}}".format)
    return " ".join(draw(st.lists(words | named, min_size=1, max_size=5)))


@st.composite
def plans(draw: Any, questions: tuple[Question, ...], most: int = 7) -> tuple[Step, ...]:
    """Steps whose numbers are in any order, each after some of those that were drawn before it."""
    found: list[Step] = []
    for number in draw(st.lists(st.integers(1, 99), max_size=most, unique=True)):
        before = [step.number for step in found]
        needs = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
        found.append(
            Step(
                number,
                draw(texts(questions)),
                draw(texts(questions) | st.just("")),
                "technical",
                None,
                tuple(needs),
                draw(st.none() | st.integers(0, 100)),
                draw(st.integers(1, 40)),
                draw(texts(questions) | st.just("")),
                draw(conditions(list(questions))),
            )  # fmt: skip
        )
    return tuple(draw(st.permutations(found)))


@st.composite
def blueprints(draw: Any, most: int = 7) -> Blueprint:
    """One that can be published."""
    questions = draw(forms(most))
    ids = st.none() | st.integers(1, 9)
    return Blueprint(questions, draw(plans(questions, most)), draw(ids), draw(ids), {"approval": draw(words)})


@st.composite
def answers(draw: Any, blueprint: Blueprint) -> dict[str, str]:
    """What somebody could send: fitting answers, none, odd ones, and some to what was never asked."""
    found = {}
    for question in blueprint.questions:
        fitting = st.sampled_from(question.choices or ("yes", "no"))
        given = draw(st.none() | fitting | fitting | anything)
        if given is not None:
            found[question.key] = given
    return {**found, **draw(st.dictionaries(anything, anything, max_size=2))}


# -- what can be wrong -------------------------------------------------------------------------

_conditions = st.none() | st.builds(Condition, keys | anything, anything)
odd_questions = st.builds(
    Question, keys | anything, anything, st.sampled_from(sorted(KINDS)) | anything, st.booleans(), anything,
    st.lists(anything, max_size=4).map(tuple), _conditions,
)  # fmt: skip
odd_steps = st.builds(
    Step, st.integers(-3, 9), anything, anything, anything, st.none(), st.lists(st.integers(-3, 9), max_size=4).map(tuple),
    st.none() | st.integers(-5, 10**9), st.integers(-5, 10**9), anything, _conditions,
)  # fmt: skip
odd_blueprints = st.builds(
    Blueprint, st.lists(odd_questions, max_size=6).map(tuple), st.lists(odd_steps, max_size=6).map(tuple)
)


def _question(draw: Any, blueprint: Blueprint, **wrong: Any) -> tuple[Blueprint, tuple[str, int, str]]:
    place = draw(st.integers(0, len(blueprint.questions) - 1))
    rows = list(blueprint.questions)
    rows[place] = replace(rows[place], **wrong)
    field = next(iter(wrong))
    return replace(blueprint, questions=tuple(rows)), ("question", place, field)


def _step(draw: Any, blueprint: Blueprint, field: str = "", **wrong: Any) -> tuple[Blueprint, tuple[str, int, str]]:
    place = draw(st.integers(0, len(blueprint.steps) - 1))
    rows = list(blueprint.steps)
    rows[place] = replace(rows[place], **wrong)
    return replace(blueprint, steps=tuple(rows)), ("step", place, field or next(iter(wrong)))


def _again(draw: Any, blueprint: Blueprint) -> tuple[Blueprint, tuple[str, int, str]]:
    twin = draw(st.sampled_from(blueprint.steps))
    return replace(blueprint, steps=(*blueprint.steps, twin)), ("step", len(blueprint.steps), "position")


def _same_key(draw: Any, blueprint: Blueprint) -> tuple[Blueprint, tuple[str, int, str]]:
    twin = draw(st.sampled_from(blueprint.questions))
    return replace(blueprint, questions=(*blueprint.questions, twin)), ("question", len(blueprint.questions), "key")


def _in_a_circle(draw: Any, blueprint: Blueprint) -> tuple[Blueprint, tuple[str, int, str]]:
    """A step that is waited for, straight or by way of others, waits for the last of them."""
    first = draw(st.sampled_from(blueprint.steps))
    later = {first.number}
    while more := {s.number for s in blueprint.steps if s.number not in later and later & set(s.needs)}:
        later |= more
    last = draw(st.sampled_from(sorted(later)))
    rows = [replace(s, needs=(*s.needs, last)) if s.number == first.number else s for s in blueprint.steps]
    return replace(blueprint, steps=tuple(rows)), ("step", -1, "needs")


FAULTS: dict[str, Any] = {
    "a key that isn't one": lambda draw, it: _question(
        draw, it, key=draw(st.sampled_from(["", "A", "a b", "1a", "ä", "a\n"]))
    ),
    "a key of the portal's own": lambda draw, it: _question(draw, it, key=draw(st.sampled_from(ALWAYS))),
    "a key twice": _same_key,
    "no label": lambda draw, it: _question(draw, it, label=" "),
    "no such kind": lambda draw, it: _question(draw, it, kind="colour"),
    "a choice of one": lambda draw, it: _question(draw, it, choices=("Only",), kind="choice"),
    "the same answer twice": lambda draw, it: _question(draw, it, choices=("Big", "big "), kind="choice"),
    "shown by itself": lambda draw, it: _question(draw, it, shown_if=Condition("no_such_question", "yes")),
    "a step's number twice": _again,
    "no title": lambda draw, it: _step(draw, it, title="  "),
    "after nothing": lambda draw, it: _step(draw, it, needs=(1000,)),
    "after itself or those after it": _in_a_circle,
    "no time": lambda draw, it: _step(draw, it, hours=draw(st.sampled_from([0, -1, 10**9]))),
    "in a thousand years": lambda draw, it: _step(draw, it, start_after_hours=draw(st.sampled_from([-1, 10**8]))),
    "done by no question": lambda draw, it: _step(draw, it, only_if=Condition("no_such_question", "yes")),
    "names no question": lambda draw, it: _step(draw, it, "instructions", instructions="For {nobody_knows}"),
    "names nothing": lambda draw, it: _step(draw, it, "checklist", checklist="Bring {}"),
}


@st.composite
def faulty(draw: Any, which: str) -> tuple[Blueprint, tuple[str, int, str]]:
    """A blueprint with this fault planted, and where: (part, place or -1 for any, field)."""
    sound = draw(blueprints().filter(lambda it: it.questions and it.steps))
    planted: tuple[Blueprint, tuple[str, int, str]] = FAULTS[which](draw, sound)
    return planted
