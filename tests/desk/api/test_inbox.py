"""The inbox for programs: as its page has it, and marked as read by saying so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.notifications.models import Message
from desk.people.actions import leave
from tests.desk.notifications.news import escalate
from tests.factories import incident
from tests.programs import Program

pytestmark = pytest.mark.django_db


def test_messages_are_read_one_by_one_or_all_that_one_has_seen(world):
    found, sam = incident(world.erin), Program(world.sam)
    for _ in range(3):
        escalate(found, world.sam)
    told = sam.get("inbox/?limit=2").json()
    assert [one["about"] for one in told["results"]] == [found.number] * 2
    assert len(sam.get(told["next"].removeprefix("http://testserver")).json()["results"]) == 1
    newest = told["results"][0]["id"]
    assert sam.get(f"inbox/{newest}/").json()["read_at"] is None, "reading it here doesn't mark it"
    assert sam.post(f"inbox/{newest}/read/").json()["read_at"] is not None
    escalate(found, world.sam)
    assert sam.post("inbox/read/", {"newest": newest}).json() == {"marked": 2}
    assert len(sam.get("inbox/?unread=true").json()["results"]) == 1
    assert sam.post("inbox/read/", {"newest": "all"}).status_code == 400


def test_nobody_reads_anothers_inbox_nor_of_what_they_see_no_more(world):
    escalate(incident(world.erin), world.sam)
    message = Message.objects.get()
    assert Program(world.lena).get(f"inbox/{message.pk}/").status_code == 404
    assert Program(world.lena).post(f"inbox/{message.pk}/read/").status_code == 404
    leave(workgroup=world.desk, user=world.sam)
    assert Program(world.sam).get("inbox/").json()["results"] == []
    assert Program(world.sam).get(f"inbox/{message.pk}/").status_code == 404


def test_the_inbox_is_a_scope_of_its_own(world):
    assert Program(world.sam, "incidents:admin").get("inbox/").status_code == 403
    assert Program(world.sam, "inbox:read").get("inbox/").status_code == 200
    assert Program(world.sam, "inbox:read").post("inbox/read/", {"newest": 1}).status_code == 403


def test_the_inbox_costs_the_same_for_one_and_for_twenty(world):
    sam, costs = Program(world.sam), []
    sam.get("inbox/")
    for count in (1, 19):
        for _ in range(count):
            escalate(incident(world.erin), world.sam)
        with CaptureQueriesContext(connection) as asked:
            assert len(sam.get("inbox/").json()["results"]) in {1, 20}
        costs.append(len(asked))
    assert costs[0] == costs[1], "\n".join(query["sql"][:200] for query in asked)
