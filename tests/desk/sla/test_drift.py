"""Which open tickets are held to other terms than are published: counted in groups, and found one by one."""

import pytest

from desk.sla import drift
from desk.sla.actions import rebase
from desk.sla.models import Policy, SpecialDay
from desk.sla.publishing import publish_calendar
from desk.tickets import actions as desk
from incidents import actions
from tests.factories import CategoryFactory, ServiceFactory, incident, person
from tests.stories import in_state

from .promises import calendar, policy, republish

pytestmark = pytest.mark.django_db


def counted(only=None):
    """{(held to, would be held to): tickets}"""
    name = lambda version: f"{version.policy} {version.number}" if version else "nothing"  # noqa: E731
    return {(name(one.was), name(one.now)): one.tickets for one in drift.changes(only)}


def found(only=None, **how):
    return drift.tickets(only, **{"after": 0, "limit": 100, **how})


@pytest.fixture
def standard(world):
    return policy("Standard", hours=calendar(), position=50)


def test_nothing_differs_until_something_is_published(world, standard):
    incident(world.erin)
    assert (counted(), found()) == ({}, [])
    Policy.objects.filter(pk=standard.pk).update(resolution_minutes=30)
    assert counted() == {}
    republish(standard)
    assert counted() == {("Standard 1", "Standard 2"): 1}


def test_resolved_and_cancelled_tickets_stay_as_they_are(world, standard):
    ours = {"requester": world.erin, "analyst": world.sam}
    for state in ("resolved", "closed", "cancelled"):
        in_state(state, **ours)
    waiting = [in_state(state, title=state, **ours) for state in ("logged", "pending", "reopened")]
    republish(standard, resolution_minutes=30)
    assert counted() == {("Standard 1", "Standard 2"): 3}
    assert found() == [ticket.pk for ticket in waiting]


def test_a_calendar_that_was_published_anew_counts_too(world, standard):
    incident(world.erin)
    SpecialDay.objects.create(calendar=standard.calendar, date="2026-05-01", name="Labour Day")
    publish_calendar(calendar=standard.calendar, by=world.admin)
    [change] = drift.changes()
    assert (change.tickets, change.is_calendar_only, change.is_other_policy) == (1, True, False)


def test_another_policy_that_would_match_now_by_any_of_its_conditions(world, standard):
    it, mail = CategoryFactory(name="IT"), ServiceFactory(name="Mail")
    vpn = CategoryFactory(name="VPN", parent=it)
    vera, rita = person("vera", is_vip=True), person("rita", department="Radiology")
    incident(world.erin, "Tree", category=vpn)
    incident(world.erin, "Service", service=mail)
    incident(world.erin, "Priority", impact=1, urgency=1)
    incident(world.erin, "Workgroup", workgroup=world.network)
    incident(vera, "Boss")
    incident(rita, "Department")
    incident(world.erin, "Plain")
    policy("A tree", category=it, position=1)
    policy("B service", service=mail, position=2)
    policy("C priority", priority=1, position=3)
    policy("D workgroup", workgroup=world.network, position=4)
    boss = policy("E boss", vip=True, position=5)
    policy("F department", department="radiology", position=6)
    names = ("A tree", "B service", "C priority", "D workgroup", "E boss", "F department")
    assert counted() == {("Standard 1", f"{name} 1"): 1 for name in names}
    assert counted(boss) == {("Standard 1", "E boss 1"): 1}
    assert len(found()) == len(found(standard)) == 6
    assert len(found(boss)) == 1


def test_what_nothing_matches_any_more_keeps_its_promise(world, standard):
    incident(world.erin)
    Policy.objects.update(is_active=False)
    assert (counted(), found()) == ({}, [])


def test_what_nothing_was_promised_for_is_counted_once_a_policy_matches_it(world):
    ours = {"requester": world.erin, "analyst": world.sam}
    for state in ("resolved", "closed", "cancelled"):
        in_state(state, **ours)
    waiting = [in_state(state, title=state, **ours) for state in ("logged", "pending", "in_progress", "reopened")]
    assert (counted(), found()) == ({}, [])
    urgent = policy("Urgent", priority=1, position=1)
    assert (counted(), found()) == ({}, [])
    late = policy("Everything", position=50)
    assert counted() == counted(late) == {("nothing", "Everything 1"): 4}
    assert found() == found(late) == found(chunk=2) == [ticket.pk for ticket in waiting]
    assert (counted(urgent), found(urgent)) == ({}, [])
    for ticket in waiting:
        assert rebase(ticket=ticket, by=world.admin, reason="Promised from now on")
    assert (counted(), found()) == ({}, [])


def test_tickets_are_found_in_chunks_above_an_id(world, standard):
    tickets = [incident(world.erin, f"Number {number}") for number in range(5)]
    republish(standard, resolution_minutes=30)
    ids = [ticket.pk for ticket in tickets]
    assert found(chunk=2) == ids
    assert found(limit=3, chunk=2) == ids[:3]
    assert found(after=ids[2], chunk=2) == ids[3:]
    assert counted() == {("Standard 1", "Standard 2"): 5}


def test_a_ticket_that_moved_on_by_itself_is_not_counted(world, standard):
    policy("Urgent", hours=standard.calendar, priority=1, position=1)
    ticket = actions.start(incident=incident(world.erin), by=world.sam)
    desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1)
    assert counted() == {}


def test_counting_takes_as_many_statements_for_many_as_for_one(world, standard, django_assert_max_num_queries):
    republish(standard, resolution_minutes=30)
    incident(world.erin, "First")
    republish(standard, resolution_minutes=20)
    drift.changes()
    with django_assert_max_num_queries(10) as before:
        drift.changes()
    asked = len(before.captured_queries)
    for number in range(5):
        incident(world.omar, f"More {number}", workgroup=world.network)
    with django_assert_max_num_queries(asked):
        drift.changes()
