"""The strip on an incident's page: each order's state and clock, and whether the chain keeps the incident's deadline."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents.models import Incident
from tests.desk.sla.promises import policy
from tests.factories import incident
from workorders.strip import strip_of

from .orders import move, order

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def promised(field):
    """An incident of nine o'clock that is due at one, and two orders in sequence that may take two hours each."""
    policy("Incidents", kind="incident", response=60, resolution=240)
    policy("Orders", kind="work_order", response=30, resolution=120)
    field.incident = incident(field.erin, "No Wi-Fi in ward 4B", workgroup=field.network, at=NINE)
    field.first = order(field.incident, field.nadia, "Fetch it", workgroup=field.field, at=NINE)
    field.second = later(field, "Mount it", field.first)
    return field


def later(field, title, *needs, **fields):
    return order(field.incident, field.nadia, title, workgroup=field.field, needs=needs, at=NINE, **fields)


def named(found):
    return f"“{found.title}” ({found.number})"


def verdict(field, at=NINE):
    found = strip_of(field.incident, at).verdict
    return found and (found.look, *found.sentences)


def test_a_chain_that_is_over_in_time_says_how_much_is_left(promised):
    move(promised.first, "start", by=promised.felix, at=NINE)
    move(promised.first, "complete", by=promised.felix, at=NINE + timedelta(minutes=30))
    (look, sentence) = verdict(promised, NINE + timedelta(minutes=30))
    assert look == "fits"
    assert sentence == f"{named(promised.second)} is due 1 h 30 min before the incident's deadline, Mon 2 Mar, 13:00."


def test_one_that_comes_too_late_is_named_with_how_much(promised):
    start = NINE + timedelta(hours=4, minutes=10)
    repair = later(promised, "Repair it", planned_start=start, planned_end=start + timedelta(minutes=30))
    assert verdict(promised) == (
        "late",
        f"{named(repair)} is due 40 min after the incident's deadline, Mon 2 Mar, 13:00.",
    )


def test_each_line_says_when_it_is_due_unless_its_plan_says_so(promised):
    start = NINE + timedelta(hours=1)
    planned = later(promised, "Paint it", planned_start=start, planned_end=start + timedelta(hours=1))
    lines = {line.order.pk: line for line in strip_of(promised.incident, NINE).lines}
    assert [lines[found.pk].due for found in (promised.first, promised.second, planned)] == [
        NINE + timedelta(hours=2), NINE + timedelta(hours=4), None,
    ]  # fmt: skip
    assert [found.pk for found in (promised.first, promised.second, planned) if lines[found.pk].is_critical] == [
        promised.first.pk, promised.second.pk,
    ]  # fmt: skip


def test_a_failure_leaves_it_open_and_asks_those_who_decide(promised, browse):
    move(promised.first, "start", by=promised.felix, at=NINE)
    move(promised.first, "fail", by=promised.felix, at=NINE)
    look, sentence = verdict(promised)
    assert look == "unknown"
    assert sentence.startswith(f"{named(promised.first)} failed;")
    page = browse(promised.nadia).get(promised.incident.get_absolute_url()).content.decode()
    assert "Go on without it" in page
    assert f"{promised.incident.number} can be resolved when all of them are over." in page


def test_whoever_asked_for_help_sees_nothing_of_it(promised, browse):
    page = browse(promised.erin).get(promised.incident.get_absolute_url()).content.decode()
    for secret in ("Work order", "WO-", "Fetch it", "Field Service"):
        assert secret not in page, secret


def test_it_costs_the_same_however_long_the_chain_is(promised, django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as before:
        strip_of(promised.incident, NINE)
    last = promised.second
    for number in range(4):
        last = later(promised, f"Step {number}", last)
    again = Incident.objects.get(pk=promised.incident.pk)
    with django_assert_max_num_queries(len(before.captured_queries)):
        assert len(strip_of(again, NINE).orders) == 6
