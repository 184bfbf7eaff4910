"""Queues for programs: in the order of what breaches next, saved views with their counts, and what is put aside."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.queues import saved, snoozing
from desk.queues.models import FirstView, SavedView
from desk.tickets.models import Ticket
from tests.factories import incident
from tests.programs import Program
from tests.stories import in_state
from workorders.actions import raise_order

pytestmark = pytest.mark.django_db


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def walked(program, path):
    """Every page of it."""
    found = []
    while path:
        answer = program.get(path)
        found += numbers(answer)
        path = (answer.json()["next"] or "").removeprefix("http://testserver")
    return found


@pytest.fixture
def due(world):
    """Incidents that are due in 3, 1 and 2 hours, and one that is due never; the numbers in a queue's order."""
    found = [incident(world.erin, f"Due {hours}") for hours in (3, 1, 2, None)]
    for one, hours in zip(found, (3, 1, 2, None), strict=True):
        at = timezone.now() + timedelta(hours=hours) if hours else None
        Ticket.objects.filter(pk=one.pk).update(due_at=at)
    return [found[place].number for place in (1, 2, 0, 3)]


def test_what_breaches_next_comes_first_page_by_page(world, due):
    sam = Program(world.sam)
    assert numbers(sam.get("incidents/?order=breach")) == due
    assert walked(sam, "incidents/?order=breach&limit=1") == due
    assert walked(sam, "incidents/?order=breach&limit=3&q=due") == due
    Ticket.objects.filter(number=due[3]).update(priority=1)
    assert walked(sam, "incidents/?order=priority&limit=2")[0] == due[3]


def test_the_order_of_queues_is_of_what_is_open_in_ones_queues(world, due):
    in_state("closed", requester=world.erin, analyst=world.sam)
    incident(world.sam, "Elsewhere", workgroup=world.network)
    assert numbers(Program(world.sam).get("incidents/?order=breach")) == due
    assert numbers(Program(world.sam).get("work-orders/?order=breach")) == []
    refused = Program(world.erin).get("incidents/?order=breach")
    assert (refused.status_code, refused.json()["errors"]) == (400, {"order": ["It can be newest, oldest, updated."]})


def test_pages_in_the_order_of_queues_are_full_of_one_kind(world, due):
    """A work order that breaches sooner takes no place in the list of incidents."""
    order = raise_order(
        parent=incident(world.erin, "Due with an order"), by=world.sam, title="Look", workgroup=world.desk
    )
    Ticket.objects.filter(pk=order.pk).update(due_at=timezone.now())
    sam = Program(world.sam)
    assert numbers(sam.get("incidents/?order=breach&limit=1")) == due[:1]
    assert numbers(sam.get("work-orders/?order=breach&limit=1")) == [order.number]


def test_a_cursor_is_of_one_order(world, due):
    sam = Program(world.sam)
    by_breach = sam.get("incidents/?order=breach&limit=1").json()["next"].removeprefix("http://testserver")
    newest = sam.get("incidents/?limit=1").json()["next"].removeprefix("http://testserver")
    for foreign in (
        by_breach.replace("breach", "priority"),
        by_breach.replace("breach", "newest"),
        f"{newest}&order=breach",
    ):
        assert sam.get(foreign).status_code == 400, foreign
    assert sam.get("incidents/?order=breach&cursor=x").status_code == 400


def test_the_order_of_queues_costs_the_same_for_two_workgroups_and_forty_rows(world):
    sam, costs = Program(world.sam), []
    sam.get("incidents/?order=breach")
    for count in (1, 39):
        for n in range(count):
            incident(world.erin, f"Trouble {n}")
        with CaptureQueriesContext(connection) as asked:
            assert len(numbers(sam.get("incidents/?order=breach"))) in {1, 40}
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 7, "\n".join(query["sql"][:200] for query in asked)


def test_a_view_is_saved_counted_renamed_and_removed(world, due):
    sam = Program(world.sam)
    made = sam.post("views/", {"name": "Due", "query": "q=due", "place": "service-desk"})
    assert (made.status_code, made.json()["count"], made.json()["whose"]) == (201, "4", "only you"), made.content
    address = f"views/{made.json()['id']}/"
    assert sam.patch(address, {"name": "Late"}).json()["query"] == "q=due", "what isn't sent stays"
    assert sam.patch(address, {"query": "tab=mine", "place": None}).json()["place"] is None
    assert sam.post("views/", {"name": "Late", "query": ""}).status_code == 409
    assert sam.post(f"{address}first/").json()["is_first"] is True
    assert sam.ask("DELETE", f"{address}first/").status_code == 204
    assert not FirstView.objects.exists()
    assert sam.ask("DELETE", address).status_code == 204
    assert not SavedView.objects.exists()
    assert sam.post("views/", {"name": "x", "query": "", "place": "network"}).status_code == 400


def test_a_view_for_all_of_a_workgroup_is_its_leads(world):
    asked = {"name": "Ours", "query": "priority=1", "workgroup": world.desk.pk}
    assert Program(world.sam).post("views/", asked).status_code == 400, "he is asked no such thing"
    made = Program(world.lena).post("views/", asked).json()
    assert made["workgroup"]["name"] == "Service Desk"
    (seen,) = Program(world.sam).get("views/").json()["results"]
    assert (seen["name"], seen["may_change"]) == ("Ours", False)
    assert Program(world.sam).patch(f"views/{made['id']}/", {"name": "Mine"}).status_code == 403
    renamed = Program(world.lena).patch(f"views/{made['id']}/", {"name": "Hot"}).json()
    assert renamed["workgroup"]["name"] == "Service Desk", "it stays everybody's"


def test_queues_are_told_with_what_waits_in_each(world, due):
    (mine,) = Program(world.sam).get("queues/").json()["results"]
    assert (mine["workgroup"]["slug"], mine["open"], mine["unassigned"]) == ("service-desk", "4", "4")
    assert Program(world.erin).get("queues/").json()["results"] == []


def test_what_is_put_aside_wakes_when_it_is_said_or_when_anything_happens(world):
    found = incident(world.erin)
    sam, address = Program(world.sam), f"incidents/{found.number}/snoozed/"
    until = timezone.now() + timedelta(hours=5)
    aside = sam.post(address, {"until": until.isoformat()})
    assert aside.status_code == 200, aside.content
    assert sam.get(address).json() == aside.json()
    assert Program(world.lena).get(address).json() == {"until": None}, "it is his alone"
    assert sam.ask("DELETE", address).status_code == 204
    assert snoozing.until(found, world.sam) is None
    over = sam.post(address, {"until": "2020-01-01T00:00:00Z"})
    assert (over.status_code, list(over.json()["errors"])) == (409, ["until"])
    assert sam.post(address, {"until": "tomorrow"}).status_code == 400
    assert sam.post(address, {}).status_code == 400
    assert Program(world.erin).post(address, {"until": until.isoformat()}).status_code == 403
    assert saved.offered_to(world.sam).count() == 0
