"""How often a second the arithmetic of hours can be asked, and how much that is beside stepping minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.sla import hours
from desk.sla.hours import Calendar, due, elapsed, intervals

from .measure import Table

FORTNIGHT = timedelta(days=14)
HOLIDAYS = [(1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (10, 3), (12, 25), (12, 26)]  # Berlin, 2026
OFFICE = Calendar(
    "Europe/Berlin",
    (((480, 1080),),) * 5 + ((), ()),
    {**{date(2026, *day): () for day in HOLIDAYS}, date(2026, 12, 24): ((480, 720),)},
)
ALWAYS = Calendar("Europe/Berlin", (((0, 1440),),) * 7)
START = datetime(2026, 10, 19, 12, 34, 56, tzinfo=UTC)  # the fortnight holds a night on which the clock goes back


def naive_elapsed(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """What one writes first: look at the wall clock once a minute."""
    zone, step, found = ZoneInfo(calendar.zone), timedelta(minutes=1), timedelta(0)
    while a < b:
        if counts(calendar, a.astimezone(zone)):
            found += step
        a += step
    return found


def naive_due(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    zone, step = ZoneInfo(calendar.zone), timedelta(minutes=1)
    while minutes:
        minutes -= counts(calendar, start.astimezone(zone))
        start += step
    return start


def counts(calendar: Calendar, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    windows = calendar.days.get(local.date(), calendar.week[local.weekday()])
    return any(start <= minute < end for start, end in windows)


def forgotten(call):
    """The call as in a process that was never asked before: nothing is known about the zone or the calendar."""

    def cold():
        for kept in (hours._pieces, hours._block, hours._tiles):
            kept.cache_clear()
        return call()

    return cold


def from_a_row(calendar: Calendar) -> Calendar:
    """As the database brings it: made anew for each question, and equal to one that was asked before."""
    return Calendar(calendar.zone, calendar.week, dict(calendar.days))


@pytest.mark.bench
@pytest.mark.parametrize(
    ("name", "calendar", "minutes"),
    [
        ("Mon–Fri 8–18, Berlin, with holidays; target 3 days", OFFICE, 3 * 600),
        ("24×7, Berlin; target 3 days", ALWAYS, 3 * 1440),
    ],
)
def test_questions_about_hours(name, calendar, minutes):
    end = START + FORTNIGHT
    assert elapsed(calendar, START, end) == naive_elapsed(calendar, START, end)
    assert due(calendar, START, minutes) == naive_due(calendar, START, minutes)

    table = Table(name)
    slow = table.row("due, minute by minute", lambda: naive_due(calendar, START, minutes))
    table.row("due, cold", forgotten(lambda: due(calendar, START, minutes)), slow)
    table.row("due, warm", lambda: due(calendar, START, minutes), slow)
    table.row("due, warm, calendar made anew", lambda: due(from_a_row(calendar), START, minutes), slow)
    slow = table.row("elapsed over a fortnight, minute by minute", lambda: naive_elapsed(calendar, START, end))
    table.row("elapsed over a fortnight, cold", forgotten(lambda: elapsed(calendar, START, end)), slow)
    table.row("elapsed over a fortnight, warm", lambda: elapsed(calendar, START, end), slow)
    table.row("elapsed over a year, warm", lambda: elapsed(calendar, START, START + timedelta(days=365)))
    table.row("intervals of a fortnight, cold", forgotten(lambda: intervals(calendar, START, end)))
    table.row("intervals of a fortnight, warm", lambda: intervals(calendar, START, end))
