"""Pages travel compressed; what has a tag, and what is a file, is left as it is."""

import gzip

from tests.factories import incident
from tests.files import png

PRESSED = {"Accept-Encoding": "gzip"}


def test_a_page_is_compressed_and_says_the_same(world, browse):
    plain, pressed = (browse(world.erin).get("/incidents/new/", headers=headers) for headers in ({}, PRESSED))
    assert "Content-Encoding" not in plain.headers
    assert pressed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in pressed["Vary"]
    assert len(pressed.content) < len(plain.content) / 2
    assert "Report a problem" in gzip.decompress(pressed.content).decode()


def test_the_same_page_is_never_equally_long_for_long(world, browse):
    """So that nobody can tell from its length whether they guessed a part of it."""
    client = browse(world.erin)
    assert len({len(client.get("/incidents/new/", headers=PRESSED).content) for _ in range(12)}) > 3


def test_tags_and_files_stay_as_they_are(world, browse):
    found = incident(world.erin, files=[png("a.png")])
    queue = browse(world.sam).get("/queues/service-desk/", headers={**PRESSED, "Live": "1"})
    assert not (queue.has_header("ETag") and queue.has_header("Content-Encoding"))
    key = found.events.get().attachments.get().get_absolute_url()
    assert "Content-Encoding" not in browse(world.erin).get(key, headers=PRESSED).headers
