"""Working days: dates on which a calendar is open, and the same time of day on the last of them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from desk.sla.hours import Calendar
from desk.sla.workdays import after_working_days

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = ((540, 1020),)
CHRISTMAS = {date(2026, 12, 25): (), date(2026, 12, 24): ((540, 720),)}
OFFICE = Calendar("Europe/Berlin", (*(NINE_TO_FIVE,) * 5, (), ()), CHRISTMAS)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-26 10:00", 1, "2026-11-27 10:00"),
        ("2026-11-26 10:00", 2, "2026-11-30 10:00"),  # over the weekend
        ("2026-11-28 10:00", 1, "2026-11-30 10:00"),  # begun on a Saturday
        ("2026-12-23 10:00", 2, "2026-12-28 10:00"),  # a half-day is one, a holiday is none
        ("2026-11-26 10:00", 0, "2026-11-26 10:00"),
        ("2026-10-23 10:00", 1, "2026-10-26 10:00"),  # over the night in which clocks go back
        ("2026-03-27 10:00", 1, "2026-03-30 10:00"),
    ],
)
def test_the_same_time_of_day_so_many_working_days_later(start, days, end):
    begun = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    found = after_working_days(OFFICE, begun.astimezone(UTC), days)
    assert found.astimezone(BERLIN).replace(tzinfo=None) == datetime.fromisoformat(end)


def test_without_a_calendar_every_day_is_one():
    begun = datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert after_working_days(None, begun, 3) == datetime(2026, 11, 30, 10, tzinfo=UTC)
