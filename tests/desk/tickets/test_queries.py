"""Queues, their pages and counts; what a timeline and a list of links hold for whom."""

import pytest
from django.http import Http404

from desk.people.actions import leave
from desk.tickets import actions as desk_actions
from desk.tickets import kinds, linked, queries
from desk.tickets.models import LinkKind
from tests.factories import WorkgroupFactory, analyst, incident
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


def test_a_queue_holds_what_is_unfinished_most_urgent_first_then_oldest(world, many):
    expected = [many[name] for name in ("urgent", "logged", "in_progress", "pending", "resolved")]
    assert [row.pk for row in queries.queue(world.desk)] == [ticket.pk for ticket in expected]


@pytest.mark.parametrize(
    ("tab", "expected"),
    [
        ("all", {"urgent", "logged", "in_progress", "pending", "resolved"}),
        ("unassigned", {"urgent", "logged"}),
        ("mine", {"in_progress", "pending", "resolved"}),
        ("pending", {"pending"}),
        ("resolved", {"resolved"}),
        ("no such tab", {"urgent", "logged", "in_progress", "pending", "resolved"}),
    ],
)
def test_tabs(world, many, tab, expected):
    names = {ticket.pk: name for name, ticket in many.items()}
    page = queries.queue_page(world.desk, world.sam, tab=tab)
    assert {names[row.pk] for row in page.rows} == expected
    counts = {found.key: found.count for found in queries.queue_tabs(world.desk, world.sam, tab)}
    assert counts.get(tab, "5") == str(len(expected))
    assert sum(found.current for found in queries.queue_tabs(world.desk, world.sam, tab)) == 1


def test_pages_follow_one_another_without_gaps_or_repeats(world, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 3)
    made = [incident(world.erin, impact=1 + n % 3, urgency=1 + n % 2) for n in range(10)]
    seen, after = [], ""
    for _ in range(10):
        page = queries.queue_page(world.desk, world.sam, after=after)
        seen += [row.pk for row in page.rows]
        if not (after := page.next_after):
            break
    assert len(seen) == 10
    assert set(seen) == {ticket.pk for ticket in made}


def test_counts_stop_at_the_cap(world, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_CAP", 4)
    for expected in ("1", "2", "3", "3+", "3+"):
        incident(world.erin)
        assert queries.capped(queries.queue(world.desk)) == expected


def test_each_sees_the_queues_in_reach(world, many):
    (mine,) = queries.queue_counts(world.sam)
    assert (mine.workgroup, mine.open, mine.unassigned, mine.urgent) == (world.desk, "5", "2", "1")
    assert {count.workgroup for count in queries.queue_counts(world.admin)} == {world.desk, world.network}
    assert queries.queue_counts(world.erin) == []


def test_the_counts_of_queues_stop_at_the_cap(world, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_CAP", 3)
    for n in range(5):
        incident(world.erin, impact=1, urgency=1 if n < 2 else 3)
    (mine,) = queries.queue_counts(world.sam)
    assert (mine.open, mine.unassigned, mine.urgent) == ("2+", "2+", "2")


def test_an_inactive_workgroups_queue_is_there_until_it_is_empty(world, browse):
    found = incident(world.erin)
    WorkgroupFactory(name="Never used", is_active=False)
    world.desk.is_active = False
    world.desk.save()
    assert [count.workgroup for count in queries.queue_counts(world.sam)] == [world.desk]
    assert set(queries.queues_of(world.admin)) == {world.desk, world.network}
    assert list(queries.queues_of(world.nadia)) == [world.network]
    sam = browse(world.sam)
    assert "Service Desk (inactive)" in sam.get("/").content.decode()
    assert "inactive</span>" in sam.get("/queues/").content.decode()
    assert "It gets no new tickets." in sam.get("/queues/service-desk/").content.decode()
    move(found, "cancel", by=world.sam)
    assert list(queries.queues_of(world.sam)) == []
    assert "Service Desk" not in sam.get("/queues/").content.decode()
    assert sam.get("/queues/service-desk/").status_code == 200  # whoever works there isn't thrown out


def test_the_parts_of_what_one_sees_are_the_whole(world, many):
    desk_actions.watch(ticket=many["foreign"], user=world.sam)
    incident(world.sam, workgroup=world.network)
    order(incident(world.sam), world.sam, workgroup=world.network)
    for user in (world.erin, world.omar, world.sam, world.nadia, world.admin):
        parts = [part for kind in kinds.every() for part in queries.visible_parts(user, kind)]
        assert {ticket.pk for part in parts for ticket in part} == {row.pk for row in queries.visible_to(user)}


def test_the_team_is_shown_with_what_each_has(world, many):
    loads = {load.user: {ticket.pk for ticket in load.tickets} for load in queries.team_load(world.desk)}
    assert loads == {
        None: {many["urgent"].pk, many["logged"].pk},
        world.sam: {many["in_progress"].pk, many["pending"].pk},
        world.lena: set(),
    }


def test_a_team_is_counted_in_full_and_shown_by_the_most_urgent(world, browse, monkeypatch):
    monkeypatch.setattr(queries, "TEAM_ROWS", 2)
    monkeypatch.setattr(queries, "COUNT_CAP", 5)
    for n in range(4):
        move(incident(world.erin, impact=1 + n % 3, urgency=1), "assign", by=world.lena, assignee=world.sam)
    for _ in range(6):
        incident(world.erin)
    gone = analyst("gone", world.desk)
    move(incident(world.erin), "assign", by=world.lena, assignee=gone)
    leave(workgroup=world.desk, user=gone)
    loads = queries.team_load(world.desk)
    assert [(load.user, load.in_words, load.urgent, len(load.tickets), load.not_shown) for load in loads] == [
        (None, "4+", 0, 2, "3+"), (world.sam, "4", 3, 2, "2"), (gone, "1", 0, 1, ""), (world.lena, "0", 0, 0, ""),
    ]  # fmt: skip
    assert [ticket.priority for ticket in loads[1].tickets] == [1, 1]
    page = browse(world.lena).get("/queues/service-desk/team/").content.decode()
    assert "The 2 most urgent are shown; 3+ more." in page
    assert "The 2 most urgent are shown; 2 more." in page


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


def test_my_work_is_what_waits_for_me(world, many):
    assert {ticket.pk for ticket in queries.my_work(world.sam)} == {many["in_progress"].pk, many["pending"].pk}


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
