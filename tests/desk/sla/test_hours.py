"""Opening hours in days that one can reckon by hand, and what a calendar is refused for."""

import copy
import pickle
import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from desk.sla.hours import HORIZON, Calendar, Interval, due, due_after, elapsed, intervals, problems, zone_names

NEVER = ((),) * 7
OFFICE = (((480, 1080),),) * 5 + ((), ())  # Monday to Friday, 8 to 18
NIGHTS = (((1320, 1800),),) * 7  # 22 to 6
ALWAYS = (((0, 1440),),) * 7
LAST_SUNDAY = datetime(2026, 10, 25, tzinfo=UTC)  # Berlin's clocks repeat 2:00 to 3:00 in this night


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def at(zone: str, *numbers: int, fold: int = 0) -> datetime:
    return datetime(*numbers, fold=fold, tzinfo=ZoneInfo(zone))


def berlin(*numbers: int, fold: int = 0) -> datetime:
    return at("Europe/Berlin", *numbers, fold=fold).astimezone(UTC)


def every_day(zone: str, *windows: tuple[int, int]) -> Calendar:
    return Calendar(zone, (windows,) * 7)


# The service desk's days


@pytest.fixture
def desk():
    """Service Desk, Berlin: Monday to Friday 8 to 18; on Christmas Eve 2026 until noon, on Christmas Day not at all."""
    return Calendar("Europe/Berlin", OFFICE, {date(2026, 12, 24): ((480, 720),), date(2026, 12, 25): ()})


def test_half_an_hour_on_a_friday_evening_ends_on_monday_morning(desk):
    assert due(desk, berlin(2026, 9, 4, 17, 45), 30) == berlin(2026, 9, 7, 8, 15)


def test_half_an_hour_from_five_to_five_ends_on_the_same_friday(desk):
    assert due(desk, berlin(2026, 9, 4, 16, 55), 30) == berlin(2026, 9, 4, 17, 25)


def test_what_ends_with_the_day_is_due_at_closing_time_and_not_at_the_next_opening(desk):
    assert due(desk, berlin(2026, 9, 4, 17, 30), 30) == berlin(2026, 9, 4, 18)
    assert due_after(desk, berlin(2026, 9, 4, 17, 30), timedelta(minutes=30, microseconds=1)) == berlin(
        2026, 9, 7, 8
    ) + timedelta(microseconds=1)


def test_nothing_to_wait_for_is_due_at_once_even_when_closed(desk):
    sunday = berlin(2026, 9, 6, 12)
    assert due(desk, sunday, 0) == sunday


def test_three_days_of_work_skip_the_weekend(desk):
    assert due(desk, berlin(2026, 9, 3, 10), 3 * 600) == berlin(2026, 9, 8, 10)


def test_fractions_of_a_minute_count(desk):
    start = berlin(2026, 9, 4, 17, 59) + timedelta(seconds=30, microseconds=1)
    assert elapsed(desk, start, berlin(2026, 9, 7, 8, 0)) == timedelta(seconds=29, microseconds=999_999)
    assert due(desk, start, 0.5) == berlin(2026, 9, 7, 8) + timedelta(microseconds=1)


def test_a_half_day_and_a_holiday(desk):
    assert elapsed(desk, berlin(2026, 12, 24), berlin(2026, 12, 29)) == hours(4 + 10)
    assert due(desk, berlin(2026, 12, 24, 11), 120) == berlin(2026, 12, 28, 9)


def test_intervals_name_the_holiday_and_leave_the_half_day_closed(desk):
    assert intervals(desk, berlin(2026, 12, 24, 9), berlin(2026, 12, 28, 9)) == [
        Interval(berlin(2026, 12, 24, 9), berlin(2026, 12, 24, 12), "open"),
        Interval(berlin(2026, 12, 24, 12), berlin(2026, 12, 25), "closed"),
        Interval(berlin(2026, 12, 25), berlin(2026, 12, 26), "holiday", date(2026, 12, 25)),
        Interval(berlin(2026, 12, 26), berlin(2026, 12, 28, 8), "closed"),
        Interval(berlin(2026, 12, 28, 8), berlin(2026, 12, 28, 9), "open"),
    ]


def test_two_holidays_in_a_row_are_two_intervals():
    days = {date(2026, 12, 25): (), date(2026, 12, 26): ()}
    found = intervals(Calendar("Europe/Berlin", OFFICE, days), berlin(2026, 12, 25, 5), berlin(2026, 12, 26, 5))
    assert [(one.end - one.start, one.kind, one.day) for one in found] == [
        (hours(19), "holiday", date(2026, 12, 25)),
        (hours(5), "holiday", date(2026, 12, 26)),
    ]


def test_windows_that_touch_or_overlap_count_once():
    calendar = every_day("UTC", (480, 720), (660, 780), (780, 1080))
    day = datetime(2026, 9, 4, tzinfo=UTC)
    assert elapsed(calendar, day, day + hours(24)) == hours(10)
    assert [one.kind for one in intervals(calendar, day, day + hours(24))] == ["closed", "open", "closed"]


def test_a_night_shift_runs_on_into_the_holiday_and_none_begins_on_it():
    calendar = Calendar("Europe/Berlin", NIGHTS, {date(2026, 12, 25): ()})
    assert intervals(calendar, berlin(2026, 12, 25), berlin(2026, 12, 26, 23)) == [
        Interval(berlin(2026, 12, 25), berlin(2026, 12, 25, 6), "open"),
        Interval(berlin(2026, 12, 25, 6), berlin(2026, 12, 26), "holiday", date(2026, 12, 25)),
        Interval(berlin(2026, 12, 26), berlin(2026, 12, 26, 22), "closed"),
        Interval(berlin(2026, 12, 26, 22), berlin(2026, 12, 26, 23), "open"),
    ]


def test_backwards_nothing_has_elapsed(desk):
    a, b = berlin(2026, 9, 4, 9), berlin(2026, 9, 4, 10)
    assert (elapsed(desk, b, a), intervals(desk, b, a)) == (timedelta(0), [])
    assert (elapsed(desk, a, a), intervals(desk, a, a)) == (timedelta(0), [])


def test_moments_may_come_in_any_zone_and_answers_are_in_utc(desk):
    start = datetime(2026, 9, 4, 21, 15, tzinfo=timezone(timedelta(hours=5, minutes=45)))  # 17:30 in Berlin
    found = due(desk, start, 45)
    assert (found, found.tzinfo) == (berlin(2026, 9, 7, 8, 15), UTC)


# Nights on which the clock changes


def test_a_repeated_hour_counts_twice_and_a_skipped_one_not_at_all():
    night = every_day("Europe/Berlin", (60, 240))  # 1 to 4
    assert elapsed(night, berlin(2026, 10, 25), berlin(2026, 10, 25, 12)) == hours(4)
    assert elapsed(night, berlin(2026, 3, 29), berlin(2026, 3, 29, 12)) == hours(2)


def test_a_window_inside_the_repeated_hour_opens_twice():
    found = intervals(every_day("Europe/Berlin", (135, 165)), LAST_SUNDAY, LAST_SUNDAY + hours(2))
    assert [(one.start, one.end) for one in found if one.kind == "open"] == [
        (LAST_SUNDAY + timedelta(minutes=15), LAST_SUNDAY + timedelta(minutes=45)),
        (LAST_SUNDAY + timedelta(minutes=75), LAST_SUNDAY + timedelta(minutes=105)),
    ]


def test_a_window_inside_the_skipped_hour_never_opens_and_one_across_its_edge_is_cut():
    inside, across = every_day("Europe/Berlin", (135, 165)), every_day("Europe/Berlin", (90, 150))
    assert elapsed(inside, berlin(2026, 3, 29), berlin(2026, 3, 30)) == hours(0)
    assert elapsed(across, berlin(2026, 3, 29), berlin(2026, 3, 30)) == hours(0.5)


def test_the_two_halves_of_a_repeated_hour_are_told_apart():
    night = every_day("Europe/Berlin", (0, 240))
    assert due(night, berlin(2026, 10, 25, 2, 30), 60) == berlin(2026, 10, 25, 2, 30, fold=1)
    assert elapsed(
        night, at("Europe/Berlin", 2026, 10, 25, 2, 30), at("Europe/Berlin", 2026, 10, 25, 2, 30, fold=1)
    ) == hours(1)


@pytest.mark.parametrize(("day", "length"), [((2026, 10, 24), 9), ((2026, 3, 28), 7), ((2026, 9, 4), 8)])
def test_night_shifts_are_longer_or_shorter_when_clocks_change(day, length):
    shift = Calendar("Europe/Berlin", NIGHTS)
    assert elapsed(shift, berlin(*day, 12), berlin(*day, 12) + hours(24)) == hours(length)
    assert due(shift, berlin(*day, 22), length * 60) == berlin(day[0], day[1], day[2] + 1, 6)


def test_around_the_clock_is_the_time_on_the_utc_line():
    always = Calendar("Europe/Berlin", ALWAYS)
    assert elapsed(always, berlin(2026, 1, 1), berlin(2027, 1, 1)) == timedelta(days=365)
    assert due(always, berlin(2026, 10, 24, 12), 24 * 60) == berlin(2026, 10, 25, 11)
    assert [one.kind for one in intervals(always, berlin(2026, 1, 1), berlin(2027, 1, 1))] == ["open"]


def test_lord_howe_moves_by_half_an_hour():
    calendar = every_day("Australia/Lord_Howe", (60, 180))  # 1 to 3
    back, forth = datetime(2026, 4, 4, 12, tzinfo=UTC), datetime(2026, 10, 3, 12, tzinfo=UTC)
    assert elapsed(calendar, back, back + hours(12)) == hours(2.5)
    assert elapsed(calendar, forth, forth + hours(12)) == hours(1.5)


def test_apia_had_no_thirtieth_of_december_2011():
    office = every_day("Pacific/Apia", (480, 1080))
    start, end = at("Pacific/Apia", 2011, 12, 29, 17), at("Pacific/Apia", 2011, 12, 31, 9)
    assert elapsed(office, start, end) == hours(2)
    assert due(office, start, 120) == at("Pacific/Apia", 2011, 12, 31, 9).astimezone(UTC)
    holiday = Calendar("Pacific/Apia", NEVER, {date(2011, 12, 30): (), date(2012, 1, 1): ALWAYS[0]})
    assert [one.kind for one in intervals(holiday, start, end)] == ["closed"]


def test_a_night_shift_across_apias_missing_date():
    shift = Calendar("Pacific/Apia", NIGHTS)
    start, end = at("Pacific/Apia", 2011, 12, 29, 12), at("Pacific/Apia", 2011, 12, 31, 12)
    assert elapsed(shift, start, end) == hours(2 + 6)  # 22 to 24 on the 29th; 0 to 6 on the 31st


def test_havana_repeats_the_hour_after_midnight_and_skips_it_in_spring():
    calendar = every_day("America/Havana", (0, 60))
    autumn, spring = datetime(2024, 11, 3, 2, tzinfo=UTC), datetime(2024, 3, 10, 2, tzinfo=UTC)
    assert elapsed(calendar, autumn, autumn + hours(12)) == hours(2)
    assert elapsed(calendar, spring, spring + hours(12)) == hours(0)


def test_beirut_and_santiago_change_at_midnight():
    late = ((1380, 1440),)  # 23 to 24
    for zone, back, forth, skipped in (
        ("Asia/Beirut", (2026, 10, 24, 12), (2026, 3, 28, 12), (0, 60)),
        ("America/Santiago", (2026, 4, 4, 12), (2026, 9, 5, 12), (0, 60)),
    ):
        assert elapsed(every_day(zone, *late), at(zone, *back), at(zone, *back) + timedelta(days=1)) == hours(2)
        start = at(zone, *forth).astimezone(UTC)
        assert elapsed(every_day(zone, skipped), start, start + hours(20)) == hours(0)


def test_casablanca_puts_its_clock_back_for_ramadan():
    calendar = every_day("Africa/Casablanca", (120, 180))  # 2 to 3
    begins, ends = datetime(2026, 2, 14, 12, tzinfo=UTC), datetime(2026, 3, 21, 12, tzinfo=UTC)
    assert elapsed(calendar, begins, begins + hours(24)) == hours(2)
    assert elapsed(calendar, ends, ends + hours(24)) == hours(0)


def test_a_holiday_whose_midnight_is_shown_twice_is_one_interval():
    """In Saint John's of 2010 the clock went from 0:01 back to 23:01 of the day before."""
    holiday = Calendar("America/St_Johns", ALWAYS, {date(2010, 11, 7): ()})
    start = datetime(2010, 11, 7, 2, 25, tzinfo=UTC)  # 23:55 on the 6th, summer time
    assert [(one.end - one.start, one.kind) for one in intervals(holiday, start, start + timedelta(minutes=70))] == [
        (timedelta(minutes=5), "open"),
        (timedelta(minutes=1), "holiday"),
        (timedelta(minutes=59), "open"),
        (timedelta(minutes=5), "holiday"),
    ]


# Far away, and at both ends of time


def test_what_takes_more_than_ten_years_is_never_due():
    yearly = Calendar("UTC", NEVER, {date(2036, 9, 3): ((0, 1),)})
    opening = datetime(2036, 9, 3, tzinfo=UTC)
    assert due(yearly, opening - HORIZON + timedelta(minutes=1), 1) == opening + timedelta(minutes=1)
    assert due(yearly, opening - HORIZON, 1) is None
    assert due(yearly, opening, 2) is None
    always = Calendar("UTC", ALWAYS)
    assert due_after(always, opening, HORIZON) == opening + HORIZON
    assert due_after(always, opening, HORIZON + timedelta(microseconds=1)) is None
    assert [due(always, opening, minutes) for minutes in (float("inf"), 10**30)] == [None, None]
    assert due_after(always, opening, timedelta.max) is None


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Apia", "America/New_York", "Europe/Berlin"])
def test_both_ends_of_time(zone):
    always = Calendar(zone, ALWAYS)
    first, last = datetime.min.replace(tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
    ahead = first.replace(year=2).astimezone(ZoneInfo(zone)).utcoffset()
    late = last.replace(month=12, day=1).astimezone(ZoneInfo(zone)).utcoffset()
    assert elapsed(always, first, first + hours(48)) == hours(48) - max(-ahead, timedelta(0))
    assert elapsed(always, last - hours(48), last) == hours(48) - max(late - hours(1), timedelta(0))
    assert due(always, last, 61) is None
    assert due(always, last, 0) == last
    tiles = intervals(always, last - hours(48), last)
    assert (tiles[0].start, tiles[-1].end) == (last - hours(48), last)


@pytest.mark.parametrize(
    "beyond",
    [datetime.min.replace(tzinfo=timezone(hours(2))), datetime.max.replace(tzinfo=timezone(hours(-2)))],
)
def test_a_moment_beyond_the_ends_is_refused_with_a_sentence(desk, beyond):
    for ask in (
        lambda: elapsed(desk, beyond, LAST_SUNDAY),
        lambda: elapsed(desk, LAST_SUNDAY, beyond),
        lambda: due(desk, beyond, 1),
        lambda: intervals(desk, LAST_SUNDAY, beyond),
    ):
        with pytest.raises(ValueError, match=r"^The moment .* is outside the years 1 to 9999 in UTC\.$"):
            ask()


def test_a_moment_without_a_zone_and_a_negative_length_are_refused(desk):
    with pytest.raises(ValueError, match=r"^The moment 2026-09-04 00:00:00 has no time zone\.$"):
        due(desk, datetime(2026, 9, 4), 1)
    for minutes in (-1, -0.001, float("nan"), float("-inf")):
        with pytest.raises(ValueError, match=r"^A length of time can't be negative\.$"):
            due(desk, LAST_SUNDAY, minutes)


# What is a calendar, and what is none


def test_equal_calendars_are_one_key_however_they_were_written():
    one = Calendar("UTC", (((480, 720), (780, 1080)),) * 7, {date(2026, 1, 1): ()})
    other = Calendar("UTC", [[[780, 1080], [480, 720]]] * 7, {date(2026, 1, 1): []})
    assert (one == other, hash(one) == hash(other), len({one, other})) == (True, True, 1)
    for different in (
        Calendar("Europe/Berlin", one.week, one.days),
        Calendar("UTC", ALWAYS, one.days),
        Calendar("UTC", one.week, {date(2026, 1, 2): ()}),
        Calendar("UTC", one.week),
    ):
        assert one != different


def test_windows_are_kept_in_order_and_once():
    windows = tuple((hour * 60, hour * 60 + 30) for hour in range(24))
    assert Calendar("UTC", (windows[::-1] + windows,) * 7).week == (windows,) * 7


def test_a_calendar_is_what_it_was_when_made():
    days = {date(2026, 1, 1): ()}
    calendar = Calendar("UTC", OFFICE, days)
    days.clear()
    assert dict(calendar.days) == {date(2026, 1, 1): ()}
    with pytest.raises(TypeError):
        calendar.days[date(2026, 1, 2)] = ()
    for twin in (copy.deepcopy(calendar), pickle.loads(pickle.dumps(calendar))):
        assert (twin, hash(twin)) == (calendar, hash(calendar))


def test_an_administrator_reads_all_that_is_wrong_at_once():
    week = [[(1440, 1500)], [(-1, 60)], [(480, 480)], [(1320, 360)], [(60, 1501)], [(480,), ("8", "18")], [(0, 1440)]]
    count_on = "Past midnight, count on: 06:00 of the next day is 30:00."
    assert problems("Europe/Bielefeld", week, {date(2026, 12, 24): [(720, 480)], datetime(2026, 12, 25): []}) == [
        "There is no time zone “Europe/Bielefeld”. Give a name like Europe/Berlin.",
        "Monday: the window 24:00–25:00 must start between 00:00 and 23:59.",
        "Tuesday: the window -00:01–01:00 must start between 00:00 and 23:59.",
        "Wednesday: the window 08:00–08:00 must end after it starts. " + count_on,
        "Thursday: the window 22:00–06:00 must end after it starts. " + count_on,
        "Friday: the window 01:00–25:01 must not be longer than 24 hours.",
        "Saturday: a window is a start and an end, in whole minutes after midnight, and not (480,).",
        "Saturday: a window is a start and an end, in whole minutes after midnight, and not ('8', '18').",
        "2026-12-24: the window 12:00–08:00 must end after it starts. " + count_on,
        "“2026-12-25 00:00:00” is not a date. Give a day without a time.",
    ]


@pytest.mark.parametrize(
    ("zone", "week", "days", "sentence"),
    [
        ("Europe", ALWAYS, {}, "There is no time zone “Europe”. Give a name like Europe/Berlin."),
        ("../UTC", ALWAYS, {}, "There is no time zone “../UTC”. Give a name like Europe/Berlin."),
        ("", ALWAYS, {}, "There is no time zone “”. Give a name like Europe/Berlin."),
        ("UTC", ALWAYS[:6], {}, "A week has seven days, from Monday to Sunday, and not 6."),
        ("UTC", ALWAYS * 2, {}, "A week has seven days, from Monday to Sunday, and not 14."),
        ("UTC", NEVER, {}, "This calendar never opens. Give at least one window."),
        ("UTC", NEVER, {date(2026, 1, 1): ()}, "This calendar never opens. Give at least one window."),
    ],
)
def test_what_is_no_calendar_can_not_be_made(zone, week, days, sentence):
    assert problems(zone, week, days) == [sentence]
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        Calendar(zone, week, days)


def test_the_outermost_windows_are_a_calendar():
    assert problems("UTC", [[(0, 1), (0, 1440), (1439, 1440), (1439, 2879)]] * 7, {}) == []
    assert problems("UTC", NEVER, {date(2026, 1, 1): [(0, 1)]}) == []


def test_every_zone_can_be_reckoned_with():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    for zone in zone_names():
        assert elapsed(every_day(zone, (720, 780)), start, start + timedelta(days=14)) == hours(14), zone
