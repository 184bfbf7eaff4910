"""What an item asks and what is done for it, pure: every planted fault is found, and what has none never crashes."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_fulfillment.blueprint import Blueprint, Condition, Question, Step, faults, filled, problems

from .blueprints import FAULTS, answers, blueprints, faulty, odd_blueprints

MODEL = Question("model", "Model", "choice", choices=("Small", "Big"))
DOCK = Question("dock", "A docking station?", "yes_no", shown_if=Condition("model", "Big"))
WHERE = Question("where", "Where to?", shown_if=Condition("dock", "yes"))
LAPTOP = Blueprint(
    (MODEL, DOCK, WHERE),
    (
        Step(1, "Order a {model} laptop for {requester}"),
        Step(2, "Order the dock", needs=(1,), only_if=Condition("dock", "yes")),
        Step(3, "Hand it over", "At {where}", needs=(2,)),
    ),
)


def test_a_question_whose_condition_is_not_asked_itself_is_not_asked():
    said = {"model": "Small", "dock": "yes", "where": "Ward 4"}
    assert [q.key for q in LAPTOP.asked(said)] == ["model"]
    assert LAPTOP.kept(said) == {"model": "Small"}
    assert [q.key for q in LAPTOP.asked({**said, "model": "big"})] == ["model", "dock", "where"]


def test_a_step_that_is_not_done_leaves_its_place_to_those_before_it():
    with_dock = LAPTOP.steps_for({"model": "Big", "dock": "yes", "where": "x"})
    assert [(s.number, s.needs) for s in with_dock] == [(1, ()), (2, (1,)), (3, (2,))]
    without = LAPTOP.steps_for({"model": "Small"})
    assert [(s.number, s.needs) for s in without] == [(1, ()), (3, (1,))]


def test_texts_are_filled_and_what_was_not_answered_is_a_dash():
    assert filled("A {model} for { requester }, {where}", {"model": "Big", "requester": "Erin"}) == "A Big for Erin, –"
    assert filled("{a}", {"a": "{b}", "b": "never"}) == "{b}"  # what people answer is no instruction
    assert filled("Bring {a}", {"a": "one\n two"}, in_line=True) == "Bring one two"


def test_a_sound_item_has_no_problems_and_a_broken_one_says_each_with_its_place():
    assert problems(LAPTOP) == []
    broken = replace(
        LAPTOP,
        questions=(replace(DOCK, shown_if=Condition("model", "Big")), MODEL),
        steps=(Step(1, "Order {modell}", needs=(2,)), Step(2, "", needs=(1, 7))),
    )
    assert [(f.part, f.place, f.field, f.words) for f in faults(broken)] == [
        ("question", 0, "shown_if", "“A docking station?” is shown only if “model” has an answer, and there is no such question before it."),
        ("step", 0, "title", "Step 1 “Order {modell}” names {modell}, and there is no such question."),
        ("step", 1, "title", "Step 2 needs a title."),
        ("step", 1, "needs", "Step 2 “” waits for step 7, which isn't there."),
        ("step", 0, "needs", "Steps 1, 2 wait for one another in a circle."),
    ]  # fmt: skip


def test_a_condition_on_an_answer_that_there_is_not_is_found():
    asked = (MODEL, replace(DOCK, shown_if=Condition("model", "Huge")))
    assert problems(Blueprint(asked)) == [
        "“A docking station?” is shown only if “Model” is “Huge”, which is none of its answers: Small, Big."
    ]
    asked = (Question("why", "Why?"), replace(DOCK, shown_if=Condition("why", "yes")))
    assert problems(Blueprint(asked)) == [
        "“A docking station?” is shown only if “Why?” has an answer, but that is neither a choice nor a yes or no."
    ]


# -- laws --------------------------------------------------------------------------------------


@given(blueprints())
@settings(deadline=None)
def test_whatever_is_sound_has_no_problems(blueprint):
    assert problems(blueprint) == []


@given(odd_blueprints)
@settings(deadline=None, max_examples=100)
def test_checking_never_crashes_and_every_fault_has_a_place_that_is_there(blueprint):
    for fault in faults(blueprint):
        assert fault.words.strip().endswith((".", "?"))
        rows = {"question": blueprint.questions, "step": blueprint.steps}[fault.part]
        assert 0 <= fault.place < len(rows)


@given(odd_blueprints, st.data())
@settings(deadline=None, max_examples=100)
def test_what_has_no_problems_never_crashes_however_oddly_it_was_written(blueprint, data):
    if not problems(blueprint):
        blueprint.steps_for(data.draw(answers(blueprint)))


@pytest.mark.parametrize("which", FAULTS)
@given(data=st.data())
@settings(deadline=None, max_examples=15)
def test_every_planted_fault_is_found_where_it_is(which, data):
    blueprint, (part, place, field) = data.draw(faulty(which))
    found = {(fault.part, fault.place if place >= 0 else -1, fault.field) for fault in faults(blueprint)}
    assert (part, place, field) in found


@given(blueprints(), st.data())
@settings(deadline=None)
def test_whatever_is_sound_asks_keeps_and_fills_for_any_answers(blueprint, data):
    said = data.draw(answers(blueprint))
    asked, kept = blueprint.asked(said), blueprint.kept(said)
    assert kept.keys() <= {question.key for question in asked}
    assert blueprint.kept(kept) == kept  # what is kept is enough to ask the same again
    assert blueprint.asked(kept) == asked
    order = list(blueprint.questions)
    assert [order.index(question) for question in asked] == sorted(order.index(question) for question in asked)
    for question in asked:
        assert question.shown_if is None or question.shown_if.holds(kept)
    for step in blueprint.steps_for(said):
        for text in (step.title, step.instructions, step.checklist):
            done = filled(text, dict.fromkeys(kept, "X"), in_line=True)
            assert not any(f"{{{question.key}}}" in done for question in blueprint.questions)


@given(blueprints())
@settings(deadline=None)
def test_a_version_says_what_was_published(blueprint):
    assert Blueprint.read(json.loads(json.dumps(blueprint.as_json()))) == blueprint


# -- no deadlock -------------------------------------------------------------------------------


def before(blueprint: Blueprint, number: int) -> set[int]:
    """Every step that a step waits for in the whole plan, straight or by way of others."""
    needs = {step.number: step.needs for step in blueprint.steps}
    found: set[int] = set()
    left = list(needs[number])
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += needs[one]
    return found


@given(blueprints(most=9), st.data())
@settings(deadline=None, max_examples=70)
def test_a_plan_never_locks_itself_and_keeps_its_sequence_through_what_is_left_out(blueprint, data):
    """However the steps are completed, each is done exactly once, after all of those before it that are done at all."""
    plan = blueprint.steps_for(data.draw(answers(blueprint)))
    raised: set[int] = set()
    for step in plan:  # each can be raised with the orders that it waits for
        assert set(step.needs) <= raised
        raised.add(step.number)
    assert len(raised) == len(plan)
    done: list[int] = []
    while len(done) < len(plan):
        ready = [step for step in plan if step.number not in done and set(step.needs) <= set(done)]
        assert ready, "nobody can go on"
        done.append(data.draw(st.sampled_from(ready)).number)
    assert sorted(done) == sorted(raised)
    for place, number in enumerate(done):
        assert before(blueprint, number) & raised <= set(done[:place])
