"""What a program reads when something can't be done: always a problem with sentences, never a page."""

import pytest
from django.test import Client

from desk.api import limits
from desk.tickets import actions as desk_actions
from tests.factories import incident
from tests.programs import Program, token_for

pytestmark = pytest.mark.django_db


def told(answer, status):
    """The problem, which says its status, and is no page."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    found = answer.json()
    assert found["status"] == status and found["title"] and found["detail"]
    assert "<" not in found["detail"] and "Traceback" not in answer.content.decode()
    assert "last_here" not in answer.cookies and "sessionid" not in answer.cookies
    return found


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b"null", b"\xff", b'{"title": "\\ud800"}', b"[" * 5000])
def test_what_is_no_object_of_json_is_told(world, body):
    told(Program(world.erin).post("incidents/", body), 400)


def test_a_mistake_is_told_by_its_field_in_the_words_of_the_page(world):
    found = told(Program(world.erin).post("incidents/", {"impact": "high", "urgency": 2, "colour": "red"}), 400)
    assert found["errors"]["colour"] == ["There is no such field here, or it can't be set."]
    assert found["errors"]["impact"] == ["It can be 3, 2, 1."]
    missing = told(Program(world.erin).post("incidents/", {}), 400)
    assert missing["errors"] == {"title": ["Please say in a few words what is wrong."]}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nowhere/", 404),
        ("GET", "incidents/INC-999999/", 404),
        ("GET", "incidents/nonsense/", 404),
        ("GET", "people/a%00b/", 400),
        ("GET", "incidents/?q=a%00b", 400),
        ("DELETE", "incidents/", 405),
        ("PUT", "incidents/", 405),
        ("OPTIONS", "incidents/", 405),
        ("GET", "incidents/?sate=open", 400),
        ("GET", "incidents/?state=flying", 400),
        ("GET", "incidents/?fields=secret", 400),
        ("GET", "incidents/?limit=0", 400),
        ("GET", "incidents/?order=best", 400),
        ("GET", "incidents/?cursor=bz0x", 400),
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_told(world, method, path, status):
    told(Program(world.sam).ask(method, path), status)


def test_other_forms_are_neither_taken_nor_given(world):
    program = Program(world.erin)
    told(program.ask("POST", "incidents/", b"title=x", Content_Type="application/x-www-form-urlencoded"), 415)
    told(program.get("incidents/", Accept="text/html"), 406)


def test_too_much_at_once_is_not_read(world, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    told(Program(world.erin).post("incidents/", {"title": "x", "description": "y" * 2000}), 413)


def test_who_asks_too_often_is_told_when_to_come_back(world, settings):
    settings.API_PER_MINUTE = 2
    program = Program(world.erin)
    assert [program.get("incidents/").status_code for _ in range(2)] == [200, 200]
    refused = program.get("incidents/")
    told(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert Program(world.omar).get("incidents/").status_code == 200, "each token has its own"


def test_who_guesses_tokens_is_asked_to_wait(world, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_A_MINUTE", 2)

    def guess(address):
        headers = {"Authorization": "Bearer itsm-token-guess"}
        return Client(REMOTE_ADDR=address).get("/api/v1/incidents/", headers=headers)

    assert [guess("10.1.2.3").status_code for _ in range(3)] == [401, 401, 429]
    assert guess("10.9.9.9").status_code == 401


def test_what_went_wrong_here_is_said_without_a_word_of_how(world, monkeypatch):
    monkeypatch.setattr("desk.tickets.queries.visible_parts", lambda *_: 1 / 0)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token_for(world.erin)}"})
    found = told(client.get("/api/v1/incidents/"), 500)
    assert "division" not in str(found)


def test_an_expired_token_and_one_of_whoever_left_open_nothing(world):
    old = token_for(world.erin, expires_at="2020-01-01T00:00Z")
    assert Program(None, token=old).get("incidents/").status_code == 401
    mine = Program(world.omar)
    world.omar.is_active = False
    world.omar.save()
    assert mine.get("incidents/").status_code == 401


def test_a_stale_move_tells_what_others_did(world):
    found = incident(world.erin)
    read = Program(world.sam).get(f"incidents/{found.number}/")
    desk_actions.edit(ticket=found, by=world.lena, seen=1, title="No mail")
    stale = Program(world.sam).post(f"incidents/{found.number}/transitions/start/", If_Match=read["ETag"])
    problem = told(stale, 412)
    assert (problem["version"], [event["who"] for event in problem["since"]]) == (2, ["Lena"])
    assert Program(world.sam).post(f"incidents/{found.number}/transitions/start/", If_Match="*").status_code == 200
