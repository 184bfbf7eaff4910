"""How many statements each page costs: the same for one row as for forty, and exactly what is written here."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.tickets.actions import note, reply
from tests.desk.notifications.news import escalate
from tests.factories import ServiceFactory, incident, person

# page -> (who, statements); a number that rises is a decision to be looked at, one that falls is good news.
COSTS = {
    "/": ("sam", 12),
    "/incidents/": ("erin", 4),
    "/incidents/new/": ("erin", 6),
    "/queues/": ("sam", 6),
    "/queues/service-desk/": ("sam", 6),
    "/queues/service-desk/?tab=unassigned": ("sam", 6),
    "/queues/service-desk/team/": ("lena", 11),
    "/search/?q=trouble": ("sam", 10),
    "/search/?q=trouble&page=1": ("erin", 8),
    "/search/quick/?q=trouble": ("sam", 6),
    "/lifecycles/": ("sam", 7),
    "/inbox/": ("sam", 5),
    "/approvals/": ("sam", 8),
    "/approvals/agenda/": ("sam", 4),
    "/reports/sla/": ("lena", 6),
    "/reports/reopened/": ("lena", 5),
    "/reports/ratings/": ("lena", 6),
}


def cost(client, address):
    client.get(address)  # whatever is remembered from the first visit is not the page's
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen), [query["sql"] for query in seen]


@pytest.mark.parametrize("address", list(COSTS))
def test_a_list_costs_the_same_however_long_it_is(world, browse, address):
    name, expected = COSTS[address]
    client = browse(getattr(world, name))
    service = ServiceFactory()
    escalate(incident(world.erin, service=service), world.sam)
    few, _ = cost(client, address)
    for n in range(40):
        found = incident(world.erin if n % 2 else person(f"guest{n}"), f"Trouble {n}", service=service)
        escalate(found, world.sam)
    many, statements = cost(client, address)
    assert many == few, "\n".join(statements)
    assert many == expected, "\n".join(statements)


@pytest.mark.parametrize(("name", "expected"), [("sam", 10), ("erin", 9)])
def test_a_ticket_costs_the_same_however_much_was_said(world, browse, name, expected):
    found = incident(world.erin, service=ServiceFactory())
    client, address = browse(getattr(world, name)), f"/incidents/{found.number}/"
    reply(ticket=found, by=world.sam, message="Hello")
    few, _ = cost(client, address)
    for n in range(20):
        reply(ticket=found, by=world.sam if n % 2 else world.erin, message=f"Word {n}")
        note(ticket=found, by=world.lena, message=f"Note {n}")
    many, statements = cost(client, address)
    assert many == few, "\n".join(statements)
    assert many == expected, "\n".join(statements)


def test_a_queue_counts_anew_only_when_something_moved(world, browse, django_capture_on_commit_callbacks):
    """Then two statements more: one for the tabs, one for the strip of workgroups. And it stays light."""
    for n in range(60):
        incident(world.erin, f"Trouble {n}", workgroup=world.network if n % 2 else world.desk)
    client = browse(world.admin)
    client.get("/queues/")
    with django_capture_on_commit_callbacks(execute=True):
        incident(world.erin)
    with CaptureQueriesContext(connection) as cold:
        page = client.get("/queues/")
    assert len(cold) == 9  # with an administrator's list of all workgroups
    assert len(page.content) < 60_000
    assert cost(client, "/queues/")[0] == 7


def test_the_bells_number_costs_one_statement_and_is_then_remembered(world, browse):
    client, found = browse(world.sam), incident(world.erin)
    client.get("/")
    escalate(found, world.sam)
    with CaptureQueriesContext(connection) as cold:
        client.get("/")
    asked = len(cold)  # the next request clears the log
    remembered, _ = cost(client, "/")
    assert asked == remembered + 1
