"""Several people at the same instant, on the real database: every answer counts, and a decision is told once."""

import pytest
from django.utils import timezone

from desk.approvals import actions, queries, times
from desk.tickets.errors import Refused
from tests.at_once import at_once, of
from tests.desk.approvals.rounds import ask, happened, say, stage

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5  # so that either comes first sooner or later


@pytest.mark.parametrize("again", range(ROUNDS))
def test_two_approvals_at_once_both_count_and_approve_once(board, again):
    found = ask(board.incident, board.sam)
    answers = at_once(lambda: say(found, board.omar, "approve"), lambda: say(found, board.chris, "approve"))
    assert of(Exception, answers) == []
    assert stage(found) == "approved"
    assert happened(board.incident) == ["asked", "answered", "answered", "approved"]


@pytest.mark.parametrize("again", range(ROUNDS))
def test_the_last_approval_and_a_void_at_once_end_in_void(board, again):
    found = ask(board.incident, board.sam)
    say(found, board.omar, "approve")
    answers = at_once(
        lambda: say(found, board.chris, "approve"),
        lambda: actions.void(ticket=board.incident, by=board.sam, because="Edited"),
    )
    assert len(of(Refused, answers)) + happened(board.incident).count("approved") == 1
    assert stage(found) == "void"
    assert not queries.is_approved(board.incident)


@pytest.mark.parametrize("again", range(ROUNDS))
def test_several_ticks_at_once_remind_once(board, again):
    board.step.remind_after_hours = 1
    board.step.save()
    ask(board.incident, board.sam)
    later = timezone.now() + timezone.timedelta(hours=2)
    answers = at_once(*[lambda: times.tick(at=later)] * 4)
    assert of(Exception, answers) == []
    assert happened(board.incident) == ["asked", "reminded"]


@pytest.mark.parametrize("again", range(ROUNDS))
def test_asked_twice_at_once_it_is_asked_once(board, again):
    answers = at_once(*[lambda: ask(board.incident, board.sam)] * 2)
    assert len(of(Refused, answers)) == 1
    assert happened(board.incident) == ["asked"]
