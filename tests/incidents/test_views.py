"""The main story in pages: Erin's mail is down, Sam triages, Nadia solves it, Erin has the last word."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from desk.tickets.actions import note, reply
from desk.tickets.errors import Stale
from desk.tickets.models import Event, PendingReason
from incidents import actions
from incidents.models import Incident, ResolutionCode
from tests.factories import incident
from tests.files import PNG
from tests.stories import in_state, move


def log_form(**fields):
    return {"title": "The mail is down", "description": "Since nine.", "impact": 3, "urgency": 2, **fields}


def test_main_story(world, browse):
    erin, sam, nadia = browse(world.erin), browse(world.sam), browse(world.nadia)
    assert erin.get("/incidents/new/").status_code == 200
    shot = SimpleUploadedFile("screen.png", PNG, "image/png")
    answer = erin.post("/incidents/new/", log_form(files=[shot]), follow=True)
    assert answer.status_code == 200
    found = Incident.objects.get()
    page = answer.content.decode()
    assert found.number in page
    assert "Received" in page
    assert "screen.png" in page

    for address in ("/", "/queues/", "/queues/service-desk/", f"/incidents/{found.number}/"):
        assert sam.get(address).status_code == 200, address
    triage = {"workgroup": world.network.pk, "assignee": "", "reason": "A matter of the network", "seen": found.version}
    answer = sam.post(f"/incidents/{found.number}/do/assign/", triage, follow=True)
    assert answer.redirect_chain[-1][0] == "/queues/"

    number = found.number
    assert nadia.post(f"/incidents/{number}/take/").status_code == 302
    assert nadia.post(f"/incidents/{number}/do/start/", {}).status_code == 302
    waiting = PendingReason.objects.get(waits_for_requester=True)
    hold = nadia.post(f"/incidents/{number}/do/hold/", {"reason": waiting.pk, "message": ""})
    assert hold.status_code == 409
    assert "Please ask the requester what you need" in hold.content.decode()
    assert (
        nadia.post(f"/incidents/{number}/do/hold/", {"reason": waiting.pk, "message": "Which app?"}).status_code == 302
    )
    assert "Waiting for you" in erin.get(f"/incidents/{number}/").content.decode()
    assert erin.post(f"/incidents/{number}/reply/", {"message": "Outlook"}).status_code == 302
    code = ResolutionCode.objects.get(name="Fixed")
    assert nadia.post(f"/incidents/{number}/do/resolve/", {"code": code.pk, "solution": "Restarted"}).status_code == 302
    assert "Is it solved?" in erin.get(f"/incidents/{number}/").content.decode()
    assert erin.post(f"/incidents/{number}/do/reopen/", {"reason": "Still down"}).status_code == 302
    assert nadia.post(f"/incidents/{number}/do/start/", {}).status_code == 302
    assert nadia.post(f"/incidents/{number}/do/resolve/", {"code": code.pk, "solution": "Replaced"}).status_code == 302
    assert erin.post(f"/incidents/{number}/do/confirm/", {"rating": 5, "comment": "Thanks"}).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.rating, found.reopen_count) == ("closed", 5, 1)
    assert [e.kind for e in Event.objects.filter(ticket=found)] == [
        "incident.logged", "incident.assigned", "incident.assigned", "incident.started", "incident.held",
        "comment.added", "comment.added", "incident.resumed", "incident.resolved", "incident.reopened",
        "incident.started", "incident.resolved", "incident.closed",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["assign", "hold", "resolve", "cancel", "start"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_every_move_has_a_page_and_a_dialog(world, browse, name, headers):
    found = incident(world.erin)
    answer = browse(world.sam, **headers).get(f"/incidents/{found.number}/do/{name}/")
    assert answer.status_code == 200


def test_edit_and_team_pages(world, browse):
    found = incident(world.erin)
    assert browse(world.sam).get(f"/incidents/{found.number}/edit/").status_code == 200
    assert browse(world.lena).get("/queues/service-desk/team/").status_code == 200
    assert browse(world.sam).get("/queues/service-desk/team/").status_code == 403
    assert browse(world.sam).get("/incidents/").status_code == 200
    assert browse(world.sam).get("/people/find/?q=eri").status_code == 200


def test_a_reply_that_comes_while_somebody_resolves_is_read_first(world, browse):
    found = actions.start(incident=incident(world.erin), by=world.sam)
    form = browse(world.sam).get(f"/incidents/{found.number}/do/resolve/").context["form"]
    fixed = ResolutionCode.objects.get(name="Fixed").pk
    sent = {"seen": form["seen"].value(), "code": fixed, "solution": "Restarted it"}
    note(ticket=found, by=world.lena, message="It was the cable")
    reply(ticket=found, by=world.erin, message="It happens at **home** too")
    for again in (False, True):
        answer = browse(world.sam).post(f"/incidents/{found.number}/do/resolve/", sent)
        if again:
            assert answer.status_code == 302
        else:
            page = answer.content.decode()
            assert answer.status_code == 412
            assert f"Erin wrote on {found.number} after you opened this page." in page
            assert "It happens at <strong>home</strong> too" in page
            assert "It was the cable" not in page  # a colleague's note is no news of the requester's
            assert "Restarted it" in page
            sent["seen"] = answer.context["form"]["seen"].value()
    found.refresh_from_db()
    assert found.state == "resolved"


def test_ones_own_reply_and_other_moves_are_not_held_up(world):
    found = actions.start(incident=incident(world.erin), by=world.sam)
    seen = found.version
    reply(ticket=found, by=world.sam, message="Restarting it now")
    assert actions.resolve(
        incident=found, by=world.sam, code=ResolutionCode.objects.get(name="Fixed"), solution="Done", seen=seen
    )
    other = actions.start(incident=incident(world.erin), by=world.sam)
    reply(ticket=other, by=world.erin, message="Any news?")
    assert actions.assign(incident=other, by=world.sam, assignee=world.lena, seen=other.version).assignee == world.lena


def test_nobody_closes_over_a_no_that_came_meanwhile(world):
    found = in_state("resolved", requester=world.erin, analyst=world.sam)
    reply(ticket=found, by=world.erin, message="No! It is still broken.")
    with pytest.raises(Stale, match="Erin wrote on"):
        actions.confirm(incident=found, by=world.lena, seen=found.version)


def test_a_stale_page_tells_states_in_words(world, browse):
    found = actions.start(incident=incident(world.erin), by=world.sam)
    move(found, "hold", by=world.lena)
    sent = {"seen": found.version, "code": ResolutionCode.objects.get(name="Fixed").pk, "solution": "Done"}
    page = browse(world.sam).post(f"/incidents/{found.number}/do/resolve/", sent).content.decode()
    assert "put it on hold: Waiting for vendor" in page
    assert "in_progress" not in page


def test_a_move_that_became_impossible_shows_why_and_no_form_but_keeps_the_text(world, browse):
    found = in_state("in_progress", requester=world.erin, analyst=world.sam)
    old = found.version
    move(found, "resolve", by=world.lena)
    address = f"/incidents/{found.number}/do/resolve/"
    opened = browse(world.sam).get(address)
    assert "isn&#x27;t possible from there" in opened.content.decode()
    assert "<textarea" not in opened.content.decode()
    code = ResolutionCode.objects.get(name="Fixed").pk
    for seen in (old, ""):
        page = browse(world.sam).post(address, {"seen": seen, "code": code, "solution": "My words"}).content.decode()
        assert "isn&#x27;t possible from there" in page
        assert "My words" in page
        assert 'type="submit">Resolve' not in page


def test_a_dialog_opened_from_an_old_page_tells_what_happened_since(world, browse):
    found = actions.start(incident=incident(world.erin), by=world.sam)
    old_page = browse(world.sam).get(f"/incidents/{found.number}/").content.decode()
    address = f"/incidents/{found.number}/do/resolve/?seen={found.version}"
    assert address in old_page
    actions.hold(incident=found, by=world.lena, reason=PendingReason.objects.get(name="Waiting for vendor"))
    form = browse(world.sam).get(address).context["form"]
    fixed = ResolutionCode.objects.get(name="Fixed").pk
    sent = {"seen": form["seen"].value(), "code": fixed, "solution": "Restarted it"}
    answer = browse(world.sam).post(f"/incidents/{found.number}/do/resolve/", sent)
    assert answer.status_code == 412
    assert "Lena changed" in answer.content.decode()
    assert "Restarted it" in answer.content.decode()
