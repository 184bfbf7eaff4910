"""A row of a queue is drawn once and shown again, and whatever changes in it is seen at once."""

import pytest

from desk.queues.templatetags.queues import _drawn
from incidents import actions
from tests.factories import incident


@pytest.fixture
def printer(world):
    _drawn.cache_clear()
    return incident(world.erin, "The printer is off", workgroup=world.desk)


def row_of(client, ticket, address="/queues/"):
    page = client.get(address).content.decode()
    return page.split(f'<tr id="t{ticket.pk}"')[1].split("</tr>")[0]


def test_the_next_reader_is_shown_what_was_drawn_for_the_one_before(world, browse, printer):
    seen = {row_of(browse(person), printer) for person in (world.sam, world.lena, world.sam)}
    assert len(seen) == 1
    assert (_drawn.cache_info().misses, _drawn.cache_info().hits) == (1, 2)


def test_what_changed_is_seen_at_once(world, browse, printer):
    sam, lena = browse(world.sam), browse(world.lena)
    assert "Nobody yet" in row_of(sam, printer)
    actions.take(incident=printer, by=world.sam)
    assert [('class="mine"' in row_of(client, printer), "Sam" in row_of(client, printer)) for client in (sam, lena)] == [
        (True, True), (False, True),
    ]  # fmt: skip


def test_each_reads_it_in_their_language(world, browse, printer):
    english, german = browse(world.sam), browse(world.lena, accept_language="de")
    for _ in range(2):
        assert ("Nobody yet" in row_of(english, printer), "Nobody yet" in row_of(german, printer)) == (True, False)


def test_one_workgroup_is_named_only_among_several(world, browse, printer):
    client = browse(world.admin)
    assert "Service Desk" in row_of(client, printer)
    assert "Service Desk" not in row_of(client, printer, "/queues/service-desk/")
