"""The pages, as each person sees them: what waits, one seat, the card on a ticket, stand-ins, the agenda."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from desk.approvals import actions, count
from desk.approvals.delegating import delegate
from desk.approvals.models import Delegation, Round
from desk.people.models import User
from desk.tickets.actions import edit
from incidents.models import Incident
from tests.desk.approvals.rounds import ask, rule, say, seat_of, stage, step
from tests.factories import incident


def seat_page(found, user):
    return f"/approvals/{seat_of(found, user).pk}/"


def card(ticket, user):
    """The card of the ticket's page, as the person sees it."""
    ticket, user = Incident.objects.get(pk=ticket.pk), User.objects.get(pk=user.pk)
    return render_to_string("approvals/card.html", {"ticket": ticket, "user": user}, RequestFactory().get("/"))


def buttons(page):
    return re.findall(r'name="answer" value="(\w+)"', page)


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# -- what waits -------------------------------------------------------------------------------------


def test_the_board_finds_what_waits_on_its_page_and_in_the_inbox_and_approves_in_one_click(board, browse):
    found, chris = ask(board.incident, board.sam), browse(board.chris)
    for address in ("/approvals/", "/inbox/"):
        page = chris.get(address).content.decode()
        assert "Waiting for your approval" in page
        assert board.incident.number in page
    sent = chris.post(seat_page(found, board.chris), {"answer": "approve", "next": "/inbox/"})
    assert (sent.status_code, sent["Location"]) == (302, "/inbox/")
    assert seat_of(found, board.chris).answer == "approve"
    assert "Waiting for your approval" not in chris.get("/inbox/").content.decode()
    page = words(chris.get("/approvals/").content.decode())
    assert "Nothing waits for you" in page
    assert f"What I answered lately {board.incident.number} Approved" in page


def test_who_is_not_asked_finds_nothing(board, browse):
    ask(board.incident, board.sam)
    assert "Waiting for your approval" not in browse(board.erin).get("/inbox/").content.decode()
    assert "Nothing waits for you" in browse(board.nadia).get("/approvals/").content.decode()


def test_the_menu_counts_what_waits_for_those_who_approve(board, browse):
    def entry(user):
        found = [item for item in browse(user).get("/").context["nav"] if item["label"] == "My approvals"]
        return found[0]["count"] if found else None

    count.forget([board.chris.pk, board.erin.pk])
    assert entry(board.chris) == ""  # a member of the board, though nothing waits
    assert entry(board.erin) is None
    found = ask(board.incident, board.sam)
    assert entry(board.chris) == "1"
    say(found, board.chris, "approve")
    assert entry(board.chris) == ""


def test_the_most_urgent_comes_first_and_what_is_over_is_gone(board, browse):
    urgent = incident(board.erin, "Everything is down", impact=1, urgency=1)
    over = incident(board.erin, "Went away")
    for ticket in (board.incident, urgent, over):
        ask(ticket, board.sam)
    from incidents.actions import cancel

    cancel(incident=over, by=board.erin, reason="It went away")
    page = browse(board.chris).get("/approvals/").content.decode()
    assert page.index(urgent.number) < page.index(board.incident.number)
    assert over.number not in page


# -- one seat ------------------------------------------------------------------------------------------


def test_a_refused_answer_comes_back_with_what_was_typed(board, browse):
    found, chris = ask(board.incident, board.sam), browse(board.chris)
    refused = chris.post(seat_page(found, board.chris), {"answer": "reject", "text": ""})
    assert refused.status_code == 409
    assert "Please say why you reject it." in refused.content.decode()
    seen = Incident.objects.get().version
    edit(ticket=board.incident, by=board.sam, seen=seen, description="And the calendar")
    stale = chris.post(seat_page(found, board.chris), {"answer": "approve", "text": "Go ahead", "seen": seen})
    assert stale.status_code == 412
    page = stale.content.decode()
    assert "Go ahead" in page
    assert "changed" in page
    again = re.search(r'name="seen" value="(\d+)"', page).group(1)
    sent = chris.post(seat_page(found, board.chris), {"answer": "approve", "text": "Go ahead", "seen": again})
    assert sent.status_code == 302


def test_an_answer_that_is_none_is_refused_in_words(board, browse):
    found = ask(board.incident, board.sam)
    page = browse(board.chris).post(seat_page(found, board.chris), {"answer": "maybe"})
    assert page.status_code == 422
    assert browse(board.chris).post(seat_page(found, board.chris), {}).status_code == 422
    assert seat_of(found, board.chris).answer == "none"


def test_a_foreign_seat_is_not_there_and_one_that_is_seen_is_not_everybodys(board, browse):
    found = ask(board.incident, board.sam)
    assert browse(board.nadia).get(seat_page(found, board.chris)).status_code == 404
    page = browse(board.omar).get(seat_page(found, board.chris)).content.decode()
    assert "Only Chris, or whoever answers for them while they are away" in page
    assert buttons(page) == []
    assert browse(board.omar).post(seat_page(found, board.chris), {"answer": "approve"}).status_code == 403


def test_a_question_is_asked_answered_and_decided_on_the_pages(board, browse):
    found = ask(board.incident, board.sam)
    chris, erin = browse(board.chris), browse(board.erin)
    chris.post(seat_page(found, board.chris), {"answer": "ask", "text": "Who is on call?"})
    assert buttons(card(board.incident, board.erin)) == ["reply"]
    refused = erin.post(seat_page(found, board.chris), {"answer": "reply", "text": ""})
    assert refused.status_code == 422
    assert "Please write an answer." in refused.content.decode()
    erin.post(seat_page(found, board.chris), {"answer": "reply", "text": "Nadia is."})
    assert "Your question is answered" in chris.get("/approvals/").content.decode()
    assert "Nadia is." in chris.get(seat_page(found, board.chris)).content.decode()


def test_an_answer_is_taken_back_on_the_page(board, browse):
    found, chris = ask(board.incident, board.sam), browse(board.chris)
    chris.post(seat_page(found, board.chris), {"answer": "object", "text": "Not on a Friday"})
    assert "Withdraw the objection" in chris.get(seat_page(found, board.chris)).content.decode()
    assert chris.post(seat_page(found, board.chris), {"answer": "withdraw"}).status_code == 302
    assert seat_of(found, board.chris).answer == "none"


# -- the card --------------------------------------------------------------------------------------------


def test_the_card_shows_everybody_the_same_and_buttons_to_those_who_answer(board):
    found = ask(board.incident, board.sam)
    say(found, board.omar, "approve", text="Fine with me")
    for reader in (board.erin, board.sam, board.chris):
        page = words(card(board.incident, reader))
        assert "2 of 3 must approve · 1 of 2 approved" in page
        assert "1 more must approve." in page
        assert "Omar CAB Approved" in page
        assert "Fine with me" in page
    assert buttons(card(board.incident, board.erin)) == []
    assert buttons(card(board.incident, board.chris)) == ["approve", "reject", "ask", "abstain", "object"]
    assert buttons(card(board.incident, board.omar))[-1] == "withdraw"
    assert "Ask somebody else too" in card(board.incident, board.sam)
    assert "Ask somebody else too" not in card(board.incident, board.chris)


def test_what_is_approved_may_be_objected_to_from_the_card(board):
    found = ask(board.incident, board.sam)
    for user in (board.omar, board.chris):
        say(found, user, "approve")
    assert buttons(card(board.incident, board.lena)) == ["object"]
    say(found, board.lena, "object")
    assert "Blocked" in words(card(board.incident, board.erin))


def test_the_card_folds_what_is_void_and_names_the_steps_to_come(board):
    step(board.rule, "Last word", people=[board.nadia])
    ask(board.incident, board.sam)
    actions.void(ticket=board.incident, by=board.sam, because="The plan was edited")
    page = words(card(board.incident, board.erin))
    assert "what was asked before is void" in page
    assert "Asked before (1)" in page
    assert "The plan was edited" in page
    ask(board.incident, board.sam)
    page = words(card(board.incident, board.erin))
    assert "1 of 2 steps asked" in page
    assert "Then: Last word one must approve Nadia (named in the rule)" in page


def test_a_ticket_that_nobody_was_asked_about_has_no_card(board):
    assert card(board.incident, board.sam).strip() == ""


def test_who_left_is_marked_and_somebody_else_is_asked_on_the_page(board, browse):
    found = ask(board.incident, board.sam)
    board.cab.members.remove(board.lena)
    assert "Has left" in words(card(board.incident, board.sam))
    sam, path = browse(board.sam), f"/approvals/rounds/{found.pk}/add/"
    assert "Nobody is known as" in sam.post(path, {"user": "nobody"}).content.decode()
    refused = sam.post(path, {"user": "erin"})
    assert refused.status_code == 409
    assert "nobody approves their own" in refused.content.decode()
    assert sam.post(path, {"user": "nadia"}).status_code == 302
    assert seat_of(found, board.nadia).because == "asked by Sam"


def test_the_timeline_tells_it_to_the_requester_and_to_it(board, browse):
    found = ask(board.incident, board.sam)
    say(found, board.omar, "reject", text="Not this week")
    say(found, board.chris, "reject", text="Nor the next")
    for reader in (board.erin, board.sam):
        page = words(browse(reader).get(f"/incidents/{board.incident.number}/").content.decode())
        assert "asked for approval: “Change advisory board”" in page
        assert "rejected “Change advisory board”" in page
        assert "Not this week" in page
        assert "had the last word: it is rejected" in page


# -- stand-ins -----------------------------------------------------------------------------------------------


def in_an_hour(hours):
    return f"{timezone.localtime() + timezone.timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def test_omar_lets_nadia_answer_and_takes_it_back(board, browse):
    found = ask(board.incident, board.sam)
    omar, nadia = browse(board.omar), browse(board.nadia)
    refused = omar.post("/approvals/stand-in/", {"to": "omar", "start": in_an_hour(-1), "end": in_an_hour(5)})
    assert refused.status_code == 409
    assert "Nobody stands in for themselves" in refused.content.decode()
    sent = omar.post("/approvals/stand-in/", {"to": "nadia", "start": in_an_hour(-1), "end": in_an_hour(5)})
    assert sent.status_code == 302
    assert "for Omar" in words(nadia.get("/approvals/").content.decode())
    assert buttons(card(board.incident, board.nadia)) == ["approve", "reject", "ask", "abstain", "object"]
    nadia.post(seat_page(found, board.omar), {"answer": "approve"})
    assert seat_of(found, board.omar).answered_by == board.nadia
    (row,) = Delegation.objects.all()
    assert nadia.post(f"/approvals/stand-in/{row.pk}/end/").status_code == 404
    assert omar.post(f"/approvals/stand-in/{row.pk}/end/").status_code == 302
    assert "Take it back" not in omar.get("/approvals/").content.decode()


def test_who_sits_there_gets_no_buttons_for_somebody_else(board):
    now = timezone.now()
    delegate(by=board.omar, to=board.lena, start=now, end=now + timezone.timedelta(days=1))
    found = ask(board.incident, board.sam)
    page = card(board.incident, board.lena)
    assert page.count('value="approve"') == 1
    assert f'action="{seat_page(found, board.lena)}"' in page


# -- the agenda --------------------------------------------------------------------------------------------------


def test_the_agenda_holds_what_waits_for_each_group_and_only_what_one_may_see(board, browse):
    network = incident(board.erin, "A new switch", workgroup=board.network)
    for ticket in (board.incident, network):
        ask(ticket, board.sam)
    page = words(browse(board.chris).get("/approvals/agenda/").content.decode())
    assert "CAB 2" in page
    assert "Change advisory board: 0 of 2 approved" in page
    page = browse(board.nadia).get("/approvals/agenda/").content.decode()
    assert network.number in page
    assert board.incident.number not in page
    assert browse(board.erin).get("/approvals/agenda/").status_code == 403


@pytest.mark.parametrize("address", ["/approvals/", "/approvals/agenda/", "/inbox/"])
def test_pages_ask_the_same_number_of_questions_however_much_waits(
    board, browse, django_assert_max_num_queries, address
):
    chris = browse(board.chris)
    ask(board.incident, board.sam)
    chris.get(address)
    with django_assert_max_num_queries(30) as before:
        chris.get(address)
    few = len(before)
    for number in range(8):
        ask(incident(board.erin, f"Trouble {number}"), board.sam)
    chris.get(address)
    with django_assert_max_num_queries(few):
        assert chris.get(address).content.decode().count("INC-") >= 9
    assert Round.objects.count() == 9


def test_the_card_asks_the_same_number_of_questions_however_many_sit_there(board, django_assert_num_queries):
    rule("Board of all", position=1)
    step(rule("Wide", position=0), "All", people=[board.omar, board.chris, board.lena, board.nadia, board.niko])
    found = ask(board.incident, board.sam)
    say(found, board.nadia, "approve")
    ticket, user = Incident.objects.get(), User.objects.get(pk=board.chris.pk)
    context = {"ticket": ticket, "user": user}
    with django_assert_num_queries(4):  # rounds, seats, whom one stands in for, and one's queues
        render_to_string("approvals/card.html", context, RequestFactory().get("/"))
    assert stage(found) == "open"
