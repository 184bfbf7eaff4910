"""A form that finds no taker: the words go back to whoever wrote them, and nothing is told about the ticket."""

import re

import pytest
from django.test import Client

from tests.factories import incident
from tests.files import png
from tests.stories import move

WORDS = "</textarea><script>alert(1)</script>\nThe switch & the cable"
SHOWN = "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;\nThe switch &amp; the cable</textarea>"
FORMS = [
    ("reply", {"message": WORDS}, {"Message"}),
    ("note", {"note": WORDS}, {"Note"}),
    ("edit", {"title": WORDS, "description": "404", "impact": "3", "requester": "erin", "seen": "1"},
     {"Title", "Description", "Requester"}),
    ("do/assign", {"reason": WORDS, "workgroup": "1", "assignee": "", "seen": "1"}, {"Reason"}),
    ("do/resolve", {"solution": WORDS, "code": "1", "seen": "1"}, {"Solution"}),
    ("do/hold", {"reason": "2", "message": WORDS, "note": "Between us", "next": "/queues/"}, {"Message", "Note"}),
]  # fmt: skip


def neutral(page):
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value|nonce)="[^"]+"', "", page.content.decode())


def labels(page):
    return set(re.findall(r'<label for="typed-\d+">([^<]+)</label>', page.content.decode()))


@pytest.mark.parametrize(("form", "sent", "kept"), FORMS, ids=[form for form, _, _ in FORMS])
def test_words_written_for_a_ticket_that_left_ones_sight_come_back(world, browse, form, sent, kept):
    found = incident(world.erin, "Something secret")
    sam = browse(world.sam)
    assert sam.get(f"/incidents/{found.number}/").status_code == 200
    move(found, "assign", by=world.lena, workgroup=world.network, reason="Theirs")
    events = found.events.count()
    gone = sam.post(f"/incidents/{found.number}/{form}/", sent)
    assert gone.status_code == 404
    assert SHOWN in gone.content.decode()
    assert labels(gone) == kept
    assert found.number not in gone.content.decode()
    assert found.events.count() == events
    never = sam.post(f"/incidents/INC-999999/{form}/", sent)
    assert never.status_code == 404
    assert neutral(gone) == neutral(never)


def test_files_must_be_chosen_anew_and_it_says_so(world, browse):
    answer = browse(world.omar).post("/incidents/INC-999999/reply/", {"message": "See", "files": [png()]})
    assert "they must be chosen anew" in answer.content.decode()
    assert "screen.png" not in answer.content.decode()


def test_words_that_one_may_not_send_come_back_with_the_reason(world, browse):
    found = incident(world.erin)
    answer = browse(world.erin).post(f"/incidents/{found.number}/note/", {"note": WORDS})
    assert answer.status_code == 403
    assert "Only an analyst of Service Desk or whoever oversees such tickets may do this." in answer.content.decode()
    assert SHOWN in answer.content.decode()


def test_nothing_is_given_back_where_nothing_was_written(world, browse):
    for answer in (
        browse(world.omar).get("/incidents/INC-999999/?message=Hello"),
        browse(world.omar).post("/incidents/INC-999999/do/start/", {"seen": "1"}),
        Client().post("/nowhere/", {"message": "Hello", "password": "secret"}),
        browse(world.omar).post("/nowhere/", {"old_password": "secret"}),
    ):
        assert answer.status_code == 404
        assert labels(answer) == set()
        assert "What you wrote" not in answer.content.decode()
