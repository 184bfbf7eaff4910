"""Two people, or fifty, at the same instant, on the real database: one wins, the others are told, nothing is lost."""

import uuid
from collections import Counter

import pytest
from django.test import Client

from desk.tickets import actions as desk_actions
from desk.tickets.errors import Refused, Stale
from incidents import actions
from incidents.models import Incident
from tests.at_once import at_once, of
from tests.factories import analyst, incident
from tests.stories import in_state, kinds_of, move, reason

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_write_the_same_field(world):
    ticket = incident(world.erin)
    titles = {world.sam: "Mail is down in Riverside", world.lena: "Outlook doesn't open"}
    answers = at_once(
        *(
            lambda user=user, title=title: desk_actions.edit(ticket=ticket, by=user, seen=1, title=title)
            for user, title in titles.items()
        )
    )
    (saved,), (lost,) = of(Incident, answers), of(Stale, answers)
    fresh = Incident.objects.get()
    assert fresh.title == saved.title == lost.theirs["title"]
    assert {lost.theirs["title"], lost.mine["title"]} == set(titles.values())
    assert lost.since[0].actor in titles
    assert fresh.version == 2
    assert kinds_of(fresh).count("field.changed") == 1


def test_two_people_write_different_fields_and_both_are_kept(world):
    ticket = incident(world.erin)
    answers = at_once(
        lambda: desk_actions.edit(ticket=ticket, by=world.sam, seen=1, title="Outlook doesn't open"),
        lambda: desk_actions.edit(ticket=ticket, by=world.lena, seen=1, description="Since nine."),
    )
    assert len(of(Incident, answers)) == 2
    fresh = Incident.objects.get()
    assert (fresh.title, fresh.description, fresh.version) == ("Outlook doesn't open", "Since nine.", 3)


def test_the_loser_sees_both_texts_on_the_page_and_keeps_his_own(world, browse):
    ticket = incident(world.erin)
    form = {"requester": "erin", "impact": 3, "urgency": 2, "seen": 1}
    desk_actions.edit(ticket=ticket, by=world.sam, seen=1, title="Mail is down in Riverside")
    answer = browse(world.lena).post(f"/incidents/{ticket.number}/edit/", {**form, "title": "Outlook doesn't open"})
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Sam changed “Title” while you were writing" in page
    assert "Mail is down in Riverside" in page
    assert 'value="Outlook doesn&#x27;t open"' in page
    assert 'name="seen" value="2"' in page  # saving again means it


def test_fifty_analysts_take_it_and_one_has_it(world):
    ticket = incident(world.erin)
    crowd = [analyst(f"analyst{n}", world.desk) for n in range(50)]

    def five_of_them(people):
        told = []
        for user in people:
            try:
                told.append(actions.take(incident=ticket, by=user))
            except Refused as refusal:
                told.append(refusal)
        return told

    answers = sum(at_once(*(lambda n=n: five_of_them(crowd[n::10]) for n in range(10))), [])
    owner = Incident.objects.get().assignee
    assert owner in crowd
    assert len(of(Incident, answers)) == 1
    assert Counter(map(str, of(Refused, answers))) == {f"{owner} has {ticket.number} already.": 49}
    assert kinds_of(ticket) == ["logged", "assigned"]


def test_resolve_against_hold(world):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    answers = at_once(
        lambda: move(ticket, "resolve", by=world.sam, seen=ticket.version),
        lambda: move(ticket, "hold", by=world.lena, seen=ticket.version),
    )
    (won,), (lost,) = of(Incident, answers), of(Stale, answers)
    fresh = Incident.objects.get()
    assert fresh.state == won.state
    assert fresh.version == ticket.version + 1
    assert (
        str(lost)
        == f"{'Lena' if won.state == 'pending' else 'Sam'} changed {ticket.number} after you opened this page."
    )
    assert kinds_of(fresh)[-1] == {"pending": "held", "resolved": "resolved"}[won.state]


def test_the_requesters_reply_against_a_resume_by_hand(world):
    """Whoever comes first resumes it; it is resumed once, and the reply is there."""
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    ticket = actions.hold(
        incident=ticket, by=world.sam, reason=reason("Waiting for requester"), message="Which application is it?"
    )
    at_once(
        lambda: desk_actions.reply(ticket=ticket, by=world.erin, message="Outlook"),
        lambda: move(ticket, "resume", by=world.sam),
    )
    fresh = Incident.objects.get()
    assert fresh.state == "in_progress"
    assert Counter(kinds_of(fresh)[-2:]) == {"comment.added": 1, "resumed": 1}


FORM = {"title": "No sound", "description": "Since nine.\r\nEverywhere.", "impact": 3, "urgency": 2}


def test_a_double_click_logs_once(world, browse):
    form = {**FORM, "submission": str(uuid.uuid4())}
    clients = [browse(world.erin) for _ in range(4)]
    answers = at_once(*(lambda client=client: client.post("/incidents/new/", form) for client in clients))
    found = Incident.objects.get()
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, found.get_absolute_url())}
    assert kinds_of(found) == ["logged"]


def test_the_back_button_and_a_form_sent_again_lead_to_the_same_incident(world, browse):
    erin, form = browse(world.erin), {**FORM, "submission": str(uuid.uuid4())}
    first = erin.post("/incidents/new/", form)
    again = erin.post("/incidents/new/", form)
    assert first["Location"] == again["Location"] == Incident.objects.get().get_absolute_url()


def test_other_words_in_a_form_sent_before_are_asked_about_and_kept(world, browse):
    erin, form = browse(world.erin), {**FORM, "submission": str(uuid.uuid4())}
    erin.post("/incidents/new/", form)
    answer = erin.post("/incidents/new/", {**form, "title": "No picture"})
    assert answer.status_code == 409
    assert "This form has already logged INC-" in (page := answer.content.decode())
    assert 'value="No picture"' in page
    assert Incident.objects.count() == 1
    fresh = answer.context["form"]["submission"].value()
    assert erin.post("/incidents/new/", {**form, "title": "No picture", "submission": fresh}).status_code == 302
    assert Incident.objects.count() == 2


def test_a_form_of_somebody_else_logs_nothing(world, browse):
    form = {**FORM, "submission": str(uuid.uuid4())}
    browse(world.erin).post("/incidents/new/", form)
    answer = browse(world.omar).post("/incidents/new/", {**form, "title": "Mine"})
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.content.decode()
    assert Incident.objects.count() == 1


def test_a_double_click_on_log_a_recurrence_logs_one(world, browse, settings):
    settings.INCIDENT_REOPEN_DAYS = 0
    ticket = in_state("closed", requester=world.erin, analyst=world.sam)
    token = {"submission": str(uuid.uuid4())}
    clients = [browse(world.erin) for _ in range(3)]
    address = f"/incidents/{ticket.number}/recurrence/"
    answers = at_once(*(lambda client=client: client.post(address, token) for client in clients))
    again = Incident.objects.exclude(pk=ticket.pk).get()
    assert {answer["Location"] for answer in answers} == {again.get_absolute_url()}
    assert kinds_of(ticket).count("link.added") == kinds_of(again).count("link.added") == 1


def test_a_confirmation_sent_twice_closes_once(world):
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam)

    def confirm() -> int:
        client = Client()
        client.force_login(world.erin, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client.post(f"/incidents/{ticket.number}/do/confirm/", {"rating": 5, "seen": ticket.version}).status_code

    assert sorted(at_once(confirm, confirm)) == [302, 409]
    assert kinds_of(ticket).count("closed") == 1
    assert Incident.objects.get().rating == 5
