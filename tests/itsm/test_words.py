"""The words of scripts: none to load in English, one file to keep in another language."""

import gzip
import re

import pytest
from django.test import Client
from django.utils.translation import override

from itsm import words

TAG = re.compile(r'<script src="(/words/[^"]+)" defer></script><script src="/static/js/words.js" defer></script>')


@pytest.fixture(autouse=True)
def _read_anew():
    """The catalogue is remembered while the portal runs; a story may have its own."""
    words.catalogue.cache_clear()
    yield
    words.catalogue.cache_clear()


def test_in_english_nothing_is_loaded_for_it(world, browse):
    page = browse(world.sam).get("/").content.decode()
    assert '<script src="/static/js/words.js" defer></script>' in page
    assert "/words/" not in page


@pytest.mark.parametrize("who", ["erin", None])
def test_in_german_the_words_come_before_the_scripts_that_say_them(world, browse, who):
    german = {"Accept-Language": "de"}
    client = browse(getattr(world, who), **german) if who else Client(headers=german)
    page = client.get("/" if who else "/accounts/login/")
    address = TAG.search(page.content.decode())
    assert address
    scripts = re.findall(r'<script src="([^"]+)"', page.content.decode())
    assert [one for one in scripts if "/js/" in one and "theme" not in one][0] == "/static/js/words.js"
    file = client.get(address[1])
    assert file.status_code == 200
    assert file["Content-Type"].startswith("text/javascript")
    assert file["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "django.gettext" in file.content.decode()


def test_a_browser_that_has_the_words_is_told_so_in_a_line(db):
    client = Client()
    with override("de"):
        address = words.address()
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    pressed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "django.gettext" in gzip.decompress(pressed.content).decode()


def test_words_that_have_changed_since_are_not_kept_under_the_old_address(db):
    answer = Client().get("/words/de.js?v=0123456789abcdef")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-cache")
    with override("de"):
        before = words.address()
    assert words.catalogue("en-gb")[1] != before.partition("v=")[2]


@pytest.mark.parametrize("language", ["xx", "de-at", "../de"])
def test_a_language_that_the_portal_doesnt_speak_has_none(db, language):
    assert Client().get(f"/words/{language}.js").status_code in {302, 404}
