"""A draft in pages: Erin begins on her phone, goes on at a desk, and what she sent is one incident."""

import uuid

import pytest

from desk.drafts.models import Draft
from desk.tickets.models import Event
from incidents.models import Incident
from tests.factories import incident

TOKEN = uuid.uuid4()


def keep(client, token=TOKEN, form="incident-new", **typed):
    return client.post("/drafts/", {"token": str(token), "form": form, **typed})


def test_a_report_begun_on_one_device_is_sent_once_from_another(world, browse):
    phone, desk = browse(world.erin), browse(world.erin)
    assert keep(phone, title="The mail is slow", impact="2", csrfmiddlewaretoken="x").status_code == 204
    for page in (desk.get("/incidents/new/"), desk.get("/")):
        assert "You began" in page.content.decode()
        assert "“The mail is slow”" in page.content.decode()
    page = desk.get(f"/incidents/new/?draft={TOKEN}")
    form = page.context["form"]
    assert (form["title"].value(), form["impact"].value(), form["submission"].value()) == (
        "The mail is slow",
        "2",
        str(TOKEN),
    )
    assert "You began" not in page.content.decode()

    sent = {"title": "The mail is slow", "impact": 2, "urgency": 2, "submission": str(TOKEN)}
    assert desk.post("/incidents/new/", sent).status_code == 302
    assert phone.post("/incidents/new/", sent).status_code == 302
    assert Incident.objects.count() == 1
    assert keep(phone, title="The mail is slow!").status_code == 410
    assert "You began" not in phone.get("/incidents/new/").content.decode()


def test_thrown_away_is_gone_and_leads_back(world, browse):
    erin = browse(world.erin)
    keep(erin, title="The mail is slow")
    answer = erin.post(f"/drafts/{TOKEN}/throw-away/", {"next": "/incidents/new/"}, follow=True)
    assert answer.redirect_chain == [("/incidents/new/", 302)]
    assert "The mail is slow" not in answer.content.decode()
    assert erin.post(f"/drafts/{TOKEN}/throw-away/", {"next": "//evil.example/"})["Location"] == "/"


def test_another_one_offers_nothing_of_hers(world, browse):
    keep(browse(world.erin), title="The mail is slow")
    omar = browse(world.omar)
    for address in ("/", "/incidents/new/", f"/incidents/new/?draft={TOKEN}"):
        assert "The mail is slow" not in omar.get(address).content.decode()
    omar.post(f"/drafts/{TOKEN}/throw-away/")
    assert Draft.objects.filter(user=world.erin, over_at=None).exists()


def test_without_scripts_a_button_keeps_it(world, browse):
    erin = browse(world.erin)
    answer = erin.post("/incidents/new/", {"title": "The mail", "submission": str(TOKEN), "keep": "1"}, follow=True)
    assert "Your draft is kept" in answer.content.decode()
    assert not Incident.objects.exists()
    assert erin.get(f"/incidents/new/?draft={TOKEN}").context["form"]["title"].value() == "The mail"


@pytest.mark.parametrize("wrong", [{"token": "no"}, {"form": "../x"}, {"title": "x" * 200_001}])
def test_what_is_no_draft_is_refused(world, browse, wrong):
    answer = browse(world.erin).post("/drafts/", {"token": str(TOKEN), "form": "incident-new", "title": "No", **wrong})
    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_passwords_and_what_the_database_cant_hold_are_never_kept(world, browse):
    keep(browse(world.erin), title="A\x00B", my_password="secret")
    assert Draft.objects.get().fields == {"title": ["AB"]}


def test_a_reply_is_gone_on_with_in_its_own_composer(world, browse):
    found = incident(world.erin)
    sam, address = browse(world.sam), f"/incidents/{found.number}/"
    keep(sam, form=f"{found.number}-note", note="Only for us")
    assert "“Only for us”" in sam.get(address).content.decode()
    page = sam.get(f"{address}?draft={TOKEN}")
    assert page.context["note_form"]["note"].value() == "Only for us"
    assert page.context["reply_form"]["message"].value() is None
    assert sam.post(f"{address}note/", {"note": "Only for us", "draft": str(TOKEN)}).status_code == 302
    assert Event.objects.filter(ticket=found, kind="comment.added").count() == 1
    assert "“Only for us”" not in sam.get(address).content.decode()


def test_a_draft_meant_for_it_never_shows_to_the_requester(world, browse):
    found = incident(world.erin)
    keep(browse(world.sam), form=f"{found.number}-note", note="Only for us")
    erin = browse(world.erin).get(f"/incidents/{found.number}/?draft={TOKEN}")
    assert "Only for us" not in erin.content.decode()
