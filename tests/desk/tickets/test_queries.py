"""What one sees of tickets; what a timeline and a list of links hold for whom."""

import pytest
from django.http import Http404

from desk.tickets import actions as desk_actions
from desk.tickets import kinds, linked, queries
from desk.tickets.models import LinkKind
from tests.factories import incident
from tests.stories import in_state, move
from tests.workorders.orders import order


@pytest.fixture
def many(world):
    """Seven tickets of Service Desk in different states, and one of the Network."""
    made = {
        state: in_state(state, requester=world.erin, analyst=world.sam)
        for state in ("logged", "in_progress", "pending", "resolved", "closed", "cancelled")
    }
    made["urgent"] = incident(world.erin, impact=1, urgency=1)
    made["foreign"] = incident(world.erin, workgroup=world.network)
    return made


def test_the_parts_of_what_one_sees_are_the_whole(world, many):
    desk_actions.watch(ticket=many["foreign"], user=world.sam)
    incident(world.sam, workgroup=world.network)
    order(incident(world.sam), world.sam, workgroup=world.network)
    for user in (world.erin, world.omar, world.sam, world.nadia, world.admin):
        parts = [part for kind in kinds.every() for part in queries.visible_parts(user, kind)]
        assert {ticket.pk for part in parts for ticket in part} == {row.pk for row in queries.visible_to(user)}


def test_a_page_holds_the_newest_events_and_leads_to_the_others(world, browse, monkeypatch):
    monkeypatch.setattr(queries, "NEWEST", 3)
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    assert "Show earlier" not in browse(world.erin).get(f"/incidents/{ticket.number}/").content.decode()
    for n in range(4):
        desk_actions.reply(ticket=ticket, by=world.erin, message=f"Word {n}")
    for who in (world.erin, world.sam):
        page = browse(who).get(f"/incidents/{ticket.number}/").content.decode()
        assert [f"Word {n}" in page for n in range(4)] == [False, True, True, True]
        assert 'href="?all=1">Show earlier' in page
        whole = browse(who).get(f"/incidents/{ticket.number}/?all=1").content.decode()
        assert "Word 0" in whole
        assert "Show earlier" not in whole
    figure = browse(world.sam).get(f"/incidents/{ticket.number}/").context["figure"]
    assert {node.value: node.note for node in figure.nodes if node.note} == {"logged": "1", "in_progress": "2"}


def test_numbers_are_found_in_any_case_and_through_the_permission_only(world, many):
    ticket = many["logged"]
    assert queries.get_visible(world.erin, ticket.number.lower()).pk == ticket.pk
    for user in (world.omar, world.nadia):
        with pytest.raises(Http404):
            queries.get_visible(user, ticket.number)


def test_a_requester_reads_public_events_without_their_inside(world):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    desk_actions.note(ticket=ticket, by=world.sam, message="Between us")
    desk_actions.reply(ticket=ticket, by=world.sam, message="We are on it")
    assert [event.kind for event in queries.timeline(ticket, world.erin)] == [
        "incident.logged", "incident.started", "comment.added",
    ]  # fmt: skip
    assert len(queries.timeline(ticket, world.sam)) == 4


def test_links_lead_only_where_one_may_go(world):
    mine, foreign = incident(world.erin), incident(world.omar, workgroup=world.network)
    desk_actions.link(source=mine, target=foreign, kind=LinkKind.CAUSED_BY, by=world.sam)
    assert linked.links_of(mine, world.erin) == []
    assert [(how, other.pk) for how, other in linked.links_of(mine, world.admin)] == [("was caused by", foreign.pk)]
    assert [how for how, _ in linked.links_of(foreign, world.admin)] == ["caused"]


def test_moves_stand_in_the_lifecycles_order_and_say_why_they_are_shut(world):
    ticket = move(incident(world.erin), "assign", by=world.sam, assignee=world.sam)
    moves = {found.name: found for found in queries.moves(ticket, world.lena)}
    assert [name for name, found in moves.items() if found.open] == ["assign", "hold", "resolve", "merge", "cancel"]
    assert moves["start"].because == ("Sam has it. Assign it to yourself first, or ask.",)
    assert moves["start"].possible_here
    assert not moves["reopen"].possible_here
