"""Is it solved? By mail with a link that answers once, again after some working days, and by itself in the end."""

from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from desk.notifications.models import Message
from desk.tickets.actions import edit, note, reply
from incidents import asking
from incidents.models import Incident
from tests.desk.sla.test_workdays import BERLIN, OFFICE
from tests.stories import in_state, move

pytestmark = pytest.mark.django_db


@pytest.fixture
def solved(world):
    """Erin's incident, resolved just now; she has an address."""
    world.erin.email = "erin@northwind.example"
    world.erin.save()
    return in_state("resolved", requester=world.erin, analyst=world.sam)


def path(incident):
    return asking.link(incident).removeprefix("https://portal.example")


def test_its_requester_is_asked_by_inbox_and_mail(solved, world):
    told = Message.objects.get(recipient=world.erin)
    assert told.subject.startswith("Is it solved?")
    assert asking.link(solved) in told.text
    assert solved.solution in told.text
    assert told.mail_due_at is not None


def test_yes_with_a_rating_closes_it_without_signing_in_and_once(solved, world):
    stranger = Client()
    assert "Is it solved?" in stranger.get(path(solved)).content.decode()
    said = stranger.post(path(solved), {"answer": "yes", "rating": 5, "words": "Quick!"})
    assert "Thank you" in said.content.decode()
    found = Incident.objects.get()
    closed = found.events.get(kind="incident.closed")
    assert (found.state, found.rating, closed.actor, closed.source) == ("closed", 5, world.erin, "mail")
    again = stranger.post(path(solved), {"answer": "no", "words": "Ha"})
    assert again.status_code == 410
    assert Incident.objects.get().state == "closed"


def test_no_wants_words_and_reopens_it(solved, world):
    stranger = Client()
    silent = stranger.post(path(solved), {"answer": "no", "words": " "})
    assert silent.status_code == 422
    assert "Please say what still doesn&#x27;t work." in silent.content.decode()
    stranger.post(path(solved), {"answer": "no", "words": "It blinks"})
    found = Incident.objects.get()
    assert (found.state, found.events.get(kind="incident.reopened").actor) == ("reopened", world.erin)


def test_a_link_of_an_earlier_resolution_answers_nothing(solved, world):
    old = path(solved)
    again = move(move(move(solved, "reopen", by=world.erin), "start", by=world.sam), "resolve", by=world.sam)
    assert Client().get(old).status_code == 410
    assert Client().get(path(again)).status_code == 200


def test_what_is_no_link_of_ours_is_not_found(solved):
    forged = [
        "x", signing.dumps({"pk": solved.pk}, salt="other"), signing.dumps({"pk": 0, "at": ""}, salt=asking.SALT),
        signing.dumps(["pk"], salt=asking.SALT), path(solved).rstrip("/").rpartition("/")[2][:-1],
    ]  # fmt: skip
    assert {Client().get(f"/incidents/feedback/{token}/").status_code for token in forged} == {404}


def test_nothing_internal_stands_on_the_page(solved, world):
    note(ticket=solved, by=world.sam, message="Secret Nimbus")
    assert "Nimbus" not in Client().get(path(solved)).content.decode()


def test_who_left_the_company_answers_nothing(solved, world):
    world.erin.is_active = False
    world.erin.save()
    assert Client().post(path(solved), {"answer": "yes"}).status_code == 410


def test_who_is_not_its_requester_any_more_answers_nothing_and_reads_nothing(solved, world):
    """Sam notes that it was Omar's after all; the link in Erin's mail mustn't speak in his name."""
    hers = path(solved)
    edit(ticket=solved, by=world.sam, seen=solved.version, requester=world.omar)
    assert Client().get(hers).status_code == 404
    assert Client().post(hers, {"answer": "yes"}).status_code == 404
    assert Client().get(path(Incident.objects.get())).status_code == 200


# -- the reminder ------------------------------------------------------------------------------


def long_ago(world, days):
    at = timezone.now() - timedelta(days=days)
    return in_state("resolved", requester=world.erin, analyst=world.sam, at=at)


def test_who_does_not_answer_is_asked_again_once(world):
    silent, young = long_ago(world, 3.01), long_ago(world, 2.9)
    answered = long_ago(world, 4)
    reply(ticket=answered, by=world.erin, message="Let me see", at=timezone.now() - timedelta(days=1))
    assert asking.remind_due() == 1
    assert silent.events.filter(kind=asking.REMINDED).count() == 1
    assert not young.events.filter(kind=asking.REMINDED).exists()
    assert Message.objects.get(recipient=world.erin, event__kind=asking.REMINDED).subject.startswith("Please tell us")
    assert asking.remind_due() == 0


def test_whatever_closes_sooner_than_it_reminds_reminds_nobody(world, settings):
    long_ago(world, 4)
    settings.INCIDENT_REMIND_DAYS = settings.INCIDENT_CONFIRM_DAYS
    assert asking.remind_due() == 0


def test_weekends_of_its_calendar_are_no_days(world, monkeypatch):
    monkeypatch.setattr(asking, "calendar_of", lambda incident: OFFICE)
    found = in_state("resolved", requester=world.erin, analyst=world.sam)
    found.resolved_at = datetime(2026, 11, 26, 10, tzinfo=BERLIN)  # a Thursday
    assert asking.reminds_at(found) == datetime(2026, 12, 1, 10, tzinfo=BERLIN)
    assert asking.closes_at(found) == datetime(2026, 12, 3, 10, tzinfo=BERLIN)


def test_each_goes_by_its_own_calendar_and_all_are_asked_with_one_query(world, monkeypatch, django_assert_num_queries):
    """Sam's office is shut at the weekend, and what is always open doesn't wait for it."""
    friday = datetime(2026, 11, 27, 10, tzinfo=BERLIN)
    office, always = (in_state("resolved", requester=world.erin, analyst=world.sam, at=friday) for _ in range(2))
    asked = []
    monkeypatch.setattr(asking, "calendars_of", lambda pks: asked.append(pks) or {office.pk: OFFICE})
    found = Incident.objects.filter(resolved_at__isnull=False).order_by("pk")
    with django_assert_num_queries(1):
        due = list(asking._due(found, 3, friday + timedelta(days=4)))
    assert (due, asked) == ([always], [[office.pk, always.pk]])
