"""The sweep: every mark once, with its true moment, none early, however many sweep and whoever moves the ticket."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.reactions.models import Delivery
from desk.sla import actions as sla
from desk.sla.models import Clock
from desk.sla.sweep import sweep, sweep_all
from desk.tickets import flow
from desk.tickets.models import Event
from incidents import actions
from tests.factories import incident
from tests.stories import reason

from .promises import clock, policy

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)


@pytest.fixture
def ago():
    """`ago(minutes)`: that long before this story begins."""
    now = timezone.now()
    return lambda minutes: now - minutes * MIN


def marks(ticket):
    rows = Event.objects.filter(ticket=ticket, kind__startswith="sla.").exclude(kind="sla.targeted")
    return [(e.kind, e.inside["clock"], e.inside["percent"]) for e in rows.order_by("at", "pk")]


def test_after_an_absence_every_mark_is_told_with_its_true_moment(world, ago):
    policy(response=10, resolution=30, warn_at=[50])
    ticket = incident(world.erin, at=ago(40))
    assert sweep_all() == 4
    assert marks(ticket) == [
        ("sla.warned", "response", 50),
        ("sla.breached", "response", 100),
        ("sla.warned", "resolution", 50),
        ("sla.breached", "resolution", 100),
    ]
    born = ticket.created_at
    assert [e.at - born for e in ticket.events.filter(kind="sla.breached").order_by("at")] == [10 * MIN, 30 * MIN]
    assert {e.source for e in ticket.events.filter(kind="sla.breached")} == {"timer"}
    assert sweep_all() == 0
    assert clock(ticket).breached_at == born + 30 * MIN
    ticket.refresh_from_db()
    assert sla.rebuild(ticket=ticket) == []


def test_nothing_is_told_early(world, ago):
    policy(response=10, resolution=30)
    incident(world.erin, at=ago(9))
    assert sweep_all() == 0


def test_nothing_is_told_while_it_is_on_hold(world, ago):
    policy(response=None, resolution=30)
    ticket = actions.start(incident=incident(world.erin, at=ago(60)), by=world.sam, at=ago(55))
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=ago(50))
    assert sweep_all() == 0
    ticket = actions.resume(incident=ticket, by=world.sam, at=ago(25))
    assert sweep_all() == 1
    assert clock(ticket).breached_at == ticket.created_at + 55 * MIN


def test_only_marks_with_steps_owe_a_delivery(world, ago):
    policy(response=None, resolution=30, warn_at=[50], steps=({"percent": 100, "do": "leads"},))
    incident(world.erin, at=ago(40))
    assert sweep_all() == 2
    assert [(d.event.kind, d.reaction) for d in Delivery.objects.all()] == [
        ("sla.breached", "desk.sla.reactions.escalate")
    ]


def at_once(count, call):
    """Run the call in threads that start together, each on a connection of its own; what each returned."""
    start, answers = threading.Barrier(count), []

    def run():
        try:
            start.wait(10)
            answers.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_tell_each_mark_once(world, ago):
    policy(response=10, resolution=30, warn_at=[50])
    tickets = [incident(world.erin, f"Trouble {n}", at=ago(40)) for n in range(60)]
    assert sum(at_once(4, lambda: sweep_all(limit=7))) == 240
    told = Counter(Event.objects.filter(kind="sla.breached").values_list("ticket", "inside__clock"))
    assert set(told.values()) == {1}
    assert len(told) == 2 * len(tickets)


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_somebody_is_just_moving_is_left_to_them(world, ago):
    """The move began before the sweep looked: whatever it comes to, the sweep doesn't judge by what was before."""
    policy(response=None, resolution=30)
    ticket = actions.start(incident=incident(world.erin, at=ago(40)), by=world.sam, at=ago(39))
    other = incident(world.erin, "Another", at=ago(40))
    with transaction.atomic():
        flow.lock(ticket)
        assert at_once(1, sweep_all) == [1]
    assert marks(other) == [("sla.breached", "resolution", 100)]
    assert marks(ticket) == []
    assert sweep_all() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_told(world, ago):
    policy(response=None, resolution=30)
    ticket = incident(world.erin, at=ago(40))
    with pytest.raises(RuntimeError), transaction.atomic():
        sweep()
        raise RuntimeError("killed")
    assert marks(ticket) == []
    assert sweep_all() == 1
    assert marks(ticket) == [("sla.breached", "resolution", 100)]


def test_a_sweep_with_nothing_due_asks_who_the_automation_is_and_whether_anything_is_due(world):
    policy()
    incident(world.erin)
    sweep()
    with CaptureQueriesContext(connection) as asked:
        assert sweep() == 0
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 2


def test_the_sweep_never_writes_a_ticket(world, ago):
    policy(response=None, resolution=30)
    ticket = incident(world.erin, at=ago(40))
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, ctid::text FROM tickets_ticket WHERE id = %s", [ticket.pk])
        before = cursor.fetchone()
        assert sweep_all() == 1
        cursor.execute("SELECT xmin::text, ctid::text FROM tickets_ticket WHERE id = %s", [ticket.pk])
        assert cursor.fetchone() == before
    assert Clock.objects.get(ticket=ticket, kind="resolution").next_event_at is None
