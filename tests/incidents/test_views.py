"""The main story in pages: Erin's mail is down, Sam triages, Nadia solves it, Erin has the last word."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from desk.tickets.models import Event, PendingReason
from incidents import actions
from incidents.models import Incident, ResolutionCode
from tests.factories import incident
from tests.files import PNG


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
