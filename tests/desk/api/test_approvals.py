"""Approvals for programs: what waits in a fixed number of statements, somebody else who is asked, and stand-ins."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.approvals.models import ApproverGroup, Delegation
from tests.desk.approvals.rounds import ask, rule, say, step
from tests.factories import incident
from tests.programs import Program

pytestmark = pytest.mark.django_db


def asked_of(world, *people, count=1, groups=()):
    if not hasattr(world, "rule"):
        world.rule = step(rule("Everything"), "Board", people=people, groups=groups)
    return [ask(incident(world.erin, f"Please {n}"), world.sam) for n in range(count)]


def test_what_waits_costs_the_same_for_one_and_for_ten(world):
    lena, costs = Program(world.lena), []
    lena.get("approvals/")
    for count in (1, 9):
        asked_of(world, world.lena, world.omar, count=count)
        with CaptureQueriesContext(connection) as asked:
            waiting = lena.get("approvals/").json()["results"]
        assert len(waiting) in {1, 10}
        assert all(seat["may"] == ["answer"] for seat in waiting)
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)


def test_a_seat_in_a_list_says_the_same_as_alone(world):
    first, second = asked_of(world, world.lena, world.omar, count=2)
    say(first, world.lena, "ask")
    for who in (world.lena, world.omar):
        program = Program(who)
        for seat in program.get("approvals/").json()["results"]:
            assert seat == program.get(f"approvals/{seat['id']}/").json()
    assert len(Program(world.lena).get("approvals/").json()["results"]) == 1, "who asked has answered for now"
    (answered,) = Program(world.lena).get("approvals/answered/").json()
    assert (answered["answer"], answered["may"]) == ("ask", ["answer", "withdraw", "reply"])
    assert Program(world.lena, "approvals:read").get("approvals/answered/").json() == [], "of no ticket that it opens"


def test_whoever_works_on_it_asks_somebody_else_too(world):
    (found,) = asked_of(world, world.lena)
    address = f"approvals/rounds/{found.pk}/approvers/"
    made = Program(world.sam).post(address, {"user": "omar"})
    assert (made.status_code, made.json()["person"]["username"]) == (201, "omar"), made.content
    again = Program(world.sam).post(address, {"user": "omar"})
    assert (again.status_code, list(again.json()["errors"])) == (409, ["user"])
    assert Program(world.erin).post(address, {"user": "omar"}).status_code == 403
    assert Program(world.nadia).post(address, {"user": "omar"}).status_code == 404
    assert Program(world.sam, "approvals:write").post(address, {"user": "niko"}).status_code == 404, "of no such ticket"


def test_a_stand_in_answers_and_is_taken_back(world):
    asked_of(world, world.lena)
    now, lena = timezone.now(), Program(world.lena)
    said = {
        "to": "omar",
        "start": (now - timedelta(hours=1)).isoformat(),
        "end": (now + timedelta(hours=1)).isoformat(),
    }
    made = lena.post("stand-ins/", said)
    assert (made.status_code, made.json()["to"]["username"], made.json()["whose"]["username"]) == (201, "omar", "lena")
    (seat,) = Program(world.omar).get("approvals/").json()["results"]
    assert seat["may"] == ["answer"]
    assert [one["id"] for one in Program(world.omar).get("stand-ins/").json()["results"]] == [made.json()["id"]]
    assert Program(world.omar).ask("DELETE", f"stand-ins/{made.json()['id']}/").status_code == 404, "it is hers"
    twice = lena.post("stand-ins/", {**said, "to": "sam"})
    assert (twice.status_code, list(twice.json()["errors"])) == (409, ["to"])
    assert lena.ask("DELETE", f"stand-ins/{made.json()['id']}/").status_code == 204
    assert not Delegation.objects.filter(end__gt=timezone.now()).exists()
    assert Program(world.omar).get("approvals/").json()["results"] == []


def test_the_agenda_costs_the_same_for_one_and_for_ten(world):
    board = ApproverGroup.objects.create(name="CAB")
    board.members.set([world.omar])
    omar, costs = Program(world.omar), []
    omar.get("approvals/agenda/")
    for count in (1, 9):
        asked_of(world, groups=[board], count=count)
        with CaptureQueriesContext(connection) as asked:
            assert len(omar.get("approvals/agenda/").json()[0]["items"]) in {1, 10}
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)


def test_the_agenda_tells_what_waits_for_each_group(world):
    board = ApproverGroup.objects.create(name="CAB")
    board.members.set([world.omar])
    asked_of(world, groups=[board], count=2)
    (told,) = Program(world.omar).get("approvals/agenda/").json()
    assert (told["group"]["name"], [item["step"]["name"] for item in told["items"]]) == ("CAB", ["Board", "Board"])
    assert Program(world.erin).get("approvals/agenda/").status_code == 403
    assert Program(world.omar, "approvals:read").get("approvals/agenda/").json()[0]["items"] == []
