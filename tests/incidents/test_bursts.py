"""The arithmetic of bursts against brute force in exact numbers, and the measure by which they alarm."""

from decimal import Decimal, getcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.bursts import Measure, at_least, strongest, usual_rate

getcontext().prec = 80


def brute(count: int, mean: float) -> Decimal:
    """One less all that is below, term by term, with eighty digits."""
    exact = Decimal(mean)
    term = below = Decimal(0)
    for k in range(count):
        term = (-exact).exp() if k == 0 else term * exact / k
        below += term
    return 1 - below


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 80), st.floats(0.001, 60))
def test_the_tail_is_that_of_brute_force(count, mean):
    exact = brute(count, mean)
    assert abs(Decimal(at_least(count, mean)) - exact) <= Decimal(1e-11) * max(exact, Decimal(1e-60))


@pytest.mark.parametrize(
    ("count", "mean", "chance"),
    [(0, 3, 1), (1, 0, 0), (1, 1, 0.6321205588285577), (3, 1, 0.08030139707139419), (10, 1, 1.1142547833872e-07)],
)
def test_known_values(count, mean, chance):
    assert at_least(count, mean) == pytest.approx(chance, rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 60), st.floats(0.01, 40))
def test_more_is_less_likely_and_a_higher_rate_makes_it_likelier(count, mean):
    assert 0 <= at_least(count + 1, mean) <= at_least(count, mean) <= 1
    assert at_least(count, mean) <= at_least(count, mean * 1.1) + 1e-15


def test_what_is_usual_never_falls_below_the_floor():
    assert usual_rate(0, 8, 0.25) == 0.25
    assert usual_rate(16, 8, 0.25) == pytest.approx(16.5 / 8)
    assert usual_rate(0, 0, 0.25) == 0.25


MEASURE = Measure()


@pytest.mark.parametrize("past", [0, 1, 50])
def test_two_never_alarm_nor_four(past):
    for count in range(5):
        assert strongest([0.1] * count, past, 8, MEASURE) is None


def test_five_in_a_quarter_where_hardly_any_is_usual_alarm():
    found = strongest([1, 3, 5, 8, 14], 0, 8, MEASURE)
    assert (found.minutes, found.count) == (15, 5)
    assert found.chance < 1e-6


def test_as_many_where_many_are_usual_do_not():
    assert strongest([1, 3, 5, 8, 14], 8 * 8, 8, MEASURE) is None  # eight an hour
    assert strongest([0.5] * 30, 8 * 8, 8, MEASURE) is not None


def test_the_least_likely_window_is_the_evidence():
    slow = strongest([4, 20, 25, 33, 38, 41, 47, 50, 53, 58], 2, 8, MEASURE)
    assert (slow.minutes, slow.count) == (60, 10)
    quick = strongest([1, 1, 2, 2, 3, 3, 4, 59], 2, 8, MEASURE)
    assert (quick.minutes, quick.count) == (15, 7)


def test_what_is_too_old_counts_in_no_window():
    assert strongest([61, 62, 63, 64, 65, 70], 0, 8, MEASURE) is None
