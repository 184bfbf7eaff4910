"""Freezes in the administration: set as a person would, refused with a sentence, and told what lies in them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes import feeds
from changes.models import CalendarFeed, Freeze
from tests.changes.plans import in_state, plan
from tests.forms import send

FREEZES = "/admin/changes/freeze/"


@pytest.fixture
def admin(cab, browse):
    return browse(cab.admin)


def filled_in(begins_in=-2, hours=24, **fields):
    start = timezone.localtime(timezone.now() + timedelta(hours=begins_in))
    end = start + timedelta(hours=hours)
    found = {"name": "Year-end", "reason": "The books are closed.", "effect": "refuse", **fields}
    for name, at in (("start", start), ("end", end)):
        found |= {f"{name}_0": f"{at:%Y-%m-%d}", f"{name}_1": f"{at:%H:%M:%S}"}
    return found


def test_an_administrator_sets_a_freeze_and_is_told_what_lies_in_it(cab, admin):
    scheduled = in_state("scheduled", cab)
    in_state("submitted", cab, title="Patch the firewall")
    plan(cab, title="A mere thought")
    page = admin.post(f"{FREEZES}add/", {**filled_in(), "is_active": "on"}, follow=True)
    words = page.content.decode()
    assert "2 changes lie in it: 1 scheduled, 1 not scheduled yet. Their pages show the freeze." in words
    made = Freeze.objects.get()
    shown = admin.get(f"{FREEZES}{made.pk}/change/").content.decode()
    assert f'<a href="{scheduled.get_absolute_url()}">{scheduled.number} Replace the core switch</a>' in shown
    assert "Patch the firewall" in shown
    assert "A mere thought" not in shown


def test_a_freeze_for_another_service_catches_nothing(cab, admin):
    in_state("scheduled", cab)
    page = admin.post(f"{FREEZES}add/", {**filled_in(), "services": [cab.sign_in.pk], "is_active": "on"}, follow=True)
    assert "lies in it" not in page.content.decode()
    made = Freeze.objects.get()
    assert "No change lies in it." in admin.get(f"{FREEZES}{made.pk}/change/").content.decode()


def test_a_freeze_that_ends_before_it_starts_is_refused_where_it_is_wrong(cab, admin):
    page = admin.post(f"{FREEZES}add/", {**filled_in(hours=-1), "is_active": "on"})
    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"end": ["A freeze ends after it starts."]}
    assert not Freeze.objects.exists()


def test_a_freeze_is_moved_and_switched_off(cab, admin):
    in_state("scheduled", cab)
    start = timezone.now()
    made = Freeze.objects.create(name="Audit", start=start, end=start + timedelta(hours=2))
    before = made.updated_at
    page = send(admin, f"{FREEZES}{made.pk}/change/", name="Audit of the ministry", is_active=None)
    assert page.status_code == 302
    made.refresh_from_db()
    assert (made.name, made.is_active) == ("Audit of the ministry", False)
    assert made.updated_at > before


def test_the_list_says_what_each_holds_for_at_a_constant_cost(cab, admin):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            page = admin.get(FREEZES)
        return len(asked), page.content.decode()

    start = timezone.now()
    for name in ("One", "Two"):
        Freeze.objects.create(name=name, start=start, end=start + timedelta(hours=2)).services.set([cab.wifi])
    cost()  # what is asked once for all
    few, words = cost()
    assert "Network and Wi-Fi" in words
    for number in range(5):
        Freeze.objects.create(name=f"F{number}", start=start, end=start + timedelta(hours=2))
    many, words = cost()
    assert "every service" in words
    assert many == few


def test_an_administrator_sees_who_reads_and_can_end_it_but_never_the_address(cab, admin):
    found = feeds.make(by=cab.nadia)
    for address in ("/admin/changes/calendarfeed/", f"/admin/changes/calendarfeed/{found.pk}/change/"):
        page = admin.get(address)
        assert page.status_code == 200
        assert found.nonce not in page.content.decode()
    admin.post(f"/admin/changes/calendarfeed/{found.pk}/delete/", {"post": "yes"})
    assert not CalendarFeed.objects.exists()
