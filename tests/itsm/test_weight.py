"""What a first visit costs over the wire: the page and all that it asks for, compressed as the portal serves it."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

HEADERS = 400  # bytes around each answer
MOST = 100 * 1024


@pytest.mark.parametrize("address", ["/", "/incidents/new/", "/incidents/", "/knowledge/", "/catalogue/", "/inbox/"])
def test_a_first_visit_weighs_no_more_than_a_hundred_kilobytes(world, browse, address):
    page = browse(world.erin).get(address).content
    asked = re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css|svg))"', page.decode())
    assert len(asked) > 30
    files = [Path(str(finders.find(name))).read_bytes() for name in set(asked)]
    weight = sum(len(gzip.compress(part)) + HEADERS for part in (page, *files))
    assert weight < MOST, f"{weight / 1024:.0f} kB"
