"""Every form after its session ran out, as a page and by htmx: sign in, and the words are there; for nobody else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from itsm.middleware import KEPT, KEPT_MOST, WHOSE
from tests.factories import incident
from tests.stories import in_state

WORDS = "Since nine & <b>always</b>"
SHOWN = "Since nine &amp; &lt;b&gt;always&lt;/b&gt;"
# the form's address, the field, who, the ticket's state, and the page on which it stands
FORMS = [
    ("/incidents/new/", "description", "erin", "logged", "/incidents/new/"),
    ("/incidents/N/reply/", "message", "erin", "logged", "/incidents/N/"),
    ("/incidents/N/note/", "note", "sam", "logged", "/incidents/N/"),
    ("/incidents/N/edit/", "title", "sam", "logged", "/incidents/N/edit/"),
    ("/incidents/N/do/assign/", "reason", "sam", "logged", "/incidents/N/do/assign/"),
    ("/incidents/N/do/hold/", "note", "sam", "in_progress", "/incidents/N/do/hold/"),
    ("/incidents/N/do/resolve/", "solution", "sam", "in_progress", "/incidents/N/do/resolve/"),
    ("/incidents/N/do/confirm/", "comment", "erin", "resolved", "/incidents/N/do/confirm/"),
    ("/incidents/N/do/reopen/", "reason", "erin", "resolved", "/incidents/N/do/reopen/"),
    ("/incidents/N/do/cancel/", "reason", "erin", "logged", "/incidents/N/do/cancel/"),
]


def signed_in(name):
    client = Client()
    assert client.post("/accounts/login/", {"login": name, "password": "demo"}).status_code == 302
    return client


def session_gone(client, address, data, page, *, htmx=False):
    """Send the form that stands on `page` after the session is gone; where it leads."""
    del client.cookies["sessionid"]
    headers = {"Referer": f"http://testserver{page}"}
    if htmx:
        headers |= {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.post(address, data, headers=headers)
    assert answer.status_code == (204 if htmx else 302)
    target = answer.headers.get("HX-Redirect") or answer["Location"]
    assert parse_qs(urlsplit(target).query)["next"] == [page]
    return target


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize(("address", "field", "who", "state", "page"), FORMS, ids=lambda value: str(value)[:24])
def test_the_words_are_there_again(world, htmx, address, field, who, state, page):
    ticket = in_state(state, requester=world.erin, analyst=world.sam)
    before = (ticket.version, ticket.events.count())
    address, page = address.replace("N", ticket.number), page.replace("N", ticket.number)
    client = signed_in(who)
    assert client.get(page).status_code == 200
    target = session_gone(client, address, {field: WORDS}, page, htmx=htmx)
    back = client.post(target, {"login": who, "password": "demo"})
    assert back["Location"] == page
    assert SHOWN in client.get(page).content.decode()
    ticket.refresh_from_db()
    assert (ticket.version, ticket.events.count()) == before  # nothing was sent in their name


def test_a_stranger_can_leave_nothing_for_whoever_signs_in(world):
    """Without a signed word of who was here, or with a forged one, nothing is kept."""
    for cookie in (None, str(world.erin.pk), f"{world.erin.pk}:x:y"):
        client = Client()
        if cookie:
            client.cookies[WHOSE] = cookie
        answer = client.post("/incidents/new/", {"title": WORDS})
        assert answer.status_code == 302
        assert KEPT not in client.session


def test_only_so_much_is_kept(world):
    client = signed_in("erin")
    tickets = [incident(world.erin) for _ in range(KEPT_MOST + 2)]
    del client.cookies["sessionid"]
    for ticket in tickets:
        client.post(f"/incidents/{ticket.number}/reply/", {"message": WORDS})
    assert len(client.session[KEPT]["forms"]) == KEPT_MOST
    assert f"/incidents/{tickets[-1].number}/reply/" in client.session[KEPT]["forms"]


def test_another_person_neither_sees_it_nor_leaves_it_behind(world):
    client = signed_in("erin")
    target = session_gone(client, "/incidents/new/", {"title": WORDS}, "/incidents/new/")
    client.post(target, {"login": "omar", "password": "demo"})
    assert SHOWN not in client.get("/incidents/new/").content.decode()
    assert KEPT not in client.session


def test_whatever_is_called_a_password_is_not_kept(world):
    client = signed_in("erin")
    data = {
        "title": WORDS,
        "new_password": "secret",
        "Password": "secret",
        "csrfmiddlewaretoken": "secret",
        "login": "secret",
    }
    session_gone(client, "/incidents/new/", data, "/incidents/new/")
    assert client.session[KEPT]["forms"] == {"/incidents/new/": {"title": [WORDS]}}


@pytest.mark.parametrize("form", ["reply", "note", "take", "recurrence"])
def test_without_a_word_of_where_the_form_stood_it_leads_to_the_tickets_page(world, form):
    found = incident(world.sam)
    client = signed_in("sam")
    del client.cookies["sessionid"]
    target = client.post(f"/incidents/{found.number}/{form}/", {"message": WORDS, "note": WORDS})["Location"]
    back = client.post(target, {"login": "sam", "password": "demo"})
    assert back["Location"] == f"/incidents/{found.number}/"
    page = client.get(back["Location"])
    assert page.status_code == 200
    assert (SHOWN in page.content.decode()) == (form in {"reply", "note"})
