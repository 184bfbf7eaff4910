"""Changes for programs: planned, approved by those who are asked, done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import actions
from changes.models import Change, Freeze
from tests.changes.plans import PLAN, move, window
from tests.desk.approvals.rounds import rule, step
from tests.factories import ServiceFactory, incident
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted(world):
    """Sam's change, planned in full; Lena and Omar are to approve it."""
    step(rule("Everything", kind="change"), "Board", people=[world.lena])
    service, when = ServiceFactory(), {name: moment.isoformat() for name, moment in window().items()}
    asked = {
        "title": "Replace the switch",
        "workgroup": world.desk.pk,
        "services": [service.pk],
        "impact": 2,
        **PLAN,
        **when,
    }
    answer = Program(world.sam).post("changes/", asked)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_change_is_submitted_and_its_approver_says_yes(world, drafted):
    sam, lena, address = Program(world.sam), Program(world.lena), f"changes/{drafted['number']}/"
    submitted = sam.post(f"{address}transitions/submit/")
    assert submitted.json().get("state") == "submitted", submitted.content
    waiting = lena.get("approvals/").json()["results"]
    assert [(seat["number"], seat["may"]) for seat in waiting] == [(drafted["number"], ["answer"])]
    assert Program(world.sam).post(f"approvals/{waiting[0]['id']}/answer/", {"answer": "approve"}).status_code == 403
    wordless = lena.post(f"approvals/{waiting[0]['id']}/answer/", {"answer": "reject"})
    assert (wordless.status_code, list(wordless.json()["errors"])) == (409, ["text"])
    assert lena.post(f"approvals/{waiting[0]['id']}/answer/", {"answer": "approve"}).json()["answer"] == "approve"
    assert sam.get(address).json()["state"] == "approved"
    assert sam.get(f"{address}approvals/").json()[0]["stage"] == "approved"
    assert sam.post(f"{address}transitions/schedule/").json()["state"] == "scheduled"


def test_a_plan_that_is_edited_meanwhile_is_not_approved_unread(world, drafted):
    address, sam = f"changes/{drafted['number']}/", Program(world.sam)
    read = sam.get(address)
    assert sam.patch(address, {"reason": "It hums"}, If_Match=read["ETag"]).json()["reason"] == "It hums"
    assert sam.patch(address, {"reason": "It burns"}, If_Match=read["ETag"]).status_code == 412
    assert sam.patch(address, {"planned_end": "2020-01-01T00:00:00Z"}).status_code == 400
    assert Change.objects.get().reason == "It hums"


def test_a_change_that_puts_something_right_is_linked_to_it(world):
    broken, sam = incident(world.erin), Program(world.sam)
    asked = {"title": "Mend it", "workgroup": world.desk.pk, "fixes": broken.number}
    made = sam.post("changes/", asked)
    links = sam.get(f"changes/{made.json()['number']}/links/").json()
    assert [(link["how"], link["number"]) for link in links] == [("fixes", broken.number)]
    assert sam.post("changes/", {**asked, "template": 99}).status_code == 400
    assert Program(world.erin).post("changes/", asked).status_code == 403


def planned(world, title, **more):
    """Sam's complete draft."""
    return actions.draft(by=world.sam, title=title, workgroup=world.desk, impact=2, **PLAN, **more)


def test_the_calendar_tells_what_stands_on_the_days_that_are_asked_for(world):
    mail, when = ServiceFactory(name="Mail"), window()
    step(rule("Everything", kind="change"), "Board", people=[world.lena])
    one, other = (planned(world, title, services=[mail], **when) for title in ("Switch", "Disk"))
    for change in (one, other):
        move(change, "submit", by=world.sam)
    start, end = when["planned_start"], when["planned_end"]
    Freeze.objects.create(name="Year end", start=start - timedelta(days=1), end=end + timedelta(days=1), effect="warn")
    days = f"first={(start - timedelta(days=2)).date()}&last={(end + timedelta(days=2)).date()}"
    sam = Program(world.sam)
    found = sam.get(f"changes/calendar/?{days}")
    assert found.status_code == 200, found.content
    assert [entry["number"] or entry["freeze"] for entry in found.json()] == ["Year end", one.number, other.number]
    assert [meets["number"] for meets in found.json()[1]["conflicts"]] == [other.number]
    assert [service["name"] for service in found.json()[1]["services"]] == ["Mail"]
    assert [entry["freeze"] for entry in Program(world.erin).get(f"changes/calendar/?{days}").json()] == ["Year end"]
    elsewhere = ServiceFactory()
    assert [e["freeze"] for e in sam.get(f"changes/calendar/?{days}&service={elsewhere.pk}").json()] == ["Year end"]
    for odd in ("first=soon", "service=x", "leans=maybe", "first=2026-01-01&last=2026-12-31", "view=month"):
        assert sam.get(f"changes/calendar/?{odd}").status_code == 400, odd


def test_the_calendar_costs_the_same_for_one_change_and_for_ten(world):
    sam, costs, when, mail = Program(world.sam), [], window(), ServiceFactory()
    days = f"first={when['planned_start'].date()}&last={when['planned_end'].date()}"
    for count in (1, 9):
        for n in range(count):
            planned(world, f"Number {n}", services=[mail], **when)
        sam.get(f"changes/calendar/?{days}")
        with CaptureQueriesContext(connection) as asked:
            assert len(sam.get(f"changes/calendar/?{days}").json()) in {1, 10}
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)
