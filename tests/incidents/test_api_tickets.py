"""Incidents for programs: logged, followed, worked on and closed, by the rules of the pages."""

import pytest

from incidents import actions, ratings
from incidents.models import Episode, Incident, ResolutionCode
from tests.desk.sla.promises import policy
from tests.factories import incident
from tests.files import png
from tests.programs import Program
from tests.stories import in_state

pytestmark = pytest.mark.django_db


def test_an_incident_is_walked_from_its_logging_to_its_end(world):
    erin, sam = Program(world.erin), Program(world.sam)
    logged = erin.post("incidents/", {"title": "The mail is down", "impact": 2})
    assert logged.status_code == 201, logged.content
    number = logged.json()["number"]
    assert logged["Location"] == f"http://testserver/api/v1/incidents/{number}/"
    assert logged.json()["state_label"] == "Received"
    assert Incident.objects.get().source == "api"
    open_now = {move["name"]: move for move in sam.get(f"incidents/{number}/transitions/").json() if move["open"]}
    assert {"assign", "start", "cancel"} <= set(open_now)
    started = sam.post(f"incidents/{number}/transitions/start/")
    assert (started.status_code, started.json()["state"], started.json()["assignee"]["username"]) == (
        200,
        "in_progress",
        "sam",
    )
    refused = sam.post(f"incidents/{number}/transitions/resolve/", {"solution": "Restarted"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["code"])
    code = ResolutionCode.objects.get(name="Fixed")
    solved = sam.post(f"incidents/{number}/transitions/resolve/", {"code": code.pk, "solution": "Restarted"})
    assert (solved.status_code, solved.json()["state"]) == (200, "resolved")
    closed = erin.post(f"incidents/{number}/transitions/confirm/", {"rating": 5})
    assert (closed.status_code, closed.json()["state"], closed.json()["rating"]) == (200, "closed", 5)
    assert [event["kind"] for event in erin.get(f"incidents/{number}/events/").json()["results"]] == [
        "incident.logged", "incident.started", "incident.resolved", "incident.closed",
    ]  # fmt: skip


def test_a_shut_move_says_why_and_what_it_takes(world):
    found = incident(world.erin)
    moves = {move["name"]: move for move in Program(world.sam).get(f"incidents/{found.number}/transitions/").json()}
    assert moves["resolve"]["open"] is False
    assert moves["resolve"]["because"] == [f"{found.number} is Logged; “Resolve” isn't possible from there."]
    code = moves["resolve"]["inputs"]["properties"]["code"]
    assert {"const": ResolutionCode.objects.get(name="Fixed").pk, "title": "Fixed"} in code["oneOf"]
    assert moves["resolve"]["inputs"]["required"] == ["code", "solution"]
    mine = {move["name"]: move for move in Program(world.erin).get(f"incidents/{found.number}/transitions/").json()}
    assert mine["assign"]["inputs"] is None, "who may not assign isn't told whom one could choose"
    assert mine["assign"]["because"] == ["Only an analyst of Service Desk may do this."]
    refused = Program(world.sam).post(f"incidents/{found.number}/transitions/resolve/", {"code": 1, "solution": "Fine"})
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert refused.json()["because"] == moves["resolve"]["because"]
    assert Program(world.erin).post(f"incidents/{found.number}/transitions/assign/", {}).status_code == 403


def test_a_program_reads_what_its_person_reads(world):
    found = incident(world.erin)
    public, inside = (Program(who).get(f"incidents/{found.number}/").json() for who in (world.erin, world.sam))
    assert set(inside) - set(public) == {
        "workgroup", "assignee", "category", "impact", "urgency", "priority", "pending_reason", "due_at",
        "reassignment_count", "source", "clocks", "resolution_code", "is_major", "reopen_count",
    }  # fmt: skip
    assert Program(world.omar).get(f"incidents/{found.number}/").status_code == 404
    assert [row["number"] for row in Program(world.erin).get("incidents/").json()["results"]] == [found.number]
    assert Program(world.omar).get("incidents/").json()["results"] == []


def test_notes_stay_inside_and_replies_reach_both(world):
    found = incident(world.erin)
    sam, erin, comments = Program(world.sam), Program(world.erin), f"incidents/{found.number}/comments/"
    assert sam.post(comments, {"message": "Ours alone", "internal": True}).status_code == 201
    assert erin.post(comments, {"message": "Still down"}).json()["text"] == "Still down"
    sent = sam.send(comments, {"message": "Look here"}, files=png())
    assert [file["name"] for file in sent.json()["files"]] == ["screen.png"]
    texts = [event["text"] for event in erin.get(f"incidents/{found.number}/events/").json()["results"]]
    assert texts == ["", "Still down", "Look here"]
    assert erin.post(comments, {"message": "Mine", "internal": True}).status_code == 403
    key = sent.json()["files"][0]["key"]
    got = erin.get(f"attachments/{key}/")
    assert (got.status_code, b"".join(got.streaming_content)[:4]) == (200, b"\x89PNG")
    assert Program(world.omar).get(f"attachments/{key}/").status_code == 404


def test_editing_takes_the_fields_that_are_sent_and_asks_whether_others_changed_it(world):
    found = incident(world.erin)
    sam = Program(world.sam)
    read = sam.get(f"incidents/{found.number}/")
    edited = sam.patch(f"incidents/{found.number}/", {"title": "No mail"}, If_Match=read["ETag"])
    assert (edited.status_code, edited.json()["title"]) == (200, "No mail")
    stale = Program(world.lena).patch(f"incidents/{found.number}/", {"title": "Mail"}, If_Match=read["ETag"])
    assert (stale.status_code, stale.json()["since"][0]["who"]) == (412, "Sam")
    assert Incident.objects.get().title == "No mail"
    assert sam.patch(f"incidents/{found.number}/", {"state": "closed"}).status_code == 400
    assert Program(world.erin).patch(f"incidents/{found.number}/", {"title": "Mine"}).status_code == 403
    assert (
        sam.get(f"incidents/{found.number}/", If_None_Match=sam.get(f"incidents/{found.number}/")["ETag"]).status_code
        == 304
    )


def test_clocks_are_explained_to_those_who_see_the_inside(world):
    policy()
    found = incident(world.erin)
    clocks = Program(world.sam).get(f"incidents/{found.number}/clocks/").json()
    assert [clock["kind"] for clock in clocks] == ["response", "resolution"]
    assert clocks[0]["targets"][0]["policy"]
    assert Program(world.erin).get(f"incidents/{found.number}/clocks/").status_code == 404


def test_a_child_is_given_to_its_parent_and_taken_back(world):
    child, parent, sam = incident(world.erin), incident(world.omar, "Worse"), Program(world.sam)
    assert sam.post(f"incidents/{child.number}/attach/", {"how": "child", "number": parent.number}).status_code == 200
    assert Incident.objects.get(pk=child.pk).parent_incident == parent
    again = sam.post(f"incidents/{parent.number}/attach/", {"how": "child", "number": child.number})
    assert (again.status_code, list(again.json()["errors"])) == (409, ["number"])
    assert Program(world.erin).post(f"incidents/{child.number}/detach/").status_code == 403
    assert sam.post(f"incidents/{child.number}/detach/").status_code == 200
    assert Incident.objects.get(pk=child.pk).parent_incident is None


def test_words_of_a_rating_that_a_lead_hid_are_told_on_no_page_of_events(world):
    found = in_state("resolved", requester=world.erin, analyst=world.sam)
    actions.confirm(incident=found, by=world.erin, rating=1, comment="Sam was rude")
    events = f"incidents/{found.number}/events/?limit=1"
    assert "Sam was rude" in told(world.sam, events)
    ratings.hide(episode=Episode.objects.get(incident=found), by=world.lena, why="It names a person")
    assert "Sam was rude" not in told(world.sam, events) + told(world.erin, events)


def told(user, path):
    """Every page of the list, as text."""
    pages, program = [], Program(user)
    while path:
        pages.append(program.get(path))
        path = (pages[-1].json()["next"] or "").removeprefix("http://testserver")
    return "".join(page.content.decode() for page in pages)
