"""Put aside for a while: gone from one's own lists, nobody else's, and back when it is time or anything happens."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.people.queries import automation
from desk.queues import habits, snoozing
from desk.queues.forms import SnoozeForm
from desk.queues.models import Snooze
from desk.tickets import actions, flow
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket
from tests.factories import incident
from tests.stories import move


def soon():
    return timezone.now() + timedelta(hours=2)


def listed(client, address="/queues/"):
    return {row.number for row in client.get(address).context["rows"]}


@pytest.mark.django_db
def test_it_leaves_ones_own_lists_and_nobody_elses(world, browse):
    one, two = incident(world.erin, "One"), incident(world.erin, "Two")
    snoozing.snooze(ticket=one, by=world.sam, until=soon())
    sam = browse(world.sam)
    assert listed(sam) == listed(sam, "/queues/service-desk/") == {two.number}
    assert listed(sam, "/queues/?tab=asleep") == {one.number}
    assert listed(browse(world.lena)) == {one.number, two.number}
    assert "Put aside" in sam.get("/queues/").content.decode()
    assert "Put aside <" not in browse(world.lena).get("/queues/").content.decode()


@pytest.mark.django_db
def test_the_counts_of_the_tabs_leave_it_out_as_well(world, browse):
    one = incident(world.erin, "One")
    incident(world.erin, "Two")
    sam = browse(world.sam)
    before = {tab.key: tab.count for tab, _, _ in sam.get("/queues/").context["tabs"]}
    snoozing.snooze(ticket=one, by=world.sam, until=soon())
    after = {tab.key: tab.count for tab, _, _ in sam.get("/queues/").context["tabs"]}
    assert (before["all"], after["all"], after["asleep"]) == ("2", "1", "1")


@pytest.mark.django_db
def test_it_comes_back_when_it_is_time(world, browse):
    one = incident(world.erin, "One")
    snoozing.snooze(ticket=one, by=world.sam, until=soon())
    Snooze.objects.update(until=timezone.now() - timedelta(seconds=1))
    habits.forget(world.sam)  # as if they had never been asked
    assert listed(browse(world.sam)) == {one.number}


@pytest.mark.django_db
def test_it_comes_back_when_its_requester_writes(world, browse):
    one = incident(world.erin, "One")
    snoozing.snooze(ticket=one, by=world.sam, until=soon())
    actions.reply(ticket=one, by=world.erin, message="Worse now")
    assert listed(browse(world.sam)) == {one.number}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "happens",
    [
        lambda one, world: actions.note(ticket=one, by=world.lena, message="It is the router"),
        lambda one, world: move(one, "assign", by=world.lena, workgroup=one.workgroup, assignee=world.sam),
        lambda one, world: flow.write_event(one, "sla.breached", by=automation(), visibility="internal"),
    ],
    ids=["a note", "a move", "a missed target"],
)
def test_it_comes_back_when_anything_happens(world, browse, happens):
    one = incident(world.erin, "One")
    snoozing.snooze(ticket=one, by=world.sam, until=soon())
    assert snoozing.until(one, world.sam) is not None
    happens(one, world)
    assert snoozing.until(Ticket.objects.get(pk=one.pk), world.sam) is None
    assert listed(browse(world.sam)) == {one.number}


@pytest.mark.django_db
def test_waking_it_by_hand(world, browse):
    one = incident(world.erin, "One")
    sam, address = browse(world.sam), f"/snooze/{one.number}/"
    sam.post(address, {"choice": "hour"})
    assert "You have put it aside until" in sam.get(f"/incidents/{one.number}/").content.decode()
    sam.post(address, {"wake": "yes"})
    assert listed(sam) == {one.number}


@pytest.mark.django_db
def test_only_moments_to_come_and_only_who_sees_the_queue(world, browse):
    one = incident(world.erin, "One")
    with pytest.raises(Refused, match="over already"):
        snoozing.snooze(ticket=one, by=world.sam, until=timezone.now())
    with pytest.raises(Refused, match="more than a year"):
        snoozing.snooze(ticket=one, by=world.sam, until=timezone.now() + timedelta(days=400))
    with pytest.raises(PermissionDenied):
        snoozing.snooze(ticket=one, by=world.erin, until=soon())
    page = browse(world.sam).post(f"/snooze/{one.number}/", {"choice": "own", "until": ""})
    assert page.status_code == 422
    assert "Please give a day and a time." in page.content.decode()


@pytest.mark.django_db
def test_a_page_made_before_one_and_sent_after_it_never_means_another_moment(world, browse, monkeypatch):
    one, sam = incident(world.erin, "One"), browse(world.sam)
    clock = {"now": datetime(2026, 11, 26, 12, 59, tzinfo=UTC)}
    monkeypatch.setattr("desk.queues.forms.timezone.now", lambda: clock["now"])
    with timezone.override("UTC"):
        assert [key for key, _ in SnoozeForm().fields["choice"].choices] == [
            "hour", "afternoon", "tomorrow", "monday", "own",
        ]  # fmt: skip
    clock["now"] += timedelta(hours=6)
    page = sam.post(f"/snooze/{one.number}/", {"choice": "afternoon"})
    assert page.status_code == 422
    assert "That moment is over meanwhile." in page.content.decode()
    assert not Snooze.objects.exists()


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("2026-11-26 10:00", ["2026-11-26 11:00", "2026-11-26 14:00", "2026-11-27 09:00", "2026-11-30 09:00"]),
        ("2026-11-27 16:00", ["2026-11-27 17:00", "2026-11-28 09:00", "2026-11-30 09:00"]),
        ("2026-11-29 16:00", ["2026-11-29 17:00", "2026-11-30 09:00"]),  # tomorrow is Monday
        # The night in which clocks go back: nine stays nine.
        ("2026-10-24 16:00", ["2026-10-24 17:00", "2026-10-25 09:00", "2026-10-26 09:00"]),
    ],
)
def test_the_moments_offered_are_those_of_the_readers_wall(now, offered):
    berlin = ZoneInfo("Europe/Berlin")
    with timezone.override(berlin):
        here = datetime.strptime(now, "%Y-%m-%d %H:%M").replace(tzinfo=berlin).astimezone(UTC)
        found = [one.at.astimezone(berlin).strftime("%Y-%m-%d %H:%M") for one in snoozing.moments(here)]
    assert found == offered


@pytest.mark.django_db
def test_what_woke_long_ago_is_forgotten(world):
    one = incident(world.erin, "One")
    snoozing.snooze(ticket=one, by=world.sam, until=soon())
    assert snoozing.sweep() == 0
    Snooze.objects.update(until=timezone.now() - timedelta(days=8))
    assert snoozing.sweep() == 1
