"""Shifts: whether the wall clock shows a time of work, until when, and when the next one begins."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.people.shifts import Window, next_begin, working_until

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = Window(frozenset(range(5)), time(8), time(17))
NIGHTS = Window(frozenset({4}), time(22), time(6))  # from Friday to Saturday


def at(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("windows", "now", "until", "begins"),
    [
        ([DAYS], "2026-03-02 08:00", "2026-03-02 17:00", "2026-03-03 08:00"),  # a Monday
        ([DAYS], "2026-03-02 07:59", None, "2026-03-02 08:00"),
        ([DAYS], "2026-03-06 17:00", None, "2026-03-09 08:00"),  # the weekend begins
        ([NIGHTS], "2026-03-07 05:59", "2026-03-07 06:00", "2026-03-13 22:00"),
        ([NIGHTS], "2026-03-07 06:00", None, "2026-03-13 22:00"),
        ([NIGHTS], "2026-03-06 05:00", None, "2026-03-06 22:00"),
        ([Window(frozenset({0}), time(8), time(12)), Window(frozenset({0}), time(12), time(16))],
         "2026-03-02 09:00", "2026-03-02 16:00", "2026-03-02 12:00"),
        ([], "2026-03-02 09:00", None, None),
    ],
)  # fmt: skip
def test_a_shift_is_what_the_wall_clock_shows(windows, now, until, begins):
    assert working_until(windows, BERLIN, at(now)) == (at(until) if until else None)
    assert next_begin(windows, BERLIN, at(now)) == (at(begins) if begins else None)


def test_a_shift_over_the_night_in_which_clocks_go_back_ends_when_they_show_its_end_last():
    night = Window(frozenset({5}), time(22), time(2, 30))
    assert working_until([night], BERLIN, at("2026-10-25 02:15", fold=1)) == at("2026-10-25 02:30", fold=1)


def test_whoever_is_never_off_is_told_a_time_that_is_a_week_away():
    always = Window(frozenset(range(7)), time(0), time(0))
    assert working_until([always], BERLIN, at("2026-03-02 09:00")) > at("2026-03-08 09:00")


days = st.sets(st.integers(0, 6), min_size=1).map(frozenset)
windows = st.builds(Window, days, st.times(), st.times())
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(windows, max_size=3), moments)
def test_the_end_lies_ahead_and_the_shift_runs_up_to_it(shifts, moment):
    until, begins = working_until(shifts, BERLIN, moment), next_begin(shifts, BERLIN, moment)
    assert until is None or until > moment
    assert begins is None or begins > moment
    if until is not None and until - moment < timedelta(days=6):
        assert working_until(shifts, BERLIN, until - timedelta(microseconds=1)) is not None or _in_a_gap(until)


def _in_a_gap(moment):
    """Clocks that go forward skip an hour; a shift that ends in it has no last moment there."""
    return moment.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) != moment.replace(tzinfo=None)
