"""Re-basing is ordered once, worked off one ticket at a time, and survives whatever happens to a worker."""

import threading

import pytest
from django.db import connection, transaction

from desk.sla import actions as sla
from desk.sla import rebasing, tasks
from desk.sla.models import Rebasing
from desk.tickets.errors import Refused
from tests.factories import incident

from .promises import calendar, clock, policy, republish

pytestmark = pytest.mark.django_db


@pytest.fixture
def standard(world):
    return policy("Standard", hours=calendar())


@pytest.fixture
def tickets(world, standard):
    """Three open incidents that hold on to the first version of a policy whose second is published."""
    made = [incident(world.erin, f"CanaryTitle {number}") for number in range(3)]
    republish(standard, resolution_minutes=240)
    return made


def figures():
    row = Rebasing.objects.get()
    return row.total, row.changed, row.failed, row.left_alone, row.done_at is not None


def rebased(ticket):
    return [(event.actor, event.inside["text"]) for event in ticket.events.filter(kind="sla.rebased")]


def test_an_order_changes_nothing_until_a_worker_takes_it(
    world, tickets, django_capture_on_commit_callbacks, monkeypatch
):
    woken = []
    monkeypatch.setattr(rebasing, "wake_for", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        rebasing.order(by=world.admin, reason=" New contract ")
    assert woken == ["sla.rebase"]
    assert figures() == (3, 0, 0, 0, False)
    tasks.rebase()
    assert figures() == (3, 3, 0, 0, True)
    assert [rebased(ticket) for ticket in tickets] == [[(world.admin, "New contract")]] * 3
    assert {clock(ticket).policy_version.number for ticket in tickets} == {2}


def test_a_lost_message_loses_nothing_since_beat_asks_again(world, tickets):
    from itsm.celery import app

    assert app.conf.beat_schedule["sla-rebase"]["task"] == tasks.rebase.name
    rebasing.order(by=world.admin, reason="New contract")
    tasks.rebase()
    tasks.rebase()
    assert figures() == (3, 3, 0, 0, True)
    assert [len(rebased(ticket)) for ticket in tickets] == [1, 1, 1]


def test_it_is_refused_without_a_reason_while_one_is_under_way_and_for_nothing(world, tickets):
    with pytest.raises(Refused, match="Say why") as refusal:
        rebasing.order(by=world.admin, reason="  ")
    assert refusal.value.field == "reason"
    rebasing.order(by=world.admin, reason="First")
    with pytest.raises(Refused, match="under way"):
        rebasing.order(by=world.admin, reason="Second")
    rebasing.work_off()
    with pytest.raises(Refused, match="No open ticket would change"):
        rebasing.order(by=world.admin, reason="Third")


def test_one_policy_alone(world, standard, tickets):
    other = policy("Network", workgroup=world.network, position=1)
    theirs = incident(world.omar, "Theirs", workgroup=world.network)
    republish(other, resolution_minutes=60)
    rebasing.order(by=world.admin, reason="Only theirs", policy=other)
    rebasing.work_off()
    assert figures() == (1, 1, 0, 0, True)
    assert len(rebased(theirs)) == 1
    assert [rebased(ticket) for ticket in tickets] == [[], [], []]


def test_a_ticket_that_raises_is_counted_and_stops_no_other(world, tickets, monkeypatch):
    whole = sla.rebase

    def rebase(*, ticket, **more):
        if ticket.pk == tickets[1].pk:
            raise ValueError(f"Broken: {ticket.title}")
        return whole(ticket=ticket, **more)

    monkeypatch.setattr(sla, "rebase", rebase)
    rebasing.order(by=world.admin, reason="New contract")
    rebasing.work_off()
    assert figures() == (3, 2, 1, 0, True)
    assert Rebasing.objects.get().last_error == f"{tickets[1].number}: ValueError"  # nothing of what the ticket says
    assert [len(rebased(ticket)) for ticket in tickets] == [1, 0, 1]


def test_a_ticket_that_needs_it_no_more_is_left_alone(world, tickets):
    rebasing.order(by=world.admin, reason="New contract")
    sla.rebase(ticket=tickets[0], by=world.admin, reason="By hand")
    rebasing.work_off()
    assert figures() == (3, 2, 0, 1, True)


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_half_done(world, tickets, monkeypatch):
    """The ticket's change and the order's figures are one transaction: both are there, or neither."""
    whole, killed = Rebasing.save, []

    def dies_before_the_figures(row, *args, **kwargs):
        if row.last_ticket == tickets[1].pk and not killed:
            killed.append(row.pk)
            raise SystemExit
        whole(row, *args, **kwargs)

    monkeypatch.setattr(Rebasing, "save", dies_before_the_figures)
    rebasing.order(by=world.admin, reason="New contract")
    with pytest.raises(SystemExit):
        rebasing.work_off()
    assert figures() == (3, 1, 0, 0, False)
    assert [len(rebased(ticket)) for ticket in tickets] == [1, 0, 0]
    tasks.rebase()
    assert figures() == (3, 3, 0, 0, True)
    assert [len(rebased(ticket)) for ticket in tickets] == [1, 1, 1]


def test_a_long_order_is_worked_off_in_turns(world, tickets, monkeypatch):
    woken = []
    monkeypatch.setattr(rebasing, "wake_for", woken.append)
    rebasing.order(by=world.admin, reason="New contract")
    assert rebasing.work_off(limit=2) == 2
    assert woken == ["sla.rebase"]
    assert figures() == (3, 2, 0, 0, False)
    assert rebasing.work_off(limit=2) == 1
    assert figures() == (3, 3, 0, 0, True)


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_do_each_ticket_once(world, tickets):
    rebasing.order(by=world.admin, reason="New contract")
    errors = []

    def work():
        try:
            rebasing.work_off()
        except Exception as failure:
            errors.append(failure)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rebasing.work_off()  # as beat would: all of them may have found the row claimed
    assert errors == []
    assert figures() == (3, 3, 0, 0, True)
    assert [len(rebased(ticket)) for ticket in tickets] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_the_order_claimed_goes_away(world, tickets):
    made = rebasing.order(by=world.admin, reason="New contract")
    done = []
    with transaction.atomic():
        Rebasing.objects.select_for_update().get(pk=made.pk)
        other = threading.Thread(target=lambda: (done.append(rebasing.work_off()), connection.close()))
        other.start()
        other.join()
    assert done == [0]
    assert figures() == (3, 0, 0, 0, False)
