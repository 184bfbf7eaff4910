"""Lists: pages that stay steady, filters of the queue, fields, and asking for news only; with a frozen cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.services.models import Category
from tests.desk.sla.promises import policy
from tests.factories import incident
from tests.programs import Program
from tests.stories import in_state

pytestmark = pytest.mark.django_db


def numbers(answer):
    return [row["number"] for row in answer.json()["results"]]


def test_pages_follow_one_another_though_something_comes_in_between(world):
    logged = [incident(world.erin, f"Trouble {n}").number for n in range(5)]
    sam = Program(world.sam)
    first = sam.get("incidents/?limit=2")
    incident(world.erin, "Meanwhile")
    second = sam.get(first.json()["next"].removeprefix("http://testserver"))
    last = sam.get(second.json()["next"].removeprefix("http://testserver"))
    assert numbers(first) + numbers(second) + numbers(last) == logged[::-1]
    assert last.json()["next"] is None
    assert numbers(sam.get(second.json()["previous"].removeprefix("http://testserver"))) == logged[:2:-1]
    assert numbers(sam.get("incidents/?order=oldest&limit=1")) == logged[:1]
    oldest = first.json()["next"].removeprefix("http://testserver").replace("limit=2", "limit=2&order=oldest")
    assert sam.get(oldest).status_code == 400, "a cursor is of one order"


def test_a_list_is_narrowed_as_a_queue_is(world):
    mine = in_state("in_progress", requester=world.erin, analyst=world.sam, title="The printer jams")
    incident(world.omar, "No sound")
    sam = Program(world.sam)
    for asked in ("assignee=me", "state=in_progress", "state=in_progress&state=closed", "q=printer", "requester=erin"):
        assert numbers(sam.get(f"incidents/?{asked}")) == [mine.number], asked
    assert numbers(sam.get("incidents/?state=closed")) == []
    assert len(numbers(sam.get("incidents/?updated_since=2020-01-01T00:00:00Z"))) == 2
    assert numbers(sam.get("incidents/?updated_since=2100-01-01T00:00:00Z")) == []


def test_nobody_learns_by_narrowing_what_they_may_not_see(world):
    """Who has it, its category and its priority are inside: outside IT they can't be asked for; in IT, of one's own queues."""
    category = Category.objects.create(name="Secret")
    incident(world.nadia, category=category, workgroup=world.desk)
    refused = Program(world.erin).get(f"incidents/?category={category.pk}")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["category"])
    nadia = Program(world.nadia)
    assert len(numbers(nadia.get("incidents/"))) == 1, "she reported it"
    assert numbers(nadia.get(f"incidents/?category={category.pk}")) == [], "and it is in a queue that she doesn't see"
    assert len(numbers(Program(world.sam).get(f"incidents/?category={category.pk}"))) == 1


def test_only_the_fields_that_are_wanted_come(world):
    found = incident(world.erin)
    sam = Program(world.sam)
    assert sam.get("incidents/?fields=title").json()["results"] == [
        {"number": found.number, "title": "The mail is down"}
    ]
    assert set(sam.get(f"incidents/{found.number}/?fields=state,clocks").json()) == {"number", "state", "clocks"}
    assert set(Program(world.erin).get(f"incidents/{found.number}/?fields=state,clocks").json()) == {"number", "state"}


def test_what_has_not_changed_is_not_sent_again(world):
    incident(world.erin)
    sam = Program(world.sam)
    first = sam.get("incidents/")
    again = sam.get("incidents/", If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    incident(world.erin)
    assert sam.get("incidents/", If_None_Match=first["ETag"]).status_code == 200
    assert first["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(("name", "expected"), [("sam", 5), ("erin", 5)])
def test_a_list_costs_the_same_for_one_and_for_forty(world, name, expected):
    """Token, its use, reach, the rows, their clocks."""
    policy()
    program = Program(getattr(world, name))
    program.get("incidents/")
    costs = []
    for count in (1, 39):
        for n in range(count):
            incident(world.erin, f"Trouble {n}")
        with CaptureQueriesContext(connection) as asked:
            assert len(numbers(program.get("incidents/"))) in {1, 40}
        costs.append(len(asked))
    assert costs == [expected, expected], "\n".join(query["sql"][:200] for query in asked)
