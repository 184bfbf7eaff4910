"""Deliveries in hard times: retries that come ever later, a slow worker, a broker that is away, and chains of moves."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from celery import Celery, current_app
from django.db import connection, transaction
from django.utils import timezone

from desk.reactions import actions, queries, tasks
from desk.reactions.actions import deliver_due
from desk.reactions.models import Delivery, Pulse
from desk.reactions.owed import BACK_OFF
from desk.services.models import Site
from desk.tickets.actions import reply
from incidents.models import Incident
from tests.factories import incident
from tests.stories import in_state, kinds_of, move

from . import board


@pytest.fixture
def wired(settings):
    """`wired("MIXED")`: the portal follows this table of the test board."""

    def follow(table: str) -> None:
        settings.SWITCHBOARD = f"{board.HERE}.{table}"

    return follow


@pytest.fixture
def say(world):
    """`say()`: Erin writes something to her incident."""
    ticket = incident(world.erin)
    return lambda: reply(ticket=ticket, by=world.erin, message="Any news?")


def traces(word: str = "trace") -> list[str]:
    return sorted(Site.objects.filter(address__startswith=word).values_list("address", flat=True))


def owed() -> dict[str, tuple]:
    """(attempts, done, dead) by reaction."""
    return {
        row.reaction.rpartition(".")[2]: (row.attempts, row.done_at is not None, row.dead_at is not None)
        for row in Delivery.objects.all()
    }


def make_due() -> None:
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_failing_reaction_is_retried_ever_later_and_ends_as_a_dead_letter(say, wired, settings):
    wired("MIXED")
    settings.REACTION_MAX_ATTEMPTS = 3
    event = say()
    for attempt in (1, 2):
        before = timezone.now()
        deliver_due()
        row = Delivery.objects.get(reaction__endswith="broken")
        assert (row.attempts, row.dead_at) == (attempt, None)
        assert timedelta(0) <= row.due_at - before - timedelta(seconds=BACK_OFF[attempt - 1]) < timedelta(seconds=5)
        assert deliver_due() == 0  # not before it is due
        make_due()
    deliver_due()
    row = Delivery.objects.get(reaction__endswith="broken")
    assert "RuntimeError: The mail server is away" in row.last_error
    assert owed() == {"broken": (3, False, True), "trace": (1, True, False)}
    assert traces() == [f"trace {event.pk}"]
    assert traces("half done") == []  # each try was rolled back whole
    make_due()
    assert deliver_due() == 0  # the dead stay dead until somebody retries


def test_one_move_may_lead_to_the_next_in_the_same_transaction(world, wired):
    wired("CHAINED")
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    move(ticket, "hold", by=world.sam)
    fresh = Incident.objects.get()
    assert fresh.state == "in_progress"
    assert kinds_of(fresh)[-2:] == ["held", "resumed"]
    assert deliver_due() == 1


def test_the_limit_leaves_the_rest_for_the_next_tick(say, wired):
    wired("TRACED")
    for _ in range(5):
        say()
    assert deliver_due(limit=3) == 3
    assert len(traces()) == 3
    tasks.tick(run_id="this run")
    assert len(traces()) == 5
    assert queries.last_pulse().run_id == "this run"


def test_a_tick_shows_the_newest_run_and_forgets_old_ones(db):
    Pulse.objects.create(run_id="long ago", at=timezone.now() - timedelta(days=2))
    for _ in range(2):
        actions.beat_pulse("today")
    assert list(Pulse.objects.values_list("run_id", flat=True)) == ["today"]


# -- with real commits ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_alone_what_the_first_is_at(say, wired):
    """The lease may run out while a slow worker still holds the row; the other one then finds it locked."""
    wired("TRACED")
    say()
    told = []

    def second() -> None:
        told.append(deliver_due())
        connection.close()

    with transaction.atomic():
        Delivery.objects.select_for_update().get()
        worker = Thread(target=second)
        worker.start()
        worker.join(10)
    assert told == [0]
    assert traces() == []
    assert deliver_due() == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_workers(say, wired, monkeypatch):
    wired("TRACED")
    sent = []
    monkeypatch.setattr(Celery, "send_task", lambda self, name, **how: sent.append(name))
    say()
    assert sent == ["reactions.deliver"]


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_nothing_is_lost(say, wired, forget):
    wired("TRACED")
    portal = current_app._get_current_object()
    lonely = Celery("lonely", set_as_current=True)
    lonely.config_from_object("django.conf:settings", namespace="CELERY")
    lonely.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        started = time.monotonic()
        event = say()
        assert time.monotonic() - started < 3  # nobody's request waits for the broker
    finally:
        portal.set_current()
    assert owed() == {"trace": (0, False, False)}
    forget()
    tasks.tick(run_id="the next run")
    assert traces() == [f"trace {event.pk}"]
