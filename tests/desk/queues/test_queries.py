"""Queues, their pages, tabs and counts; who has what in a team."""

import pytest
from django.db import connection
from django.utils import timezone

from desk.people.actions import leave
from desk.queues import ordering, queries, rows, team
from desk.queues.counts import counted
from desk.queues.queries import Listing
from desk.tickets import queries as tickets
from tests.desk.sla.promises import policy
from tests.factories import WorkgroupFactory, analyst, incident
from tests.german import knows
from tests.stories import in_state, move


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
        ("risk", set()),
        ("breached", set()),
    ],
)
def test_tabs(world, many, tab, expected):
    names = {ticket.pk: name for name, ticket in many.items()}
    listing = Listing(world.sam, (world.desk,), tab=tab)
    assert {names[row.pk] for row in listing.page()} == expected
    assert {found.key: found.count for found in queries.tabs(listing)}[tab] == str(len(expected))


@pytest.mark.parametrize("order", list(ordering.ORDERS))
@pytest.mark.parametrize("together", [False, True])
def test_pages_follow_one_another_without_gaps_or_repeats(world, monkeypatch, order, together):
    """Of one workgroup, and of several together; some have a clock, and some the same moment."""
    monkeypatch.setattr(queries, "PAGE", 3)
    policy(response=30, resolution=60, priority=2)
    groups = (world.desk, world.network) if together else (world.desk,)
    when = timezone.now()
    made = [
        incident(world.erin, impact=1 + n % 3, urgency=1 + n % 2, workgroup=groups[n % len(groups)], at=when)
        for n in range(11)
    ]
    listing = Listing(world.sam, groups, order=order)
    seen, after = [], ""
    for _ in range(11):
        page = list(listing.page(after))
        seen += page[:3]
        if len(page) < 4:
            break
        after = ordering.key_of(page[2].due_at, page[2].priority, page[2].pk)
    assert {row.due_at for row in seen} > {None}
    assert [row.pk for row in seen] == [row.pk for row in ordering.ordered(listing.rows, order)]
    assert {row.pk for row in seen} == {ticket.pk for ticket in made}


def test_a_key_that_is_none_begins_at_the_start(world, many):
    listing = Listing(world.sam, (world.desk,))
    for key in ("x", "9" * 18 + ".1.1", "-.9.1", "1.1"):
        assert len(listing.page(key)) == 5, key


def test_no_page_sorts_or_counts_a_whole_queue(world, many):
    """The index has the order, and the page reads as far as it is long, wherever in the list it is."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    listing = Listing(world.sam, (world.desk,))
    for after in ("", f"-.3.{many['urgent'].pk}"):
        plan = listing.page(after).explain()
        assert "tickets_by_breach" in plan
        assert "Sort" not in plan


def test_counts_stop_at_the_cap(world, monkeypatch):
    monkeypatch.setattr(tickets, "COUNT_CAP", 4)
    for expected in ("1", "2", "3", "3+", "3+"):
        incident(world.erin)
        counts = counted(Listing(world.sam, (world.desk,)), [world.desk, world.network])
        assert counts.tabs[0].count == expected
        assert counts.queues == {world.desk.pk: expected, world.network.pk: "0"}


def test_each_sees_the_queues_in_reach(world, many):
    (mine,) = queries.queue_counts(world.sam)
    assert (mine.workgroup, mine.open, mine.unassigned, mine.urgent) == (world.desk, "5", "2", "1")
    assert {count.workgroup for count in queries.queue_counts(world.admin)} == {world.desk, world.network}
    assert queries.queue_counts(world.erin) == []


def test_the_counts_of_queues_stop_at_the_cap(world, monkeypatch):
    monkeypatch.setattr(tickets, "COUNT_CAP", 3)
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
    assert "Service Desk (inactive)" in browse(world.admin).get("/queues/").content.decode()
    assert "It gets no new tickets." in sam.get("/queues/service-desk/").content.decode()
    move(found, "cancel", by=world.sam)
    assert list(queries.queues_of(world.sam)) == []
    assert "Service Desk" not in sam.get("/queues/").content.decode()
    assert sam.get("/queues/service-desk/").status_code == 200  # whoever works there isn't thrown out


def test_the_team_is_shown_with_what_each_has(world, many):
    loads = {load.user: {ticket.pk for ticket in load.tickets} for load in team.team_load(world.desk)}
    assert loads == {
        None: {many["urgent"].pk, many["logged"].pk},
        world.sam: {many["in_progress"].pk, many["pending"].pk},
        world.lena: set(),
    }


def test_a_team_is_counted_in_full_and_shown_by_the_most_urgent(world, browse, monkeypatch):
    monkeypatch.setattr(team, "TEAM_ROWS", 2)
    monkeypatch.setattr(tickets, "COUNT_CAP", 5)
    for n in range(4):
        move(incident(world.erin, impact=1 + n % 3, urgency=1), "assign", by=world.lena, assignee=world.sam)
    for _ in range(6):
        incident(world.erin)
    gone = analyst("gone", world.desk)
    move(incident(world.erin), "assign", by=world.lena, assignee=gone)
    leave(workgroup=world.desk, user=gone)
    loads = team.team_load(world.desk)
    assert [(load.user, load.in_words, load.urgent, len(load.tickets), load.not_shown) for load in loads] == [
        (None, "4+", 0, 2, "3+"), (world.sam, "4", 3, 2, "2"), (gone, "1", 0, 1, ""), (world.lena, "0", 0, 0, ""),
    ]  # fmt: skip
    assert [ticket.priority for ticket in loads[1].tickets] == [1, 1]
    page = browse(world.lena).get("/queues/service-desk/team/").content.decode()
    assert "The 2 most urgent are shown; 3+ more." in page
    assert "The 2 most urgent are shown; 2 more." in page


def test_my_work_is_what_waits_for_me(world, many):
    assert {ticket.pk for ticket in queries.my_work(world.sam)} == {many["in_progress"].pk, many["pending"].pk}


def test_what_is_remembered_of_a_list_is_said_in_each_readers_language(world, browse, many, monkeypatch):
    knows(monkeypatch, {"All open": "Alle offenen", "In Progress": "In Bearbeitung"})
    rows._label.cache_clear()  # it may have been said before German had these words

    def is_said(*words):
        page = browse(world.sam).get("/queues/").content.decode()
        return [word in page for word in words]

    english, german = ("All open", "In Progress"), ("Alle offenen", "In Bearbeitung")
    for language in ("", "de", "en-gb"):
        world.sam.language = language
        world.sam.save()
        assert all(is_said(*(german if language == "de" else english)))
        assert not any(is_said(*(english if language == "de" else german)))
