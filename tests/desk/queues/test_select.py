"""From a list of tickets to a bulk run: what is ticked, or all that the address asks for."""

import pytest

from desk.bulk import actions
from desk.bulk import queries as bulk
from desk.bulk.models import Row, Run
from tests.factories import incident
from tests.stories import in_state

BEGIN = '<button class="btn btn-primary" type="submit"'


def ids(tickets):
    return [str(ticket.pk) for ticket in tickets]


@pytest.fixture
def five(world):
    """Five incidents of Erin's in the Service Desk, the last of them closed."""
    closed = in_state("closed", requester=world.erin, analyst=world.sam)
    return [*(incident(world.erin, f"Printer {n}") for n in range(4)), closed]


def chosen():
    return set(Row.objects.filter(run=Run.objects.first()).values_list("ticket", flat=True))


@pytest.mark.django_db
def test_all_that_match_are_what_the_address_asks_for(world, five, browse):
    urgent = incident(world.erin, "Printer on fire", impact=1, urgency=1)
    foreign = incident(world.omar, "Printer elsewhere", workgroup=world.network, impact=1, urgency=1)
    sam = browse(world.sam)
    sam.post("/select/?priority=1&q=printer", {"all": "yes", "do": "take"})
    assert chosen() == {urgent.pk}
    assert foreign.pk not in chosen()
    assert Run.objects.first().back == "/queues/?priority=1&q=printer"
    sam.post("/select/service-desk/", {"all": "yes"})
    assert chosen() == {urgent.pk, *(ticket.pk for ticket in five[:4])}  # what is over stands in no queue
    sam.post("/select/network/", {"all": "yes"})  # not their queue
    assert chosen() != {foreign.pk}


@pytest.mark.django_db
def test_what_is_not_ones_to_see_is_not_selected(world, five, browse):
    foreign = incident(world.omar, "Theirs", workgroup=world.network)
    browse(world.sam).post("/select/", {"ids": ids([five[0], foreign])})
    assert chosen() == {five[0].pk}


@pytest.mark.django_db
def test_nothing_selected_leads_back_to_the_list_with_a_word(world, browse):
    answer = browse(world.sam).post("/select/?tab=mine", {}, follow=True)
    assert answer.redirect_chain[0][0] == "/queues/?tab=mine"
    assert "Nothing is selected." in answer.content.decode()


@pytest.mark.django_db
def test_what_can_be_done_with_none_has_no_button(world, five, browse):
    sam = browse(world.sam)
    chosen = sam.post("/select/", {"ids": ids(five[4:]), "do": "assign"})
    page = sam.get(chosen["Location"]).content.decode()
    assert "None of them can be assigned:" in page
    assert BEGIN not in page
    some = sam.get(sam.post("/select/", {"ids": ids(five), "do": "assign"})["Location"]).content.decode()
    assert "1 of them can't be assigned, and stays as it is:" in some
    assert BEGIN in some


@pytest.mark.django_db
def test_a_long_selection_says_how_much_of_it_was_looked_at(world, five, browse, monkeypatch):
    monkeypatch.setattr(bulk, "LOOKED_AT", 1)
    sam = browse(world.sam)
    page = sam.get(sam.post("/select/", {"ids": ids([five[4], five[0]]), "do": "assign"})["Location"]).content.decode()
    assert "None of them" not in page
    assert "Of the first 1, 1 can't be assigned:" in page
    assert BEGIN in page


@pytest.mark.django_db
def test_the_pages_from_selecting_to_the_last_refusal(world, five, browse):
    sam = browse(world.sam)
    chosen = sam.post("/select/?tab=mine", {"ids": [*ids(five), "99999999", "x"], "do": "assign"})
    page = sam.get(chosen["Location"]).content.decode()
    assert "Assign: 5 tickets" in page
    assert f">{five[4].number}</a> is Closed" in page
    again = sam.post(chosen["Location"], {"do": "assign", "workgroup": world.network.pk})
    assert again.status_code == 422
    assert "Please say why they go" in again.content.decode()
    sam.post(chosen["Location"], {"do": "assign", "assignee": "sam"})
    done = sam.get(chosen["Location"]).content.decode()
    assert '<b class="num">4</b> of <b class="num">5</b> assigned' in done
    assert "hx-trigger" not in done
    assert "/queues/?tab=mine" in done
    assert "Assign them to Sam" in sam.get("/bulk/").content.decode()
    assert browse(world.lena).get(chosen["Location"].partition("?")[0]).status_code == 404


@pytest.mark.django_db
def test_many_are_left_to_a_worker_and_the_page_asks_how_far_it_is(world, five, browse, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    sam = browse(world.sam)
    chosen = sam.post("/select/service-desk/", {"ids": ids(five)})["Location"]
    sam.post(chosen, {"do": "note", "note": "Later"})
    assert 'hx-trigger="every 1s"' in sam.get(chosen).content.decode()
    actions.work_off()
    part = sam.get(chosen, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert 'data-announce="Done: 5 of 5"' in part
