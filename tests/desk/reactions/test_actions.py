"""A delivery reaches its reaction exactly once, whoever comes first and whatever breaks."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from desk.reactions import actions
from desk.reactions import owed as owed_rows
from desk.reactions.models import Delivery
from desk.reactions.table import later, now
from desk.services.models import Site
from desk.tickets.actions import note
from tests.factories import incident

HERE = "tests.desk.reactions.test_actions"


def build_a_site(event):
    Site.objects.create(name=f"Site of event {event.pk}")


def fail(event):
    Site.objects.create(name="half done")
    raise ValueError("The crane is broken.")


def refuse_now(event):
    raise ValueError("Not today.")


BUILDS = {"comment.added": (later(f"{HERE}.build_a_site", "builds"),)}
FAILS = {"comment.added": (later(f"{HERE}.fail", "fails"), later(f"{HERE}.build_a_site", "builds"))}
REFUSES = {"comment.added": (now(f"{HERE}.refuse_now", "refuses"),)}


@pytest.fixture
def table(settings):
    def use(name):
        settings.SWITCHBOARD = f"{HERE}.{name}"

    return use


@pytest.fixture
def owed(world, table):
    """A note by Sam whose reaction is owed."""
    table("BUILDS")
    return note(ticket=incident(world.erin), by=world.sam, message="Look")


def test_an_event_and_its_delivery_are_written_together(owed):
    assert list(Delivery.objects.values_list("event", "reaction", "done_at")) == [
        (owed.pk, f"{HERE}.build_a_site", None)
    ]


def test_delivering_does_the_effect_once(owed):
    assert actions.deliver_due() == 1
    assert actions.deliver_due() == 0
    assert Site.objects.count() == 1
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.last_error, delivery.dead_at) == (1, "", None)
    assert delivery.done_at is not None


def test_dispatching_the_same_event_again_changes_nothing(owed):
    actions.deliver_due()
    actions.dispatch(owed)
    actions.deliver_due()
    assert (Delivery.objects.count(), Site.objects.count()) == (1, 1)


def test_a_rolled_back_event_leaves_no_delivery(world, table):
    table("BUILDS")
    found = incident(world.erin)
    with pytest.raises(RuntimeError), transaction.atomic():
        note(ticket=found, by=world.sam, message="Look")
        raise RuntimeError
    assert Delivery.objects.count() == 0


def test_a_now_reaction_that_fails_takes_the_event_with_it(world, table):
    table("REFUSES")
    found = incident(world.erin)
    with pytest.raises(ValueError, match="Not today"):
        note(ticket=found, by=world.sam, message="Look")
    assert set(found.events.values_list("kind", flat=True)) == {"incident.logged"}


def test_a_failing_reaction_leaves_nothing_half_done_and_does_not_hold_up_the_rest(world, table):
    table("FAILS")
    event = note(ticket=incident(world.erin), by=world.sam, message="Look")
    actions.deliver_due()
    assert set(Site.objects.values_list("name", flat=True)) == {f"Site of event {event.pk}"}
    failed = Delivery.objects.get(reaction=f"{HERE}.fail")
    assert "The crane is broken." in failed.last_error
    assert (failed.done_at, failed.dead_at) == (None, None)
    assert failed.due_at > timezone.now()


def test_after_many_failures_it_is_a_dead_letter_and_can_be_retried(world, table, settings):
    settings.REACTION_MAX_ATTEMPTS = 3
    table("FAILS")
    note(ticket=incident(world.erin), by=world.sam, message="Look")
    failed = Delivery.objects.filter(reaction=f"{HERE}.fail")
    for _ in range(5):
        failed.update(due_at=timezone.now() - timedelta(seconds=1))
        actions.deliver_due()
    dead = failed.get()
    assert dead.attempts == 3
    assert dead.dead_at is not None

    failed.update(reaction=f"{HERE}.rebuild")  # the mended release
    actions.retry(delivery=dead)
    assert actions.deliver_due() == 1
    dead.refresh_from_db()
    assert (dead.done_at is not None, dead.dead_at, dead.last_error) == (True, None, "")


def rebuild(event):
    Site.objects.create(name="rebuilt")


def test_a_reaction_that_kills_its_worker_each_time_ends_as_a_dead_letter(owed, settings):
    settings.REACTION_MAX_ATTEMPTS = 2
    for _ in range(2):  # claimed, and the worker is gone before it could deliver
        assert actions.DELIVERIES.claim() is not None
        Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    actions.deliver_due()
    dead = Delivery.objects.get()
    assert dead.dead_at is not None
    assert "worker was lost" in dead.last_error
    assert Site.objects.count() == 0


def test_a_claimed_delivery_is_left_alone_for_the_lease(owed):
    assert actions.DELIVERIES.claim() is not None
    assert actions.DELIVERIES.claim() is None


def test_retrying_what_is_done_changes_nothing(owed):
    actions.deliver_due()
    actions.retry(delivery=Delivery.objects.get())
    assert actions.deliver_due() == 0
    assert Site.objects.count() == 1


def test_the_sweep_finds_what_was_written_while_the_broker_was_away(
    world, table, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(owed_rows.current_app, "send_task", away)
    table("BUILDS")
    found = incident(world.erin)
    with django_capture_on_commit_callbacks(execute=True):
        note(ticket=found, by=world.sam, message="Look")
    assert actions.deliver_due() == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_deliver_forty_notes_once_each(world, table):
    table("BUILDS")
    found = incident(world.erin)
    events = [note(ticket=found, by=world.sam, message=f"Note {n}").pk for n in range(40)]

    def work():
        try:
            actions.deliver_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(Site.objects.values_list("name", flat=True)) == sorted(f"Site of event {pk}" for pk in events)
    assert Delivery.objects.filter(done_at=None).count() == 0
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}
