"""Erin is signed in on her phone and at a desk; she sees both, and signs out where she isn't any more."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from desk.people import places

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"


@pytest.fixture
def sign_in(world):
    """`sign_in(name, browser)`: by the form, as people do."""

    def go(name, browser):
        client = Client(headers={"User-Agent": browser})
        assert client.post("/accounts/login/", {"login": name, "password": "demo"}).status_code == 302
        return client

    return go


@pytest.mark.parametrize(
    ("browser", "words"),
    [(FIREFOX, "Firefox on Windows"), (PHONE, "Safari on iPhone"), (EDGE, "Edge on Windows"), ("curl/8", "A program"), ("", "A program")],
)  # fmt: skip
def test_browsers_in_peoples_words(browser, words):
    assert places.in_words(browser) == words


def test_erin_sees_where_she_is_and_signs_out_there(sign_in, world):
    desk, phone = sign_in("erin", FIREFOX), sign_in("erin", PHONE)
    page = phone.get("/accounts/safety/").content.decode()
    assert page.index("Safari on iPhone") < page.index("Firefox on Windows")
    there = UserSession.objects.get(user_agent=FIREFOX)
    assert phone.post(f"/people/places/{there.pk}/end/")["Location"] == "/accounts/safety/"
    assert desk.get("/").status_code == 302
    assert phone.get("/").status_code == 200
    assert "Firefox on Windows" not in phone.get("/accounts/safety/").content.decode()


def test_everywhere_else_at_once_and_nobody_elses(sign_in, world):
    here, there, omar = sign_in("erin", FIREFOX), sign_in("erin", PHONE), sign_in("omar", EDGE)
    his = UserSession.objects.get(user=world.omar)
    assert here.post(f"/people/places/{his.pk}/end/").status_code == 404
    assert "Edge on Windows" not in here.get("/accounts/safety/").content.decode()
    here.post("/people/places/end-others/")
    assert [client.get("/").status_code for client in (here, there, omar)] == [200, 302, 200]


def test_what_ended_is_forgotten(sign_in, world):
    here, there = sign_in("erin", FIREFOX), sign_in("erin", PHONE)
    there.post("/accounts/logout/")
    assert "Safari on iPhone" not in here.get("/accounts/safety/").content.decode()
    assert UserSession.objects.count() == 1


def test_it_is_noted_now_and_then_when_a_browser_was_here(sign_in, world, settings, django_assert_num_queries):
    settings.LAST_SEEN_SECONDS = 300
    here = sign_in("erin", FIREFOX)
    row = UserSession.objects.get()
    before = row.last_seen_at
    here.get("/incidents/")
    row.refresh_from_db()
    assert row.last_seen_at > before
    seen = row.last_seen_at
    here.get("/incidents/")
    row.refresh_from_db()
    assert row.last_seen_at == seen


def test_whoever_signed_in_before_there_was_a_list_is_added_to_it(browse, world, settings):
    settings.LAST_SEEN_SECONDS = 300
    browse(world.erin).get("/incidents/")
    assert UserSession.objects.get().user == world.erin
