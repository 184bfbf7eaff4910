"""Escalation: the steps of a policy are done once, in order, each recorded with what came of it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from desk.notifications.models import Message
from desk.notifications.queries import inbox_page
from desk.reactions.actions import deliver_due
from desk.sla import actions as sla
from desk.sla.models import Clock
from desk.sla.sweep import sweep, sweep_all
from desk.tickets import actions as desk
from incidents import actions
from tests.factories import incident
from tests.stories import needed

from .promises import ALWAYS, BERLIN, calendar, clock, policy, republish

pytestmark = pytest.mark.django_db(transaction=True)


def long_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


def told(ticket):
    """What was recorded of each step: (percent, what, done, whom it told)."""
    events = ticket.events.filter(kind="sla.escalated").order_by("pk")
    return [(e.inside["percent"], e.inside["do"], e.inside["done"], e.inside["recipients"]) for e in events]


def pass_time():
    sweep_all()
    deliver_due()


def test_assignee_leads_person_and_group_are_named_in_the_record(world):
    steps = (
        {"percent": 50, "do": "assignee"},
        {"percent": 100, "do": "leads"},
        {"percent": 100, "do": "person", "person": world.admin},
        {"percent": 150, "do": "group", "workgroup": world.desk},
        {"percent": 150, "do": "group", "workgroup": world.network},
    )
    policy(response=None, resolution=10, steps=steps)
    soon = actions.start(incident=incident(world.erin, at=long_ago(6)), by=world.sam, at=long_ago(5))
    late = actions.start(incident=incident(world.erin, at=long_ago(20)), by=world.sam, at=long_ago(19))
    pass_time()
    assert told(soon) == [(50, "assignee", True, [world.sam.pk])]
    assert told(late) == [
        (50, "assignee", False, []),
        (100, "leads", True, [world.lena.pk]),
        (100, "person", True, [world.admin.pk]),
        (150, "group", True, [world.lena.pk, world.sam.pk]),
        (150, "group", False, []),  # who may not see the ticket isn't told, and the record doesn't say so either
    ]
    assert {e.visibility for e in late.events.filter(kind="sla.escalated")} == {"internal"}


def test_when_nobody_has_it_the_leads_hear_and_where_there_is_no_lead_that_is_recorded(world):
    policy(response=None, resolution=10, steps=({"percent": 100, "do": "assignee"},))
    ours, theirs = incident(world.erin, at=long_ago(20)), incident(world.erin, at=long_ago(20), workgroup=world.network)
    pass_time()
    assert told(ours) == [(100, "assignee", True, [world.lena.pk])]
    assert told(theirs) == [(100, "assignee", False, [])]


def test_raising_the_priority_takes_the_policy_of_that_priority_and_happens_once(world):
    policy("Urgent", response=None, resolution=60, priority=3, position=1)
    policy("Standard", response=None, resolution=20, steps=({"percent": 50, "do": "raise"},))
    ticket = incident(world.erin, at=long_ago(15))
    assert ticket.priority == 4
    pass_time()
    ticket.refresh_from_db()
    assert ticket.priority == 3
    assert clock(ticket).policy_version.policy.name == "Urgent"
    assert told(ticket) == [(50, "raise", True, [])]
    pass_time()
    ticket.refresh_from_db()
    assert (ticket.priority, len(told(ticket))) == (3, 1)


def test_the_highest_priority_stays(world):
    policy(response=None, resolution=20, steps=({"percent": 50, "do": "raise"},))
    ticket = incident(world.erin, at=long_ago(15), impact=1, urgency=1)
    pass_time()
    assert told(ticket) == [(50, "raise", False, [])]


def test_moving_to_another_workgroup_goes_through_triage_and_says_why(world):
    policy(response=None, resolution=10, steps=({"percent": 100, "do": "move", "workgroup": world.network},))
    ticket = actions.start(incident=incident(world.erin, at=long_ago(20)), by=world.sam, at=long_ago(19))
    pass_time()
    ticket.refresh_from_db()
    assert (ticket.workgroup, ticket.assignee, ticket.state) == (world.network, None, "assigned")
    assert (
        ticket.events.get(kind="incident.assigned").inside["text"] == "100% of the time for the resolution is used up."
    )
    assert told(ticket) == [(100, "move", True, [])]


def test_a_step_that_cannot_be_done_says_why_and_does_not_stop_the_others(world):
    steps = (
        {"percent": 100, "do": "move", "workgroup": world.network},
        {"percent": 100, "do": "leads"},
    )
    policy(response=None, resolution=10, steps=steps)
    ticket = actions.start(incident=incident(world.erin, at=long_ago(20)), by=world.sam, at=long_ago(19))
    sweep_all()
    reasons = {"violation": None} | needed("resolve")
    from desk.sla.models import ViolationReason

    reasons["violation"] = ViolationReason.objects.first()
    actions.resolve(incident=ticket, by=world.sam, **reasons)
    deliver_due()
    assert told(ticket) == [(100, "move", False, []), (100, "leads", True, [world.lena.pk])]
    assert "it can't go to Network" in ticket.events.filter(kind="sla.escalated").first().inside["said"]


def test_a_warning_that_comes_after_it_was_solved_calls_nobody(world):
    policy(response=None, resolution=30, steps=({"percent": 50, "do": "assignee"},))
    ticket = actions.start(incident=incident(world.erin, at=long_ago(20)), by=world.sam, at=long_ago(19))
    sweep_all()
    actions.resolve(incident=ticket, by=world.sam, **needed("resolve"))
    deliver_due()
    assert told(ticket) == [(50, "assignee", False, [])]


@pytest.mark.parametrize("swept", [False, True], ids=["not told yet", "told"])
def test_a_warning_that_comes_after_the_target_was_missed_calls_nobody_but_still_puts_it_right(world, swept):
    """Workers were away for a while: what a warning would say is wrong by now, and the record says why it was left."""
    policy(response=None, resolution=10, steps=({"percent": 50, "do": "leads"}, {"percent": 60, "do": "raise"}))
    ticket = incident(world.erin, at=long_ago(20))
    for _ in range(3 if swept else 2):  # a mark each: 50, 60, and the breach
        sweep(1)
    assert (clock(ticket).breached_at is not None) == swept
    deliver_due()
    assert told(ticket) == [(50, "leads", False, []), (60, "raise", True, [])]
    left_out = ticket.events.filter(kind="sla.escalated").earliest("pk")
    assert left_out.inside["said"].endswith("not needed any more: the resolution target is missed already")
    assert not Message.objects.exists()


def test_the_inbox_shows_when_the_target_was_missed_and_not_when_a_worker_got_to_it(world):
    policy(response=None, resolution=10, steps=({"percent": 100, "do": "leads"},))
    ticket = incident(world.erin, at=long_ago(200))
    pass_time()
    (message,) = inbox_page(world.lena).rows
    assert message.since == ticket.events.get(kind="sla.breached").at
    assert message.created_at - message.since > timedelta(hours=3)


def test_imported_history_calls_nobody(world):
    policy(response=None, resolution=10, steps=({"percent": 100, "do": "leads"},))
    ticket = incident(world.erin, at=long_ago(50), source="import")
    actions.start(incident=ticket, by=world.sam, at=long_ago(20), source="import")
    deliver_due()
    assert ticket.events.filter(kind="sla.breached").count() == 1
    assert told(ticket) == []


def test_a_mark_is_followed_by_the_steps_of_the_policy_that_held_when_it_was_told(world):
    """Somebody changes the priority before the worker comes: the new policy's steps are for its own marks."""
    policy("Urgent", response=None, resolution=600, priority=1, position=1, steps=({"percent": 50, "do": "raise"},))
    policy("Standard", response=None, resolution=20, steps=({"percent": 50, "do": "leads"},))
    ticket = incident(world.erin, at=long_ago(15))
    sweep_all()
    desk.edit(ticket=ticket, by=world.sam, seen=99, impact=1, urgency=1)
    deliver_due()
    assert told(ticket) == [(50, "leads", True, [world.lena.pk])]


def test_steps_of_two_policies_are_not_taken_for_one_another(world):
    move = {"percent": 50, "do": "move", "workgroup": world.network}
    policy("Urgent", response=None, resolution=20, priority=3, position=1, steps=({**move, "percent": 100},))
    policy("Standard", response=None, resolution=30, steps=({"percent": 50, "do": "raise"},))
    ticket = incident(world.erin, at=long_ago(29))
    pass_time()
    pass_time()
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.workgroup) == (3, world.network)


def test_two_clocks_of_a_ticket_raise_its_priority_once(world):
    policy(response=10, resolution=10, steps=({"percent": 100, "do": "raise"},))
    ticket = incident(world.erin, at=long_ago(15))
    pass_time()
    ticket.refresh_from_db()
    assert ticket.priority == 3
    assert [done for _, _, done, _ in told(ticket)] == [True]


def test_a_priority_is_raised_once_though_the_mark_lies_ahead_again(world):
    held = policy(response=None, resolution=20, steps=({"percent": 50, "do": "raise"},))
    ticket = incident(world.erin, at=long_ago(15))
    pass_time()
    republish(held, resolution_minutes=29)
    sla.rebase(ticket=ticket, by=world.admin, reason="More time")
    assert clock(ticket).reached <= 51
    republish(held, resolution_minutes=40)
    sla.rebase(ticket=ticket, by=world.admin, reason="More time still")
    assert 50 in clock(ticket).marks
    Clock.objects.filter(ticket=ticket).update(moments=[long_ago(1)] * 2, next_event_at=long_ago(1))
    pass_time()
    ticket.refresh_from_db()
    assert (ticket.priority, len(told(ticket))) == (3, 1)


def test_a_notice_names_the_zone_of_each_moment(world):
    """One text goes to people everywhere: an hour without a zone would be somebody's wrong hour."""
    far = calendar("New York", zone="America/New_York", week=ALWAYS)
    policy(
        hours=far, response=None, resolution=10, steps=({"percent": 50, "do": "leads"}, {"percent": 100, "do": "leads"})
    )
    soon, late = incident(world.erin, at=long_ago(6)), incident(world.erin, at=long_ago(20))
    pass_time()
    for ticket, words in ((soon, "Due {}."), (late, "The time for the resolution was over on {}.")):
        due = clock(ticket).due_at
        moments = [f"{due.astimezone(ZoneInfo(zone)):%a %d %b %H:%M} in {zone}" for zone in (BERLIN.key, far.zone)]
        assert words.format(", ".join(moments)) in Message.objects.filter(event__ticket=ticket).last().text
