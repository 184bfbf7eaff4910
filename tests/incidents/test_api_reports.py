"""Ratings and reports for programs of leads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import actions
from incidents.models import Episode
from tests.factories import ServiceFactory, incident
from tests.programs import Program
from tests.stories import in_state, move

pytestmark = pytest.mark.django_db


def rated(world, rating, comment=""):
    found = in_state("resolved", requester=world.erin, analyst=world.sam)
    actions.confirm(incident=found, by=world.erin, rating=rating, comment=comment)
    return Episode.objects.get(incident=found)


def test_a_lead_answers_what_a_requester_said_and_hides_what_must_not_stand_there(world):
    said, lena = rated(world, 1, "Sam was rude"), Program(world.lena)
    rated(world, 5)
    (told,) = lena.get("ratings/?said=true").json()["results"]
    assert (told["number"], told["comment"], told["may_answer"]) == (said.incident.number, "Sam was rude", True)
    assert lena.get("ratings/summary/").json()["mean"] == 3.0
    assert lena.get("ratings/?stars=5&fields=rating").json()["results"][0]["rating"] == 5
    assert lena.get("ratings/?stars=9").status_code == 400
    wordless = lena.post(f"ratings/{said.pk}/answer/", {})
    assert (wordless.status_code, list(wordless.json()["errors"])) == (400, ["words"])
    assert lena.post(f"ratings/{said.pk}/answer/", {"words": "Sorry"}).json()["answered_by"]["username"] == "lena"
    assert lena.post(f"ratings/{said.pk}/answer/", {"words": "Really"}).status_code == 409
    assert (
        lena.post(f"ratings/{said.pk}/hide/", {"why": "It names a person"}).json()["hidden_why"] == "It names a person"
    )
    assert lena.post(f"ratings/{said.pk}/show/").json()["hidden_at"] is None
    admin = Program(world.admin)
    assert admin.get("ratings/").status_code == 200
    assert admin.post(f"ratings/{said.pk}/hide/", {}).status_code == 403, "who administers reads alone"
    assert Program(world.sam).get("ratings/").status_code == 403


def test_ratings_cost_the_same_for_one_and_for_ten(world):
    lena, costs = Program(world.lena), []
    lena.get("ratings/")
    for count in (1, 9):
        for _ in range(count):
            rated(world, 4, "Fine")
        with CaptureQueriesContext(connection) as asked:
            assert len(lena.get("ratings/").json()["results"]) in {1, 10}
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)


def test_what_came_back_is_reported_by_month(world):
    move(in_state("resolved", requester=world.erin, analyst=world.sam), "reopen", by=world.erin)
    lena = Program(world.lena)
    told = lena.get("reports/reopened/").json()
    assert (told["resolved"], told["reopened"], told["percentage"]) == (1, 1, 100.0)
    assert [line["name"] for line in told["lines"]] == ["Service Desk"]
    late = lena.get("reports/reopened/?first=2026-05&last=2026-04")
    assert (late.status_code, list(late.json()["errors"])) == (400, ["last"])
    assert lena.get("reports/reopened/?clock=response").status_code == 400, "that is of another report"
    assert lena.get("reports/sla/?clock=response&by=priority").json()["lines"] == []
    assert Program(world.sam).get("reports/reopened/").status_code == 403
    assert Program(world.lena, "incidents:admin").get("reports/sla/").status_code == 403, "a scope of its own"


def test_what_is_asked_most_without_an_article(world):
    mail = ServiceFactory(name="Mail")
    found = [in_state("resolved", requester=world.erin, analyst=world.sam, service=mail) for _ in range(2)]
    (cluster,) = Program(world.lena).get("reports/without-article/").json()
    assert (cluster["service"]["name"], cluster["count"]) == ("Mail", 2)
    assert cluster["examples"] == [one.number for one in found[::-1]]


def test_an_article_is_begun_of_what_solved_an_incident(world):
    solved = in_state("resolved", requester=world.erin, analyst=world.sam)
    sam = Program(world.sam)
    begun = sam.post(f"incidents/{solved.number}/article/")
    assert (begun.status_code, begun.json()["answer"], begun.json()["stage"]) == (201, "Restarted the server", "draft")
    again = sam.post(f"incidents/{solved.number}/article/")
    assert again.json()["slug"] == begun.json()["slug"]
    refused = sam.post(f"incidents/{incident(world.erin).number}/article/")
    assert refused.status_code == 409
