"""Work orders for programs: raised for a ticket, worked on, ticked off, completed."""

import pytest

from tests.factories import incident
from tests.programs import Program
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def test_an_order_is_raised_for_an_incident_and_done(world):
    parent, sam = incident(world.erin), Program(world.sam)
    asked = {"parent": parent.number, "title": "Bring a cable", "workgroup": world.desk.pk, "checklist": "Take a photo"}
    raised = sam.post("work-orders/", {**asked, "planned_start": "2031-05-05T10:00:00+02:00"})
    assert raised.status_code == 201, raised.content
    order = raised.json()
    assert (order["parent"], order["planned_start"]) == (parent.number, "2031-05-05T08:00:00Z")
    address = f"work-orders/{order['number']}/"
    assert sam.post(f"{address}take/").json()["assignee"]["username"] == "sam"
    sam.post(f"{address}transitions/start/")
    done = {"result": "It works", "effort_minutes": 15}
    shut = sam.post(f"{address}transitions/complete/", done)
    assert (shut.status_code, shut.json()["because"]) == (409, ["Still to be ticked off: “Take a photo”."])
    item = order["checklist"][0]["id"]
    assert sam.post(f"{address}checklist/{item}/tick/").json()["checklist"][0]["done_at"]
    assert sam.post(f"{address}transitions/complete/", done).json()["effort_minutes"] == 15
    assert sam.get(f"incidents/{parent.number}/events/").json()["results"][-1]["kind"] == "orders.finished"


def test_a_moment_without_its_offset_is_nobodys(world):
    parent = incident(world.erin)
    asked = {"parent": parent.number, "title": "Look", "workgroup": world.desk.pk, "planned_start": "2031-05-05T10:00"}
    refused = Program(world.sam).post("work-orders/", asked)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["planned_start"])


def test_an_end_user_raises_none_and_sees_none(world):
    parent = incident(world.erin)
    erin = Program(world.erin)
    refused = erin.post("work-orders/", {"parent": parent.number, "title": "Look", "workgroup": world.desk.pk})
    assert (refused.status_code, refused.json()["detail"]) == (403, "Only an analyst of Service Desk may do this.")
    Program(world.sam).post("work-orders/", {"parent": parent.number, "title": "Look", "workgroup": world.desk.pk})
    assert erin.get("work-orders/").json()["results"] == []
    assert erin.get(f"work-orders/{WorkOrder.objects.get().number}/").status_code == 404
