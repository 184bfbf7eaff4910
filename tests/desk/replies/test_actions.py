"""Canned replies: whose they are, what is filled in, and the list that a composer opens."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.replies import actions, placeholders, queries
from desk.replies.models import CannedReply
from desk.tickets.errors import Refused
from tests.factories import ServiceFactory, incident

pytestmark = pytest.mark.django_db


def names(user):
    return {one.name for one in queries.offered_to(user)}


@pytest.fixture
def shelf(world):
    """One for everybody, one of the Service Desk by its lead, and Sam's own."""
    CannedReply.objects.create(name="Restart", text="Please restart it.")
    actions.save(by=world.lena, name="Screenshot", text="Could you send a screenshot?", workgroup=world.desk)
    actions.save(by=world.sam, name="Bye", text="Best regards, {me}")


def test_everybody_is_offered_their_own_their_workgroups_and_everybodys(world, shelf):
    assert names(world.sam) == {"Restart", "Screenshot", "Bye"}
    assert names(world.lena) == {"Restart", "Screenshot"}
    assert names(world.nadia) == {"Restart"}


def test_each_circle_is_changed_by_whoever_it_belongs_to(world, shelf):
    screenshot, restart = CannedReply.objects.get(name="Screenshot"), CannedReply.objects.get(name="Restart")
    changed = {"name": "Screenshot", "text": "A picture, please.", "workgroup": world.desk}
    for stranger in (world.sam, world.nadia):
        with pytest.raises(PermissionDenied):
            actions.save(by=stranger, canned=screenshot, **changed)
    assert actions.save(by=world.lena, canned=screenshot, **changed).text == "A picture, please."
    with pytest.raises(PermissionDenied):
        actions.delete(canned=restart, by=world.lena)
    with pytest.raises(PermissionDenied):
        actions.save(by=world.erin, name="Mine", text="Hello")


def test_only_a_lead_writes_for_a_workgroup(world):
    with pytest.raises(Refused) as refusal:
        actions.save(by=world.sam, name="Ours", text="Hello", workgroup=world.desk)
    assert refusal.value.field == "workgroup"


def test_what_nothing_fills_in_is_refused_beside_the_text(world):
    with pytest.raises(Refused) as refusal:
        actions.save(by=world.sam, name="Hello", text="Hello {frist_name}, {number}")
    assert refusal.value.field == "text"
    assert "Nothing fills in {frist_name}." in str(refusal.value)


def test_a_name_stands_once_in_a_circle(world, shelf):
    with pytest.raises(Refused, match="There is a “Bye” for only you already"):
        actions.save(by=world.sam, name="Bye", text="So long")
    assert actions.save(by=world.lena, name="Bye", text="So long").owner == world.lena


def test_a_reply_is_filled_in_for_the_ticket_and_shows_its_gaps(world):
    found = incident(world.erin, "No sound", service=ServiceFactory(name="Telephony"))
    text = "Hello {first_name}, about {number} “{title}” ({service}, {site}): {me} of {workgroup}. {unknown}"
    assert placeholders.filled(text, found, world.sam) == (
        f"Hello Erin, about {found.number} “No sound” (Telephony, …): Sam of Service Desk. {{unknown}}"
    )


def test_a_title_with_braces_is_filled_in_as_it_is(world):
    found = incident(world.erin, "Error {me} in {requester}")
    assert placeholders.filled("{title}", found, world.sam) == "Error {me} in {requester}"


def test_the_composers_list_is_filled_in_and_escaped(world, browse):
    found = incident(world.erin, "<b>Loud</b>")
    actions.save(by=world.sam, name="About it", text="About “{title}”")
    part = browse(world.sam).get(f"/replies/for/{found.number}/", headers={"HX-Request": "true"}).content.decode()
    assert 'data-text="About “&lt;b&gt;Loud&lt;/b&gt;”"' in part
    page = browse(world.sam).get(f"/replies/for/{found.number}/").content.decode()
    assert "About “&lt;b&gt;Loud&lt;/b&gt;”" in page
    assert browse(world.nadia).get(f"/replies/for/{found.number}/").status_code == 404


def test_a_form_with_a_fault_comes_back_with_its_text(world, browse):
    sam = browse(world.sam)
    refused = sam.post("/replies/new/", {"name": "Hello", "text": "Hello {nobody}"})
    assert refused.status_code in {409, 422}
    assert "Hello {nobody}" in refused.content.decode()
    sam.post("/replies/new/", {"name": "Hello", "text": "Hello {first_name}"})
    mine = CannedReply.objects.get()
    assert (mine.owner, mine.workgroup) == (world.sam, None)
    sam.post(f"/replies/{mine.pk}/delete/")
    assert not CannedReply.objects.exists()


def test_the_administration_refuses_what_belongs_to_two(world, browse):
    admin = browse(world.admin)
    form = {"name": "Both", "text": "Hello {who}", "owner": world.sam.pk, "workgroup": world.desk.pk}
    page = admin.post("/admin/replies/cannedreply/add/", form).content.decode()
    assert "Nothing fills in {who}." in page
    assert "leave the other empty" in page
    admin.post("/admin/replies/cannedreply/add/", {"name": "All", "text": "Hello"})
    assert names(world.niko) == {"All"}
