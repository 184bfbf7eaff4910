"""Editing beside a colleague: what I didn't touch stays as they left it, and what is no longer offered isn't lost."""

import pytest

from desk.tickets.actions import edit
from incidents.models import Incident
from tests.factories import CategoryFactory, ServiceFactory, SiteFactory, incident, person


@pytest.fixture
def found(world):
    return incident(world.erin, "Mail", description="Since nine")


def form_of(client, address):
    """The edit form as a browser would send it back untouched."""
    form = client.get(address).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: "" if value is None else getattr(value, "pk", value) for name, value in values.items()}


def test_a_field_i_left_alone_stays_as_my_colleague_wrote_it(found, world, browse):
    sam, address = browse(world.sam), f"/incidents/{found.number}/edit/"
    old_page = form_of(sam, address)
    edit(ticket=found, by=world.lena, seen=found.version, description="Since eight")
    assert sam.post(address, {**old_page, "title": "Mail is down"}).status_code == 302
    saved = Incident.objects.get()
    assert (saved.title, saved.description) == ("Mail is down", "Since eight")


def test_sending_mine_after_a_collision_doesnt_undo_their_other_edits(found, world, browse):
    sam, address = browse(world.sam), f"/incidents/{found.number}/edit/"
    old_page = form_of(sam, address)
    edit(ticket=found, by=world.lena, seen=found.version, title="No mail", description="Since eight")
    answer = sam.post(address, {**old_page, "title": "Mail is down"})
    assert answer.status_code == 412
    assert [both["label"] for both in answer.context["conflict"]] == ["Title"]
    again = {field.html_name: field.value() for field in answer.context["form"]}
    assert (again["title"], again["description"]) == ("Mail is down", "Since eight")
    assert sam.post(address, {name: value or "" for name, value in again.items()}).status_code == 302
    saved = Incident.objects.get()
    assert (saved.title, saved.description) == ("Mail is down", "Since eight")


def test_what_is_no_longer_offered_is_kept_by_an_edit_of_something_else(world, browse):
    gone = person("gone")
    old = {"service": ServiceFactory(), "site": SiteFactory(), "category": CategoryFactory()}
    found = incident(world.sam, "Mail", requester=gone, **old)
    for thing in (*old.values(), gone):
        thing.is_active = False
        thing.save()
    address = f"/incidents/{found.number}/edit/"
    sam = browse(world.sam)
    assert sam.post(address, {**form_of(sam, address), "title": "Mail is down"}).status_code == 302
    saved = Incident.objects.get()
    held = {name: getattr(saved, name) for name in old}
    assert (saved.title, saved.requester, held) == ("Mail is down", gone, old)
