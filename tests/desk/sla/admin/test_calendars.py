"""The administrator sets up calendars: a week in words, special days, the public holidays of a country, versions."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from desk.sla.models import Calendar, CalendarVersion, SpecialDay
from tests.factories import incident, person
from tests.forms import send

from ..promises import calendar, clock, policy

ADD = "admin:sla_calendar_add"
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00-12:00, 13:00 - 17:00")


def page_of(made, what="change"):
    return reverse(f"admin:sla_calendar_{what}", args=[made.pk])


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def holidays(made):
    return reverse("admin:sla_calendar_holidays", args=[made.pk])


@pytest.fixture
def admin(world, browse):
    return browse(world.admin)


@pytest.fixture
def hamburg(world):
    return calendar("Hamburg")


def test_a_calendar_for_each_of_two_zones_with_the_holidays_of_one_country(world, admin):
    for name, zone in (("Hamburg", "Europe/Berlin"), ("Lisbon", "Europe/Lisbon")):
        answer = send(admin, reverse(ADD), name=name, zone=zone, why="First agreement", **WEEK)
        assert answer.status_code == 302
        assert "Version 1 is published." in told(answer)
    hamburg, lisbon = Calendar.objects.filter(name__in=["Hamburg", "Lisbon"]).order_by("name")
    assert [row.times for row in hamburg.hours.all()] == ["08:00–12:00, 13:00–17:00"] * 5 + ["", ""]
    asked = {"country": "DE", "region": "HH", "first": "2026", "last": "2027"}
    preview = admin.get(holidays(hamburg), asked)
    found = preview.context["found"]
    assert {one.name for one in found} >= {"New Year's Day", "Reformation Day"}
    assert SpecialDay.objects.count() == 0  # a look adds nothing
    days = [one.on.isoformat() for one in found]
    assert admin.post(holidays(hamburg), {**asked, "day": days}).status_code == 302
    hamburg.refresh_from_db()
    assert set(hamburg.current.says.calendar.days) == {one.on for one in found}
    assert (hamburg.current.number, hamburg.current.made_by) == (2, world.admin)
    assert hamburg.current.reason == "Public holidays of Germany HH, 2026–2027"
    lisbon.refresh_from_db()
    assert (lisbon.current.number, lisbon.special_days.count()) == (1, 0)


def test_an_import_keeps_a_half_day_and_what_was_unticked(admin, hamburg):
    SpecialDay.objects.create(calendar=hamburg, date=date(2026, 12, 25), name="Skeleton crew", times="08:00–10:00")
    asked = {"country": "DE", "region": "", "first": 2026, "last": 2026}
    page = admin.get(holidays(hamburg), asked).content.decode()
    assert "stays as it is: Skeleton crew, 08:00–10:00" in page
    admin.post(holidays(hamburg), {**asked, "day": ["2026-12-25", "2026-05-01", "2026-07-07"]})
    days = list(hamburg.special_days.values_list("date", "name", "times"))
    assert days == [
        (date(2026, 5, 1), "Labor Day", ""),
        (date(2026, 12, 25), "Skeleton crew", "08:00–10:00"),
    ]


def test_an_import_says_what_is_wrong_and_that_nothing_was_ticked(admin, hamburg):
    ask = lambda **words: admin.get(holidays(hamburg), words).content.decode()  # noqa: E731
    assert "before the first" in ask(country="DE", region="", first=2027, last=2026)
    assert "at most 10 years" in ask(country="DE", region="", first=2020, last=2060)
    assert "not one of the available choices" in ask(country="DE", region="XX", first=2026, last=2026)
    assert "not one of the available choices" in ask(country="XX", region="", first=2026, last=2026)
    assert "This country has none." in ask(country="JP", region="", first=2026, last=2026)
    nothing = admin.post(holidays(hamburg), {"country": "DE", "region": "", "first": 2026, "last": 2026})
    assert "No date is ticked" in nothing.content.decode()
    assert not hamburg.special_days.exists()


def test_an_edit_makes_a_version_and_old_clocks_keep_theirs(world, admin, hamburg):
    policy(hours=hamburg)
    ticket = incident(world.erin)
    answer = send(admin, page_of(hamburg), friday="08:00–14:00", why="Short Fridays")
    url = reverse("admin:sla_rebasing_changelist")
    assert (
        f'Version 2 is published; 1 open ticket keeps version 1 until they are <a href="{url}">re-based</a>.'
        in told(answer)
    )
    assert clock(ticket).calendar_version.number == 1
    hamburg.refresh_from_db()
    assert (hamburg.current.number, hamburg.current.reason) == (2, "Short Fridays")


def test_saving_what_is_published_makes_no_version(admin, hamburg):
    assert "Nothing was different: version 1 stays as published." in told(send(admin, page_of(hamburg)))
    assert CalendarVersion.objects.filter(calendar=hamburg).count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("monday", "8 to 5", "can&#x27;t be read. Write hours as 08:00–17:00"),
        ("sunday", "08:00–25:00", "names a time that no clock shows"),
        ("tuesday", "08:00–12:00, 11:00–13:00", "has hours that overlap"),
        ("wednesday", "09:00-09:00", "begins and ends at the same time"),
        ("zone", "Mars/Olympus", "is no IANA time zone"),
        ("zone", "Factory", "is no IANA time zone"),
        ("zone", "localtime", "is no IANA time zone"),
        ("name", "Office\u202e", "Write it without the invisible sign U+202E"),
        ("special_days-0-name", "Day\u2066", "Write it without the invisible sign U+2066"),
        ("zone", "", "This field is required"),
        ("name", "", "This field is required"),
        ("special_days-0-date", "31.31.2026", "Enter a valid date"),
        ("special_days-0-date", "0001-01-01", "Give a date in the years 1970 to 2100."),
        ("special_days-0-date", "9999-12-31", "Give a date in the years 1970 to 2100."),
        ("special_days-0-times", "noon", "can&#x27;t be read"),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_nothing_typed_is_lost(admin, hamburg, field, typed, sentence):
    day = {"special_days-0-date": "2026-12-24", "special_days-0-name": "Christmas Eve", "why": "Because"}
    answer = send(admin, f"{page_of(hamburg)}?year=2026", thursday="10:00–11:00", **{**day, field: typed})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert all(
        kept in page
        for kept in ('value="10:00–11:00"', "Christmas Eve", 'value="Because"')
        if field not in day or kept != day[field]
    )
    hamburg.refresh_from_db()
    assert hamburg.current.number == 1


def test_a_calendar_that_never_opens_is_refused(admin, hamburg):
    closed = dict.fromkeys(WEEK, "")
    page = send(admin, page_of(hamburg), **closed, why="Sabbatical").content.decode()
    assert "This calendar never opens. Give at least one window." in page
    assert "Sabbatical" in page
    day = {"special_days-0-date": "2026-12-24", "special_days-0-name": "Only day", "special_days-0-times": "8:00-9:00"}
    assert send(admin, page_of(hamburg), **closed, **day).status_code == 302


def test_the_same_date_twice_is_refused_whichever_year_is_shown(admin, hamburg):
    SpecialDay.objects.create(calendar=hamburg, date=date(2025, 5, 1), name="Labour Day")
    row = {"special_days-0-date": "2025-05-01", "special_days-0-name": "Again"}
    page = send(admin, f"{page_of(hamburg)}?year=2026", **row).content.decode()
    assert "Thu 1 May 2025 is in the calendar already." in page
    twice = {**row, "special_days-0-date": "2026-05-01", "special_days-TOTAL_FORMS": "2"}
    twice |= {f"special_days-1-{name}": value for name, value in (("date", "2026-05-01"), ("name", "Twice"))}
    page = send(admin, f"{page_of(hamburg)}?year=2026", **twice).content.decode()
    assert "Fri 1 May 2026 is in the calendar already." in page
    assert hamburg.special_days.count() == 1


def test_special_days_are_shown_a_year_at_a_time_and_others_are_kept(admin, hamburg):
    for year in (2024, 2026, 2027):
        SpecialDay.objects.create(calendar=hamburg, date=date(year, 5, 1), name=f"Day of {year}")
    page = admin.get(f"{page_of(hamburg)}?year=2026").content.decode()
    assert [f"Day of {year}" in page for year in (2024, 2026, 2027)] == [False, True, False]
    send(admin, f"{page_of(hamburg)}?year=2026", **{"special_days-0-DELETE": "on"})
    hamburg.refresh_from_db()
    assert {day.year for day in hamburg.current.says.names} == {2024, 2027}


@pytest.mark.parametrize("year", ["1" * 5000, "0", "10000", "²", "next"])
def test_a_year_that_no_calendar_knows_shows_this_one(admin, hamburg, year):
    page = admin.get(page_of(hamburg), {"year": year})
    assert (page.status_code, page.context["year"]) == (200, timezone.localdate().year)
    assert admin.get(f"/admin/sla/calendar/{'1' * 5000}/change/").status_code == 302


def test_a_day_that_was_once_saved_in_the_year_9999_can_be_deleted(admin, hamburg):
    SpecialDay.objects.create(calendar=hamburg, date=date(9999, 5, 1), name="Far")
    assert 'href="?year=9999#' in admin.get(page_of(hamburg)).content.decode()
    assert send(admin, f"{page_of(hamburg)}?year=9999", **{"special_days-0-DELETE": "on"}).status_code == 302
    assert not hamburg.special_days.exists()


def test_the_week_is_drawn_overnight_into_the_next_day_and_as_it_is_typed(admin, hamburg):
    answer = admin.get(reverse("admin:sla_calendar_picture"), {"sunday": "22:00–06:00", "monday": "nine"})
    bars = [(bar.y, bar.width) for bar in answer.context["picture"].bars]
    assert [round(width / answer.context["picture"].hours[1][0], 1) >= 0 for _, width in bars] == [True, True]
    assert [bar.words for bar in answer.context["picture"].bars] == ["Sunday 22:00–06:00"] * 2
    assert bars[0][0] > bars[1][0]  # Sunday's row is below Monday's, where it goes on
    assert "Monday: “nine” can&#x27;t be read" in answer.content.decode()
    assert "style=" not in answer.content.decode()


def test_the_history_says_what_differs_in_words(world, admin, hamburg):
    row = {
        "special_days-0-date": "2026-12-24",
        "special_days-0-name": "Christmas Eve",
        "special_days-0-times": "8:00-12:00",
    }
    send(admin, page_of(hamburg), zone="Europe/Lisbon", saturday="09:00–12:00", why="We <moved>", **row)
    page = admin.get(page_of(hamburg, "history")).content.decode()
    for sentence in (
        "Time zone: Europe/Berlin → Europe/Lisbon",
        "Saturday: closed → 09:00–12:00",
        "Added: Thu 24 Dec 2026 Christmas Eve (08:00–12:00)",
        "“We &lt;moved&gt;”",
        "First version: Mon–Fri 08:00–18:00 (Europe/Berlin); 0 days with hours of their own.",
    ):
        assert sentence in page


def test_a_calendar_in_use_cant_be_deleted_and_the_page_says_why(admin, hamburg):
    policy("High", hours=hamburg)
    answer = admin.post(page_of(hamburg, "delete"), {"post": "yes"})
    assert answer.status_code == 302
    assert told(answer) == [
        "“Hamburg” is used by “High”, so it can't be deleted. Give the policies another calendar, and leave it unused."
    ]
    assert Calendar.objects.filter(pk=hamburg.pk).exists()


def test_who_may_only_look_sees_the_week_and_changes_nothing(world, browse, hamburg):
    clerk = person("clerk", is_staff=True)
    pages = [page_of(hamburg), page_of(hamburg, "history"), holidays(hamburg)]
    assert [browse(clerk).get(page).status_code for page in pages] == [403, 403, 403]
    clerk.user_permissions.add(Permission.objects.get(codename="view_calendar"))
    client = browse(clerk)
    assert [client.get(page).status_code for page in pages] == [200, 200, 403]
    assert "Mon–Fri 08:00–18:00" in client.get(page_of(hamburg)).content.decode()
    assert client.post(page_of(hamburg), {"name": "Mine"}).status_code == 403
    assert client.post(holidays(hamburg), {"country": "DE"}).status_code == 403
