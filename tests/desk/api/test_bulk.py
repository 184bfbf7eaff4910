"""Many at once for programs: selected by numbers or as a queue is narrowed, looked ahead, started, stopped."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import actions as change_actions
from desk.bulk import actions
from desk.bulk.models import Run
from incidents.models import Incident
from tests.factories import incident
from tests.programs import Program
from tests.stories import in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(world):
    """Two that are open, and a closed one."""
    closed = in_state("closed", requester=world.erin, analyst=world.sam)
    return [incident(world.erin, "Printer 1"), incident(world.erin, "Printer 2"), closed]


def test_a_run_over_numbers_says_before_and_after_with_which_it_can_be_done(world, three):
    sam = Program(world.sam)
    made = sam.post("bulk/", {"numbers": [one.number for one in three]})
    assert (made.status_code, made.json()["progress"]["total"]) == (201, 3), made.content
    address = f"bulk/{made.json()['id']}/"
    assert made["Location"].endswith(f"/api/v1/{address}")
    ahead = sam.get(f"{address}verbs/assign/").json()
    assert (ahead["able"], [one["number"] for one in ahead["unable"]]) == (2, [three[2].number])
    assert ahead["inputs"]["properties"]["assignee"]["type"] == ["string", "null"]
    empty = sam.post(f"{address}verbs/assign/", {})
    assert (empty.status_code, list(empty.json()["errors"])) == (400, ["workgroup"])
    done = sam.post(f"{address}verbs/assign/", {"assignee": "lena"}).json()
    assert (done["progress"]["done"], done["progress"]["refused"], done["progress"]["is_over"]) == (2, 1, True)
    rows = {row["number"]: row for row in sam.get(f"{address}rows/").json()["results"]}
    assert rows[three[2].number]["why"] == ahead["unable"][0]["why"]
    assert set(Incident.objects.filter(assignee=world.lena)) == set(three[:2])
    assert [run["said"] for run in sam.get("bulk/").json()["results"]] == ["Assign them to Lena"]
    again = sam.post(f"{address}verbs/note/", {"note": "Twice?"}).json()
    assert again["verb"] == "assign", "started once, it does nothing else"


def test_a_run_over_what_a_queue_shows(world, three):
    sam = Program(world.sam)
    made = sam.post("bulk/", {"query": "tab=unassigned&q=printer", "place": "service-desk"}).json()
    assert made["progress"]["total"] == 2
    refused = sam.post("bulk/", {"query": "priority=9"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["query"])
    foreign = sam.post("bulk/", {"query": "", "place": "network"})
    assert (foreign.status_code, list(foreign.json()["errors"])) == (400, ["place"])
    assert sam.post("bulk/", {"query": "tab=mine"}).status_code == 409, "there is none of his"
    both = sam.post("bulk/", {"query": "", "numbers": []})
    assert both.status_code == 400


def test_nobody_selects_what_they_may_not_see_nor_reads_anothers_run(world, three):
    nadia = Program(world.nadia)
    told = [nadia.post("bulk/", {"numbers": [number]}) for number in (three[0].number, "INC-999999")]
    assert {answer.status_code for answer in told} == {400}
    assert told[0].content.decode().replace(three[0].number, "N") == told[1].content.decode().replace("INC-999999", "N")
    run = actions.select(by=world.sam, tickets=[three[0].pk])
    for path in ("", "rows/", "verbs/", "verbs/note/"):
        assert nadia.get(f"bulk/{run.pk}/{path}").status_code == 404
    assert Program(world.erin).post("bulk/", {"numbers": [three[0].number]}).status_code == 403


@pytest.fixture
def change(world):
    return change_actions.draft(by=world.sam, title="Replace it", workgroup=world.desk)


def test_a_token_selects_only_what_it_may_write(world, three, change):
    narrow = Program(world.sam, "queues:write", "incidents:write", "changes:read")
    assert narrow.post("bulk/", {"numbers": [change.number]}).status_code == 400
    assert narrow.post("bulk/", {"query": "tab=all"}).json()["progress"]["total"] == 2


def test_a_token_does_to_many_only_what_it_may_do_to_each(world, three, change):
    narrow = Program(world.sam, "queues:write", "incidents:write", "changes:read")
    mixed = actions.select(by=world.sam, tickets=[three[0].pk, change.pk])
    refused = narrow.post(f"bulk/{mixed.pk}/verbs/note/", {"note": "Known"})
    assert refused.status_code == 403
    assert not change.events.filter(kind="comment.added").exists()


def test_a_token_reads_of_a_run_only_the_kinds_that_it_opens(world, three, change):
    mixed = actions.select(by=world.sam, tickets=[three[0].pk, change.pk])
    blind = Program(world.sam, "queues:read", "incidents:read")
    assert [row["number"] for row in blind.get(f"bulk/{mixed.pk}/rows/").json()["results"]] == [three[0].number]


def test_what_is_left_of_a_run_is_stopped(world, three, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 0)  # a worker would do them
    sam = Program(world.sam)
    address = f"bulk/{sam.post('bulk/', {'numbers': [three[0].number, three[1].number]}).json()['id']}/"
    assert sam.post(f"{address}stop/").status_code == 409, "it hasn't begun"
    assert sam.post(f"{address}verbs/note/", {"note": "Known"}).json()["progress"]["over"] == 0
    stopped = sam.post(f"{address}stop/").json()
    assert (stopped["progress"]["stopped"], stopped["stopped_at"] is not None) == (2, True)
    actions.work_off()
    assert not three[0].events.filter(kind="comment.added").exists()


def test_the_same_key_starts_a_run_once(world, three):
    sam = Program(world.sam)
    asked = {"numbers": [three[0].number]}
    first, second = (sam.post("bulk/", asked, Idempotency_Key="one") for _ in range(2))
    assert first.json() == second.json()
    assert Run.objects.count() == 1


def test_a_runs_rows_and_preview_cost_the_same_for_two_and_for_thirty(world):
    sam, costs = Program(world.sam), []
    for count in (2, 30):
        run = actions.select(by=world.sam, tickets=[incident(world.erin, f"Printer {n}").pk for n in range(count)])
        sam.get(f"bulk/{run.pk}/rows/")
        cost = []
        for path in ("rows/", "verbs/note/", ""):
            with CaptureQueriesContext(connection) as asked:
                assert sam.get(f"bulk/{run.pk}/{path}").status_code == 200
            cost.append(len(asked))
        costs.append(cost)
    assert costs[0] == costs[1]
