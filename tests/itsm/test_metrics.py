"""Figures for Prometheus: what they count, and who may read them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from desk.reactions.models import Delivery
from desk.tickets.models import Event
from tests.desk.notifications.news import escalate
from tests.desk.sla.promises import policy
from tests.factories import incident
from tests.stories import in_state


def figures(answer):
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def read(address="127.0.0.1", **headers):
    return Client().get("/metrics", REMOTE_ADDR=address, headers=headers)


def test_an_idle_portal_says_so(world):
    found = figures(read())
    assert {name: value for name, value in found.items() if value} == {}
    assert found['portal_tickets_open{kind="incident"}'] == 0


def test_what_is_owed_dead_due_and_open_is_counted(world):
    policy(response=None, resolution=30)
    late = incident(world.erin, at=timezone.now() - timedelta(minutes=32))
    in_state("closed", requester=world.erin, analyst=world.sam)
    event, now = late.events.get(kind="incident.logged"), timezone.now()
    rows = [Delivery.objects.create(event=event, reaction=f"room.{n}", due_at=now) for n in ("a", "b", "dead", "done")]
    Delivery.objects.filter(pk=rows[0].pk).update(created_at=now - timedelta(minutes=3))
    Delivery.objects.filter(pk=rows[2].pk).update(dead_at=now, created_at=now - timedelta(days=3))
    Delivery.objects.filter(pk=rows[3].pk).update(done_at=now, created_at=now - timedelta(days=3))
    escalate(late, world.sam)
    found = figures(read())
    oldest = found.pop("portal_deliveries_oldest_age_seconds")
    assert 180 <= oldest < 240
    assert {name: value for name, value in found.items() if value} == {
        "portal_deliveries_undelivered": Delivery.objects.filter(done_at=None, dead_at=None).count(),
        "portal_deliveries_dead": 1,
        "portal_mails_owed": 2,  # of the late one, and whether the closed one is solved
        "portal_clocks_due": 1,
        'portal_tickets_open{kind="incident"}': 1,
    }
    assert Event.objects.exists()


def test_every_figure_says_what_it_is(world):
    text = read().content.decode()
    named = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    for name in named:
        assert f"# HELP {name} " in text
        assert f"# TYPE {name} gauge\n" in text
    assert text.endswith("\n")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_may_read_them(world, address):
    assert read(address).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "192.0.2.1", "2001:db8::1", "", "unix:"])
def test_for_everybody_else_they_are_not_there(world, address, settings, browse):
    assert read(address).status_code == 404
    assert browse(world.admin).get("/metrics", REMOTE_ADDR=address).status_code == 404
    settings.METRICS_TOKEN = "let-me-read"
    assert read(address, authorization="Bearer let-me-read").status_code == 200
    for wrong in ("Bearer let-me", "Bearer ", "let-me-read", "Basic let-me-read"):
        assert read(address, authorization=wrong).status_code == 404


def test_without_a_token_set_an_empty_one_opens_nothing(world, settings):
    settings.METRICS_TOKEN = ""
    assert read("10.0.0.7", authorization="Bearer ").status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_what_a_proxy_on_this_machine_passes_on_is_not_from_this_machine(world, header):
    assert read(**{header: "127.0.0.1"}).status_code == 404
