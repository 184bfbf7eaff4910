"""Service levels in words, as the administration's tables and histories show them."""

from datetime import date

import pytest

from desk.sla import words
from desk.sla.hours import Calendar
from desk.sla.times import read_times
from desk.sla.versions import CalendarContent, PolicyContent

DAY = date(2026, 12, 24)
STEP = {"percent": 75, "clock": "both", "do": "leads", "person": None, "workgroup": None, "name": ""}


def hours(*week, zone="Europe/Berlin", days=None):
    read = tuple(read_times(text) for text in [*week, *[""] * (7 - len(week))])
    special = days or {}
    windows = {on: read_times(times) for on, (_, times) in special.items()}
    return CalendarContent(Calendar(zone, read, windows), {on: name for on, (name, _) in special.items()})


def promise(**fields):
    plain = {
        "name": "High",
        "match": {"kind": {"is": "incident", "name": "incident"}},
        "calendar_id": 1,
        "minutes": {"response": 15, "resolution": 240},
    }
    return PolicyContent(**{**plain, **fields})


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (["08:00–18:00"] * 5, "Mon–Fri 08:00–18:00"),
        (["08:00–18:00"] * 5 + ["09:00–13:00"], "Mon–Fri 08:00–18:00, Sat 09:00–13:00"),
        (["00:00–24:00"] * 7, "all day, every day"),
        (["08:00–12:00", "", "08:00–12:00"], "Mon 08:00–12:00, Wed 08:00–12:00"),
    ],
)
def test_a_week_in_one_line(week, said):
    assert words.week_in_short(hours(*week)) == said


def test_a_calendar_that_opens_on_special_days_alone():
    assert words.week_in_short(hours(days={DAY: ("Fair", "08:00–12:00")})) == "special days only"


def test_what_differs_between_two_calendars():
    old = hours("08:00–18:00", days={DAY: ("Eve", ""), date(2026, 5, 1): ("Labour Day", "")})
    new = hours("08:00–17:00", zone="Europe/Lisbon", days={DAY: ("Eve", "08:00–12:00"), date(2026, 6, 10): ("Day", "")})
    assert words.calendar_differences(old, new) == [
        "Time zone: Europe/Berlin → Europe/Lisbon",
        "Monday: 08:00–18:00 → 08:00–17:00",
        "Added: Wed 10 Jun 2026 Day (closed)",
        "Removed: Fri 1 May 2026 Labour Day (closed)",
        "Thu 24 Dec 2026: Eve (closed) → Eve (08:00–12:00)",
    ]


def test_many_days_are_counted_after_the_first_dozen():
    new = hours("08:00–18:00", days={date(2026, 3, day): ("Off", "") for day in range(1, 31)})
    found = words.calendar_differences(hours("08:00–18:00"), new)
    assert len(found) == 13
    assert found[-1] == "Added: 18 more days, up to Mon 30 Mar 2026 Off (closed)"


def test_what_a_policy_asks_and_promises():
    asked = {"vip": {"is": True, "name": "VIP"}, **promise().match, "priority": {"is": 1, "name": "P1"}}
    assert words.conditions(promise()) == "every incident"
    assert words.conditions(promise(match=asked)) == "incident, priority P1 Critical, requester is a VIP"
    assert words.promise(promise()) == "15 min / 4 h"
    assert words.promise(promise(minutes={"response": None, "resolution": 240})) == "– / 4 h"
    assert words.promise(promise(minutes={"response": None, "resolution": None})) == "best effort"


def test_what_differs_between_two_policies():
    new = promise(
        name="Highest",
        match={**promise().match, "service": {"is": 3, "name": "Mail"}},
        calendar_id=2,
        minutes={"response": 15, "resolution": None},
        warn_at=(50, 80),
        steps=(STEP,),
        fresh_on_reopen=True,
    )
    assert words.policy_differences(promise(), new, {1: "Office", 2: "Always"}) == [
        "Name: High → Highest",
        "Service: any → Mail",
        "Calendar: Office → Always",
        "Resolution: 4 h → best effort",
        "Warnings: none → 50%, 80%",
        "When reopened: goes on with the time that was left → starts again with the full time",
        "Step added: 75%: notify the workgroup's leads",
    ]


def test_steps_in_another_order_and_steps_that_name_somebody():
    named = [
        {**STEP, "do": "person", "name": "Nadia"},
        {**STEP, "do": "group", "name": "Network", "clock": "response"},
        {**STEP, "do": "move", "name": "Network", "percent": 150},
    ]
    assert [words.step(one) for one in named] == [
        "75%: notify Nadia",
        "75%: response: notify everybody of Network",
        "150%: move it to Network",
    ]
    old, new = promise(steps=tuple(named)), promise(steps=tuple(named[::-1]))
    assert words.policy_differences(old, new, {1: "Office"}) == ["The steps are in another order."]
