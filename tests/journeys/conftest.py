"""A real browser before the real application, signed in as one of the people of the story."""

import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from desk.people.models import User
from itsm.runner.browser import find_chromium, how_to_get_one
from tests.files import PNG

# Playwright runs an event loop in this thread; Django would take each query here for one made in async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Milliseconds until something counts as never coming: long enough for a machine that does much else beside.
PATIENCE = 40_000

# What Chromium itself writes: of refusals, and of a connection that a story cuts.
EXPECTED = (
    "htmx:(sendError|afterRequest)|status of 4|Status Error Code 4|net::ERR_INTERNET_DISCONNECTED|net::ERR_FAILED"
)


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    if path is None:
        pytest.skip(how_to_get_one())
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def town(transactional_db, live_server, world, tmp_path):
    """The world of the stories, served at `town.url`; each test starts from it."""
    world.url = live_server.url
    world.screenshot = Path(tmp_path) / "screenshot.png"
    world.screenshot.write_bytes(PNG)
    yield world
    _wait_for_the_server()


def _wait_for_the_server():
    """What a closed page had still asked for is answered before the tables are emptied: one would wait for the other."""
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(f"{busy} AND state <> 'idle'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


def _session_of(name, url):
    """The cookie of a session that signing in by the form would give: the form takes longer than many a story."""
    client = Client()
    client.force_login(User.objects.get(username=name), backend="allauth.account.auth_backends.AuthenticationBackend")
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


@pytest.fixture
def open_as(chromium, town):
    """`open_as("erin")`: a page in a browser of her own, signed in; errors on the page's console fail the test."""
    contexts, complaints = [], []

    def sign_in(name, **options):
        context = chromium.new_context(base_url=town.url, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{name}: {message.text}")
                if message.type == "error" and not re.search(EXPECTED, message.text)
                else None
            ),
        )
        context.add_cookies([_session_of(name, town.url)])
        page.goto("/")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []
