"""The arithmetic against brute force, on calendars and moments by chance: no difference, ever."""

import os
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.sla import hours

from . import chance
from .oracle import Oracle

SEED = os.environ.get("HOURS_SEED", "2026")  # another one makes other calendars
HOUR = timedelta(hours=1)


def differences(
    oracle: Oracle, rng: random.Random, near: datetime, cases: int, spread: timedelta, longest: timedelta
) -> list[object]:
    """Where the two disagree about `elapsed`, `due_after` or `intervals`, for starts around a moment."""
    calendar, found = oracle.calendar, []
    for _ in range(cases):
        start = chance.moment(rng, near, spread)
        end = start + chance.length(rng, longest)
        passed = oracle.elapsed(start, end)
        need = passed if rng.random() < 0.5 else passed * rng.random()
        answers = [
            (hours.elapsed(calendar, start, end), passed),
            (hours.due_after(calendar, start, need), oracle.due(start, need)),
            (hours.intervals(calendar, start, end), oracle.intervals(start, end)),
        ]
        found += [(calendar, start, end, need, *answer) for answer in answers if answer[0] != answer[1]]
    return found


def survey(seed: str, cases: int, per_calendar: int) -> list[object]:
    """Many calendars, each with some starts around one change of its zone's clock."""
    print(f"seed {seed}, {cases} cases")
    rng, found = random.Random(seed), []
    for _ in range(cases // per_calendar):
        zone = rng.choice(chance.ZONES)
        near = rng.choice(chance.changes(zone))
        calendar = chance.calendar(rng, zone, near.date())
        found += differences(Oracle(calendar), rng, near, per_calendar, timedelta(days=1), timedelta(days=4))
    return found


@pytest.mark.parametrize("part", range(8))
def test_twenty_thousand_cases_agree(part):
    assert survey(f"{SEED}-{part}", 2_500, 50) == []


@pytest.mark.prove
@pytest.mark.parametrize("part", range(100))
def test_a_million_cases_agree(part):
    assert survey(f"{SEED}-prove-{part}", 10_000, 200) == []


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Africa/Monrovia", datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC)),  # from 44 min 30 s behind UTC to UTC
        ("Europe/Moscow", datetime(1918, 5, 31, 19, 28, 41, tzinfo=UTC)),  # from 2:31:19 before UTC to 4:31:19
        ("Europe/Paris", datetime(1911, 3, 10, 23, 50, 39, tzinfo=UTC)),  # 9 min 21 s are repeated after midnight
    ],
)
def test_offsets_of_odd_seconds_agree_second_by_second(zone, change):
    rng = random.Random(f"{SEED}-{zone}")
    day = change.astimezone(ZoneInfo(zone)).date()
    around = ((0, 1), (3, 50), (75, 105), (1320, 1441))
    calendar = hours.Calendar(zone, (around,) * 7, {day + timedelta(days=1): ()})
    before, after = (at.astimezone(ZoneInfo(zone)).utcoffset() for at in (change - timedelta(seconds=1), change))
    assert before != after
    assert differences(Oracle(calendar, step=1), rng, change, 20, 2 * HOUR, 4 * HOUR) == []


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "America/New_York", "UTC", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_the_seams_between_blocks_agree(zone):
    """What is remembered is cut into blocks; windows of both sides run across, whatever the zone."""
    rng = random.Random(f"{SEED}-{zone}")
    seam = datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=11_560 * hours._BLOCK_DAYS)
    long, late = ((1439, 2879),), ((0, 1), (1438, 1440))
    for week in ((long,) * 7, (late,) * 7, (long, ()) * 3 + ((),), ((), long) * 3 + ((),)):
        oracle = Oracle(hours.Calendar(zone, week))
        assert differences(oracle, rng, seam, 150, timedelta(hours=16), timedelta(days=4)) == []


def test_the_oracle_itself_sees_the_nights_on_which_clocks_change():
    nights = hours.Calendar("Europe/Berlin", (chance.NIGHT,) * 7)
    noon = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert Oracle(nights).elapsed(noon, noon + timedelta(days=1)) == timedelta(hours=9)
    assert Oracle(nights).due(noon, timedelta(hours=9)) == datetime(2026, 10, 25, 5, tzinfo=UTC)
    noon = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert Oracle(nights).elapsed(noon, noon + timedelta(days=1)) == timedelta(hours=7)
