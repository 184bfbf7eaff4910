"""The ticket in the panel beside a queue: by the same views as its page, and what is done there comes back into it."""

import json

import pytest

from desk.tickets.models import Event
from incidents.models import ResolutionCode
from tests.factories import incident
from tests.stories import in_state, move
from tests.workorders.orders import order

PANEL = {"HX-Request": "true", "HX-Target": "panel"}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


def said(answer):
    return json.loads(answer["HX-Trigger"])["ticketDone"]["said"]


def test_the_panel_is_the_ticket_and_not_a_page(world, browse):
    ticket = incident(world.erin, "The printer jams")
    panel = browse(world.sam).get(ticket.get_absolute_url(), headers=PANEL).content.decode()
    assert "<html" not in panel
    assert f'data-ticket-href="{ticket.get_absolute_url()}"' in panel
    assert 'data-move="take"' in panel
    started = move(ticket, "start", by=world.sam)
    panel = browse(world.sam).get(ticket.get_absolute_url(), headers=PANEL).content.decode()
    assert f"/do/resolve/?seen={started.version}&amp;next=panel" in panel
    page = browse(world.sam).get(ticket.get_absolute_url()).content.decode()
    assert "next=panel" not in page and 'name="next"' not in page


def test_take_reply_and_resolve_come_back_into_the_panel(world, browse):
    ticket, sam = incident(world.erin), browse(world.sam)
    address = ticket.get_absolute_url()
    taken = sam.post(f"{address}take/", {"next": "panel"}, headers=PANEL)
    assert (taken.status_code, taken["HX-Retarget"], said(taken)) == (200, "#panel", f"{ticket.number} is yours.")
    replied = sam.post(f"{address}reply/", {"message": "On my way", "next": "panel"}, headers=PANEL)
    assert said(replied) == "Your reply is sent."
    assert "On my way" in replied.content.decode()
    form = {"next": "panel", "code": ResolutionCode.objects.first().pk, "solution": "Done", "seen": 9}
    solved = sam.post(f"{address}do/resolve/", form, headers=DIALOG)
    assert (solved["HX-Retarget"], said(solved)) == ("#panel", f"{ticket.number}: resolved.")
    assert "closeDialog" in json.loads(solved["HX-Trigger"])
    assert [event.kind for event in Event.objects.filter(ticket=ticket, actor=world.sam).order_by("pk")] == [
        "incident.assigned", "comment.added", "incident.resolved",
    ]  # fmt: skip


def test_what_is_refused_stays_where_it_can_be_mended(world, browse):
    ticket, sam = incident(world.erin), browse(world.sam)
    address = ticket.get_absolute_url()
    empty = sam.post(f"{address}reply/", {"message": " ", "next": "panel"}, headers=PANEL)
    assert (empty.status_code, "<html" in empty.content.decode()) == (422, False)
    assert "HX-Retarget" not in empty
    move(ticket, "assign", by=world.lena, assignee=world.lena)
    late = sam.post(f"{address}take/", {"next": "panel"}, headers=PANEL)
    assert late.status_code == 409
    assert "Lena" in late.content.decode() and "<html" not in late.content.decode()
    shut = sam.post(f"{address}do/start/", {"next": "panel", "seen": 1}, headers=PANEL)
    assert (shut.status_code, shut["HX-Retarget"]) == (412, "#dialog-body")
    unsaid = sam.post(f"{address}do/resolve/", {"next": "panel"}, headers=DIALOG)
    assert unsaid.status_code == 422
    assert '<input type="hidden" name="next" value="panel">' in unsaid.content.decode()


def test_what_left_ones_sight_leaves_a_way_back(world, browse):
    ticket, sam = incident(world.erin), browse(world.sam)
    form = {"workgroup": world.network.pk, "reason": "Theirs", "next": "panel"}
    sent = sam.post(f"{ticket.get_absolute_url()}do/assign/", form, headers=DIALOG)
    assert sent.status_code == 200
    assert "Sent there by mistake?" in sent.content.decode()
    assert said(sent).startswith(f"{ticket.number}: assigned. It is with Network now.") or "Network" in said(sent)
    assert "data-ticket-href" not in sent.content.decode()


@pytest.mark.parametrize("name", ["erin", "nadia"])
def test_the_panel_shows_nobody_more_than_the_page(world, browse, name):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    move(ticket, "hold", by=world.sam, note="Between us")
    answer = browse(getattr(world, name)).get(ticket.get_absolute_url(), headers=PANEL)
    assert "Between us" not in answer.content.decode()
    assert answer.status_code == (200 if name == "erin" else 404)


def test_work_orders_in_the_panel_are_not_kept_by_the_outbox(world, browse):
    """There the answer is the panel; the outbox would lead to a page."""
    found = order(incident(world.erin), world.sam, workgroup=world.desk)
    sam = browse(world.sam)
    assert "data-outbox" in sam.get(found.get_absolute_url()).content.decode()
    assert "data-outbox" not in sam.get(found.get_absolute_url(), headers=PANEL).content.decode()


def test_keys_are_known_by_kind_and_can_be_switched_off(world, browse):
    sam = browse(world.sam)
    page = sam.get("/queues/")
    assert json.loads(page.context["moves"])["work_order"] == {
        "a": "assign", "s": "start", "h": "hold", "e": "complete",
    }  # fmt: skip
    assert 'data-keys="on"' in page.content.decode()
    assert sam.post("/people/preferences/", {}).status_code == 302
    assert 'data-keys="off"' in sam.get("/queues/").content.decode()
    assert "data-keys" not in browse(world.erin).get("/").content.decode()


def test_the_command_box_finds_places_tickets_and_people(world, browse):
    ticket = incident(world.erin, "The printer jams")
    foreign = incident(world.erin, "Another printer", workgroup=world.network)
    sam = browse(world.sam)
    plain = sam.get("/commands/").content.decode()
    assert 'href="/queues/?tab=unassigned"' in plain and "Team of" not in plain
    found = sam.get(
        "/commands/?q=printer", headers={"HX-Request": "true", "HX-Target": "command-found"}
    ).content.decode()
    assert ticket.get_absolute_url() in found and foreign.number not in found and "<form" not in found
    assert ticket.get_absolute_url() in sam.get(f"/commands/?q={ticket.number.lower()}").content.decode()
    assert "/queues/?requester=erin" in sam.get("/commands/?q=erin").content.decode()
    assert "Team of Service Desk" in browse(world.lena).get("/commands/?q=team").content.decode()
    assert "Nothing is called" in sam.get("/commands/?q=unicorn").content.decode()
    assert "Take" in sam.get("/commands/?keys=1").content.decode()
