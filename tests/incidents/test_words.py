"""What is said to whom: plain words for requesters, IT's own for analysts, and to observers why they have no buttons."""

import pytest

from desk.assignment.ranking import analysts
from desk.people.actions import join
from desk.people.models import Role
from desk.people.queries import automation
from desk.queues.team import team_load
from desk.tickets import queries
from desk.tickets.actions import reply
from incidents import actions
from tests.factories import analyst, incident
from tests.stories import in_state, move, reason

#  move      state       to requesters               to analysts
LABELS = [
    ("confirm", "resolved", "Yes, it works", "Confirm and close"),
    ("reopen", "resolved", "It still doesn't work", "Reopen"),
    ("cancel", "logged", "I don't need this any more", "Cancel incident"),
]


def escaped(words):
    return words.replace("'", "&#x27;")


@pytest.mark.parametrize(("name", "state", "plain", "ours"), LABELS)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "dialog"])
def test_a_move_is_called_the_same_on_page_button_and_dialog(world, browse, name, state, plain, ours, htmx):
    ticket = in_state(state, requester=world.erin, analyst=world.sam)
    headers = {"HX-Request": "true"} if htmx else {}
    for who, label, other in ((world.erin, plain, ours), (world.sam, ours, plain)):
        client = browse(who)
        page = client.get(f"/incidents/{ticket.number}/").content.decode()
        dialog = client.get(f"/incidents/{ticket.number}/do/{name}/", headers=headers).content.decode()
        assert escaped(label) in page
        assert escaped(other) not in page
        assert f'type="submit">{escaped(label)}</button>' in dialog
        assert escaped(other) not in dialog


def test_what_isnt_possible_is_said_in_the_readers_words(world, browse):
    ticket = in_state("closed", requester=world.erin, analyst=world.sam)
    said = {
        user: next(found.because[0] for found in queries.moves(ticket, user) if found.name == "confirm")
        for user in (world.erin, world.sam)
    }
    assert said == {
        world.erin: f"{ticket.number} is Closed; “Yes, it works” isn't possible from there.",
        world.sam: f"{ticket.number} is Closed; “Confirm and close” isn't possible from there.",
    }
    again = in_state("resolved", requester=world.erin, analyst=world.sam)
    answer = browse(world.erin).post(f"/incidents/{again.number}/do/reopen/", {"reason": "No"}, follow=True)
    assert f"{again.number}: received." in answer.content.decode()


def test_the_portals_own_hand_is_the_portal_to_requesters(world, browse):
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam)
    old = ticket.version
    actions.confirm(incident=ticket, by=automation(), because="no answer in time")
    page = browse(world.erin).get(f"/incidents/{ticket.number}/").content.decode()
    assert "<b>The portal</b> closed it" in page
    assert "Automation" not in page
    stale = browse(world.erin).post(f"/incidents/{ticket.number}/do/reopen/", {"reason": "No", "seen": old})
    assert stale.status_code == 412
    assert f"The portal changed {ticket.number} after you opened this page." in stale.content.decode()
    assert "<b>Automation</b> closed it" in browse(world.sam).get(f"/incidents/{ticket.number}/").content.decode()


def test_who_is_waited_for_reads_the_question_and_is_led_to_the_answer(world, browse):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    reply(ticket=ticket, by=world.sam, message="An older word")
    waits = reason("Waiting for requester")
    actions.hold(incident=ticket, by=world.sam, reason=waits, message="Which **floor** is it?")
    answer = browse(world.erin).get(f"/incidents/{ticket.number}/")
    assert answer.context["question"] == "Which **floor** is it?"
    page = answer.content.decode()
    assert page.count("Which <strong>floor</strong> is it?") == 2  # above, and in the timeline
    assert 'href="#id_message"' in page
    assert 'id="id_message"' in page
    reply(ticket=ticket, by=world.erin, message="The second")
    answer = browse(world.erin).get(f"/incidents/{ticket.number}/")
    assert answer.context["question"] == ""
    assert 'href="#id_message"' not in answer.content.decode()


def test_a_reply_on_what_is_solved_leads_to_reopening(world, browse):
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam)
    erin, address = browse(world.erin), f"/incidents/{ticket.number}/"
    assert "Still not working?" in erin.get(address).content.decode()
    sent = erin.post(f"{address}reply/", {"message": "No!"}, follow=True).content.decode()
    assert "Choose “It still doesn&#x27;t work” if you need us again." in sent
    sent = browse(world.sam).post(f"{address}reply/", {"message": "Does it hold?"}, follow=True).content.decode()
    assert "Your reply is sent." in sent
    assert "if you need us again" not in sent
    assert "Still not working?" not in sent
    open_one = incident(world.erin)
    sent = erin.post(f"/incidents/{open_one.number}/reply/", {"message": "Any news?"}, follow=True).content.decode()
    assert "if you need us again" not in sent


def test_an_observer_reads_why_there_are_no_buttons(world, browse):
    olga = analyst("olga", world.desk, Role.OBSERVER)
    ticket = incident(world.erin)
    sentence = "You can see this queue but not work it."
    for user, told in ((olga, True), (world.admin, True), (world.sam, False), (world.erin, False)):
        assert (sentence in browse(user).get(f"/incidents/{ticket.number}/").content.decode()) == told
    join(workgroup=world.network, user=world.sam, role=Role.OBSERVER)
    move(ticket, "assign", by=world.sam, workgroup=world.network, reason="Theirs")
    assert sentence in browse(world.sam).get(f"/incidents/{ticket.number}/").content.decode()


def test_a_reason_is_optional_only_while_it_stays_where_it_is(world, browse):
    ticket = incident(world.erin)
    sam, address = browse(world.sam), f"/incidents/{ticket.number}/do/assign/"
    assert not sam.get(address).context["form"].fields["reason"].required
    shown = sam.post(address, {"show": "1", "workgroup": world.network.pk})
    assert shown.context["form"].fields["reason"].required
    label = shown.content.decode().split('id="move_reason_label"')[1].split("</label>")[0]
    assert "optional" not in label
    sent = sam.post(address, {"workgroup": world.network.pk, "reason": "", "seen": ticket.version})
    assert sent.status_code == 422
    assert "Please say why it goes to another workgroup" in sent.content.decode()
    staying = sam.post(address, {"workgroup": world.desk.pk, "assignee": world.sam.pk, "seen": ticket.version})
    assert staying.status_code == 302


def test_load_is_what_waits_for_an_analyst(world):
    in_state("resolved", requester=world.erin, analyst=world.sam)
    in_state("in_progress", requester=world.erin, analyst=world.sam)
    assert {found.user: found.open for found in analysts(incident(world.erin), world.desk)} == {
        world.sam: 1, world.lena: 0,
    }  # fmt: skip
    assert {load.user: load.count for load in team_load(world.desk) if load.user} == {
        world.sam: 1,
        world.lena: 0,
    }
