"""A reply resumes what waits, where the reason says so, and where it comes from the one we wait for."""

import pytest

from desk.tickets import actions as desk_actions
from incidents import actions
from incidents.models import Incident
from tests.factories import incident, person
from tests.stories import in_state, kinds_of, move, reason

REASONS = {
    "Waiting for requester": True,
    "Waiting for vendor": False,
    "Waiting for parts": False,
    "Waiting for a problem to be solved": False,
    "Gathering evidence": True,
    "Agreed date": True,
}


def on_hold(world, name="Waiting for requester", ticket=None):
    ticket = ticket or in_state("in_progress", requester=world.erin, analyst=world.sam)
    return actions.hold(incident=ticket, by=world.sam, reason=reason(name), message="Well?")


@pytest.mark.parametrize(("name", "resumes"), REASONS.items())
def test_the_requesters_reply_resumes_where_the_reason_says_so(world, name, resumes):
    ticket = on_hold(world, name)
    desk_actions.reply(ticket=ticket, by=world.erin, message="The second floor")
    fresh = Incident.objects.get()
    assert fresh.state == ("in_progress" if resumes else "pending")
    assert kinds_of(fresh)[-1] == ("resumed" if resumes else "comment.added")
    if resumes:
        event = fresh.events.last()
        assert (event.actor.is_automation, event.data["because"]) == (True, "Erin replied")
        assert (fresh.pending_reason, fresh.assignee) == (None, world.sam)


def test_whoever_reported_it_for_them_speaks_for_them(world):
    ticket = move(incident(world.nadia, requester=world.erin), "start", by=world.sam)
    desk_actions.reply(ticket=on_hold(world, ticket=ticket), by=world.nadia, message="She says: the second floor")
    assert Incident.objects.get().state == "in_progress"


def test_others_words_resume_nothing(world):
    ticket, wanda = on_hold(world), person("wanda")
    desk_actions.watch(ticket=ticket, user=wanda)
    desk_actions.reply(ticket=ticket, by=wanda, message="Me too")
    desk_actions.reply(ticket=ticket, by=world.lena, message="Still waiting")
    desk_actions.note(ticket=ticket, by=world.sam, message="Called her")
    assert Incident.objects.get().state == "pending"


def test_a_reply_to_what_doesnt_wait_moves_nothing(world):
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam)
    desk_actions.reply(ticket=ticket, by=world.erin, message="Thanks")
    assert Incident.objects.get().state == "resolved"


def test_what_nobody_has_waits_for_somebody_to_take_it(world):
    ticket = in_state("assigned", requester=world.erin, analyst=world.sam)
    desk_actions.reply(ticket=on_hold(world, ticket=ticket), by=world.erin, message="The second floor")
    fresh = Incident.objects.get()
    assert (fresh.state, fresh.assignee) == ("assigned", None)
