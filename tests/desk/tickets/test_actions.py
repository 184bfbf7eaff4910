"""What every kind of ticket can be told: replies, notes, edits, links, watchers."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.people.models import Role
from desk.tickets.actions import edit, link, note, reply, watch
from desk.tickets.errors import Refused, Stale
from desk.tickets.models import Link, LinkKind, PriorityCell, Visibility, Watcher
from incidents.models import Incident
from tests.factories import ServiceFactory, analyst, incident, person
from tests.stories import in_state, kinds_of


@pytest.fixture
def ticket(world):
    return incident(world.erin)


def test_a_reply_is_public_and_says_whose_side_speaks(world, ticket):
    watch(ticket=ticket, user=world.omar)
    told = [reply(ticket=ticket, by=user, message=" Hello\r\nthere ") for user in (world.erin, world.sam, world.omar)]
    assert [(event.data["side"], event.visibility) for event in told] == [
        ("requester", "public"), ("it", "public"), ("requester", "public"),
    ]  # fmt: skip
    assert told[0].data["text"] == "Hello\nthere"
    assert Incident.objects.get().version == 4  # a page made before a reply is out of date


def test_an_analysts_own_ticket_is_a_requesters_for_them(world):
    own = incident(world.sam)
    assert reply(ticket=own, by=world.sam, message="Mine").data["side"] == "requester"


@pytest.mark.parametrize("name", ["omar", "nadia", "admin", "olga"])
def test_who_has_no_part_in_it_may_not_reply(world, ticket, name):
    world.olga = analyst("olga", world.desk, Role.OBSERVER)
    with pytest.raises(PermissionDenied):
        reply(ticket=ticket, by=getattr(world, name), message="Hello")


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_reply_that_nobody_would_read_is_refused(world, state):
    over = in_state(state, requester=world.erin, analyst=world.sam)
    with pytest.raises(Refused, match=f"is {state}, so nobody would read a reply here"):
        reply(ticket=over, by=world.erin, message="Hello?")
    assert note(ticket=over, by=world.sam, message="For the record").visibility == Visibility.INTERNAL


@pytest.mark.parametrize("name", ["erin", "omar", "nadia", "admin", "olga"])
def test_notes_are_written_by_analysts_of_the_workgroup_alone(world, ticket, name):
    world.olga = analyst("olga", world.desk, Role.OBSERVER)
    with pytest.raises(PermissionDenied):
        note(ticket=ticket, by=getattr(world, name), message="Hm")


def test_an_empty_message_is_refused(world, ticket):
    for say in (reply, note):
        with pytest.raises(Refused, match="Please write something"):
            say(ticket=ticket, by=world.sam, message=" \n ")


def test_the_priority_follows_impact_and_urgency(world, ticket):
    assert ticket.priority == 4
    assert edit(ticket=ticket, by=world.sam, seen=1, impact=1, urgency=1).priority == 1
    PriorityCell.objects.filter(impact=1, urgency=3).delete()
    assert edit(ticket=ticket, by=world.sam, seen=2, urgency=3).priority == 3  # the middle, where no cell is


def test_an_edit_tells_what_it_changed_in_words(world, ticket):
    mail = ServiceFactory(name="Mail")
    edit(ticket=ticket, by=world.sam, seen=1, service=mail, urgency=1, title="The mail is down")
    event = ticket.events.last()
    assert (event.kind, event.visibility) == ("field.changed", "internal")
    assert [(c["field"], c["old"], c["new"]) for c in event.inside["changes"]] == [
        ("service", None, "Mail"),
        ("urgency", "Medium: work goes on with difficulty", "High: work has stopped"),
        ("priority", "P4 Low", "P3 Medium"),
    ]


def test_an_edit_that_changes_nothing_writes_nothing(world, ticket):
    edit(ticket=ticket, by=world.sam, seen=1, title=ticket.title, urgency=ticket.urgency)
    assert (Incident.objects.get().version, kinds_of(ticket)) == (1, ["logged"])


def test_what_was_changed_meanwhile_by_the_same_person_collides_too(world, ticket):
    """Two tabs of one person: the older one mustn't undo the newer one unseen."""
    edit(ticket=ticket, by=world.sam, seen=1, title="First")
    with pytest.raises(Stale) as caught:
        edit(ticket=ticket, by=world.sam, seen=1, title="Second")
    assert (caught.value.theirs, caught.value.mine) == ({"title": "First"}, {"title": "Second"})


def test_writing_the_same_as_a_colleague_is_no_collision(world, ticket):
    edit(ticket=ticket, by=world.sam, seen=1, title="Mail is down")
    edit(ticket=ticket, by=world.lena, seen=1, title="Mail is down", urgency=1)
    assert Incident.objects.get().version == 3


def test_only_what_was_logged_can_be_edited(world, ticket):
    for fields in (
        {"state": "closed"},
        {"version": 7},
        {"workgroup": world.network},
        {"number": "INC-1"},
        {"assignee": world.sam},
    ):
        with pytest.raises(Refused, match="can't be edited"):
            edit(ticket=ticket, by=world.sam, seen=1, **fields)
    with pytest.raises(PermissionDenied):
        edit(ticket=ticket, by=world.erin, seen=1, title="Mine")
    for title, why in (
        (" ", "Please give it a title"),
        ("x" * 201, "201 characters; 200 is the most"),
        ("a\x00", "NUL"),
    ):
        with pytest.raises(Refused, match=why):
            edit(ticket=ticket, by=world.sam, seen=1, title=title)


def test_a_link_is_told_on_both_sides_once_by_number(world, ticket):
    other = incident(world.omar, "A private matter")
    for _ in range(2):
        link(source=ticket, target=other, kind=LinkKind.CAUSED_BY, by=world.sam)
    assert Link.objects.count() == 1
    for here, there, forward in ((ticket, other, True), (other, ticket, False)):
        (event,) = here.events.filter(kind="link.added")
        assert event.inside == {"kind": "caused_by", "forward": forward, "number": there.number}
        assert (event.data, event.visibility) == ({}, "internal")


def test_watching_twice_is_watching_once(world, ticket):
    for _ in range(2):
        watch(ticket=ticket, user=world.omar)
    assert Watcher.objects.count() == 1
    assert person("nobody").watching.count() == 0
