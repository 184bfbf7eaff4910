"""Laws of the quorum: the order of answers never matters, decisions are final, more approvals never hurt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.approvals.quorum import ABSTAIN, APPROVE, ASK, NONE, OBJECT, REJECT, tally

QUORUMS = ["all", "any", "count", "majority"]
FINAL = ["approved", "rejected"]
votes = st.lists(st.sampled_from([APPROVE, REJECT, ABSTAIN, NONE]), min_size=1, max_size=7)
answers = st.lists(st.sampled_from([APPROVE, REJECT, ABSTAIN, OBJECT, NONE]), min_size=1, max_size=7)
everything = st.lists(st.sampled_from([APPROVE, REJECT, ABSTAIN, ASK, OBJECT, NONE]), max_size=7)
quorums = st.tuples(st.sampled_from(QUORUMS), st.integers(1, 8))


def in_turn(quorum, needed, given, order):
    """The seats answer one after the other; a decided round takes no answer but an objection to what it approved."""
    seats = [NONE] * len(given)
    outcome = tally(quorum, needed, seats).outcome
    for place in order:
        if given[place] == NONE or outcome == "rejected" or (outcome == "approved" and given[place] != OBJECT):
            continue
        seats[place] = given[place]
        outcome = tally(quorum, needed, seats).outcome
    return outcome


@given(quorums, answers, st.randoms())
def test_any_order_of_the_same_answers_ends_as_all_at_once(wanted, given, chance):
    order = list(range(len(given)))
    chance.shuffle(order)
    assert in_turn(*wanted, given, order) == tally(*wanted, given).outcome


@given(quorums, votes, st.data())
def test_what_is_decided_stays_decided_whatever_is_answered_after(wanted, given, data):
    before = tally(*wanted, given).outcome
    after = [data.draw(st.sampled_from([APPROVE, REJECT, ABSTAIN])) if one == NONE else one for one in given]
    if before in FINAL:
        assert tally(*wanted, after).outcome == before


@given(quorums, everything, st.data())
def test_one_more_approval_never_hurts(wanted, given, data):
    rank = {"rejected": 0, "stuck": 1, "waiting": 1, "blocked": 2, "approved": 3}
    open_ = [place for place, one in enumerate(given) if one != APPROVE]
    if open_:
        place = data.draw(st.sampled_from(open_))
        more = [APPROVE if here == place else one for here, one in enumerate(given)]
        assert rank[tally(*wanted, more).outcome] >= rank[tally(*wanted, given).outcome]


@given(quorums, everything)
def test_nothing_is_approved_without_an_approval_or_against_an_objection_or_an_open_question(wanted, given):
    found = tally(*wanted, given)
    if found.outcome == "approved":
        assert APPROVE in given
        assert not {ASK, OBJECT} & set(given)
    assert found.have == given.count(APPROVE)
    assert found.words


@given(quorums, everything, st.integers(0, 7))
def test_it_matters_what_is_answered_and_not_by_whom(wanted, given, turn):
    assert tally(*wanted, given) == tally(*wanted, given[turn:] + given[:turn])


@pytest.mark.parametrize(
    ("quorum", "needed", "given", "outcome"),
    [
        ("all", 0, "A-", "waiting"),
        ("all", 0, "AA", "approved"),
        ("all", 0, "AB", "approved"),
        ("all", 0, "BB", "stuck"),
        ("all", 0, "AR", "rejected"),
        ("all", 0, "R-", "rejected"),
        ("any", 0, "A-", "approved"),
        ("any", 0, "R-", "waiting"),
        ("any", 0, "RB", "rejected"),
        ("any", 0, "AO", "blocked"),
        ("any", 0, "AQ", "blocked"),
        ("count", 2, "A--", "waiting"),
        ("count", 2, "AA-", "approved"),
        ("count", 2, "AR-", "waiting"),
        ("count", 2, "RR-", "rejected"),
        ("count", 2, "BB-", "stuck"),
        ("count", 2, "AAO", "blocked"),
        ("majority", 0, "A-", "waiting"),
        ("majority", 0, "AA-", "approved"),
        ("majority", 0, "AR", "rejected"),
        ("majority", 0, "AB", "approved"),
        ("majority", 0, "BB", "stuck"),
        ("majority", 0, "AAAO", "blocked"),
        ("majority", 0, "", "stuck"),
    ],
)
def test_the_table_of_the_contract(quorum, needed, given, outcome):
    letters = {"A": APPROVE, "R": REJECT, "B": ABSTAIN, "-": NONE, "O": OBJECT, "Q": ASK}
    assert tally(quorum, needed, [letters[one] for one in given]).outcome == outcome


@pytest.mark.parametrize(
    ("quorum", "needed", "given", "want", "words"),
    [
        ("count", 2, [APPROVE, NONE, NONE], 2, "1 more must approve."),
        ("majority", 0, [NONE] * 4, 3, "3 more must approve."),
        ("all", 0, [APPROVE, ASK], 2, "1 more must approve. A question waits for its answer."),
        ("any", 0, [APPROVE, OBJECT], 1, "Enough have approved, but an objection blocks it until it is withdrawn."),
    ],
)
def test_what_is_missing_is_said_in_words(quorum, needed, given, want, words):
    found = tally(quorum, needed, given)
    assert (found.want, found.words) == (want, words)
