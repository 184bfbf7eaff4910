"""The same Idempotency-Key: done once, answered the same, for a day and for one account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.api import actions
from desk.api.models import KeptAnswer
from incidents.models import Incident
from tests.at_once import at_once
from tests.factories import incident
from tests.files import png, text
from tests.programs import Program

pytestmark = pytest.mark.django_db
MAIL = {"title": "No mail"}


def test_sent_again_it_does_nothing_and_gets_the_same_answer(world):
    erin = Program(world.erin)
    first, again = (erin.post("incidents/", MAIL, Idempotency_Key="a") for _ in range(2))
    assert (first.status_code, first.json(), first["Location"]) == (201, again.json(), again["Location"])
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Incident.objects.count() == 1
    assert erin.post("incidents/", MAIL, Idempotency_Key="b").json()["number"] != first.json()["number"]
    assert Program(world.omar).post("incidents/", MAIL, Idempotency_Key="a").json()["requester"]["name"] == "Omar"


def test_another_request_with_the_same_key_is_refused(world):
    erin = Program(world.erin)
    erin.post("incidents/", MAIL, Idempotency_Key="a")
    assert erin.post("incidents/", {"title": "No phone"}, Idempotency_Key="a").status_code == 422
    assert erin.post("requests/", MAIL, Idempotency_Key="a").status_code == 422
    assert erin.post("incidents/", MAIL, Idempotency_Key="é" * 3).status_code == 400
    assert Incident.objects.count() == 1


def test_files_are_a_part_of_what_was_sent(world):
    found, erin = incident(world.erin), Program(world.erin)
    path = f"/api/v1/incidents/{found.number}/comments/"
    sent = [
        erin.ask("POST", path, {"message": "Look"}, files={"files": file}, Idempotency_Key="f").status_code
        for file in (png(), png(), text())
    ]
    assert sent == [201, 201, 422]
    assert found.events.filter(kind="comment.added").count() == 1


def test_what_was_refused_may_be_mended_and_sent_again(world):
    sam, found = Program(world.sam), incident(world.erin)
    path = f"incidents/{found.number}/transitions/cancel/"
    assert sam.post(path, {"reason": ""}, Idempotency_Key="c").status_code == 400
    assert sam.post(path, {"reason": "It went away"}, Idempotency_Key="c").status_code == 200
    assert sam.post(path, {"reason": "It went away"}, Idempotency_Key="c").json()["state"] == "cancelled"


def test_a_day_later_it_is_another_request(world):
    erin = Program(world.erin)
    erin.post("incidents/", MAIL, Idempotency_Key="a")
    KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=25))
    erin.post("incidents/", MAIL, Idempotency_Key="a")
    assert Incident.objects.count() == 2
    assert actions.forget_answers() == 0, "the old one has made way"
    KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=25))
    assert actions.forget_answers() == 1


def test_sent_at_the_same_instant_it_is_done_once(transactional_db, world):
    erin = Program(world.erin)
    answers = at_once(*[lambda: erin.post("incidents/", MAIL, Idempotency_Key="a")] * 4)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == Incident.objects.count() == 1
