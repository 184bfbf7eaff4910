"""Erin says what she thinks of it; Lena, who leads the workgroup, answers, and hides what goes too far."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.notifications.models import Message
from desk.people.models import Role
from desk.tickets.errors import Refused
from desk.tickets.models import Event
from incidents import actions, ratings
from incidents.models import Episode
from tests.factories import analyst
from tests.stories import in_state


def rated(world, rating=2, comment="Sam was rude.", **more):
    found = in_state("resolved", requester=world.erin, analyst=world.sam, **more)
    actions.confirm(incident=found, by=world.erin, rating=rating, comment=comment)
    return Episode.objects.select_related("incident", "workgroup").get(incident=found)


def test_a_lead_answers_and_the_requester_is_told_and_reads_it(world, browse):
    one = rated(world)
    lena = browse(world.lena)
    assert "Sam was rude." in lena.get("/reports/ratings/").content.decode()
    answer = lena.post(
        f"/reports/ratings/{one.pk}/answer/", {"words": "I am sorry.", "next": "/reports/ratings/?stars=2"}
    )
    assert answer["Location"] == f"/reports/ratings/?stars=2#rating-{one.pk}"
    told = Message.objects.get(recipient=world.erin, event__kind="rating.answered")
    assert "I am sorry." in told.text
    page = browse(world.erin).get(one.incident.get_absolute_url()).content.decode()
    assert "answered your rating" in page
    assert "I am sorry." in page
    with pytest.raises(Refused, match="answered it already"):
        ratings.answer(episode=one, by=world.lena, words="And again")


def test_what_goes_too_far_is_hidden_on_record_and_can_be_shown_again(world, browse):
    one = rated(world)
    address = one.incident.get_absolute_url()
    browse(world.lena).post(f"/reports/ratings/{one.pk}/hide/", {"why": "It names a person."})
    for person in (world.sam, world.erin, world.lena):
        page = browse(person).get(address).content.decode()
        assert "Sam was rude." not in page
        assert "It names a person." in page
    assert "Hidden: It names a person." in browse(world.lena).get("/reports/ratings/").content.decode()
    written = Event.objects.get(kind="rating.hidden")
    assert (written.actor, written.data["because"]) == (world.lena, "It names a person.")
    ratings.show(episode=one, by=world.lena)
    assert "Sam was rude." in browse(world.sam).get(address).content.decode()
    one.refresh_from_db()
    assert (one.rating, one.hidden_at, one.hidden_why) == (2, None, "")


def test_hiding_wants_a_reason_and_something_to_hide(world):
    with pytest.raises(Refused, match="say why"):
        ratings.hide(episode=rated(world), by=world.lena, why=" ")
    with pytest.raises(Refused, match="no comment"):
        ratings.hide(episode=rated(world, comment=""), by=world.lena, why="Whatever")


def test_only_a_lead_of_the_workgroup_that_solved_it(world):
    one = rated(world)
    nina = analyst("nina", world.network, Role.LEAD)
    for person in (world.sam, world.erin, nina, world.admin):
        for act in ({"words": "x"}, {"why": "x"}):
            with pytest.raises(PermissionDenied):
                (ratings.answer if "words" in act else ratings.hide)(episode=one, by=person, **act)
    assert list(ratings.of_led(nina)) == []
    assert [episode.pk for episode in ratings.of_led(world.lena)] == [one.pk]


def test_the_page_sums_up_and_is_narrowed(world, browse):
    rated(world, 5, "")
    rated(world, 2, "Slow.")
    page = browse(world.lena).get("/reports/ratings/")
    assert (page.context["sum"].count, page.context["sum"].mean) == (2, 3.5)
    only = browse(world.lena).get("/reports/ratings/?said=1&stars=nonsense&workgroup=service-desk")
    assert [one.comment for one in only.context["page"]] == ["Slow."]


def test_the_rating_stays_when_it_comes_back(world, browse):
    one = rated(world)
    actions.reopen(incident=one.incident, by=world.erin, reason="Again")
    page = browse(world.lena).get("/reports/ratings/").content.decode()
    assert "Sam was rude." in page
    assert "came back later" in page
