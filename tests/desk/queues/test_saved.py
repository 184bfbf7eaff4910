"""Saved views: whose they are, what is in each, and the one that a person's queues begin with."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import TestCase

from desk.queues import saved
from desk.queues.models import SavedView
from desk.queues.queries import known_queues
from desk.tickets.errors import Refused
from tests.factories import incident

pytestmark = pytest.mark.django_db


def names(user):
    return {view.name for view in saved.offered_to(user)}


def test_each_has_their_own_their_workgroups_and_everybodys(world):
    SavedView.objects.create(name="All P1", query="priority=1")
    saved.save(by=world.sam, name="Mine", query="tab=mine")
    saved.save(by=world.lena, name="Desk", query="", place=world.desk, workgroup=world.desk)
    saved.save(by=world.nadia, name="Wires", query="", place=world.network)
    assert names(world.sam) == {"All P1", "Mine", "Desk"}
    assert names(world.lena) == {"All P1", "Desk"}
    assert names(world.nadia) == {"All P1", "Wires"}


def test_a_view_of_a_queue_that_one_sees_no_more_is_gone(world):
    view = saved.save(by=world.sam, name="Wires", query="", place=world.desk)
    saved.begin_with(by=world.sam, view=view)
    SavedView.objects.update(place=world.network)
    assert names(world.sam) == set()
    assert saved.first_of(world.sam) is None


def test_who_may_change_which(world):
    for_all = SavedView.objects.create(name="All P1", query="priority=1")
    desk = saved.save(by=world.lena, name="Desk", query="", workgroup=world.desk)
    for view, stranger in ((for_all, world.lena), (desk, world.sam), (desk, world.nadia)):
        with pytest.raises(PermissionDenied):
            saved.delete(view=view, by=stranger)
    with pytest.raises(Refused, match="Only a lead of Service Desk"):
        saved.save(by=world.sam, name="Ours", query="", workgroup=world.desk)
    with pytest.raises(Refused, match="There is a “Desk” for Service Desk already"):
        saved.save(by=world.lena, name="Desk", query="tab=mine", workgroup=world.desk)
    with pytest.raises(PermissionDenied):
        saved.save(by=world.erin, name="Mine", query="")
    saved.delete(view=desk, by=world.lena)
    assert names(world.sam) == {"All P1"}


def test_saving_a_narrowed_list_and_coming_back_to_it(world, browse):
    for title in ("One", "Two"):
        incident(world.erin, title, impact=1, urgency=1)
    incident(world.erin, "Small")
    sam = browse(world.sam)
    page = sam.get("/queues/service-desk/?priority=1&after=x&density=compact").content.decode()
    address = "/views/save/?priority=1&amp;in=service-desk"
    assert f'href="{address}"' in page
    nothing = sam.post("/views/save/?priority=1&in=service-desk", {"name": ""})
    assert nothing.status_code == 422
    assert "Please give it a name." in nothing.content.decode()
    kept = sam.post("/views/save/?priority=1&in=service-desk", {"name": "Urgent"})
    assert kept["Location"] == "/queues/service-desk/?priority=1"
    assert "Urgent" in sam.get("/queues/").content.decode()
    strip = sam.get("/views/strip/", headers={"HX-Request": "true"}).content.decode()
    assert '<span class="num">2</span>' in strip
    assert '<span class="num">2</span> open' in sam.get("/views/").content.decode()


def test_queues_open_with_the_first_view_and_the_whole_list_can_be_had(world, browse):
    view = saved.save(by=world.sam, name="Urgent", query="priority=1")
    sam = browse(world.sam)
    sam.post(f"/views/{view.pk}/first/")
    assert sam.get("/queues/")["Location"] == "/queues/?priority=1"
    assert sam.get("/queues/?tab=all").status_code == 200
    assert sam.get("/queues/service-desk/").status_code == 200
    sam.post(f"/views/{view.pk}/first/")
    assert sam.get("/queues/").status_code == 200
    sam.post(f"/views/{view.pk}/first/")
    sam.post(f"/views/{view.pk}/delete/")
    assert sam.get("/queues/").status_code == 200


def test_the_last_chip_of_the_first_view_can_be_taken_away(world, browse):
    saved.begin_with(by=world.sam, view=saved.save(by=world.sam, name="Urgent", query="priority=1"))
    page = browse(world.sam).get("/queues/?priority=1").context
    (chip,) = page["asked"].chips
    assert (chip.without, page["asked"].plain) == ("?tab=all", "?tab=all")
    assert browse(world.sam).get(f"/queues/{chip.without}").status_code == 200


def test_a_first_view_of_the_whole_list_is_the_whole_list(world, browse):
    saved.begin_with(by=world.sam, view=saved.save(by=world.sam, name="Everything", query=""))
    assert browse(world.sam).get("/queues/").status_code == 200


def test_what_is_in_a_view_is_counted_once_until_something_moves(world, browse, django_assert_num_queries):
    saved.save(by=world.sam, name="Urgent", query="priority=1")
    incident(world.erin, "One", impact=1, urgency=1)
    request = browse(world.sam).get("/views/").wsgi_request
    groups = tuple(known_queues(request.user))
    saved.shelf(request, groups)
    with django_assert_num_queries(2):  # the views, and the first of them
        assert [row.count for row in saved.shelf(request, groups)] == ["1"]
    with TestCase.captureOnCommitCallbacks(execute=True):
        incident(world.erin, "Two", impact=1, urgency=1)
    assert [row.count for row in saved.shelf(request, groups)] == ["2"]


def test_an_address_that_is_too_long_is_refused_rather_than_cut(world, browse):
    answer = browse(world.sam).post(f"/views/save/?q={'a' * 2000}", {"name": "Long"})
    assert answer.status_code == 409
    assert "too long to be kept" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_renaming_keeps_the_question(world, browse):
    view = saved.save(by=world.sam, name="Urgent", query="priority=1")
    browse(world.sam).post(f"/views/{view.pk}/", {"name": "Very urgent"})
    view.refresh_from_db()
    assert (view.name, view.query, view.owner) == ("Very urgent", "priority=1", world.sam)
    assert browse(world.nadia).get(f"/views/{view.pk}/").status_code == 404


def test_the_administration_keeps_views_for_everybody_and_refuses_what_no_list_understands(world, browse):
    admin, address = browse(world.admin), "/admin/queues/savedview/add/"
    page = admin.post(
        address, {"name": "Odd", "query": "colour=red", "owner": world.sam.pk, "workgroup": world.desk.pk}
    )
    assert "A list can&#x27;t be narrowed by colour." in page.content.decode()
    assert "leave the other empty" in page.content.decode()
    assert "There is no such tab or order." in admin.post(address, {"name": "Odd", "query": "tab=odd"}).content.decode()
    admin.post(address, {"name": "All P1", "query": "?priority=1"})
    assert SavedView.objects.get().query == "priority=1"
    assert names(world.niko) == {"All P1"}
