"""Why a target was missed: asked of whoever resolves, kept with the clock, told on the timeline to IT alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.people.queries import automation
from desk.sla.models import ViolationReason
from desk.sla.sweep import sweep_all
from desk.tickets.errors import Refused
from incidents import actions
from tests.desk.sla.promises import clock, policy
from tests.factories import incident
from tests.stories import needed

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(world):
    """An incident that Sam has, an hour over its half hour."""
    policy(response=None, resolution=30)
    begin = timezone.now() - timedelta(minutes=90)
    return actions.start(incident=incident(world.erin, at=begin), by=world.sam, at=begin)


def send(client, ticket, **more):
    fields = {"seen": ticket.version, "code": needed("resolve")["code"].pk, "solution": "Restarted it", **more}
    return client.post(f"/incidents/{ticket.number}/do/resolve/", fields)


def test_the_form_asks_why_and_keeps_what_was_typed(world, browse, late):
    client = browse(world.sam)
    assert "Why was the target missed?" in client.get(f"/incidents/{late.number}/do/resolve/").content.decode()
    answer = send(client, late)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "It missed its resolution target. Please say why." in page
    assert "Restarted it" in page


@pytest.mark.parametrize("noticed", [True, False], ids=["the sweep noted it", "no sweep noted it yet"])
def test_the_reason_is_kept_with_the_clock_and_told_to_it_alone(world, browse, late, noticed):
    if noticed:
        sweep_all()
    why = ViolationReason.objects.get(name="Harder than it looked")
    assert send(browse(world.sam), late, violation=why.pk).status_code == 302
    assert clock(late).violation == why
    address = f"/incidents/{late.number}/"
    assert "The target was missed: Harder than it looked" in browse(world.sam).get(address).content.decode()
    assert "Harder than it looked" not in browse(world.erin).get(address).content.decode()


def test_whoever_is_in_time_is_not_asked(world, browse):
    policy(response=None, resolution=30)
    ticket = actions.start(incident=incident(world.erin), by=world.sam)
    client = browse(world.sam)
    assert "Why was the target missed?" not in client.get(f"/incidents/{ticket.number}/do/resolve/").content.decode()
    assert send(client, ticket).status_code == 302
    assert clock(ticket).violation is None


def test_it_fell_due_while_the_form_was_open(world, late):
    with pytest.raises(Refused, match=r"missed its resolution target\. Please say why\.") as refusal:
        actions.resolve(incident=late, by=world.sam, **needed("resolve"))
    assert refusal.value.field == "violation"
    late.refresh_from_db()
    assert late.state == "in_progress"


def test_a_miss_of_an_episode_before_is_not_asked_for_again(world, late):
    why = ViolationReason.objects.first()
    solved = actions.resolve(incident=late, by=world.sam, violation=why, **needed("resolve"))
    again = actions.reopen(incident=solved, by=world.erin, reason="Still down")
    again = actions.start(incident=again, by=world.sam)
    actions.resolve(incident=again, by=world.sam, **needed("resolve"))
    assert [clock(late, episode=n).violation for n in (1, 2)] == [why, None]


def test_the_automation_has_no_words_to_give(world, late):
    from desk.people.actions import join

    join(workgroup=world.desk, user=automation())
    actions.resolve(incident=late, by=automation(), **needed("resolve"))
    assert clock(late).violation is None
