"""What is over resolves itself after a quiet time, and only if that is still right by then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from incidents.models import Incident
from incidents.monitoring.models import AlertGroup
from incidents.monitoring.settling import settle_due
from incidents.tasks import settle_alerts
from tests.incidents.monitoring.alerts import alert, hear, rule, source
from workorders import actions as orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(world):
    """An incident whose only alert is over, and which waits for five quiet minutes."""
    world.prometheus, world.rule = source(), rule(quiet_minutes=5)
    hear(world.prometheus, alert())
    hear(world.prometheus, alert(status="resolved"))
    world.incident = Incident.objects.get()
    return world


def five_minutes_later():
    AlertGroup.objects.update(settles_at=timezone.now() - timedelta(seconds=1))


def test_it_waits_for_the_quiet_time_and_then_resolves_once(quiet):
    assert settle_due() == 0
    left = AlertGroup.objects.get().settles_at - timezone.now()
    assert timedelta(minutes=4, seconds=30) < left <= timedelta(minutes=5)
    five_minutes_later()
    assert settle_alerts() == 1
    assert Incident.objects.get().state == "resolved"
    assert settle_due() == 0


def test_what_fires_in_the_quiet_time_begins_it_anew(quiet):
    five_minutes_later()
    hear(quiet.prometheus, alert())
    assert settle_due() == 0
    assert Incident.objects.get().state == "logged"
    hear(quiet.prometheus, alert(status="resolved"))
    assert AlertGroup.objects.get().settles_at > timezone.now() + timedelta(minutes=4)
    assert AlertGroup.objects.get().flaps == 1


def test_whoever_touches_it_in_the_quiet_time_keeps_it(quiet):
    desk_actions.note(ticket=quiet.incident, by=quiet.sam, message="I want to know why")
    five_minutes_later()
    assert settle_due() == 0
    assert Incident.objects.get().state == "logged"
    assert AlertGroup.objects.get().settles_at is None  # and it isn't asked again


def test_it_stays_open_while_hands_are_under_way(quiet):
    orders.raise_order(parent=quiet.incident, by=automation(), title="Look", workgroup=quiet.desk, source="rule")
    five_minutes_later()
    assert settle_due() == 0
    assert Incident.objects.get().state == "logged"


def test_the_rule_is_asked_as_it_is_by_then(quiet):
    quiet.rule.resolves = False
    quiet.rule.save()
    five_minutes_later()
    assert settle_due() == 0
    assert Incident.objects.get().state == "logged"
