"""Pages that keep themselves up to date: nothing moved, something moved, who else is there; and without the cache."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.queues import live, presence
from desk.sla.sweep import sweep_all
from desk.tickets import actions as desk
from desk.tickets import revisions
from tests.desk.sla.promises import policy
from tests.factories import incident
from tests.stories import in_state, move


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """`with committed():` what is done inside is followed by what follows a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def look(client, address="/queues/", tag="", **more):
    """Ask as an open page does → status, tag, statements, the answer."""
    headers = {"Live": "1", **({"If-None-Match": tag} if tag else {}), **more}
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address, headers=headers)
    given = (
        answer.context["tag"] if answer.status_code == 200 and "tag" in (answer.context or {}) else answer.get("ETag")
    )
    return answer.status_code, given, len(seen), answer


def test_nothing_moved_costs_no_statement(world, browse):
    incident(world.erin)
    sam = browse(world.sam)
    status, tag, _, page = look(sam)
    assert (status, page.content.decode().lstrip()[:8]) == (200, "<section")
    for _ in range(3):
        assert look(sam, tag=tag)[:3] == (304, tag, 0)


def test_whatever_happens_in_a_queue_moves_it(world, browse, committed):
    ticket = incident(world.erin)
    sam, nadia = browse(world.sam), browse(world.nadia)
    for what in (
        lambda: incident(world.erin, "A new one"),
        lambda: desk.note(ticket=ticket, by=world.sam, message="Hm"),
        lambda: move(ticket, "start", by=world.sam),
        lambda: desk.edit(ticket=ticket, by=world.sam, seen=99, title="Another title"),
    ):
        (_, ours, _, _), (_, theirs, _, _) = look(sam), look(nadia)
        with committed():
            what()
        assert look(sam, tag=ours)[0] == 200
        assert look(nadia, tag=theirs)[0] == 304
    with committed():  # sent to the network: both queues moved
        move(ticket, "assign", by=world.sam, workgroup=world.network, reason="Theirs")
    assert look(sam, tag=ours)[0] == 200
    status, _, _, page = look(nadia, tag=theirs)
    assert status == 200
    assert ticket.number in page.content.decode()


def test_a_mark_that_time_reached_moves_the_queue(world, browse, committed):
    policy(response=None, resolution=60)
    incident(world.erin, at=timezone.now() - timedelta(minutes=90))
    sam, nadia = browse(world.sam), browse(world.nadia)
    (_, ours, _, _), (_, theirs, _, _) = look(sam), look(nadia)
    with committed():
        sweep_all()
    assert look(sam, tag=ours)[0] == 200
    assert look(nadia, tag=theirs)[0] == 304


def test_what_is_rolled_back_moves_nothing(world, browse, django_capture_on_commit_callbacks):
    sam = browse(world.sam)
    _, tag, _, _ = look(sam)
    with django_capture_on_commit_callbacks(execute=False):
        incident(world.erin)
    assert look(sam, tag=tag)[0] == 304


def test_a_tag_holds_for_its_address_its_session_and_a_minute(world, browse, monkeypatch):
    sam, lena = browse(world.sam), browse(world.lena)
    _, tag, _, _ = look(sam)
    assert look(sam, "/queues/?tab=mine", tag)[0] == 200
    assert look(lena, tag=tag)[0] == 200
    assert look(Client(), tag=tag)[0] == 302  # signed out: to the sign-in page
    for forged in ("", "x", tag[:-3] + 'x"', tag.replace(":", "")):
        assert look(sam, tag=forged)[0] == 200
    assert sam.get("/queues/", headers={"If-None-Match": tag}).status_code == 200  # an ordinary visit gets its page
    monkeypatch.setattr(live, "HOLDS", -1)
    assert look(sam, tag=look(sam)[1])[0] == 200


def test_an_open_ticket_learns_what_others_did(world, browse, committed):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    sam, erin = browse(world.sam), browse(world.erin)
    since = sam.get(ticket.get_absolute_url()).context["last_event"]
    address = f"/live/{ticket.number}/?since={since}"
    _, tag, _, first = look(sam, address)
    _, hers, _, _ = look(erin, address)
    assert "data-news" not in first.content.decode()
    assert look(sam, address, tag)[:3] == (304, tag, 0)
    assert look(erin, address, hers)[:3] == (304, hers, 0)
    with committed():
        desk.note(ticket=ticket, by=world.lena, message="Between us")
        desk.reply(ticket=ticket, by=world.sam, message="My own words are no news to me")
    status, _, _, told = look(sam, address, tag)
    assert status == 200
    assert "<b>Lena</b> wrote a note" in told.content.decode()
    status, _, _, told = look(erin, address, hers)
    assert status == 200
    assert "<b>Sam</b> wrote" in told.content.decode()
    assert "Lena" not in told.content.decode()
    assert browse(world.nadia).get(address).status_code == 404


def test_it_is_told_who_took_it(world, browse, committed):
    ticket = incident(world.erin)
    sam = browse(world.sam)
    address = f"/live/{ticket.number}/?since={sam.get(ticket.get_absolute_url()).context['last_event']}"
    with committed():
        move(ticket, "assign", by=world.lena, assignee=world.lena)
    assert "<b>Lena</b> took it" in look(sam, address)[3].content.decode()


def test_analysts_see_who_else_is_there_and_types(world, browse, monkeypatch):
    ticket = incident(world.erin)
    address = f"/live/{ticket.number}/"
    sam, lena, erin = browse(world.sam), browse(world.lena), browse(world.erin)
    _, tag, _, alone = look(sam, address)
    assert "presence" not in alone.content.decode()
    _, hers, _, both = look(lena, address)
    assert "<b>Sam</b> is looking at this" in both.content.decode()
    status, tag, _, told = look(sam, address, tag)
    assert (status, "<b>Lena</b> is looking at this" in told.content.decode()) == (200, True)
    assert look(sam, address, tag)[0] == 304
    assert look(lena, address, hers, Typing="1")[0] == 304  # for her nothing changed, and yet it is noted
    status, tag, _, told = look(sam, address, tag)
    assert (status, "<b>Lena</b> is typing" in told.content.decode()) == (200, True)
    page = look(erin, address)[3].content.decode()
    assert "Sam" not in page and "Lena" not in page
    monkeypatch.setattr(presence, "STAYS", -1)  # both closed the page
    assert "presence" not in look(sam, address)[3].content.decode()


def test_an_emptied_cache_is_filled_anew(world, browse, committed):
    sam = browse(world.sam)
    with committed():
        incident(world.erin)
    _, tag, _, _ = look(sam)
    cache.delete_many([revisions.of_queue(world.desk.pk)])
    status, tag, _, _ = look(sam, tag=tag)
    assert status == 200
    assert look(sam, tag=tag)[0] == 304


def test_without_the_cache_pages_work_and_only_do_not_renew_themselves(world, browse, settings, committed):
    sam = browse(world.sam)
    ticket = incident(world.erin)
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    sam = browse(world.sam)
    settings.CACHES = {"default": {"BACKEND": "itsm.cache.Cache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with committed():
        desk.note(ticket=ticket, by=world.sam, message="Still here")
    page = sam.get("/queues/")
    assert page.context["tag"] == ""
    assert ticket.number in page.content.decode()
    assert look(sam, f"/live/{ticket.number}/")[:2] == (200, None)
