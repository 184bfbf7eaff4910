"""The form that is made from what an item asks: each kind of question, conditions, and what it cleans to."""

import pytest
from django.utils.datastructures import MultiValueDict

from requests_fulfillment.blueprint import KINDS, Blueprint, Condition, Question
from requests_fulfillment.forms import OrderForm
from tests.factories import person
from tests.files import named, png, text

ASKED = {
    "text": ("  Line \r\n", "Line"),
    "long_text": ("One\r\nTwo\n", "One\nTwo"),
    "number": ("02.50", "2.5"),
    "choice": ("Strong", "Strong"),
    "person": ("erin", "Erin Walsh (erin)"),
    "date": ("2026-12-24", "2026-12-24"),
    "yes_no": ("no", "no"),
}


def form(*questions, data=None, files=()):
    sent = MultiValueDict({"q_file": list(files)}) if files else None
    return OrderForm(data or {}, sent, blueprint=Blueprint(questions=questions))


def question(kind, **more):
    choices = ("Light", "Strong") if kind == "choice" else ()
    return Question(key=kind, label=f"The {kind}?", kind=kind, choices=choices, **more)


@pytest.mark.django_db
def test_every_kind_cleans_to_text():
    person("erin", last_name="Walsh")
    assert {*ASKED, "file"} == set(KINDS)
    sent = {f"q_{kind}": given for kind, (given, _) in ASKED.items()}
    bound = form(*map(question, KINDS), data=sent, files=[png("desk.png"), text("why.txt")])
    assert bound.is_valid(), bound.errors
    order = bound.order()
    assert order["answers"] == {kind: kept for kind, (_, kept) in ASKED.items()} | {"file": "desk.png, why.txt"}
    assert [file.name for file in order["files"]] == ["desk.png", "why.txt"]
    assert (order["requester"], order["site"]) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_required_is_missed_next_to_its_field_and_what_is_not_may_be_left_out(kind):
    missing = form(question(kind))
    assert not missing.is_valid()
    assert list(missing.errors) == [f"q_{kind}"]
    free = form(question(kind, required=False))
    assert free.is_valid(), free.errors
    assert set(free.order()["answers"].values()) == {""}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        ("number", "two", "Please give a number, such as 2 or 2.5."),
        ("number", "NaN", "Please give a number, such as 2 or 2.5."),
        ("number", "1e400", "digits"),
        ("choice", "Golden", "Golden is not one of the available choices."),
        ("person", "nobody", "Nobody is known as “nobody”."),
        ("date", "24.12.", "Please give a date, such as 2026-12-31."),
        ("date", "0000-01-01", "Please give a date"),
        ("yes_no", "maybe", "maybe is not one of the available choices."),
        ("text", "x" * 501, "at most 500 characters"),
        ("text", "\x00", "Null characters are not allowed."),
        ("text", "\u200b", "Please fill this in."),
        ("long_text", "x" * 20_001, "at most 20000 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(kind, given, why):
    bound = form(question(kind), data={f"q_{kind}": given})
    assert not bound.is_valid()
    assert any(why in error for error in bound.errors[f"q_{kind}"]), bound.errors


@pytest.mark.django_db
def test_a_file_is_checked_for_what_it_is():
    bound = form(question("file"), files=[named("virus.exe", b"MZ")])
    assert not bound.is_valid()
    assert "can't be attached" in bound.errors["q_file"][0]


DOCK = Question(key="dock", label="A dock too?", kind="yes_no")
SCREENS = Question(
    key="screens", label="Screens?", kind="choice", choices=("1", "2"), shown_if=Condition("dock", "yes")
)
CABLE = Question(key="cable", label="Cable?", kind="number", shown_if=Condition("screens", "2"))


def test_a_question_that_is_not_shown_is_neither_required_nor_kept_nor_wrong():
    bound = form(DOCK, SCREENS, CABLE, data={"q_dock": "no", "q_screens": "7", "q_cable": "long"})
    assert bound.is_valid(), bound.errors
    assert bound.order()["answers"] == {"dock": "no"}


def test_a_question_that_is_shown_is_required_and_so_is_what_hangs_on_it():
    assert list(form(DOCK, SCREENS, CABLE, data={"q_dock": "yes"}).errors) == ["q_screens"]
    assert list(form(DOCK, SCREENS, CABLE, data={"q_dock": "yes", "q_screens": "2"}).errors) == ["q_cable"]
    whole = form(DOCK, SCREENS, CABLE, data={"q_dock": "YES".lower(), "q_screens": "2", "q_cable": "1.50"})
    assert whole.is_valid()
    assert whole.order()["answers"] == {"dock": "yes", "screens": "2", "cable": "1.5"}


def test_the_page_is_told_what_each_question_hangs_on():
    shown = {asked.field.name: (asked.name, asked.value, asked.hint) for asked in form(DOCK, SCREENS).asked}
    assert shown == {"q_dock": ("", "", ""), "q_screens": ("q_dock", "yes", "Only if “A dock too?” is “Yes”.")}


def test_a_question_may_be_called_like_a_field_of_the_form_itself():
    bound = form(Question(key="submission", label="?"), data={"q_submission": "x", "requester": ""})
    assert bound.is_valid()
    assert bound.order()["answers"] == {"submission": "x"}


def test_a_draft_keeps_what_was_typed_as_it_was_typed():
    bound = form(question("number"), question("file"), data={"q_number": "tw\x00o", "csrf": "x", "requester": "Er"})
    assert bound.typed() == {"requester": "Er", "site": "", "q_number": "two"}
