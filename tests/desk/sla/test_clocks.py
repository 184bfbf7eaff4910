"""Clocks through the life of an incident, told on a Monday in March; every figure can be checked by hand."""

from datetime import date, timedelta

import pytest

from desk.sla import actions as sla
from desk.tickets import actions as desk
from incidents import actions
from tests.factories import ServiceFactory, incident
from tests.stories import needed, reason

from .promises import ALWAYS, berlin, calendar, clock, policy, republish

pytestmark = pytest.mark.django_db
H, MIN = timedelta(hours=1), timedelta(minutes=1)
MON = "2026-03-02 "


@pytest.fixture
def office(world):
    """Office hours in Berlin; one hour to respond and eight to resolve; a warning at 75%."""
    return policy(hours=calendar(), warn_at=[75])


def told(ticket):
    """(what, clock, percent, when) for every mark, in the order of time."""
    marks = ticket.events.filter(kind__in=["sla.warned", "sla.breached", "sla.overdue"]).order_by("at", "pk")
    return [(m.kind, m.inside["clock"], m.inside["percent"], m.at) for m in marks]


def agree(ticket):
    """The rows say what the events say."""
    ticket.refresh_from_db()
    assert sla.rebuild(ticket=ticket) == []


def test_logging_starts_both_clocks_in_business_time(world, office):
    ticket = incident(world.erin, at=berlin(MON + "16:30"))
    assert clock(ticket, "response").due_at == berlin(MON + "17:30")
    assert clock(ticket).due_at == berlin("2026-03-03 14:30")  # 90 minutes on Monday, 6 h 30 on Tuesday
    ticket.refresh_from_db()
    assert ticket.due_at == berlin(MON + "17:30")
    event = ticket.events.get(kind="sla.targeted")
    assert (event.inside["policy"], event.inside["version"], event.visibility) == ("Standard", 1, "internal")
    agree(ticket)


def test_starting_work_is_the_response_and_so_is_the_first_public_reply(world, office):
    first, second = (
        incident(world.erin, at=berlin(MON + "09:00")),
        incident(world.erin, "Two", at=berlin(MON + "09:00")),
    )
    actions.start(incident=first, by=world.sam, at=berlin(MON + "09:20"))
    desk.note(ticket=second, by=world.sam, message="Hm", at=berlin(MON + "09:10"))
    assert not clock(second, "response").is_stopped
    desk.reply(ticket=second, by=world.erin, message="Anybody?", at=berlin(MON + "09:15"))
    assert not clock(second, "response").is_stopped
    desk.reply(ticket=second, by=world.sam, message="We are on it", at=berlin(MON + "09:30"))
    assert [clock(t, "response").used for t in (first, second)] == [20 * MIN, 30 * MIN]
    assert [clock(t).is_running for t in (first, second)] == [True, True]
    for ticket in (first, second):
        agree(ticket)


def test_a_pause_stops_what_its_reason_says_and_moves_the_due_date_by_exactly_that_much(world, office):
    ticket = incident(world.erin, at=berlin(MON + "09:00"))
    ticket = actions.start(incident=ticket, by=world.sam, at=berlin(MON + "09:30"))
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "11:00"))
    assert clock(ticket).is_paused
    assert clock(ticket).due_at is None
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin("2026-03-04 10:00"))
    assert clock(ticket).used == 2 * H
    assert clock(ticket).due_at == berlin("2026-03-04 16:00")
    agree(ticket)


def test_gathering_evidence_pauses_nothing(world, office):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    held = reason("Gathering evidence")
    ticket = actions.hold(incident=ticket, by=world.sam, reason=held, at=berlin(MON + "10:00"))
    assert clock(ticket).is_running
    agree(ticket)


def test_what_a_reason_said_when_it_was_used_counts_though_an_administrator_changes_it(world, office):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    held = reason("Waiting for vendor")
    ticket = actions.hold(incident=ticket, by=world.sam, reason=held, at=berlin(MON + "10:00"))
    held.pauses_resolution = False
    held.save()
    agree(ticket)


def test_resolving_in_time_is_met_and_resolving_late_is_missed_with_the_true_moment(world, office):
    quick, slow = (incident(world.erin, title, at=berlin(MON + "09:00")) for title in ("Quick", "Slow"))
    for ticket, at in ((quick, MON + "12:00"), (slow, "2026-03-03 10:00")):
        ticket = actions.start(incident=ticket, by=world.sam, at=berlin(MON + "09:30"))
        actions.resolve(incident=ticket, by=world.sam, at=berlin(at), source="import", **needed("resolve"))
    assert clock(quick).breached_at is None
    assert clock(slow).breached_at == berlin(MON + "17:00")
    assert clock(slow).used == 11 * H
    assert told(slow) == [
        ("sla.warned", "resolution", 75, berlin(MON + "15:00")),
        ("sla.breached", "resolution", 100, berlin(MON + "17:00")),
    ]
    assert told(quick) == []
    agree(slow)


def test_resolving_at_the_very_moment_it_is_due_is_met(world, office):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    actions.resolve(incident=ticket, by=world.sam, at=berlin(MON + "17:00"), **needed("resolve"))
    assert clock(ticket).breached_at is None


def test_a_target_that_is_over_at_once_is_a_breach_now_and_not_in_the_past(world, office):
    policy("Urgent", hours=office.calendar, resolution=30, priority=1, position=1, warn_at=[50, 80])
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:10")
    )
    ticket = desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1, at=berlin(MON + "11:00"))
    assert clock(ticket).marks == [100]
    assert clock(ticket).next_event_at == berlin(MON + "11:00")
    agree(ticket)


def test_a_breach_before_reopening_stays_and_is_not_told_again(world, office):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    late = berlin("2026-03-03 10:00")
    ticket = actions.resolve(incident=ticket, by=world.sam, at=late, source="import", **needed("resolve"))
    ticket = actions.reopen(incident=ticket, by=world.erin, reason="Still down", at=berlin("2026-03-04 09:00"))
    again = clock(ticket)
    assert again.breached_at == berlin(MON + "17:00")
    assert not again.breached_here
    assert again.marks == []
    assert [kind for kind, *_ in told(ticket)].count("sla.breached") == 1
    agree(ticket)


def test_a_policy_may_give_a_fresh_target_for_each_episode(world):
    policy(hours=calendar(), on_reopen="fresh")
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    ticket = actions.resolve(incident=ticket, by=world.sam, at=berlin(MON + "12:00"), **needed("resolve"))
    ticket = actions.reopen(incident=ticket, by=world.erin, reason="Still down", at=berlin("2026-03-04 09:00"))
    assert (clock(ticket).episode, clock(ticket).due_at) == (2, berlin("2026-03-04 17:00"))
    assert (clock(ticket, "response").episode, clock(ticket, "response").due_at) == (2, berlin("2026-03-04 10:00"))
    agree(ticket)


def test_cancelling_stops_the_clocks_and_counts_as_neither(world, office):
    ticket = incident(world.erin, at=berlin(MON + "09:00"))
    ticket = actions.cancel(incident=ticket, by=world.erin, reason="My mistake", at=berlin(MON + "09:05"))
    assert {clock(ticket, kind).is_void for kind in ("response", "resolution")} == {True}
    ticket.refresh_from_db()
    assert ticket.due_at is None
    agree(ticket)


def test_a_ticket_that_no_policy_matched_gets_clocks_that_know_its_past_when_one_does(world):
    mail = ServiceFactory(name="Mail")
    policy("Mail", hours=calendar(), service=mail)
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "11:00"))
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin(MON + "14:00"))
    ticket = desk.edit(ticket=ticket, by=world.sam, seen=99, service=mail, at=berlin(MON + "15:00"))
    assert clock(ticket).used == 3 * H
    assert clock(ticket).due_at == berlin("2026-03-03 10:00")
    assert not ticket.clocks.filter(kind="response").exists()  # that was over before anything was promised
    agree(ticket)


def test_an_old_clock_keeps_its_version_until_it_is_rebased(world, office):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    republish(office, resolution_minutes=240)
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "10:00"))
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin(MON + "10:30"))
    assert (clock(ticket).target, clock(ticket).policy_version.number) == (8 * H, 1)
    assert sla.rebase(ticket=ticket, by=world.admin, reason="New contract", at=berlin(MON + "11:00"))
    assert (clock(ticket).target, clock(ticket).policy_version.number) == (4 * H, 2)
    assert clock(ticket).due_at == berlin(MON + "13:30")
    event = ticket.events.get(kind="sla.rebased")
    assert (event.actor, event.inside["text"]) == (world.admin, "New contract")
    assert not sla.rebase(ticket=ticket, by=world.admin, reason="Again", at=berlin(MON + "11:10"))
    agree(ticket)


def test_rebasing_measures_the_past_by_the_new_calendar(world, office):
    from desk.sla.models import SpecialDay
    from desk.sla.publishing import publish_calendar

    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    SpecialDay.objects.create(
        calendar=office.calendar, date=date(2026, 3, 2), name="Founder's day", times="08:00–10:00"
    )
    publish_calendar(calendar=office.calendar, by=world.admin)
    assert sla.rebase(ticket=ticket, by=world.admin, reason="A forgotten half-day", at=berlin("2026-03-03 09:00"))
    assert clock(ticket).used == 2 * H  # 09:00–10:00 on Monday, 08:00–09:00 on Tuesday
    agree(ticket)


def test_round_the_clock_counts_the_night_of_the_time_change(world):
    policy(hours=calendar("Always", week=ALWAYS), resolution=24 * 60)
    ticket = incident(world.erin, at=berlin("2026-03-28 12:00"))
    assert clock(ticket).due_at == berlin("2026-03-29 13:00")


def test_what_was_logged_before_anything_was_promised_is_rebased_with_its_past(world):
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    policy(hours=calendar())
    assert sla.rebase(ticket=ticket, by=world.admin, reason="The first agreement", at=berlin(MON + "11:00"))
    assert (clock(ticket).used, clock(ticket).due_at) == (2 * H, berlin(MON + "17:00"))
    assert not ticket.clocks.filter(kind="response").exists()
    agree(ticket)


@pytest.mark.parametrize(("to", "expected"), [("in_progress", {"resolution"}), ("pending", {"resolution", "response"})])
def test_a_fresh_episode_that_begins_at_work_or_on_hold_has_the_clocks_for_that(world, to, expected):
    from desk.tickets import flow

    policy(hours=calendar(), on_reopen="fresh")
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:30")
    )
    ticket = actions.resolve(incident=ticket, by=world.sam, at=berlin(MON + "12:00"), **needed("resolve"))
    later = berlin(MON + "13:00")
    flow.correct(ticket, by=world.sam, at=later, reason="As the source has it", source="import", to=to)
    assert set(ticket.clocks.filter(episode=2).values_list("kind", flat=True)) == expected
    assert clock(ticket).is_paused == (to == "pending")
    agree(ticket)


def test_a_change_that_is_told_after_what_came_later_takes_no_pause_back(world, office):
    policy("Urgent", hours=office.calendar, resolution=240, priority=1, position=1)
    ticket = actions.start(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.sam, at=berlin(MON + "09:10")
    )
    ticket = actions.hold(incident=ticket, by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "10:00"))
    ticket = actions.resume(incident=ticket, by=world.sam, at=berlin(MON + "12:00"))
    desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1, at=berlin(MON + "10:30"))
    assert clock(ticket).used == H
    assert clock(ticket).due_at == berlin(MON + "15:00")
    agree(ticket)
