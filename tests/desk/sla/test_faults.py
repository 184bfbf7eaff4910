"""The faults that people complain of most in other service desks' clocks, by name. None of them is possible here."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.sla import actions as sla
from desk.sla.models import ViolationReason
from desk.sla.sweep import sweep_all
from desk.tickets import actions as desk
from desk.tickets.errors import Refused
from incidents import actions
from tests.factories import incident
from tests.stories import needed, reason

from .promises import berlin, calendar, clock, policy, republish

pytestmark = pytest.mark.django_db
H, MIN = timedelta(hours=1), timedelta(minutes=1)
MON = "2026-03-02 "


@pytest.fixture
def office(world):
    """Office hours in Berlin; one hour to respond and eight to resolve; a warning at 75%."""
    return policy(hours=calendar(), warn_at=[75])


def agree(ticket):
    """The rows say what the events say."""
    ticket.refresh_from_db()
    assert sla.rebuild(ticket=ticket) == []


def test_paused_time_is_not_lost_when_the_priority_changes(world, office):
    policy("Urgent", hours=office.calendar, response=15, resolution=240, priority=1, position=1)
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:10")
    )
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "10:00"))
    ticket = desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1, at=berlin(MON + "11:00"))
    assert ticket.priority == 1
    assert (clock(ticket).used, clock(ticket).target, clock(ticket).is_paused) == (H, 4 * H, True)
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin(MON + "13:00"))
    assert clock(ticket).due_at == berlin(MON + "16:00")
    assert clock(ticket, "response").target == 60 * MIN  # it had stopped; its figure stays
    agree(ticket)


def test_reopening_does_not_spoil_the_figures(world, office):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    ticket = actions.resolve(incident=ticket, by=world.sam, at=berlin(MON + "12:00"), **needed("resolve"))
    first = clock(ticket)
    ticket = actions.reopen(incident=ticket, by=world.erin, reason="Still down", at=berlin("2026-03-04 09:00"))
    again = clock(ticket)
    assert (again.episode, again.carried, again.due_at) == (2, 3 * H, berlin("2026-03-04 14:00"))
    first.refresh_from_db()
    assert (first.stopped_at, first.used) == (berlin(MON + "12:00"), 3 * H)
    assert not clock(ticket, "response").is_running
    agree(ticket)


def test_due_date_and_pause_are_on_the_same_calendar(world):
    policy(hours=calendar(week=["22:00–06:00"] * 7), resolution=120, response=None)
    ticket = incident(world.erin, at=berlin(MON + "23:00"))
    ticket = actions.start(incident=ticket, by=world.sam, at=berlin(MON + "23:30"))
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "23:30"))
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin("2026-03-03 12:00"))
    assert clock(ticket).due_at == berlin("2026-03-03 23:30")
    assert clock(ticket, "response").target is None
    agree(ticket)


def test_nothing_breaches_while_it_is_pending(world):
    now = timezone.now()
    policy(response=None, resolution=30)
    ticket = actions.start(incident=incident(world.erin, at=now - 3 * H), by=world.sam, at=now - 3 * H)
    actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=now - 3 * H + 29 * MIN)
    assert sweep_all() == 0
    assert clock(ticket).breached_at is None
    agree(ticket)


def test_what_took_longer_than_it_was_allowed_is_not_met_though_it_ended_on_hold(world, office):
    """Three hours of eight were used when it was put on hold; then it became critical, with one hour in all."""
    policy("Urgent", hours=office.calendar, response=15, resolution=60, priority=1, position=1)
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:10")
    )
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "12:00"))
    ticket = desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1, at=berlin(MON + "13:00"))
    desk.note(ticket=ticket, by=world.sam, message="Not their switch.", at=berlin(MON + "14:00"))
    assert clock(ticket).breached_at is None  # it stands
    agree(ticket)
    how = {"by": world.sam, "at": berlin(MON + "15:00"), **needed("resolve")}
    with pytest.raises(Refused, match="missed its resolution target"):
        actions.resolve(incident=ticket, **how)
    ticket = actions.resolve(incident=ticket, violation=ViolationReason.objects.first(), **how)
    assert (clock(ticket).used, clock(ticket).breached_at) == (3 * H, berlin(MON + "15:00"))
    assert list(ticket.events.filter(kind="sla.breached").values_list("at", flat=True)) == [berlin(MON + "15:00")]
    agree(ticket)


def test_everybody_can_tell_which_promise_holds_and_why_the_date_is_what_it_is(world, browse, office):
    policy("Heads of department", hours=office.calendar, vip=True, position=1)
    ticket = incident(world.erin, at=berlin(MON + "09:00"))
    page = browse(world.sam).get(f"/clocks/{ticket.number}/").content.decode()
    for words in (
        "“Standard”, version 1",
        "Office hours, version 1",
        "“Heads of department” (the requester is no VIP)",
    ):
        assert words in page


def test_one_target_does_not_overwrite_another(world, office):
    """Response and resolution are clocks of their own, and an edited policy leaves running clocks alone."""
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    republish(office, response_minutes=5, resolution_minutes=5)
    ticket = desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1, at=berlin(MON + "10:00"))
    assert ticket.priority == 1  # the policies were asked again, and the same one matched
    assert (clock(ticket, "response").target, clock(ticket).target) == (H, 8 * H)
    assert (clock(ticket, "response").used, clock(ticket, "response").breached_at) == (30 * MIN, None)
    agree(ticket)


def test_what_is_overdue_stays_due_when_it_was_though_it_is_resumed_or_rebased(world, office):
    """Otherwise it would sink in the queue, below what is late by less."""
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    due = berlin(MON + "17:00")
    held = reason("Waiting for vendor")
    ticket = actions.hold(incident=ticket, by=world.sam, reason=held, at=berlin("2026-03-03 10:00"))
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin("2026-03-03 12:00"))
    assert clock(ticket).due_at == ticket.due_at == due
    republish(office, resolution_minutes=479)
    assert sla.rebase(ticket=ticket, by=world.admin, reason="A minute less", at=berlin("2026-03-03 13:00"))
    assert clock(ticket).due_at == due
    agree(ticket)
    republish(office, resolution_minutes=4800)
    assert sla.rebase(ticket=ticket, by=world.admin, reason="Ten times as long", at=berlin("2026-03-03 14:00"))
    assert clock(ticket).due_at > berlin("2026-03-03 14:00")
    assert clock(ticket).breached_at == due
    agree(ticket)
