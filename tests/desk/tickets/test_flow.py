"""The one door: what perform does in one transaction, and what the database refuses to everybody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from desk.tickets import actions as desk_actions
from desk.tickets import flow
from desk.tickets.errors import Refused, Stale
from desk.tickets.models import Event, Ticket, Visibility
from incidents import actions
from incidents.models import Incident
from tests.factories import incident
from tests.stories import in_state, kinds_of, move


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


REFUSED_BY_THE_DATABASE = {
    "a queryset that sets the state": lambda t: Ticket.objects.filter(pk=t.pk).update(state="closed"),
    "a bulk update of the state": lambda t: _bulk(t),
    "raw SQL that sets the state": lambda t: sql("UPDATE tickets_ticket SET state = 'closed' WHERE id = %s", t.pk),
    "saving a state set by force": lambda t: _forced(t),
    "another ticket's key to the door": lambda t: _with_door(str(t.pk + 1), t),
    "the key for new tickets": lambda t: _with_door("new", t),
    "a ticket made past open_ticket": lambda t: _copy(t),
    "deleting a ticket": lambda t: t.delete(),
    "raw SQL that deletes a ticket": lambda t: sql("DELETE FROM tickets_ticket WHERE id = %s", t.pk),
    "changing what happened": lambda t: t.events.update(kind="nothing.happened"),
    "hiding what happened": lambda t: t.events.update(visibility=Visibility.INTERNAL),
    "raw SQL that moves an event": lambda t: sql("UPDATE tickets_event SET at = now() WHERE ticket_id = %s", t.pk),
    "deleting what happened": lambda t: t.events.all().delete(),
    "raw SQL that deletes events": lambda t: sql("DELETE FROM tickets_event WHERE ticket_id = %s", t.pk),
}


def _bulk(ticket):
    ticket.__dict__["state"] = "closed"
    Ticket.objects.bulk_update([Ticket.objects.get(pk=ticket.pk)], ["title"])
    sql("UPDATE tickets_ticket SET state = 'closed', title = 'x' WHERE number = %s", ticket.number)


def _forced(ticket):
    ticket.__dict__["state"] = "closed"
    ticket.save()


def _with_door(key, ticket):
    sql("SELECT set_config('desk.door', %s, true)", key)
    Ticket.objects.filter(pk=ticket.pk).update(state="closed")


def _copy(ticket):
    Incident.new(
        kind="incident", number="INC-X", title="x", requester=ticket.requester, reporter=ticket.requester,
        workgroup=ticket.workgroup,
    ).save()  # fmt: skip


@pytest.mark.parametrize("what", REFUSED_BY_THE_DATABASE)
def test_the_database_refuses(world, what):
    ticket = incident(world.erin)
    before = (Ticket.objects.values().get(), list(Event.objects.values()))
    with pytest.raises(DatabaseError), transaction.atomic():
        REFUSED_BY_THE_DATABASE[what](ticket)
    assert (Ticket.objects.values().get(), list(Event.objects.values())) == before


def test_the_door_is_shut_again_after_each_move(world):
    move(incident(world.erin), "start", by=world.sam)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('desk.door', true)")
        assert cursor.fetchone() == ("",)


def test_a_state_can_be_set_by_nobody_in_python_either(world):
    ticket = incident(world.erin)
    with pytest.raises(AttributeError):
        ticket.state = "closed"


def test_a_move_writes_one_event_that_tells_all(world):
    ticket = incident(world.erin)
    moved = actions.assign(incident=ticket, by=world.sam, workgroup=world.network, reason="A switch is dead")
    event = moved.events.last()
    assert (event.kind, event.actor, event.version, event.source) == ("incident.assigned", world.sam, 2, "web")
    assert event.data == {"from": "logged", "to": "assigned", "workgroup": "Network"}
    assert event.inside["text"] == "A switch is dead"
    assert {(c["field"], c["old"], c["new"]) for c in event.inside["changes"]} == {
        ("workgroup", "Service Desk", "Network"),
        ("reassignment_count", 0, 1),
    }
    assert moved.updated_at == event.at


def test_the_asker_is_judged_before_the_ticket(world):
    """Who may not, hears only that: not who has it, not what is missing, not that the page is old."""
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    for name in ("start", "reopen"):
        with pytest.raises(PermissionDenied):
            flow.perform(ticket, name, by=world.omar, seen=1)
    with pytest.raises(PermissionDenied):
        actions.take(incident=ticket, by=world.erin)


def test_an_unknown_move_is_refused(world):
    with pytest.raises(Refused, match="Incident has no transition “vanish”"):
        flow.perform(incident(world.erin), "vanish", by=world.sam)


def test_a_page_is_stale_when_somebody_else_changed_the_ticket(world):
    ticket = incident(world.erin)
    desk_actions.edit(ticket=ticket, by=world.lena, seen=1, urgency=1)
    with pytest.raises(Stale, match="^Lena changed INC-") as caught:
        move(ticket, "start", by=world.sam, seen=1)
    assert [event.kind for event in caught.value.since] == ["field.changed"]
    assert Incident.objects.get().state == "logged"


def test_a_page_is_not_stale_by_ones_own_hand_or_by_mere_words(world):
    ticket = incident(world.erin)
    desk_actions.edit(ticket=ticket, by=world.sam, seen=1, urgency=1)
    desk_actions.note(ticket=ticket, by=world.lena, message="I know this one")
    desk_actions.reply(ticket=ticket, by=world.erin, message="It got worse")
    assert move(ticket, "start", by=world.sam, seen=1).state == "in_progress"


def test_a_requester_isnt_told_of_changes_that_are_internal(world):
    """An edit inside doesn't make the requester's page old, nor is its author named to them."""
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam)
    desk_actions.edit(ticket=ticket, by=world.lena, seen=ticket.version, urgency=1)
    assert move(ticket, "confirm", by=world.erin, seen=ticket.version).state == "closed"


def test_events_never_run_backwards(world):
    ticket = move(incident(world.erin), "start", by=world.sam)
    desk_actions.reply(ticket=ticket, by=world.erin, message="Hello")
    move(ticket, "resolve", by=world.sam)
    moments = list(ticket.events.values_list("at", flat=True))
    assert moments == sorted(moments)
    assert all(moment.utcoffset() is not None for moment in moments)


def test_history_may_be_replayed_with_its_own_moments(world):
    then = timezone.now() - timedelta(days=100)
    ticket = incident(world.erin, at=then)
    ticket = move(ticket, "start", by=world.sam, at=then + timedelta(hours=1))
    ticket = move(ticket, "resolve", by=world.sam, at=then + timedelta(hours=2))
    assert (ticket.created_at, ticket.resolved_at) == (then, then + timedelta(hours=2))
    assert Ticket.objects.get().updated_at == then + timedelta(hours=2)


def test_numbers_are_drawn_in_order_and_never_twice(world):
    first, second = incident(world.erin), incident(world.omar)
    assert int(second.number[4:]) == int(first.number[4:]) + 1
    assert first.number == f"INC-{int(first.number[4:]):06d}"


def test_a_failed_move_leaves_nothing(world, monkeypatch):
    ticket = incident(world.erin)
    monkeypatch.setattr(flow, "dispatch", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        move(ticket, "start", by=world.sam)
    fresh = Incident.objects.get()
    assert (fresh.state, fresh.version, fresh.assignee, kinds_of(fresh)) == ("logged", 1, None, ["logged"])


def test_a_correction_sets_what_no_move_leads_to_and_says_so_inside(world):
    ticket = incident(world.erin)
    flow.correct(
        ticket,
        by=world.admin,
        at=timezone.now(),
        reason="As the source says",
        source="import",
        to="closed",
        reopen_count=2,
    )
    fresh, event = Incident.objects.get(), ticket.events.last()
    assert (fresh.state, fresh.reopen_count, fresh.version) == ("closed", 2, 2)
    assert (event.kind, event.visibility, event.inside["text"]) == (
        "ticket.corrected",
        "internal",
        "As the source says",
    )
    assert event.data == {"from": "logged", "to": "closed"}
