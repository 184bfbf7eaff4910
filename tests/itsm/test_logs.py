"""The log: a refusal is one line, what broke has its traceback."""

import io
import logging

import pytest
from django.test import Client
from django.urls import path

from itsm import urls
from itsm.logs import RefusalsInALine
from tests.factories import incident


@pytest.fixture
def log():
    """What the portal's own handler has written since it was last asked; pytest's handlers stand beside it."""
    mine = [h for h in logging.getLogger().handlers if any(isinstance(f, RefusalsInALine) for f in h.filters)]
    (handler,) = mine
    written = io.StringIO()
    before = handler.setStream(written)

    def lines():
        text = written.getvalue().splitlines()
        written.seek(0)
        written.truncate()
        return text

    yield lines
    handler.setStream(before)


def break_down(request):
    raise RuntimeError("out of paper")


urlpatterns = [*urls.urlpatterns, path("broken/", break_down)]


def test_a_refusal_is_one_line_and_a_warning(world, browse, log):
    found = incident(world.erin)
    erin = browse(world.erin)
    log()
    assert erin.post(f"/incidents/{found.number}/note/", {"note": "Between us"}).status_code == 403
    (line,) = log()
    assert f"WARNING django.request: Forbidden (Permission denied): /incidents/{found.number}/note/" in line


@pytest.mark.parametrize(
    ("address", "headers"), [("/incidents/?q=%00", {}), ("/", {"host": "elsewhere.example"})], ids=["nul", "host"]
)
def test_an_address_that_makes_no_sense_is_one_line(db, log, address, headers):
    assert Client(headers=headers).get(address).status_code == 400
    (line,) = log()
    assert " WARNING django." in line


def test_what_broke_has_its_traceback(world, browse, log, settings):
    settings.ROOT_URLCONF = "tests.itsm.test_logs"
    client = browse(world.erin)
    client.raise_request_exception = False
    log()
    assert client.get("/broken/").status_code == 500
    lines = log()
    assert " ERROR   django.request: Internal Server Error: /broken/" in lines[0]
    assert "RuntimeError: out of paper" in lines[-1]
