"""When all will be over: stories reckoned by hand, and laws that hold for any set of orders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.sla.hours import Calendar
from workorders.path import Gap, Job, in_sequence, outlook

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
OFFICE = Calendar("UTC", (((480, 1080),),) * 5 + ((), ()))  # Monday to Friday, 8 to 18
H = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NOON + hours * H


def needs(*keys: int) -> frozenset[int]:
    return frozenset(keys)


def waiting(key: int, *before: int, left: float | None = 1, **more: object) -> Job:
    length = None if left is None else left * H
    return Job(key, needs(*before), waits=True, left=length, calendar=OFFICE, **more)  # type: ignore[arg-type]


def test_a_chain_adds_up_in_the_business_time_of_each():
    """12:00 + due at 15:00, then 2 h until 17:00, then 3 h: one until 18:00, two on Thursday from 8."""
    found = outlook([Job(1, due=at(3)), waiting(2, 1, left=2), waiting(3, 2, left=3)], NOON)
    assert found.ends == {1: at(3), 2: at(5), 3: datetime(2026, 3, 5, 10, tzinfo=UTC)}
    assert (found.end, found.chain) == (datetime(2026, 3, 5, 10, tzinfo=UTC), (1, 2, 3))


def test_the_slower_of_two_predecessors_decides():
    found = outlook([Job(1, due=at(1)), Job(2, due=at(4)), waiting(3, 1, 2)], NOON)
    assert (found.end, found.chain) == (at(5), (2, 3))


def test_a_planned_window_ahead_stands_for_the_promise():
    assert outlook([Job(1, planned_start=at(1), planned_end=at(2), due=at(9))], NOON).end == at(2)


def test_a_window_that_has_passed_says_nothing_any_more():
    assert outlook([Job(1, planned_start=at(-3), planned_end=at(-1), due=at(2))], NOON).end == at(2)


def test_one_that_waits_for_its_window_and_not_for_others_begins_the_chain():
    found = outlook([Job(1, due=at(1)), waiting(2, 1, planned_start=at(3), planned_end=at(4))], NOON)
    assert (found.end, found.chain) == (at(4), (2,))


def test_a_window_that_predecessors_overtake_moves_along_with_its_length():
    """Planned from 14 to 16; the predecessor is due at 17:00: one hour until 18:00, the other on Thursday until 9."""
    found = outlook([Job(1, due=at(5)), waiting(2, 1, planned_start=at(2), planned_end=at(4))], NOON)
    assert (found.end, found.chain) == (datetime(2026, 3, 5, 9, tzinfo=UTC), (1, 2))


def test_a_window_without_an_end_takes_as_long_as_promised():
    assert outlook([waiting(2, left=2, planned_start=at(1))], NOON).end == at(3)
    assert outlook([waiting(2, left=None, planned_start=at(1))], NOON).gaps == {2: Gap.NO_PROMISE}


def test_what_is_overdue_is_not_over_before_now():
    found = outlook([Job(1, due=at(-2)), waiting(2, 1)], NOON)
    assert (found.ends, found.overdue) == ({1: NOON, 2: at(1)}, {1})


def test_what_has_no_promise_leaves_open_whatever_waits_for_it_and_says_so_once():
    found = outlook([Job(1), waiting(2, 1), Job(3, due=at(2))], NOON)
    assert (found.gaps, found.unknown) == ({1: Gap.NO_PROMISE}, {1, 2})
    assert (found.end, found.known, found.chain) == (None, at(2), (3,))


@pytest.mark.parametrize(
    ("job", "gap"),
    [
        (Job(1, on_hold=True, left=H, calendar=OFFICE), Gap.ON_HOLD),
        (Job(1, failed=True, due=at(1)), Gap.FAILED),
        (Job(1, waits=True, left=H, calendar=Calendar("UTC", ((),) * 7, {NOON.date(): ((0, 60),)})), Gap.NEVER),
    ],
)
def test_why_nobody_knows(job, gap):
    assert outlook([job], NOON).gaps == {1: gap}


def test_on_hold_but_planned_is_known():
    assert outlook([Job(1, on_hold=True, planned_start=at(20), planned_end=at(22))], NOON).end == at(22)


def test_a_predecessor_that_is_over_holds_up_nobody():
    assert outlook([waiting(2, 1)], NOON).end == at(1)


def test_nothing_to_do_has_no_end():
    assert (outlook([], NOON).end, outlook([], NOON).chain) == (None, ())


def test_a_circle_is_an_error():
    with pytest.raises(ValueError, match="in a circle"):
        outlook([waiting(1, 2), waiting(2, 1)], NOON)


def test_a_chain_stays_together_in_sequence():
    assert in_sequence({1: (), 2: (), 3: (1,), 4: (2,), 5: (3, 4)}) == [1, 3, 2, 4, 5]


# -- laws --------------------------------------------------------------------------------------

hours = st.integers(-10, 200).map(at)


@st.composite
def jobs(draw) -> list[Job]:
    """Any orders without a circle: each needs only some before it, some of which are over."""
    found = []
    for key in range(1, draw(st.integers(1, 9)) + 1):
        before = frozenset(draw(st.lists(st.integers(0, key - 1), max_size=3)))
        start = draw(st.none() | hours)
        length = draw(st.none() | st.integers(1, 30))
        found.append(
            Job(
                key,
                before,
                waits=bool(before - {0}) or (bool(before) and draw(st.booleans())),
                failed=draw(st.integers(0, 14)) == 0,
                on_hold=draw(st.integers(0, 9)) == 0,
                planned_start=start,
                planned_end=start + length * H if start and length else None,
                due=draw(st.none() | hours),
                left=draw(st.none() | st.integers(0, 40).map(lambda n: n * H)),
                calendar=draw(st.sampled_from([None, OFFICE])),
            )
        )
    return draw(st.permutations(found))


LAWS = settings(max_examples=100, deadline=None, derandomize=True)


@LAWS
@given(jobs())
def test_no_end_comes_before_a_predecessors_end_or_now(some):
    found, present = outlook(some, NOON), {job.key for job in some}
    for job in some:
        if job.key in found.ends:
            assert found.ends[job.key] >= NOON
            assert all(found.ends[key] <= found.ends[job.key] for key in job.needs & present)


@LAWS
@given(jobs())
def test_all_is_known_or_there_is_a_reason_before_it(some):
    found, by_key = outlook(some, NOON), {job.key: job for job in some}
    assert found.ends.keys() | found.unknown == by_key.keys()
    assert found.ends.keys().isdisjoint(found.unknown)
    assert bool(found.gaps) == bool(found.unknown)
    for key in found.unknown - found.gaps.keys():
        assert by_key[key].needs & found.unknown


@LAWS
@given(jobs())
def test_the_chain_is_a_path_to_the_last_end(some):
    found, by_key = outlook(some, NOON), {job.key: job for job in some}
    assert found.known == max(found.ends.values(), default=None)
    assert bool(found.chain) == bool(found.ends)
    if found.chain:
        assert found.ends[found.chain[-1]] == found.known
    for before, after in zip(found.chain, found.chain[1:], strict=False):
        assert before in by_key[after].needs


@LAWS
@given(jobs(), st.data())
def test_without_an_order_off_the_chain_the_end_is_the_same(some, data):
    found = outlook(some, NOON)
    off = [job for job in some if job.key in found.ends and job.key not in found.chain]
    if off:
        gone = data.draw(st.sampled_from(off))
        assert outlook([job for job in some if job is not gone], NOON).known == found.known


@LAWS
@given(jobs(), st.data(), st.integers(0, 50))
def test_what_is_due_later_brings_no_end_forward(some, data, later):
    delayed = data.draw(st.sampled_from(some))
    slow = replace(delayed, due=delayed.due + later * H) if delayed.due else delayed
    before, after = outlook(some, NOON), outlook([slow if job is delayed else job for job in some], NOON)
    assert before.ends.keys() == after.ends.keys()
    assert all(after.ends[key] >= end for key, end in before.ends.items())


@LAWS
@given(jobs())
def test_the_sequence_has_every_predecessor_before_its_successors(some):
    order = in_sequence({job.key: job.needs for job in some})
    assert sorted(order) == sorted(job.key for job in some)
    place = {key: at for at, key in enumerate(order)}
    assert all(place[need] < place[job.key] for job in some for need in job.needs if need in place)
