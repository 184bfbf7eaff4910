"""The calendar: who sees what on which day, by month, week and list, and at a cost that doesn't grow."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changes import days
from changes.calendar import Page, standing, with_what_it_leans_on
from changes.models import Freeze
from tests.changes.plans import in_state, move, plan
from tests.factories import ServiceFactory

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = "/changes/calendar/"


def berlin(*at):
    return datetime(*at, tzinfo=BERLIN)


def on(change_day, hour=22, hours=2, **fields):
    """The window of a change in Berlin."""
    start = berlin(change_day.year, change_day.month, change_day.day, hour)
    return {"planned_start": start, "planned_end": start + timedelta(hours=hours), **fields}


@pytest.fixture
def november(cab, settings):
    """A November with the core switch on the 26th, the servers from the 28th to the 30th, and the year's end frozen."""
    settings.TIME_ZONE = "Europe/Berlin"
    cab.switch = in_state("scheduled", cab, title="Replace the core switch", **on(date(2036, 11, 26)))
    cab.servers = plan(cab, title="Move the servers", services=[cab.sign_in], **on(date(2036, 11, 28), 20, 50))
    cab.freeze = Freeze.objects.create(
        name="Year-end", reason="The books are closed.", start=berlin(2036, 12, 20), end=berlin(2037, 1, 7)
    )
    return cab


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


# -- what it shows ------------------------------------------------------------------------------


def test_the_month_shows_changes_on_their_days_and_leads_on(november, browse):
    page = browse(november.nadia).get(f"{CALENDAR}?on=2036-11-26")
    words = words_of(page)
    assert "November 2036" in words
    assert "22:00 Replace the core switch" in words
    assert ", Scheduled" in words, "the state is said and not only coloured"
    html = page.content.decode()
    assert f'href="{november.switch.get_absolute_url()}"' in html
    assert "cal-c5 cal-w3" in html, "from Friday to Sunday, in one bar"
    assert "on=2036-10-31" in html
    assert "on=2036-12-01" in html


def test_today_is_marked(cab, browse):
    for view in ("month", "week"):
        html = browse(cab.sam).get(f"{CALENDAR}?view={view}").content.decode()
        assert html.count('aria-current="date"') == 2, "the day, and the button that leads to it"
        elsewhere = browse(cab.sam).get(f"{CALENDAR}?view={view}&on=2036-01-01").content.decode()
        assert 'aria-current="date"' not in elsewhere


def test_the_list_tells_service_owner_state_risk_and_what_is_in_the_way(november, browse):
    other = in_state("submitted", november, title="Patch the firewall", **on(date(2036, 11, 26), 23))
    words = words_of(browse(november.nadia).get(f"{CALENDAR}?view=list&on=2036-11-01"))
    for told in ("Network and Wi-Fi", "Network", "Scheduled", "Submitted", "risk", "22:00–00:00", "26 Wednesday"):
        assert told in words
    assert f"Conflicts with {other.number} Patch the firewall : it changes Network and Wi-Fi too." in words
    assert f"Conflicts with {november.switch.number}" in words


def test_a_change_over_several_days_says_on_each_how_long_it_goes(november, browse):
    words = words_of(browse(november.nadia).get(f"{CALENDAR}?view=list&on=2036-11-01"))
    assert "from 20:00 until Sun 30 Nov, 22:00" in words
    assert "all day 28 Nov – 30 Nov, 22:00" in words
    assert "until 22:00 since Fri 28 Nov, 20:00" in words


def test_the_week_has_its_hours_and_parts_a_night_at_midnight(november, browse):
    in_state("approved", november, title="Patch the mail", **on(date(2036, 11, 25), 23, 3))
    html = browse(november.nadia).get(f"{CALENDAR}?view=week&on=2036-11-26").content.decode()
    assert "cal-h23 cal-m0 cal-th24 cal-tm0" in html
    assert "cal-h0 cal-m0 cal-th2 cal-tm0" in html
    assert "24 – 30 November 2036" in html


def test_what_does_not_fit_is_counted_and_leads_to_the_day(november, browse):
    for number in range(6):
        plan(november, title=f"Step {number}", **on(date(2036, 11, 26)))
    for view, more in (("month", 3), ("week", 4)):
        page = browse(november.nadia).get(f"{CALENDAR}?view={view}&on=2036-11-26")
        assert f"+{more} more" in words_of(page)
    words = words_of(browse(november.nadia).get(f"{CALENDAR}?view=day&on=2036-11-26"))
    assert "Wednesday 26 November 2036" in words
    assert all(f"Step {number}" in words for number in range(6))


def test_a_freeze_is_a_band_with_its_name(november, browse):
    client = browse(november.nadia)
    for view in ("month", "week", "list"):
        page = client.get(f"{CALENDAR}?view={view}&on=2036-12-22")
        assert "Year-end" in words_of(page)
    november.freeze.is_active = False
    november.freeze.save()
    assert "Year-end" not in words_of(client.get(f"{CALENDAR}?on=2036-12-22"))


def test_what_will_never_be_done_stands_on_no_day(november, browse):
    move(november.switch, "cancel", by=november.nadia)
    assert "core switch" not in words_of(browse(november.nadia).get(f"{CALENDAR}?on=2036-11-26"))


def test_an_empty_month_says_so(cab, browse):
    assert "No change is planned in this month." in words_of(browse(cab.nadia).get(f"{CALENDAR}?on=2035-01-01"))
    assert "Nothing planned" in words_of(browse(cab.nadia).get(f"{CALENDAR}?on=2035-01-01&view=list"))


@pytest.mark.parametrize(
    "odd",
    [
        "on=never",
        "on=0001-01-01",
        "on=9999-12-31",
        "view=decade",
        "service=x",
        "service=999999&leans=1",
        "on=2036-02-31",
    ],
)
def test_an_odd_address_shows_the_nearest_there_is(cab, browse, odd):
    assert browse(cab.sam).get(f"{CALENDAR}?{odd}").status_code == 200


def test_the_viewers_own_zone_counts(november, browse):
    november.nadia.time_zone = "Asia/Tokyo"
    november.nadia.save()
    words = words_of(browse(november.nadia).get(f"{CALENDAR}?view=list&on=2036-11-01"))
    assert "27 Thursday November 2036 06:00–08:00 Replace the core switch" in words


def test_htmx_gets_the_calendar_alone(november, browse):
    part = browse(november.nadia, **{"HX-Request": "true"}).get(f"{CALENDAR}?on=2036-11-26").content.decode()
    assert "<html" not in part
    assert part.lstrip().startswith('<div class="cal" id="calendar">')


def test_clocks_that_change_are_told_in_the_week(november, browse):
    words = words_of(browse(november.nadia).get(f"{CALENDAR}?view=week&on=2036-03-30"))
    assert "Clocks go forward" in words
    assert "Clocks go" not in words_of(browse(november.nadia).get(f"{CALENDAR}?view=week&on=2036-04-10"))


# -- who sees what --------------------------------------------------------------------------------


def test_whoever_sees_any_queue_sees_all_changes_and_others_see_their_own(november, browse):
    everybody = {name: words_of(browse(getattr(november, name)).get(f"{CALENDAR}?on=2036-11-26")) for name in
                 ("sam", "nadia", "chris", "lena", "admin", "erin", "wanda")}  # fmt: skip
    for name, words in everybody.items():
        assert ("Move the servers" in words) == (name not in ("erin", "wanda")), name
    hers = plan(november, by=november.nadia, title="Erin's printer", requester=november.erin, **on(date(2036, 11, 12)))
    words = words_of(browse(november.erin).get(f"{CALENDAR}?on=2036-11-26"))
    assert hers.title in words.replace("&#x27;", "'")
    assert "core switch" not in words


def test_an_end_user_learns_nothing_of_changes_that_are_in_the_way_of_hers(november, browse):
    plan(november, title="Erin's printer", requester=november.erin, **on(date(2036, 11, 26)))
    for address in (f"{CALENDAR}?view=list&on=2036-11-26", f"{CALENDAR}?on=2036-11-26"):
        page = browse(november.erin).get(address)
        assert "printer" in words_of(page)
        assert "conflict" not in words_of(page).lower()
        assert november.switch.number not in words_of(page)


# -- by service -----------------------------------------------------------------------------------


def test_one_services_changes_and_freezes_and_those_it_leans_on(november, browse):
    november.freeze.services.set([november.wifi])
    client = browse(november.nadia)
    alone = f"{CALENDAR}?view=list&on=2036-11-01&service={november.sign_in.pk}"
    assert "Move the servers" in words_of(client.get(alone))
    assert "core switch" not in words_of(client.get(alone))
    assert "core switch" in words_of(client.get(f"{alone}&leans=1"))
    december = alone.replace("11-01", "12-22")
    assert "Year-end" not in words_of(client.get(december))
    assert "Year-end" in words_of(client.get(f"{december}&leans=1"))


def test_leaning_goes_all_the_way_down_and_survives_a_ring(cab):
    power = ServiceFactory(name="Power")
    cab.wifi.depends_on.add(power)
    power.depends_on.add(cab.sign_in)
    assert with_what_it_leans_on(cab.sign_in) == {cab.sign_in.pk, cab.wifi.pk, power.pk}


# -- which day, for any window -----------------------------------------------------------------------


ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")]
WINDOWS = st.tuples(
    st.datetimes(datetime(2036, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)),
    st.timedeltas(timedelta(minutes=5), timedelta(days=12)),
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=st.lists(WINDOWS, min_size=1, max_size=3), day=st.dates(date(2036, 1, 1), date(2036, 12, 31)),
       zone=st.sampled_from(ZONES))  # fmt: skip
def test_every_change_stands_on_exactly_the_days_it_touches(cab, windows, day, zone):
    """In month, week and list alike; by brute force over the moments that a day and a window share."""
    with transaction.atomic():
        made = [
            plan(cab, title=f"Number {n}", planned_start=start, planned_end=start + length)
            for n, (start, length) in enumerate(windows)
        ]
        for view in ("month", "week", "list", "day"):
            page = Page(cab.nadia, view, day, day, zone)
            shown = {
                (entry.change.pk, one.day)
                for one in ([d for week in page.weeks for d in week] if view == "month"
                            else page.columns if view == "week" else page.listed)
                for entry in one.changes
            }  # fmt: skip
            assert shown == {
                (change.pk, one)
                for change in made
                for one in days.span(*page.shown)
                if change.planned_start < days.begins(one + days.DAY, zone)
                and change.planned_end > days.begins(one, zone)
            }, view
        transaction.set_rollback(True)


# -- what it costs -----------------------------------------------------------------------------------


def test_the_cost_does_not_grow_with_changes_days_or_freezes(november):
    def cost():
        november.nadia.__dict__.pop("_reach", None)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            entries = standing(november.nadia, date(2036, 10, 1), date(2036, 12, 31), BERLIN)
            for entry in entries:
                if entry.change:
                    assert entry.change.touched
                    assert entry.change.assessed
                    assert str(entry.change.workgroup)
        return len(asked), len(entries)

    queries, few = cost()
    for number in range(12):
        in_state("submitted" if number % 2 else "draft", november, **on(date(2036, 11, 2 + number)))
        Freeze.objects.create(name=f"F{number}", start=berlin(2036, 11, 2 + number), end=berlin(2036, 11, 3 + number))
    assert cost() == (queries, few + 24)
    assert queries == 8


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_a_page_costs_the_same_however_full_it_is(november, browse, view):
    client = browse(november.nadia)
    address = f"{CALENDAR}?view={view}&on=2036-11-26"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(20):
        plan(november, title=f"Number {number}", **on(date(2036, 11, 1 + number)))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
