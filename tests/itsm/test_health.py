"""Whether it lives, and whether it can work: said to anybody, with reasons and without secrets."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from desk.reactions.models import Delivery, Pulse
from desk.sla.sweep import sweep_all
from itsm import health
from tests.desk.sla.promises import policy
from tests.factories import incident


@pytest.fixture(autouse=True)
def _a_fresh_process(monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())


@pytest.fixture
def pulse(db):
    return Pulse.objects.create(run_id="run-1", at=timezone.now())


def test_it_lives_even_without_a_database():
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


def test_it_is_ready_when_all_is_well(pulse):
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True, "pulse_run": "run-1",
        "checks": {"database": "ok", "cache": "ok", "migrations": "ok", "workers": "ok", "clocks": "ok", "deliveries": "ok"},
    }  # fmt: skip


def test_without_a_tick_it_isnt_ready(db):
    Pulse.objects.create(run_id="run-1", at=timezone.now() - timedelta(seconds=31))
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["workers"] == "no tick has come through beat and a worker lately"


def test_a_delivery_that_waits_too_long_is_told(pulse, world):
    event = incident(world.erin).events.get()
    Delivery.objects.create(event=event, reaction="x", due_at=timezone.now() - timedelta(minutes=6))
    assert "the oldest has waited since" in Client().get("/readyz").json()["checks"]["deliveries"]
    Delivery.objects.update(dead_at=timezone.now())  # given up: shown to administrators, not here
    assert Client().get("/readyz").status_code == 200


def test_a_delivery_that_failed_and_waits_for_its_next_try_is_not_late(pulse, world):
    event = incident(world.erin).events.get()
    row = Delivery.objects.create(event=event, reaction="x", due_at=timezone.now() + timedelta(minutes=5))
    Delivery.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(hours=1), attempts=5)
    assert Client().get("/readyz").status_code == 200


@pytest.mark.parametrize("part", ["_database", "_cache", "_migrations"])
def test_what_fails_is_named_without_its_inner_details(pulse, monkeypatch, part):
    def fails():
        raise ConnectionError("postgres://user:secret@host")

    monkeypatch.setattr(health, part, fails)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][part.strip("_")] == "not available (ConnectionError)"
    assert b"secret" not in answer.content


def test_the_migrations_are_read_until_they_fit_and_then_never_again(pulse, monkeypatch):
    asked = []

    class Executor(health.MigrationExecutor):
        def migration_plan(self, targets):
            asked.append(targets)
            return [("tickets", "0002")] if len(asked) == 1 else []

    monkeypatch.setattr(health, "MigrationExecutor", Executor)
    assert Client().get("/readyz").json()["checks"]["migrations"] == "1 to apply on default"
    for _ in range(3):
        assert Client().get("/readyz").status_code == 200
    assert len(asked) == 2


def test_it_is_not_ready_when_clocks_are_told_late(pulse, world):
    policy(response=None, resolution=30)
    ticket = incident(world.erin, at=timezone.now() - timedelta(minutes=32))
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["clocks"].endswith(" is not told yet")
    sweep_all()
    assert Client().get("/readyz").status_code == 200
    assert ticket.events.filter(kind="sla.breached").count() == 1
