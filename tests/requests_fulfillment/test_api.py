"""The catalogue and requests for programs: what can be ordered, what it asks, ordering it, and what becomes of it."""

import pytest

from requests_fulfillment.models import CatalogueGroup, CatalogueItem, ItemField, ServiceRequest
from requests_fulfillment.publishing import publish
from tests.programs import Program
from tests.requests_fulfillment.orders import chair

pytestmark = pytest.mark.django_db


@pytest.fixture
def laptop(world):
    """It asks for a size and, for a large one, why; an apron is there too, for Radiology alone."""
    shelf = world.shelf = CatalogueGroup.objects.create(name="Work equipment")
    item = CatalogueItem.objects.create(
        name="Laptop", slug="laptop", summary="To work with", group=shelf, workgroup=world.desk
    )
    common = {"item": item, "kind": "choice"}
    ItemField.objects.create(**common, key="size", label="How large?", choices="Small\nLarge", position=1)
    why = {"key": "why", "label": "Why?", "shown_if_key": "size", "shown_if_value": "Large", "position": 2}
    ItemField.objects.create(item=item, kind="text", **why)
    publish(item=item, by=world.admin)
    apron = {"name": "X-ray apron", "slug": "x-ray-apron", "departments": ["Radiology"]}
    publish(item=CatalogueItem.objects.create(**apron, group=shelf, workgroup=world.desk), by=world.admin)
    return item


def test_an_item_says_what_it_asks_and_is_ordered(world, laptop):
    erin = Program(world.erin)
    assert [item["slug"] for item in erin.get("catalogue/").json()["results"]] == ["laptop"]
    inputs = erin.get("catalogue/laptop/").json()["inputs"]
    assert [option["const"] for option in inputs["properties"]["size"]["oneOf"]] == ["Small", "Large"]
    assert inputs["required"] == ["size"], "the other question is asked of some"
    ordered = erin.post("requests/", {"item": "laptop", "answers": {"size": "Large", "why": "Big plans"}})
    assert ordered.status_code == 201, ordered.content
    assert (ordered.json()["answers"], ordered.json()["item"]) == ({"size": "Large", "why": "Big plans"}, "laptop")
    assert ServiceRequest.objects.get().source == "api"


def test_what_is_answered_wrongly_is_told_by_its_question(world, laptop):
    erin = Program(world.erin)
    for answers, wrong in (
        ({}, ["answers.size"]),
        ({"size": "Huge"}, ["answers.size"]),
        ({"size": "Large"}, ["answers.why"]),
        ({"size": "Small", "colour": "red"}, ["answers.colour"]),
    ):
        refused = erin.post("requests/", {"item": "laptop", "answers": answers})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, wrong)
    assert erin.post("requests/", {"item": "laptop", "answers": []}).status_code == 400
    assert not ServiceRequest.objects.exists()


def test_what_is_not_offered_is_not_there(world, laptop):
    erin = Program(world.erin)
    assert erin.get("catalogue/x-ray-apron/").status_code == 404
    assert erin.post("requests/", {"item": "x-ray-apron"}).status_code == 404


def test_a_request_is_delivered_and_confirmed(world, laptop):
    erin, sam = Program(world.erin), Program(world.sam)
    chair(world)
    number = erin.post("requests/", {"item": "office-chair"}).json()["number"]
    sam.post(f"requests/{number}/take/")
    assert (
        sam.post(f"requests/{number}/transitions/fulfil/", {"text": "It stands at your desk"}).json()["state"]
        == "fulfilled"
    )
    assert erin.post(f"requests/{number}/transitions/confirm/", {"rating": 4}).json()["state"] == "closed"
    assert "assignee" not in erin.get(f"requests/{number}/").json()
