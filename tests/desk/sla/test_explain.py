"""Explanations: the stretches tile a clock's life, those that count add up to the clock, and the page says which rule it was."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from desk.sla import engine, queries
from desk.sla.explain import explain
from desk.tickets import actions as desk
from incidents import actions
from tests.factories import ServiceFactory, incident
from tests.stories import needed, reason

from .promises import BERLIN, berlin, calendar, clock, policy

pytestmark = pytest.mark.django_db
H, MIN = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def easter(world):
    """An incident before Easter: on hold over Good Friday, resolved on Tuesday, back on Wednesday."""
    days = {date(2026, 4, 3): ("Good Friday", ""), date(2026, 4, 6): ("Easter Monday", "")}
    policy(hours=calendar(days=days), resolution=600)
    ticket = incident(world.erin, at=berlin("2026-04-01 16:00"))
    ticket = actions.start(incident=ticket, by=world.sam, at=berlin("2026-04-01 16:30"))
    ticket = actions.hold(
        incident=ticket, by=world.sam, reason=reason("Waiting for parts"), at=berlin("2026-04-02 10:00")
    )
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin("2026-04-02 14:00"))
    ticket = actions.resolve(incident=ticket, by=world.sam, at=berlin("2026-04-07 08:30"), **needed("resolve"))
    return actions.reopen(incident=ticket, by=world.erin, reason="No", at=berlin("2026-04-08 09:00"))


def lengths(explanation):
    return {label: length for _, label, length in explanation.sums}


def test_a_life_in_stretches_that_can_be_added_up_by_hand(world, easter):
    response, resolution = explain(easter, berlin("2026-04-08 10:00"))
    assert lengths(response) == {"Counting": 30 * MIN}
    assert lengths(resolution) == {
        "Counting": 2 * H + 2 * H + 4 * H + 30 * MIN + H,
        "Paused: Waiting for parts": 4 * H,
        "Outside hours": 14 * H + 6 * H + 48 * H + 8 * H,
        "Holiday: Good Friday": 24 * H,
        "Holiday: Easter Monday": 24 * H,
        "Resolved": 24 * H + 30 * MIN,
    }
    assert sum(lengths(resolution).values(), timedelta()) == resolution.wall
    assert resolution.counted == engine.used_at(queries.read_clock(clock(easter)), berlin("2026-04-08 10:00"))


def test_stretches_have_neither_gap_nor_overlap(world, easter):
    for found in explain(easter, berlin("2026-04-09 12:00")):
        assert [tile.start for tile in found.tiles[1:]] == [tile.end for tile in found.tiles[:-1]]
        assert all(tile.start < tile.end for tile in found.tiles)


def test_another_policy_is_told_with_its_reason_and_those_that_were_asked_before_it(world):
    mail = ServiceFactory(name="Mail")
    policy("Mail", service=mail, position=1, resolution=60)
    policy("Everything", position=2, resolution=600)
    ticket = incident(world.erin, at=berlin("2026-03-02 09:00"))
    desk.edit(ticket=ticket, by=world.sam, seen=9, service=mail, at=berlin("2026-03-02 09:10"))
    first, then = explain(ticket, berlin("2026-03-02 10:00"))[1].targets
    assert (first.policy, first.passed_over, first.minutes) == (
        "Everything",
        [("Mail", "it asks for service Mail")],
        600,
    )
    assert (then.policy, then.how, then.because) == ("Mail", "set anew, time kept", "changed: service")


def test_the_page_says_it_in_words(world, browse, easter):
    page = browse(world.sam).get(f"/clocks/{easter.number}/").content.decode()
    for words in ("Good Friday", "Waiting for parts", "“Standard”, version 1", "Office hours", "From start to now"):
        assert words in page
    assert browse(world.erin).get(f"/clocks/{easter.number}/").status_code == 404


def test_without_a_policy_the_page_says_that_nothing_was_promised(world, browse):
    ticket = incident(world.erin)
    assert "No clock runs here" in browse(world.sam).get(f"/clocks/{ticket.number}/").content.decode()


def test_what_is_shown_adds_up_though_things_happen_between_the_seconds(world):
    policy(response=None, resolution=2)
    begin = berlin("2026-03-02 09:00").replace(microsecond=900_000)
    ticket = actions.start(incident=incident(world.erin, at=begin), by=world.sam, at=begin)
    for n, name in enumerate(("hold", "resume", "hold", "resume")):
        more = {"reason": reason("Waiting for vendor")} if name == "hold" else {}
        at = begin + timedelta(seconds=10 * n + 10, microseconds=77_777 * n)
        ticket = getattr(actions, name)(incident=ticket, by=world.sam, at=at, **more)
    (found,) = [e for e in explain(ticket, begin + timedelta(seconds=140.3)) if e.face.clock.kind == "resolution"]
    assert {tile.length % timedelta(seconds=1) for tile in found.tiles} == {timedelta()}
    assert sum((length for _, _, length in found.sums), timedelta()) == found.wall
    assert found.face.left == 120 - found.counted.total_seconds()


@pytest.fixture
def from_new_york(world):
    """An incident of Monday that counts by New York's hours; Sam reads it in Berlin, six hours later on the wall."""
    far = calendar("Office", zone="America/New_York", week=["00:00–24:00"] * 7)
    policy(hours=far, response=None, resolution=60 * 24 * 365)
    return incident(world.erin, at=timezone.now() - H)


@pytest.mark.parametrize("page", ["/incidents/{number}/", "/clocks/{number}/"])
def test_times_are_the_viewers_and_the_calendars_zone_is_told_on_hover(world, browse, from_new_york, page):
    due = clock(from_new_york).due_at
    text = browse(world.sam).get(page.format(number=from_new_york.number)).content.decode()
    there = f"{due.astimezone(ZoneInfo('America/New_York')):%a %d %b %H:%M} in America/New_York"
    assert any(there in title for title in re.findall(r'title="([^"]*)"', text))
    assert f"{due.astimezone(BERLIN):%H:%M}" in re.sub(r'title="[^"]*"', "", text)
