"""What a clock's episode came to, figure by figure."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.sla import engine
from desk.sla.hours import Calendar
from desk.sla.reporting.outcomes import outcome, percentage, settled

BORN = datetime(2026, 3, 2, 9, tzinfo=UTC)
H = timedelta(hours=1)
TERMS = engine.Terms(Calendar("UTC", (((0, 1440),),) * 7), 2 * H)
BEST_EFFORT = engine.Terms(TERMS.calendar, None)


def clock(**fields):
    return engine.Clock("resolution", fields.pop("terms", TERMS), BORN, **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"running_since": BORN}, "open"),
        ({"running_since": BORN, "breached_at": BORN + 2 * H}, "missed"),
        ({"running_since": BORN, "breached_at": BORN}, "missed"),
        ({"stopped_at": BORN + H}, "met"),
        ({"stopped_at": BORN + 3 * H, "breached_at": BORN + 2 * H}, "missed"),
        ({"stopped_at": BORN + H, "breached_at": BORN - H}, "inherited"),
        ({"stopped_at": BORN + H, "terms": BEST_EFFORT}, "best effort"),
        ({"stopped_at": BORN + H, "terms": BEST_EFFORT, "breached_at": BORN + H}, "missed"),
        ({"stopped_at": BORN + H, "is_void": True, "breached_at": BORN + H}, "cancelled"),
    ],
)
def test_each_way_a_clock_can_come_to(fields, expected):
    assert outcome(clock(**fields)) == expected


def test_what_was_due_is_told_and_what_is_due_now_is_not_yet():
    running = clock(running_since=BORN)
    for at, told in ((BORN + 2 * H, None), (BORN + 2 * H + timedelta(microseconds=1), BORN + 2 * H)):
        assert settled([running], at)["resolution", 1].breached_at == told


def test_a_percentage_needs_something_to_be_a_share_of():
    assert (percentage(1, 3), percentage(0, 1), percentage(0, 0)) == (25, 0, None)
