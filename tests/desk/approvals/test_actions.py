"""Asking and answering: the board's story, one's own wish, questions, objections, steps, and what becomes void."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.approvals import actions, adding, queries, rules
from desk.approvals.models import Round, Seat
from desk.tickets.actions import edit
from desk.tickets.errors import Refused, Stale
from desk.tickets.rules import may_view
from incidents.models import Incident
from tests.desk.approvals.rounds import ask, happened, rule, say, seat_of, stage, step, told
from tests.factories import ServiceFactory, incident, person
from tests.stories import move


def test_two_of_the_board_approve_and_the_third_is_not_needed(board):
    found = ask(board.incident, board.sam)
    assert told(board.incident, "asked") == {"omar", "chris", "lena"}
    assert may_view(board.incident, board.omar)
    say(found, board.omar, "approve")
    assert stage(found) == "open"
    assert not queries.is_approved(board.incident)
    say(found, board.chris, "approve", text="Good luck")
    assert stage(found) == "approved"
    assert queries.is_approved(board.incident)
    assert happened(board.incident) == ["asked", "answered", "answered", "approved"]
    assert told(board.incident, "approved") == {"erin", "lena"}  # nobody works on it yet: the lead is told
    with pytest.raises(Refused, match="is approved already. You may still object"):
        say(found, board.lena, "reject")


def test_two_rejections_make_two_approvals_impossible(board):
    found = ask(board.incident, board.sam)
    say(found, board.omar, "reject")
    say(found, board.chris, "abstain")
    assert stage(found) == "rejected"
    assert told(board.incident, "rejected") == {"erin", "lena"}
    again = ask(board.incident, board.sam)
    assert (again.asking, stage(found), stage(again)) == (2, "rejected", "open")


def test_the_state_of_the_ticket_is_the_rooms_business(board):
    found = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    assert Incident.objects.get().state == "logged"


def test_nobody_has_a_seat_in_their_own(board):
    board.cab.members.add(board.erin, board.sam)
    found = ask(board.incident, board.nadia, authors=[board.sam])
    assert set(found.seats.values_list("user__username", flat=True)) == {"omar", "chris", "lena"}


def test_who_becomes_its_requester_can_not_answer_any_more(board):
    found = ask(board.incident, board.sam)
    edit(ticket=board.incident, by=board.sam, seen=1, requester=board.omar)
    with pytest.raises(PermissionDenied, match="Nobody approves what they have asked for themselves"):
        say(found, board.omar, "approve")
    assert not queries.waiting_for(board.omar).exists()


def test_only_who_sits_there_answers(board):
    found = ask(board.incident, board.sam)
    with pytest.raises(PermissionDenied, match="Only Chris, or whoever answers for them while they are away"):
        say(found, board.chris, "approve", by=board.nadia)
    assert happened(board.incident) == ["asked"]
    seat = seat_of(found, board.chris)
    assert [rules.may_answer(seat, user) for user in (board.chris, board.nadia, board.erin)] == [True, False, False]


@pytest.mark.parametrize("what", ["reject", "ask", "object"])
def test_a_no_and_a_question_need_words(board, what):
    found = ask(board.incident, board.sam)
    with pytest.raises(Refused, match="Please"):
        say(found, board.chris, what, text="  ")


def test_the_same_answer_twice_is_one(board):
    found = ask(board.incident, board.sam)
    say(found, board.chris, "approve")
    say(found, board.chris, "approve")
    assert happened(board.incident) == ["asked", "answered"]


def test_nobody_approves_what_changed_since_they_read_it(board):
    found = ask(board.incident, board.sam)
    seen = Incident.objects.get().version
    edit(ticket=board.incident, by=board.sam, seen=seen, description="And the calendar too")
    with pytest.raises(Stale, match="Sam changed INC-.* after you opened this page"):
        say(found, board.chris, "approve", seen=seen)
    say(found, board.chris, "reject", seen=seen)


def test_answers_do_not_count_when_the_ticket_is_over(board):
    found = ask(board.incident, board.sam)
    move(board.incident, "cancel", by=board.sam)
    with pytest.raises(Refused, match="is cancelled; answers don't count any more"):
        say(found, board.chris, "approve")
    assert not queries.waiting_for(board.chris).exists()


# -- questions and objections --------------------------------------------------------------------


def test_a_question_waits_for_its_answer_and_then_for_who_asked(board):
    found = ask(board.incident, board.sam)
    say(found, board.lena, "ask", text="Who is on call?")
    assert told(board.incident, "answered") == {"erin"}
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    assert stage(found) == "open"
    assert queries.tally_of(found).outcome == "blocked"
    actions.reply(seat=seat_of(found, board.lena), by=board.erin, text="Nadia is.")
    assert told(board.incident, "replied") == {"lena"}
    assert stage(found) == "approved"  # two of three had approved, and nothing stands in the way any more
    seat = seat_of(found, board.lena)
    assert (seat.answer, seat.question, seat.reply) == ("none", "Who is on call?", "Nadia is.")


def test_only_who_asks_for_it_or_works_on_it_replies(board):
    found = ask(board.incident, board.sam)
    say(found, board.lena, "ask")
    seat = seat_of(found, board.lena)
    for stranger in (board.omar, board.nadia):
        with pytest.raises(PermissionDenied, match="Only the people who ask for the approval"):
            actions.reply(seat=seat, by=stranger, text="I am.")
    actions.reply(seat=seat, by=board.sam, text="I am.")
    with pytest.raises(Refused, match="Lena isn't waiting for an answer any more"):
        actions.reply(seat=seat, by=board.erin, text="Me too.")


def test_an_objection_blocks_until_it_is_withdrawn(board):
    found = ask(board.incident, board.sam)
    say(found, board.lena, "object")
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    assert stage(found) == "open"
    actions.withdraw(seat=seat_of(found, board.lena), by=board.lena)
    assert stage(found) == "approved"
    assert happened(board.incident) == ["asked", *["answered"] * 3, "withdrawn", "approved"]


def test_what_is_approved_may_be_objected_to_and_is_blocked_again(board):
    found = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    say(found, board.lena, "object", text="The tape is broken")
    assert (stage(found), queries.is_approved(board.incident)) == ("open", False)
    assert happened(board.incident)[-1] == "objected"
    assert told(board.incident, "objected") == {"erin"}
    actions.withdraw(seat=seat_of(found, board.lena), by=board.lena)
    assert queries.is_approved(board.incident)
    assert happened(board.incident).count("approved") == 2  # so that the room goes on


def test_an_approver_who_objects_has_to_approve_anew(board):
    found = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    say(found, board.omar, "object")
    actions.withdraw(seat=seat_of(found, board.omar), by=board.omar)
    assert stage(found) == "open"
    say(found, board.omar, "approve")
    assert stage(found) == "approved"


def test_an_answer_may_be_changed_and_taken_back_while_the_round_is_open(board):
    found = ask(board.incident, board.sam)
    say(found, board.omar, "reject")
    say(found, board.omar, "approve")
    actions.withdraw(seat=seat_of(found, board.omar), by=board.omar)
    assert seat_of(found, board.omar).answer == "none"
    say(found, board.omar, "approve")
    say(found, board.chris, "approve")
    with pytest.raises(Refused, match="is approved; an answer stays as it is"):
        actions.withdraw(seat=seat_of(found, board.omar), by=board.omar)


# -- steps ----------------------------------------------------------------------------------------


@pytest.fixture
def two_steps(board):
    """First the owner of the service, nadia; then the board."""
    board.mail = ServiceFactory(name="Mail", owner=board.nadia)
    board.step.position = 2
    board.step.save()
    step(board.rule, "Service owner", asks_service_owners=True, position=1)
    return board


def test_steps_are_asked_one_after_the_other_and_approved_once(two_steps):
    first = ask(two_steps.incident, two_steps.sam, services=[two_steps.mail])
    second = Round.objects.get(number=2)
    assert seat_of(first, two_steps.nadia).because == "owner of Mail"
    assert stage(second) == "waiting"
    assert not queries.waiting_for(two_steps.omar).exists()
    with pytest.raises(Refused, match="is not asked yet"):
        say(second, two_steps.omar, "approve")
    say(first, two_steps.nadia, "approve")
    assert (stage(first), stage(second)) == ("approved", "open")
    assert told(two_steps.incident, "asked") == {"omar", "chris", "lena"}
    assert "approved" not in happened(two_steps.incident)
    for user in (two_steps.omar, two_steps.chris):
        say(second, user, "approve")
    assert happened(two_steps.incident) == ["asked", "answered", "asked", "answered", "answered", "approved"]


def test_a_rejected_step_ends_it_and_the_next_is_never_asked(two_steps):
    first = ask(two_steps.incident, two_steps.sam, services=[two_steps.mail])
    say(first, two_steps.nadia, "reject")
    assert list(Round.objects.values_list("stage", flat=True)) == ["rejected", "void"]
    assert happened(two_steps.incident) == ["asked", "answered", "rejected"]


def test_an_objection_to_the_first_step_holds_up_the_last(two_steps):
    first = ask(two_steps.incident, two_steps.sam, services=[two_steps.mail])
    say(first, two_steps.nadia, "approve")
    say(first, two_steps.nadia, "object")
    assert happened(two_steps.incident)[-1] == "answered"  # nothing was approved as a whole yet
    second = Round.objects.get(number=2)
    for user in (two_steps.omar, two_steps.chris):
        say(second, user, "approve")
    assert not queries.is_approved(two_steps.incident)
    say(first, two_steps.nadia, "approve")
    assert queries.is_approved(two_steps.incident)
    assert happened(two_steps.incident).count("approved") == 1


# -- void, and somebody else ----------------------------------------------------------------------


def test_what_is_void_tells_those_who_were_asked_and_is_asked_anew(board):
    found = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    assert actions.void(ticket=board.incident, by=board.sam, because="The plan was edited") == [found]
    assert (stage(found), queries.is_approved(board.incident)) == ("void", False)
    assert told(board.incident, "voided") == {"omar", "chris", "lena"}
    assert actions.void(ticket=board.incident, by=board.sam, because="Again") == []
    assert happened(board.incident).count("voided") == 1
    with pytest.raises(Refused, match="is void; answers don't count any more"):
        say(found, board.lena, "approve")
    assert ask(board.incident, board.sam).asking == 2


def test_the_answer_to_an_older_asking_does_not_count(board):
    first = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(first, user, "approve")
    actions.void(ticket=board.incident, by=board.sam, because="Edited")
    ask(board.incident, board.sam)
    with pytest.raises(Refused, match="is void"):
        say(first, board.lena, "object")


def test_it_is_asked_once_at_a_time(board):
    found = ask(board.incident, board.sam)
    with pytest.raises(Refused, match="waits for approval already"):
        ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    with pytest.raises(Refused, match="is approved already"):
        ask(board.incident, board.sam)


def test_when_nobody_is_left_to_decide_somebody_else_is_asked(board):
    found = ask(board.incident, board.sam)
    say(found, board.omar, "abstain")
    say(found, board.chris, "abstain")
    assert happened(board.incident)[-1] == "stuck"
    assert told(board.incident, "stuck") == {"erin", "lena"}
    with pytest.raises(PermissionDenied, match="Only an analyst of Service Desk"):
        adding.add_approver(round=found, by=board.erin, user=board.nadia)
    with pytest.raises(Refused, match="Erin asks for this approval, and nobody approves their own"):
        adding.add_approver(round=found, by=board.sam, user=board.erin)
    with pytest.raises(Refused, match="Lena is asked in .* already"):
        adding.add_approver(round=found, by=board.sam, user=board.lena)
    adding.add_approver(round=found, by=board.sam, user=board.nadia)
    assert told(board.incident, "asked") == {"nadia"}
    for user in (board.nadia, board.lena):
        say(found, user, "approve")
    assert queries.is_approved(board.incident)


def test_whoever_wants_it_chooses_no_approver_as_long_as_those_asked_can_decide(board):
    found = ask(board.incident, board.sam, authors=[board.sam])
    with pytest.raises(PermissionDenied, match="chooses nobody who gives it"):
        adding.add_approver(round=found, by=board.sam, user=board.nadia)
    for user in (board.omar, board.chris):
        say(found, user, "abstain")
    adding.add_approver(round=found, by=board.sam, user=board.nadia)  # now nobody is left
    assert seat_of(found, board.nadia).because == "asked by Sam"


# -- who is asked ----------------------------------------------------------------------------------


def test_the_rule_says_who_and_each_is_asked_once_with_every_reason(board):
    board.erin.manager = board.chris
    board.erin.save()
    mail = ServiceFactory(name="Mail", owner=board.chris)
    found = rule("Mail", position=1, service=mail, variant="normal", min_risk=3)
    extra = {"asks_manager": True, "asks_service_owners": True, "asks_item_owner": True}
    step(found, "All of them", groups=[board.cab], people=[board.nadia], **extra)
    asked = ask(
        board.incident,
        board.sam,
        variant="normal",
        services=[mail],
        risk=4,
        item_owner=board.niko,
        authors=[board.omar],
    )
    assert asked.rule_name == "Mail"
    assert {seat.user.username: seat.because for seat in asked.seats.select_related("user")} == {
        "chris": "manager of Erin, owner of Mail, CAB",
        "lena": "CAB",
        "nadia": "named in the rule",
        "niko": "owner of the item",
    }


@pytest.mark.parametrize(
    ("narrow", "given"),
    [
        ({"variant": "emergency"}, {"variant": "normal"}),
        ({"kind": "change"}, {}),
        ({"min_risk": 5}, {"risk": 4}),
        ({"min_risk": 5}, {}),
        ({"is_active": False}, {}),
    ],
    ids=["variant", "kind", "risk", "no risk known", "inactive"],
)
def test_a_rule_that_does_not_match_is_passed_over(board, narrow, given):
    other = rule("Other", position=1, **narrow)
    step(other, "Nadia", people=[board.nadia])
    assert ask(board.incident, board.sam, **given).rule_name == "Everything"


def test_the_tickets_own_service_counts_where_no_other_is_given(board):
    mail = ServiceFactory(name="Mail", owner=board.nadia)
    step(rule("Mail", position=1, service=mail), "Owner", asks_service_owners=True)
    found = incident(board.erin, "Mail", service=mail)
    assert ask(found, board.sam).rule_name == "Mail"


def test_a_refusal_names_the_rule_and_what_is_missing(board):
    board.rule.is_active = False
    board.rule.save()
    with pytest.raises(Refused, match="No approval rule fits a normal incident, so nobody can be asked"):
        ask(board.incident, board.sam, variant="normal")
    empty = rule("Empty")
    with pytest.raises(Refused, match="The approval rule “Empty” has no step"):
        ask(board.incident, board.sam)
    made = step(empty, "Boss", asks_manager=True)
    sentence = (
        "In the approval rule “Empty”, step “Boss”, nobody is left to ask: Erin has no manager who could be asked."
    )
    with pytest.raises(Refused, match=sentence):
        ask(board.incident, board.sam)
    made.asks_manager, made.asks_service_owners = False, True
    made.save()
    with pytest.raises(Refused, match="nobody is left to ask: no service is named whose owner could be asked"):
        ask(board.incident, board.sam)
    made.asks_service_owners, made.quorum, made.needed = False, "count", 2
    made.save()
    made.groups.set([board.cab])
    with pytest.raises(
        Refused, match="2 must approve, but only one person is left to ask: Lena can't approve their own"
    ):
        ask(board.incident, board.sam, authors=[board.lena, board.omar])
    assert not Round.objects.exists()


def test_a_rule_that_is_edited_later_changes_no_round_that_is_asked(board):
    found = ask(board.incident, board.sam)
    board.step.quorum, board.step.needed = "all", 0
    board.step.save()
    board.rule.delete()
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    assert stage(found) == "approved"


def test_a_seat_is_one_for_each_person(board):
    person("guest")
    found = ask(board.incident, board.sam)
    assert Seat.objects.filter(round=found).count() == 3
