"""Private addresses for calendar programs: what is read there, by whom, and until when."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from changes import actions, feeds
from changes.models import CalendarFeed, Change, Freeze
from desk.people.actions import leave
from desk.tickets import actions as desk_actions
from desk.tickets.errors import Refused
from tests.changes.plans import in_state, move, plan, window

FEEDS = "/changes/calendar/feeds/"


def path(feed):
    return feeds.address(feed).removeprefix("https://portal.example")


def read(feed, **headers):
    """What a program gets that can't sign in."""
    return Client(headers=headers or None).get(path(feed))


def events(feed):
    """The events by their summary."""
    answer = read(feed)
    assert answer.status_code == 200
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.fixture
def feed(cab):
    """Nadia's address for all services."""
    return feeds.make(by=cab.nadia)


# -- what it says -------------------------------------------------------------------------------


def test_a_change_is_an_event_that_stays_the_same_one(cab, feed):
    found = in_state("submitted", cab)
    before = events(feed)[f"{found.number} Replace the core switch"]
    assert before["status"] == "TENTATIVE"
    assert before["dtstart"].dt == found.planned_start
    assert before["dtend"].dt == found.planned_end
    assert before["url"] == f"https://portal.example{found.get_absolute_url()}"
    assert before["last-modified"].dt == found.updated_at.replace(microsecond=0)
    found.refresh_from_db()
    later = {
        "planned_start": found.planned_start + timedelta(hours=9),
        "planned_end": found.planned_end + timedelta(hours=9),
    }
    actions.edit(ticket=found, by=cab.nadia, seen=found.version, **later)
    after = events(feed)[f"{found.number} Replace the core switch"]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["dtstart"].dt == later["planned_start"]


@pytest.mark.parametrize(
    ("state", "status"),
    [("draft", "TENTATIVE"), ("submitted", "TENTATIVE"), ("approved", "CONFIRMED"), ("scheduled", "CONFIRMED"),
     ("implementing", "CONFIRMED"), ("implemented", "CONFIRMED"), ("failed", "CONFIRMED"), ("closed", "CONFIRMED"),
     ("rejected", "CANCELLED"), ("cancelled", "CANCELLED")],
)  # fmt: skip
def test_its_status_follows_its_state(cab, feed, state, status):
    in_state(state, cab)
    (event,) = events(feed).values()
    assert event["status"] == status


def test_a_feed_of_one_service_holds_its_changes_and_its_freezes(cab):
    start = timezone.now()
    for name, services in (("Everywhere", []), ("Wi-Fi only", [cab.wifi]), ("Sign-in only", [cab.sign_in])):
        made = Freeze.objects.create(name=name, start=start, end=start + timedelta(days=1))
        made.services.set(services)
        plan(cab, title=f"About {name}", services=services, **window(begins_in=50))
    found = " ".join(events(feeds.make(by=cab.nadia, service=cab.wifi)))
    assert "About Wi-Fi only" in found
    assert "Freeze: Everywhere" in found
    assert "Freeze: Wi-Fi only" in found
    assert "Sign-in only" not in found
    assert "About Everywhere" not in found


def test_a_freeze_takes_nobodys_time_and_whole_days_stay_whole(cab, feed, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = ZoneInfo("Europe/Berlin")
    Freeze.objects.create(
        name="Days", start=datetime(2036, 12, 20, tzinfo=berlin), end=datetime(2037, 1, 7, tzinfo=berlin)
    )
    Freeze.objects.create(
        name="Hours", start=datetime(2036, 12, 1, 8, tzinfo=UTC), end=datetime(2036, 12, 1, 9, tzinfo=UTC)
    )
    found = events(feed)
    whole = found["Freeze: Days"]
    assert whole["transp"] == "TRANSPARENT"
    assert (str(whole["dtstart"].dt), str(whole["dtend"].dt)) == ("2036-12-20", "2037-01-07")
    assert found["Freeze: Hours"]["dtstart"].dt == datetime(2036, 12, 1, 8, tzinfo=UTC)


HOSTILE = [
    "Switch; move, now \\ later",
    "End\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Not ours",
    "Carriage\r\nATTENDEE:mailto:erin@northwind.example",
    "Bell \x07, escape \x1b[31m, delete \x7f, line\u2028separator",
    "Ünïcode 漢字 🔥 " + "long " * 30,
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_text(cab, feed, title):
    plan(cab, description=title)
    Change.objects.update(title=title[:200])
    raw = read(feed).content
    assert raw.count(b"BEGIN:VEVENT") - raw.count(b"\\nBEGIN:VEVENT") == 1
    lines = raw.decode().split("\r\n")
    assert [line for line in lines if line.startswith(("ATTENDEE", "SUMMARY:Not ours"))] == []
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028]", raw.decode())
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert event["status"] == "TENTATIVE"


def test_nothing_internal_is_ever_in_it(cab, feed):
    found = in_state("scheduled", cab)
    desk_actions.note(ticket=found, by=cab.nadia, message="Between us: secretword")
    found = move(found, "start", by=cab.nadia)
    found = move(found, "finish", by=cab.nadia)
    move(found, "write_review", by=cab.chris, review="secretword again")
    assert b"secretword" not in read(feed).content


# -- who, and until when ----------------------------------------------------------------------------


def test_it_says_what_its_owner_may_see_at_that_moment(cab, feed):
    found = in_state("scheduled", cab)
    hers = feeds.make(by=cab.erin)
    assert events(hers) == {}
    assert len(events(feed)) == 1
    leave(workgroup=cab.network, user=cab.nadia)
    Change.objects.filter(pk=found.pk).update(requester=cab.erin, reporter=cab.erin)
    assert events(feed) == {}
    assert len(events(hers)) == 1


@pytest.mark.parametrize("wrong", ["nonsense", "1-abc~sig", "", "~", "1-", "%00", "😀", "9" * 500])
def test_an_address_that_was_made_up_leads_nowhere(cab, feed, wrong):
    assert Client().get(f"/changes/feed/{wrong}.ics").status_code in (400, 404)


def test_an_address_is_good_for_its_own_feed_alone(cab, feed):
    other = feeds.make(by=cab.omar)
    assert Client().get(path(feed).replace(f"/{feed.pk}-", f"/{other.pk}-")).status_code == 404
    signed, _, seal = feeds.token(feed).partition("~")
    assert Client().get(f"/changes/feed/{signed[:-1]}x~{seal}.ics").status_code == 404


def test_a_new_address_makes_the_old_useless_and_so_does_removing_it(cab, feed, browse):
    old = path(feed)
    client = browse(cab.nadia)
    assert client.post(f"{FEEDS}{feed.pk}/renew/").status_code == 302
    assert Client().get(old).status_code == 404
    new = path(CalendarFeed.objects.get())
    assert Client().get(new).status_code == 200
    client.post(f"{FEEDS}{feed.pk}/remove/")
    assert Client().get(new).status_code == 404


def test_whoever_may_not_sign_in_any_more_reads_nothing(cab, feed):
    cab.nadia.is_active = False
    cab.nadia.save()
    assert read(feed).status_code == 404


def test_everybody_manages_their_own_addresses_only(cab, feed, browse):
    client = browse(cab.sam)
    assert path(feed) not in client.get(FEEDS).content.decode()
    for verb in ("renew", "remove"):
        assert client.post(f"{FEEDS}{feed.pk}/{verb}/").status_code == 404
    assert read(feed).status_code == 200


def test_making_one_shows_its_address_and_a_second_for_the_same_is_refused(cab, browse):
    client = browse(cab.nadia)
    page = client.post(FEEDS, {"service": cab.wifi.pk}, follow=True)
    made = CalendarFeed.objects.get(user=cab.nadia, service=cab.wifi)
    assert feeds.address(made) in page.content.decode()
    again = client.post(FEEDS, {"service": cab.wifi.pk})
    assert again.status_code == 409
    assert "You have an address for Network and Wi-Fi already." in again.content.decode()
    feeds.make(by=cab.nadia)
    with pytest.raises(Refused, match="all services already"):
        feeds.make(by=cab.nadia)


# -- asking for news only ---------------------------------------------------------------------------


def test_a_program_that_knows_it_already_gets_nothing_new(cab, feed):
    in_state("scheduled", cab)
    first = read(feed)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in first["Cache-Control"]
    known = read(feed, **{"If-None-Match": first["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert read(feed, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304


def test_whatever_moves_is_news_within_the_same_second_too(cab):
    feed = feeds.make(by=cab.sam)
    found = in_state("scheduled", cab)
    made = Freeze.objects.create(name="Year-end", start=timezone.now(), end=timezone.now() + timedelta(days=1))
    moves = [
        lambda: move(found, "cancel", by=cab.nadia),
        lambda: Freeze.objects.filter(pk=made.pk).update(is_active=False),
        lambda: leave(workgroup=cab.desk, user=cab.sam),
    ]
    for step in moves:
        known = read(feed)
        step()
        assert read(feed, **{"If-Modified-Since": known["Last-Modified"]}).status_code == 200
        assert read(feed, **{"If-None-Match": known["ETag"]}).status_code == 200


def test_reading_is_noted_and_costs_the_same_however_full_it_is(cab, feed):
    def cost():
        read(feed)
        with CaptureQueriesContext(connection) as asked:
            read(feed)
        return len(asked)

    in_state("submitted", cab)
    Freeze.objects.create(name="One", start=timezone.now(), end=timezone.now() + timedelta(days=1))
    few = cost()
    feed.refresh_from_db()
    assert feed.last_read_at is not None
    for number in range(8):
        plan(cab, title=f"Number {number}")
        Freeze.objects.create(name=f"F{number}", start=timezone.now(), end=timezone.now() + timedelta(days=1))
    assert cost() == few
    assert few <= 6
