"""Two administrators edit one policy or calendar: whoever saves last sees what the first one wrote, and keeps his own."""

import json
from datetime import date

import pytest
from django.urls import reverse

from desk.sla.models import Policy, SpecialDay
from tests.factories import person
from tests.forms import send, shown

from ..promises import calendar, policy


@pytest.fixture
def both(world, browse):
    """The administrator, and a second one."""
    return browse(world.admin), browse(person("ada", first_name="Ada", is_staff=True, is_superuser=True))


@pytest.fixture
def high(world):
    return policy("High", hours=calendar("Office"), resolution=480, position=10)


def page_of(row, what="change"):
    return reverse(f"admin:sla_{row._meta.model_name}_{what}", args=[row.pk])


def opened(client, row, **changes):
    """What the form shows now, with a few values changed, to be sent later."""
    return {**shown(client.get(page_of(row))), **changes}


def test_an_edit_on_a_stale_form_is_shown_both_values_and_saved_when_it_is_meant(both, high):
    first, second = both
    stale = opened(first, high, resolution_minutes="2 h", why="Contract")
    send(second, page_of(high), resolution_minutes="4 h", department="Radiology")
    answer = first.post(page_of(high), stale)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing is saved yet: “High” was changed while you edited it." in page
    assert "Version 2, published by Ada" in page and "Resolution: 8 h → 4 h" in page
    assert "Meanwhile this became “4 h”. What you wrote is kept; save again to put it in its place." in page
    assert "Meanwhile this became “Radiology”." in page
    assert 'value="2 h"' in page and 'value="Contract"' in page
    high.refresh_from_db()
    assert (high.current.number, high.resolution_minutes) == (2, 240)
    assert first.post(page_of(high), shown(answer)).status_code == 302
    high.refresh_from_db()
    assert (high.current.number, high.resolution_minutes, high.department) == (3, 120, "")


def test_a_place_that_was_moved_meanwhile_is_not_moved_back(both, high):
    first, second = both
    policy("Rest", position=20)
    stale = opened(first, high, resolution_minutes="2 h")
    second.post(page_of(high, "place"), {"way": "down"})
    page = first.post(page_of(high), stale).content.decode()
    assert "Meanwhile this became “20”." in page
    assert list(Policy.objects.values_list("name", flat=True)) == ["Rest", "High"]
    assert Policy.objects.get(pk=high.pk).resolution_minutes == 480


def test_the_same_form_sent_twice_is_no_quarrel(both, high):
    first, _ = both
    once = opened(first, high, resolution_minutes="2 h")
    assert [first.post(page_of(high), once).status_code for _ in range(2)] == [302, 302]
    high.refresh_from_db()
    assert high.current.number == 2
    step = {"steps-TOTAL_FORMS": "1", "steps-0-percent": "100", "steps-0-clock": "both", "steps-0-do": "leads"}
    added = opened(first, high, **step)
    assert [first.post(page_of(high), added).status_code for _ in range(2)] == [302, 200]
    assert high.steps.count() == 1


def test_steps_that_were_added_and_deleted_meanwhile_are_shown_and_the_form_can_be_saved(both):
    first, second = both
    made = policy("High", steps=({"percent": 50, "do": "leads"}, {"percent": 75, "do": "leads"}))
    stale = opened(first, made, **{"steps-0-percent": "60"})
    gone = {"steps-0-DELETE": "on", "steps-TOTAL_FORMS": "3"}
    gone |= {"steps-2-percent": "120", "steps-2-clock": "both", "steps-2-do": "raise"}
    assert send(second, page_of(made), **gone).status_code == 302
    answer = first.post(page_of(made), stale)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Step added: 120%: raise the priority by one; Step removed: 50%: notify the workgroup&#x27;s leads" in page
    fields = shown(answer)
    assert {fields[f"steps-{number}-percent"] for number in range(3)} == {"60", "75", "120"}
    assert first.post(page_of(made), fields).status_code == 302
    assert list(made.steps.values_list("percent", flat=True)) == [60, 75, 120]


def test_a_calendar_is_kept_from_a_stale_form_too(both):
    first, second = both
    office = calendar("Office", days={date(2026, 5, 1): ("Labour Day", "")})
    path = f"{page_of(office)}?year=2026"
    stale = {**shown(first.get(path)), "friday": "08:00–12:00"}
    send(second, path, friday="08:00–14:00", **{"special_days-0-DELETE": "on"})
    answer = first.post(path, stale)
    page = answer.content.decode()
    assert "Friday: 08:00–18:00 → 08:00–14:00; Removed: Fri 1 May 2026 Labour Day (closed)." in page
    assert "Meanwhile this became “08:00–14:00”." in page
    office.refresh_from_db()
    assert (office.current.number, SpecialDay.objects.count()) == (2, 0)
    assert first.post(path, shown(answer)).status_code == 302
    assert [(row.date, row.name) for row in office.special_days.all()] == [(date(2026, 5, 1), "Labour Day")]
    assert office.hours.get(weekday=4).times == "08:00–12:00"


@pytest.mark.parametrize("token", ["", "rubbish", "[]", json.dumps({"version": "x"}), json.dumps({"version": 10**30})])
def test_a_form_that_cant_say_what_it_showed_overwrites_nothing_unseen(both, high, token):
    first, _ = both
    answer = first.post(page_of(high), {**opened(first, high, resolution_minutes="2 h"), "seen": token})
    assert "Meanwhile this became “8 h”." in answer.content.decode()
    assert first.post(page_of(high), shown(answer)).status_code == 302


def test_the_table_keeps_what_a_colleague_moved_and_shows_what_both_wrote(both, high):
    first, second = both
    policy("Rest", position=20)
    table = reverse("admin:sla_policy_changelist")
    stale = {**shown(first.get(table)), "_save": "Save"}
    second.post(page_of(high, "place"), {"way": "down"})
    places = lambda: list(Policy.objects.values_list("name", "position"))  # noqa: E731
    untouched = {name: value for name, value in stale.items() if name != "form-0-is_active"}
    assert first.post(table, untouched).status_code == 302
    assert places() == [("Rest", 10), ("High", 20)]
    assert not Policy.objects.get(pk=high.pk).is_active
    answer = first.post(table, {**stale, "form-0-position": "5"})
    assert "Meanwhile this became “20”." in answer.content.decode()
    assert places() == [("Rest", 10), ("High", 20)]
    assert first.post(table, {**shown(answer), "_save": "Save"}).status_code == 302
    assert places() == [("High", 5), ("Rest", 10)]
