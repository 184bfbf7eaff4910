"""Simulation: the real events of tickets, told again to a draft; what the draft leaves alone comes out as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.sla import actions as sla
from desk.sla.models import Clock, Policy
from desk.sla.reporting.outcomes import outcome, outcome_sql
from desk.sla.simulator.comparison import compare
from desk.sla.simulator.drafts import edited, read
from desk.sla.simulator.simulation import Simulation
from desk.sla.simulator.table import Draft
from desk.tickets import actions as desk
from desk.tickets.models import Event
from incidents import actions
from itsm.demo.lay import lay
from tests.factories import ServiceFactory, incident
from tests.stories import needed, reason

from ..lives import SEEDS, Life, as_edited, figures, promises, simulate, unlike
from ..promises import berlin, calendar, policy, republish

pytestmark = pytest.mark.django_db
H, MIN = timedelta(hours=1), timedelta(minutes=1)
MON = "2026-03-02 "
LATER = berlin("2026-03-20 09:00")


@pytest.fixture
def office(world):
    """Office hours in Berlin; one hour to respond and eight to resolve."""
    return policy(hours=calendar())


def started(world, at="09:00", **fields):
    return actions.start(
        incident=incident(world.erin, at=berlin(MON + at), **fields), by=world.sam, at=berlin(MON + "09:30")
    )


def resolved(world, ticket, at):
    return actions.resolve(incident=ticket, by=world.sam, at=berlin(at), source="import", **needed("resolve"))


def now(draft, kind="resolution", episode=1, until=LATER):
    """The only ticket's clock, as the draft would have it."""
    [told] = simulate(draft, until)
    return told.now[kind, episode]


# -- as recorded ------------------------------------------------------------------------------


def test_a_demo_told_again_comes_out_figure_for_figure(essentials, settings):
    lay(scale=0.06, say=lambda _: None)
    until = timezone.now()
    for draft in (Draft(), as_edited()):
        told = simulate(draft, until)
        assert len(told) > 15
        assert unlike(told) == []
    assert {"met", "missed"} <= {outcome(clock) for one in told for clock in one.then.values()}


@pytest.mark.parametrize("seed", SEEDS)
def test_lives_by_chance_come_out_as_they_were_recorded(world, seed):
    """With nothing drafted; and with every policy matched anew at each event, by the fields as they were then."""
    laid = promises(world)
    for life in range(3):
        Life(world, laid, seed * 100 + life, republishing=False).live(25)
    until = timezone.now()
    assert unlike(simulate(Draft(), until)) == []
    assert unlike(simulate(as_edited(), until)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_so_do_lives_through_which_policies_were_republished_and_clocks_re_based(world, seed):
    laid = promises(world)
    for life in range(3):
        Life(world, laid, 5000 + seed * 100 + life, republishing=True).live(30)
    until = timezone.now()
    assert unlike(simulate(Draft(), until)) == []
    nobody = {"name": "Nobody", "like": "Critical", "position": 0, "department": "Nobody works here"}
    assert unlike(simulate(read({"policy": [nobody]}), until)) == []


def test_lives_by_chance_come_to_all_that_can_happen(world):
    """So that the two tests above have something to compare."""
    laid = promises(world)
    for life in range(8):
        Life(world, laid, 100 + life, republishing=True).live(30)
    hows = {event.inside["how"] for event in Event.objects.filter(kind__in=["sla.targeted", "sla.rebased"])}
    assert hows == {"start", "late", "fresh", "change", "rebase"}
    assert Clock.objects.filter(breached_at__isnull=False).exists()


def test_nothing_is_written(world, office):
    started(world)
    with CaptureQueriesContext(connection) as seen:
        simulate(read({"policy": [{"name": "Standard", "resolution_minutes": 1}]}), LATER)
    assert {query["sql"].split()[0] for query in seen} == {"SELECT"}


def test_many_tickets_cost_as_many_statements_as_one(world, office):
    draft = read({"policy": [{"name": "Standard", "resolution_minutes": 60}]})
    costs = []
    for many in (1, 8):
        for n in range(many):
            incident(world.erin if n % 2 else world.omar, f"Trouble {n}", at=berlin(MON + "10:00"))
        simulate(draft, LATER)
        with CaptureQueriesContext(connection) as seen:
            simulate(draft, LATER)
        costs.append(len(seen))
    assert costs[0] == costs[1]


# -- drafts -----------------------------------------------------------------------------------


def test_a_shorter_target_is_missed_at_its_true_moment(world, office):
    ticket = resolved(world, started(world), MON + "15:00")
    clock = now(read({"policy": [{"name": "Standard", "resolution_minutes": 240}]}))
    assert clock.breached_at == berlin(MON + "13:00")
    assert clock.used == 6 * H
    assert Clock.objects.get(ticket=ticket, kind="resolution").breached_at is None


def test_a_longer_target_would_have_been_met(world, office):
    resolved(world, started(world), "2026-03-03 10:00")
    found = compare(
        Simulation(
            read({"policy": [{"name": "Standard", "resolution_minutes": 900}]}),
            since=berlin(MON + "00:00"),
            until=LATER,
        )
    )
    assert [(flip.kind, flip.then, flip.now, flip.by) for flip in found.met_now] == [
        ("resolution", "missed", "met", "4 h to spare")
    ]
    assert (found.overall["resolution"].then.percentage, found.overall["resolution"].now.percentage) == (0, 100)


def test_another_calendar_counts_other_hours(world, office):
    started(world)
    draft = read(
        {"calendar": [{"name": "Office hours", "days": [{"date": date(2026, 3, 2), "name": "Founder's day"}]}]}
    )
    assert now(draft).breached_at == berlin("2026-03-03 16:00")
    assert now(Draft()).breached_at == berlin(MON + "17:00")


def test_pauses_stay_as_they_were(world, office):
    ticket = actions.hold(
        incident=started(world), by=world.sam, reason=reason("Waiting for vendor"), at=berlin(MON + "10:00")
    )
    actions.resume(incident=ticket, by=world.sam, at=berlin(MON + "14:00"))
    assert now(read({"policy": [{"name": "Standard", "resolution_minutes": 120}]})).breached_at == berlin(MON + "15:00")


def test_each_event_asks_the_fields_as_they_were_then(world, office):
    """The service came at eleven; whoever reads the ticket today sees it from the beginning."""
    mail = ServiceFactory(name="Mail")
    ticket = started(world)
    desk.edit(ticket=ticket, by=world.sam, seen=99, service=mail, at=berlin(MON + "11:00"))
    draft = read(
        {"policy": [{"name": "Mail", "like": "Standard", "service": "mail", "position": 1, "resolution_minutes": 180}]}
    )
    clock = now(draft)
    assert (clock.started_at, clock.terms.target, clock.breached_at) == (
        berlin(MON + "09:00"), 3 * H, berlin(MON + "12:00"),
    )  # fmt: skip
    assert now(draft, "response").terms.target == 60 * MIN  # it had stopped before


def test_events_from_before_ids_were_kept_are_read_by_their_words(world, office, monkeypatch):
    monkeypatch.setattr("desk.tickets.audit._has_words", lambda column: False)
    mail = ServiceFactory(name="Mail")
    ticket = started(world, service=mail)
    desk.edit(ticket=ticket, by=world.sam, seen=99, service=None, at=berlin(MON + "11:00"))
    assert not any("old_id" in change for e in Event.objects.all() for change in e.inside.get("changes", []))
    draft = read(
        {"policy": [{"name": "Mail", "like": "Standard", "service": "Mail", "position": 1, "response_minutes": 20}]}
    )
    assert now(draft, "response").breached_at == berlin(MON + "09:20")
    mail.name = "Post"
    mail.save()
    simulation = Simulation(draft, since=berlin(MON + "00:00"), until=LATER)
    [told] = simulation.run()
    assert told.now["response", 1].breached_at is None
    assert simulation.past.unsure == {ticket.number}


def test_what_the_draft_leaves_alone_keeps_the_version_it_had(world, office):
    policy("Urgent", hours=office.calendar, resolution=60, priority=1, position=1)
    started(world)
    republish(office, resolution_minutes=30)
    draft = read({"policy": [{"name": "Urgent", "resolution_minutes": 5}]})
    assert now(draft).terms.target == 8 * H


def test_a_policy_that_is_named_is_tried_on_the_tickets_of_its_older_versions_too(world, office):
    started(world)
    republish(office, resolution_minutes=120)
    assert now(Draft()).terms.target == 8 * H
    assert now(edited("standard")).terms.target == 2 * H
    assert edited() == Draft()
    Policy.objects.filter(pk=office.pk).update(resolution_minutes=90)
    assert now(edited()).terms.target == 90 * MIN


def test_where_a_policy_would_not_match_any_more_the_next_one_is_asked_as_it_was_then(world, office):
    policy("High", hours=office.calendar, resolution=60, priority=4, position=1)
    started(world)
    republish(office, resolution_minutes=30)
    draft = read({"policy": [{"name": "High", "priority": "P1"}]})
    assert now(draft).terms.target == 8 * H
    [told] = simulate(read({"policy": [{"name": "High", "priority": 1}, {"name": "Standard", "active": False}]}), LATER)
    assert told.now == {}


def test_an_escalation_that_raised_the_priority_stays_part_of_the_past(world, office):
    policy("Urgent", hours=office.calendar, resolution=60, priority=3, position=1)
    ticket = started(world)
    desk.set_priority(ticket=ticket, by=world.sam, priority=3, at=berlin(MON + "12:00"), source="timer")
    draft = read({"policy": [{"name": "Urgent", "resolution_minutes": 300}]})
    assert now(draft).breached_at == berlin(MON + "14:00")


def test_reopening_continues_or_starts_afresh_as_the_draft_says(world, office):
    ticket = resolved(world, started(world), MON + "12:00")
    actions.reopen(incident=ticket, by=world.erin, reason="Still down", at=berlin("2026-03-04 09:00"))
    assert now(Draft(), episode=2).breached_at == berlin("2026-03-04 14:00")
    fresh = read({"policy": [{"name": "Standard", "on_reopen": "fresh"}]})
    assert now(fresh, episode=2).breached_at == berlin("2026-03-04 17:00")
    assert now(fresh, "response", episode=2).breached_at == berlin("2026-03-04 10:00")


def test_a_fresh_start_would_have_gone_on(world):
    policy(hours=calendar(), on_reopen="fresh")
    ticket = resolved(world, started(world), MON + "12:00")
    actions.reopen(incident=ticket, by=world.erin, reason="Still down", at=berlin("2026-03-04 09:00"))
    [told] = simulate(read({"policy": [{"name": "Standard", "on_reopen": "continue"}]}), LATER)
    assert told.now.keys() == {("response", 1), ("resolution", 1), ("resolution", 2)}
    assert told.now["resolution", 2].carried == 3 * H


def test_a_rebasing_was_part_of_the_past_and_does_nothing_to_clocks_that_the_draft_held_already(world, office):
    ticket = started(world)
    republish(office, resolution_minutes=240)
    assert sla.rebase(ticket=ticket, by=world.admin, reason="New contract", at=berlin(MON + "11:00"))
    assert now(Draft()).breached_at == berlin(MON + "13:00")
    assert now(edited("Standard")).breached_at == berlin(MON + "13:00")
    assert now(read({"policy": [{"name": "Standard", "resolution_minutes": 600}]})).breached_at == berlin(
        "2026-03-03 09:00"
    )


def test_best_effort_and_cancelled_are_counted_apart(world, office):
    actions.cancel(
        incident=incident(world.erin, at=berlin(MON + "09:00")), by=world.erin, reason="Gone", at=berlin(MON + "09:05")
    )
    resolved(world, started(world), MON + "12:00")
    draft = read({"policy": [{"name": "Standard", "resolution_minutes": "best effort"}]})
    found = compare(Simulation(draft, since=berlin(MON + "00:00"), until=LATER))
    pair = found.overall["resolution"]
    assert dict(pair.then.counts) == {"cancelled": 1, "met": 1}
    assert dict(pair.now.counts) == {"cancelled": 1, "best effort": 1}
    assert (pair.then.percentage, pair.now.percentage) == (100, None)


def test_the_worst_places_and_each_policy_are_named(world, office):
    policy("Urgent", hours=office.calendar, resolution=60, priority=1, position=1)
    for n in range(3):
        resolved(world, started(world, title=f"Trouble {n}"), MON + "12:00")
    found = compare(
        Simulation(
            read({"policy": [{"name": "Standard", "resolution_minutes": 60}]}), since=berlin(MON + "00:00"), until=LATER
        )
    )
    assert [(pair.name, pair.then.missed, pair.now.missed) for pair in found.worst_workgroups] == [
        ("Service Desk", 0, 3)
    ]
    assert [(pair.name, pair.now.missed) for pair in found.worst_categories] == [("No category", 3)]
    assert [(pair.name, pair.then.met, pair.now.met, pair.change) for pair in found.by_policy("resolution")] == [
        ("Standard", 3, 0, -100)
    ]
    assert [flip.by for flip in found.missed_now] == ["2 h late"] * 3


def test_only_tickets_of_the_period_are_told(world, office):
    early, late = started(world), incident(world.omar, at=berlin("2026-03-05 09:00"))
    for since, before, expected in (
        ("2026-03-01", None, {early, late}), ("2026-03-05", None, {late}), ("2026-03-01", "2026-03-05", {early}),
    ):  # fmt: skip
        until = before and berlin(f"{before} 00:00")
        run = Simulation(Draft(), since=berlin(f"{since} 00:00"), before=until, until=LATER).run()
        assert {told.ticket.number for told in run} == {ticket.number for ticket in expected}


def test_what_a_clock_came_to_is_the_same_in_python_and_in_sql(world):
    laid = promises(world)
    for seed in range(8):
        Life(world, laid, 9000 + seed, republishing=True).live(25)
    rows = {
        (row.ticket_id, row.kind, row.episode): row.came_to for row in Clock.objects.annotate(came_to=outcome_sql())
    }
    from desk.sla.queries import read_clock

    assert rows == {(row.ticket_id, row.kind, row.episode): outcome(read_clock(row)) for row in Clock.objects.all()}
    assert len(set(rows.values())) >= 4


def test_figures_are_compared_clock_by_clock(world, office):
    """So that the tests above can fail: another target is told apart."""
    started(world)
    [told] = simulate(read({"policy": [{"name": "Standard", "resolution_minutes": 479}]}), LATER)
    assert unlike([told]) == [told.ticket.number]
    assert figures(told.then)["response", 1] == figures(told.now)["response", 1]
