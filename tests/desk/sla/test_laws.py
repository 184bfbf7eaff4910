"""What must hold for the arithmetic of hours whatever the calendar: it adds up, turns back, and never leaves a gap."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.sla.hours import HORIZON, Calendar, due_after, elapsed, intervals

from . import chance

NOTHING, MOST = timedelta(0), timedelta(days=400)
TICK = timedelta(microseconds=1)


starts = st.one_of(st.integers(0, 240), st.integers(0, 1439))
spans = st.one_of(st.integers(1, 90), st.just(1440), st.integers(1, 1440))
window = st.tuples(starts, spans).map(lambda one: (one[0], one[0] + one[1]))
windows = st.one_of(st.sampled_from([(), *chance.SHAPES]), st.lists(window, max_size=2).map(tuple))


@st.composite
def places(draw):
    """A calendar, and a moment near a change of its clock."""
    zone = draw(st.sampled_from(chance.ZONES))
    near = draw(st.sampled_from(chance.changes(zone)))
    week = draw(st.tuples(*[windows] * 7))
    dates = st.integers(-4, 8).map(lambda n: near.date() + timedelta(days=n))
    days = draw(st.dictionaries(dates, windows, max_size=4))
    if not any(week) and not any(days.values()):
        week = (chance.NIGHT,) * 7
    start = near + draw(st.timedeltas(timedelta(days=-2), timedelta(days=2)))
    return Calendar(zone, week, days), start


lengths = st.one_of(st.timedeltas(NOTHING, timedelta(days=4)), st.timedeltas(NOTHING, MOST))
law = settings(max_examples=100, deadline=None)


@law
@given(places(), lengths, lengths)
def test_what_elapsed_adds_up_and_never_exceeds_the_time(place, first, second):
    calendar, a = place
    b, c = a + first, a + first + second
    assert elapsed(calendar, a, b) + elapsed(calendar, b, c) == elapsed(calendar, a, c)
    assert NOTHING <= elapsed(calendar, a, b) <= first


@law
@given(places(), lengths)
def test_due_is_the_earliest_moment_at_which_so_much_has_elapsed(place, length):
    calendar, start = place
    end = due_after(calendar, start, length)
    if end is None:
        assert elapsed(calendar, start, start + HORIZON) < length
        return
    assert start <= end <= start + HORIZON
    assert elapsed(calendar, start, end) == length
    assert length == NOTHING or elapsed(calendar, start, end - TICK) == length - TICK


@law
@given(places(), lengths, lengths)
def test_more_time_is_never_due_earlier_and_a_later_start_neither(place, length, more):
    calendar, start = place
    never = datetime.max.replace(tzinfo=UTC)
    end = due_after(calendar, start, length) or never
    assert end <= (due_after(calendar, start, length + more) or never)
    assert end <= (due_after(calendar, start + more, length) or never) or end == never


@law
@given(places(), lengths)
def test_intervals_tile_the_time_and_the_open_ones_are_what_elapsed(place, length):
    calendar, a = place
    found = intervals(calendar, a, a + length)
    assert sum((one.end - one.start for one in found), NOTHING) == length
    assert sum((one.end - one.start for one in found if one.kind == "open"), NOTHING) == elapsed(
        calendar, a, a + length
    )
    if found:
        assert (found[0].start, found[-1].end) == (a, a + length)
    for one, following in pairwise(found):
        assert one.end == following.start
        assert (one.kind, one.day) != (following.kind, following.day)
    for one in found:
        assert one.start < one.end
        assert (one.day is not None) == (one.kind == "holiday")
        assert one.kind != "holiday" or calendar.days[one.day] == ()
