"""Risk from plain questions: the product of impact and likelihood, and what moves either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.risk import Level, assess

third = st.integers(1, 3)


@pytest.mark.parametrize(
    ("answers", "impact", "likelihood", "score", "level"),
    [
        ({"noticed": 3, "experience": 3, "tried_out": 3, "undoing": 3}, 3, 3, 1, "low"),
        ({"noticed": 2, "experience": 3, "tried_out": 3, "undoing": 3}, 2, 3, 2, "low"),
        ({"noticed": 2, "experience": 2, "tried_out": 2, "undoing": 2}, 2, 2, 4, "moderate"),
        ({"noticed": 1, "experience": 2, "tried_out": 2, "undoing": 2}, 1, 2, 6, "high"),
        ({"noticed": 1, "experience": 1, "tried_out": 1, "undoing": 3}, 1, 1, 9, "high"),
        ({"noticed": 3, "experience": 1, "tried_out": 2, "undoing": 3}, 3, 1, 3, "moderate"),
    ],
)
def test_the_risk_is_the_product(answers, impact, likelihood, score, level):
    risk = assess(**answers)
    assert (risk.impact, risk.likelihood, risk.score, risk.level) == (impact, likelihood, score, Level(level))


def test_what_cannot_be_undone_and_what_is_vital_weigh_more_and_say_so():
    harmless = {"noticed": 3, "experience": 3, "tried_out": 3}
    assert assess(**harmless, undoing=3).impact == 3
    undone = assess(**harmless, undoing=1)
    assert (undone.impact, undone.because) == (2, ("Impact is one step higher: it can't be undone for certain.",))
    vital = assess(**harmless, undoing=3, vital=["Patient records"])
    assert (vital.impact, vital.because) == (2, ("Impact is at least medium: Patient records is vital.",))
    assert assess(**harmless, undoing=1, vital=["Patient records"]).impact == 1


@given(third, third, third, third, st.booleans(), st.sampled_from(["noticed", "experience", "tried_out", "undoing"]))
def test_a_worse_answer_never_lowers_the_risk(noticed, experience, tried_out, undoing, vital, which):
    answers = {"noticed": noticed, "experience": experience, "tried_out": tried_out, "undoing": undoing}
    named = ["Patient records"] if vital else []
    before = assess(**answers, vital=named)
    worse = assess(**{**answers, which: max(1, answers[which] - 1)}, vital=named)
    assert worse.score >= before.score
    assert 1 <= before.score <= 9
