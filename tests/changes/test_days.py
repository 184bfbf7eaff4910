"""Days of a calendar: what touches which day, and what stands beside what; also in the nights in which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes import days

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Cairo"), UTC]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=40))


def berlin(*at: int, fold: int = 0) -> datetime:
    return datetime(*at, tzinfo=BERLIN, fold=fold)


def test_midnight_at_its_end_touches_no_further_day():
    night = (berlin(2026, 11, 26, 22), berlin(2026, 11, 27, 0))
    assert days.touched(*night, BERLIN) == (date(2026, 11, 26), date(2026, 11, 26))
    assert days.touched(night[0], night[1] + timedelta(minutes=1), BERLIN)[1] == date(2026, 11, 27)


def test_the_same_night_stands_on_other_days_elsewhere():
    window = (berlin(2026, 11, 27, 1), berlin(2026, 11, 27, 3))
    assert days.touched(*window, BERLIN) == (date(2026, 11, 27), date(2026, 11, 27))
    assert days.touched(*window, NEW_YORK) == (date(2026, 11, 26), date(2026, 11, 26))


@given(start=MOMENTS, length=LENGTHS, zone=st.sampled_from(ZONES))
def test_a_window_touches_exactly_the_days_it_shares_a_moment_with(start, length, zone):
    """By brute force: a day is touched when the window and the day, both half-open, have a moment in common."""
    end = start + length
    first, last = days.touched(start, end, zone)
    for day in days.span(first - 2 * days.DAY, last + 2 * days.DAY):
        shares = start < days.begins(day + days.DAY, zone).astimezone(UTC) and end > days.begins(day, zone).astimezone(
            UTC
        )
        assert shares == (first <= day <= last), day


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_has_its_first_and_its_last_day(day, first, last):
    assert days.month(day) == (first, last)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_week_begins_on_monday(day):
    assert days.monday(day).weekday() == 0
    assert timedelta() <= day - days.monday(day) < timedelta(days=7)


def test_the_nights_in_which_clocks_change_are_known():
    assert days.clocks_change(date(2026, 3, 29), BERLIN) == 60
    assert days.clocks_change(date(2026, 10, 25), BERLIN) == -60
    assert days.clocks_change(date(2026, 10, 26), BERLIN) == 0


def test_in_the_night_that_reads_an_hour_twice_a_block_is_drawn_the_right_way_up():
    start, end = berlin(2026, 10, 25, 2, 45), berlin(2026, 10, 25, 2, 15, fold=1)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=30)
    assert days.on_the_clock(start, end, date(2026, 10, 25), BERLIN) == (165, 195)


def test_in_the_night_that_skips_an_hour_blocks_stand_where_the_clock_says():
    start, end = berlin(2026, 3, 29, 1, 30), berlin(2026, 3, 29, 3, 30)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=1)
    assert days.on_the_clock(start, end, date(2026, 3, 29), BERLIN) == (90, 210)


def test_over_midnight_each_day_gets_its_part():
    start, end = berlin(2026, 11, 26, 22), berlin(2026, 11, 27, 2)
    assert days.on_the_clock(start, end, date(2026, 11, 26), BERLIN) == (22 * 60, 24 * 60)
    assert days.on_the_clock(start, end, date(2026, 11, 27), BERLIN) == (0, 120)


def test_a_short_one_just_before_midnight_stays_in_its_day_and_can_be_read():
    start = berlin(2026, 11, 26, 23, 58)
    assert days.on_the_clock(start, start + timedelta(minutes=1), date(2026, 11, 26), BERLIN) == (1410, 1440)


def test_what_overlaps_shares_the_width_and_what_does_not_has_all_of_it():
    assert days.sides([(0, 60), (30, 90), (60, 120), (200, 260)]) == [(0, 2), (1, 2), (0, 2), (0, 1)]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 90)).map(lambda s: (s[0], s[0] + s[1])), max_size=25))
def test_no_two_that_overlap_stand_on_the_same_place(spans):
    placed = days.sides(spans)
    for n, (a, b) in enumerate(spans):
        lane, of = placed[n]
        assert 0 <= lane < of
        for m, (c, d) in enumerate(spans[:n]):
            if a < d and c < b:
                assert placed[m][0] != lane
                assert placed[m][1] == of, "those that overlap share one width"


@given(
    st.lists(st.tuples(st.dates(date(2026, 11, 1), date(2026, 12, 15)), st.integers(0, 20)), max_size=20),
    st.dates(date(2026, 11, 1), date(2026, 12, 10)),
)
def test_bars_cover_exactly_the_days_of_the_row_that_they_touch(spans, day):
    first = days.monday(day)
    things = [(n, a, a + timedelta(days=length)) for n, (a, length) in enumerate(spans)]
    covered = {
        (bar.what, first + timedelta(days=bar.column - 1 + n), bar.lane)
        for bar in days.row(things, first, first + 6 * days.DAY)
        for n in range(bar.width)
    }
    assert {(what, day) for what, day, _ in covered} == {
        (what, day) for what, a, b in things for day in days.span(first, first + 6 * days.DAY) if a <= day <= b
    }
    assert len({(day, lane) for _, day, lane in covered}) == len(covered), "two in one place"
