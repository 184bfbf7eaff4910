"""What time does to approvals: somebody leaves in the middle, is away, is reminded, or the round expires."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.approvals import actions, adding, queries, times
from desk.approvals.delegating import delegate, take_back
from desk.approvals.models import Delegation
from desk.tickets.errors import Refused
from desk.tickets.rules import may_view
from tests.desk.approvals.rounds import ask, happened, say, stage, told
from tests.factories import incident, person

HOUR = timedelta(hours=1)


def away(user, to, start=-HOUR, end=HOUR * 24):
    now = timezone.now()
    return delegate(by=user, to=to, start=now + start, end=now + end)


# -- leaving in the middle -------------------------------------------------------------------------


def test_who_leaves_the_group_has_no_voice_any_more(board):
    found = ask(board.incident, board.sam)
    board.cab.members.remove(board.chris)
    with pytest.raises(PermissionDenied, match="isn't there any more, has no voice"):
        say(found, board.chris, "approve")
    assert not queries.waiting_for(board.chris).exists()


def test_an_approval_of_somebody_who_left_does_not_count_and_the_others_decide(board):
    found = ask(board.incident, board.sam)
    say(found, board.chris, "approve")
    board.chris.is_active = False
    board.chris.save()
    say(found, board.omar, "approve")
    assert stage(found) == "open"
    say(found, board.lena, "approve")
    assert stage(found) == "approved"


def test_leaving_can_decide_a_round_by_itself(board):
    board.step.quorum, board.step.needed = "all", 0
    board.step.save()
    found = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    board.cab.members.remove(board.lena)
    assert times.tick() == 1
    assert stage(found) == "approved"
    assert times.tick() == 0


def test_too_few_are_left_and_it_is_told_once(board):
    found = ask(board.incident, board.sam)
    board.cab.members.remove(board.lena, board.chris)
    assert times.tick() == 1
    assert happened(board.incident) == ["asked", "stuck"]
    assert times.tick() == 0
    adding.add_approver(round=found, by=board.sam, user=board.nadia)
    for user in (board.omar, board.nadia):
        say(found, user, "approve")
    assert stage(found) == "approved"


def test_who_comes_back_into_the_group_has_their_voice_again(board):
    found = ask(board.incident, board.sam)
    board.cab.members.remove(board.lena, board.chris)
    times.tick()
    board.cab.members.add(board.lena)
    assert times.tick() == 1
    for user in (board.omar, board.lena):
        say(found, user, "approve")
    assert stage(found) == "approved"


# -- standing in ------------------------------------------------------------------------------------


def test_a_stand_in_is_asked_and_answers_for_who_is_away(board):
    away(board.chris, board.nadia)
    found = ask(board.incident, board.sam)
    assert told(board.incident, "asked") == {"omar", "chris", "lena", "nadia"}
    assert [seat.user for seat in queries.waiting_for(board.nadia)] == [board.chris]
    seat = say(found, board.chris, "approve", by=board.nadia)
    assert seat.answered_by == board.nadia
    event = board.incident.events.get(kind="approval.answered")
    assert event.data["said"] == "approved “Change advisory board” for Chris"


def test_who_begins_to_stand_in_later_sees_what_waits_and_is_told_once(board):
    ask(board.incident, board.sam)
    assert not may_view(board.incident, board.nadia)
    away(board.chris, board.nadia)
    assert may_view(board.incident, board.nadia)
    assert told(board.incident, "reminded") == {"nadia"}
    assert times.tick() == 0


def test_a_delegation_that_begins_tomorrow_is_handed_over_by_the_clock(board):
    ask(board.incident, board.sam)
    away(board.chris, board.nadia, start=HOUR, end=HOUR * 2)
    assert not may_view(board.incident, board.nadia)
    times.tick(at=timezone.now() + HOUR * 1.5)
    assert may_view(board.incident, board.nadia)


@pytest.mark.parametrize(("start", "end"), [(HOUR, HOUR * 2), (-HOUR * 2, -HOUR)], ids=["not yet", "no more"])
def test_outside_its_time_nobody_stands_in(board, start, end):
    now = timezone.now()
    Delegation.objects.create(user=board.chris, to=board.nadia, start=now + start, end=now + end)
    found = ask(board.incident, board.sam)
    with pytest.raises(PermissionDenied):
        say(found, board.chris, "approve", by=board.nadia)
    assert not queries.waiting_for(board.nadia).exists()


def test_one_person_has_one_voice(board):
    away(board.chris, board.lena)
    found = ask(board.incident, board.sam)
    with pytest.raises(Refused, match="You sit in .* yourself, so you can't answer for Chris as well"):
        say(found, board.chris, "approve", by=board.lena)
    away(board.omar, board.nadia)
    take_back(delegation=Delegation.objects.get(user=board.chris), by=board.chris)
    away(board.chris, board.nadia, start=timedelta(0))
    say(found, board.omar, "approve", by=board.nadia)
    with pytest.raises(Refused, match="You have answered for somebody else in .* already; everybody has one voice"):
        say(found, board.chris, "approve", by=board.nadia)
    assert not queries.waiting_for(board.nadia).exists()


def test_who_sits_in_the_round_does_not_withdraw_for_somebody_else(board):
    """Chris stands in for Omar, and would like Omar's objection to go away."""
    found = ask(board.incident, board.sam)
    say(found, board.omar, "object")
    away(board.omar, board.chris)
    with pytest.raises(Refused, match="You sit in .* yourself"):
        actions.withdraw(seat=found.seats.get(user=board.omar), by=board.chris)


def test_who_answered_for_somebody_else_gets_no_seat_of_their_own(board):
    found = ask(board.incident, board.sam)
    away(board.omar, board.nadia)
    say(found, board.omar, "approve", by=board.nadia)
    with pytest.raises(Refused, match="Nadia has answered for somebody else") as refused:
        adding.add_approver(round=found, by=board.sam, user=board.nadia)
    assert refused.value.field == "user"


def test_nobody_approves_their_own_by_standing_in(board):
    away(board.chris, board.erin)
    found = ask(board.incident, board.sam)
    with pytest.raises(PermissionDenied, match="Nobody approves what they have asked for themselves"):
        say(found, board.chris, "approve", by=board.erin)
    assert not queries.waiting_for(board.erin).exists()


def test_a_delegation_makes_sense_or_is_refused(board):
    now = timezone.now()
    for to, start, end, sentence in [
        (board.chris, now, now + HOUR, "Nobody stands in for themselves"),
        (person("gone", is_active=False), now, now + HOUR, "can't sign in"),
        (board.nadia, now, now, "has to end after it starts"),
        (board.nadia, now - HOUR * 2, now - HOUR, "That is over already"),
    ]:
        with pytest.raises(Refused, match=sentence):
            delegate(by=board.chris, to=to, start=start, end=end)
    away(board.chris, board.nadia)
    with pytest.raises(Refused, match="Nadia answers for you within that time already"):
        away(board.chris, board.lena)
    with pytest.raises(PermissionDenied):
        delegate(by=board.chris, user=board.omar, to=board.nadia, start=now, end=now + HOUR)


def test_what_is_taken_back_ends_now_and_what_has_not_begun_goes_away(board):
    running, later = away(board.chris, board.nadia), away(board.omar, board.nadia, start=HOUR)
    with pytest.raises(PermissionDenied):
        take_back(delegation=running, by=board.nadia)
    take_back(delegation=running, by=board.chris)
    take_back(delegation=later, by=board.omar)
    assert [row.user for row in Delegation.objects.all()] == [board.chris]
    ask(board.incident, board.sam)
    assert not queries.waiting_for(board.nadia).exists()


# -- reminders and expiry -----------------------------------------------------------------------------


@pytest.fixture
def hurried(board):
    """The board is reminded after a day, and has two."""
    board.step.remind_after_hours, board.step.expire_after_hours = 24, 48
    board.step.save()
    board.asked = ask(board.incident, board.sam)
    return board


def test_who_has_not_answered_is_reminded_once(hurried):
    say(hurried.asked, hurried.chris, "approve")
    later = timezone.now() + HOUR * 25
    assert times.tick(at=timezone.now() + HOUR * 23) == 0
    assert times.tick(at=later) == 1
    assert told(hurried.incident, "reminded") == {"omar", "lena"}
    assert times.tick(at=later + HOUR) == 0


def test_what_nobody_decided_in_time_expires(hurried):
    say(hurried.asked, hurried.chris, "approve")
    assert times.tick(at=timezone.now() + HOUR * 49) == 1
    assert stage(hurried.asked) == "expired"
    assert "reminded" not in happened(hurried.incident)
    assert "erin" in told_late(hurried.incident)
    with pytest.raises(Refused, match="is expired; answers don't count any more"):
        say(hurried.asked, hurried.omar, "approve")
    assert ask(hurried.incident, hurried.sam).asking == 2


def told_late(ticket):
    """Whom the event of expiry names; nobody is called for what is said to happen in two days' time."""
    names = ticket.events.get(kind="approval.expired").inside["recipients"]
    return set(type(ticket.requester).objects.filter(pk__in=names).values_list("username", flat=True))


def test_an_objection_to_what_was_approved_begins_the_times_anew(hurried):
    for user in (hurried.omar, hurried.chris):
        say(hurried.asked, user, "approve")
    assert times.tick(at=timezone.now() + HOUR * 49) == 0
    say(hurried.asked, hurried.lena, "object", at=timezone.now() + HOUR * 50)
    assert times.tick(at=timezone.now() + HOUR * 51) == 0
    assert times.tick(at=timezone.now() + HOUR * 99) == 1
    assert stage(hurried.asked) == "expired"


def test_one_that_fails_does_not_hold_up_the_others(hurried, monkeypatch):
    other = ask(incident(hurried.erin, "Another"), hurried.sam)
    remind = times._remind

    def fail_for_the_first(ticket, found, hand):
        if found == hurried.asked:
            raise RuntimeError("Something odd")
        remind(ticket, found, hand)

    monkeypatch.setattr(times, "_remind", fail_for_the_first)
    assert times.tick(at=timezone.now() + HOUR * 25) == 1
    assert happened(other.ticket) == ["asked", "reminded"]
