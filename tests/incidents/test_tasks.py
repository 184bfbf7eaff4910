"""The timer that closes what was resolved and never answered."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.people.language import as_spoken
from desk.tickets.actions import reply
from incidents import actions, tasks
from incidents.models import Incident
from tests.stories import in_state, move


def resolved(world, days):
    at = timezone.now() - timedelta(days=days)
    return in_state("resolved", requester=world.erin, analyst=world.sam, at=at)


def test_it_closes_what_nobody_answered_in_time_and_nothing_else(world):
    old, young = resolved(world, 5.01), resolved(world, 4.99)
    reopened = move(resolved(world, 9), "reopen", by=world.erin)
    assert tasks.close_unconfirmed() == 1
    states = dict(Incident.objects.values_list("pk", "state"))
    assert states == {old.pk: "closed", young.pk: "resolved", reopened.pk: "reopened"}
    event = old.events.last()
    assert (event.kind, event.actor.is_automation) == ("incident.closed", True)
    assert as_spoken(event.data) == {
        "from": "resolved",
        "to": "closed",
        "rating": None,
        "text": "",
        "because": "no answer in time",
    }
    assert tasks.close_unconfirmed() == 0


def test_the_days_come_from_the_settings(world, settings):
    resolved(world, 2)
    settings.INCIDENT_CONFIRM_DAYS = 1
    assert tasks.close_unconfirmed() == 1


def test_time_before_a_reopening_doesnt_count(world):
    ticket = move(resolved(world, 9), "reopen", by=world.erin)
    move(move(ticket, "start", by=world.sam), "resolve", by=world.sam)
    assert tasks.close_unconfirmed() == 0


@pytest.mark.parametrize("trouble", [PermissionDenied("No"), ValueError("A reaction is broken")])
def test_one_that_wont_close_doesnt_hold_up_the_rest(world, monkeypatch, trouble):
    first, second = resolved(world, 8), resolved(world, 7)
    confirm = actions.confirm

    def stubborn(*, incident, **how):
        if incident.pk == first.pk:
            raise trouble
        return confirm(incident=incident, **how)

    monkeypatch.setattr(actions, "confirm", stubborn)
    assert tasks.close_unconfirmed() == 1
    assert dict(Incident.objects.values_list("pk", "state")) == {first.pk: "resolved", second.pk: "closed"}


def test_it_can_still_be_reopened_after_the_timer(world):
    ticket = resolved(world, 6)
    tasks.close_unconfirmed()
    assert move(ticket, "reopen", by=world.erin).state == "reopened"


def test_it_never_closes_over_an_answer(world):
    answered = resolved(world, 9)
    reply(ticket=answered, by=world.erin, message="No! It is still broken.", at=timezone.now() - timedelta(days=8))
    by_it_alone = resolved(world, 9)
    reply(ticket=by_it_alone, by=world.sam, message="Does it hold?", at=timezone.now() - timedelta(days=8))
    assert tasks.close_unconfirmed() == 1
    assert dict(Incident.objects.values_list("pk", "state")) == {answered.pk: "resolved", by_it_alone.pk: "closed"}


def test_what_was_solved_anew_while_the_timer_ran_waits_its_own_time(world, monkeypatch):
    old = resolved(world, 9)
    judged = list(Incident.objects.filter(pk=old.pk))
    move(move(move(old, "reopen", by=world.erin), "start", by=world.sam), "resolve", by=world.sam)
    monkeypatch.setattr(tasks.asking, "overdue", lambda: judged)
    assert tasks.close_unconfirmed() == 0
    assert Incident.objects.get().state == "resolved"
