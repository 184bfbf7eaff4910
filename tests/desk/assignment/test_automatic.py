"""Automatic assignment: new tickets of Network find their analyst by themselves, and the timeline says why."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from desk.assignment import automatic
from desk.assignment.models import Unattended
from desk.people.actions import join
from desk.people.models import Absence, AutoAssign, Shift, Skill, UserSkill, Workgroup
from desk.people.queries import automation
from desk.reactions.actions import deliver_due
from desk.reactions.models import Delivery
from desk.tickets import flow
from desk.tickets.models import PendingReason
from desk.tickets.timeline import entries
from incidents import actions
from incidents.models import Incident
from tests.at_once import at_once
from tests.changes.cab import with_cab
from tests.changes.plans import in_state as change_in
from tests.factories import CategoryFactory, RoutingRuleFactory, incident
from tests.stories import move
from tests.workorders.orders import order

NOBODY = "assignment.nobody"


def by(world, way):
    Workgroup.objects.filter(pk=world.network.pk).update(auto_assign=way)
    world.network.refresh_from_db()


def vpn(world, **fields):
    """Erin's incident, which goes to Network."""
    return incident(world.erin, title="VPN drops", workgroup=world.network, **fields)


def now(found):
    return Incident.objects.get(pk=found.pk)


def assigned(found):
    return found.events.filter(kind="incident.assigned")


def away(user, hours=5):
    start = timezone.now() - timedelta(hours=1)
    return Absence.objects.create(user=user, start=start, end=start + timedelta(hours=hours))


def off_shift(user):
    """Works at another time of day than now."""
    begins = timezone.localtime() + timedelta(hours=6)
    ends = begins + timedelta(hours=2)
    return Shift.objects.create(
        user=user,
        weekdays=list(range(7)),
        start=begins.time().replace(tzinfo=None),
        end=ends.time().replace(tzinfo=None),
    )


def test_it_is_off_unless_an_administrator_wants_it(world):
    found = vpn(world)
    assert not Delivery.objects.filter(reaction__contains="assign_by_itself").exists()
    deliver_due()
    assert now(found).assignee is None


def test_the_best_match_gets_it_and_the_timeline_says_why(world):
    by(world, AutoAssign.BEST_MATCH)
    skill = Skill.objects.create(name="VPN")
    UserSkill.objects.create(user=world.niko, skill=skill, level=3)
    found = vpn(world, category=CategoryFactory(name="VPN", skill=skill))
    assert now(found).assignee is None  # logging waits for nobody
    deliver_due()
    assert now(found).assignee == world.niko
    told = entries(found, assigned(found), internal=True)[0]
    assert (told.who, told.words) == ("Automation", "assigned it to Niko")
    assert told.details == ["By best match: skill VPN 3/3, 0 open"]


def test_in_turn_each_gets_one(world):
    by(world, AutoAssign.ROUND_ROBIN)
    found = [vpn(world) for _ in range(4)]
    deliver_due()
    assert [now(one).assignee for one in found] == [world.nadia, world.niko, world.nadia, world.niko]


def test_the_least_loaded_gets_it_urgent_work_counting_more(world):
    by(world, AutoAssign.LEAST_LOADED)
    RoutingRuleFactory(workgroup=world.network, words=["fire"])
    move(incident(world.erin, title="fire", impact=1, urgency=1), "start", by=world.nadia)
    for _ in range(2):
        move(incident(world.erin, title="fire", impact=3, urgency=3), "start", by=world.niko)
    deliver_due()
    found = vpn(world)
    deliver_due()
    assert now(found).assignee == world.niko  # two small ones weigh less than a P1


def test_two_at_the_same_instant_are_shared_out(transactional_db, world):
    by(world, AutoAssign.LEAST_LOADED)
    found = [vpn(world), vpn(world)]
    assert None not in at_once(*(lambda one=one: automatic.assign(one) for one in found))
    assert {now(one).assignee for one in found} == {world.nadia, world.niko}


def test_whoever_was_quicker_keeps_it(world):
    by(world, AutoAssign.BEST_MATCH)
    found = move(vpn(world), "start", by=world.niko)
    deliver_due()
    assert now(found).assignee == world.niko
    assert not assigned(found).exists()


def test_delivered_again_it_does_nothing_again(world):
    by(world, AutoAssign.ROUND_ROBIN)
    found = vpn(world)
    deliver_due()
    Delivery.objects.update(done_at=None, due_at=timezone.now())
    deliver_due()
    assert assigned(found).count() == 1


def test_nobody_away_or_off_shift_is_ever_given_anything(world):
    by(world, AutoAssign.ROUND_ROBIN)
    away(world.nadia)
    off_shift(world.niko)
    found = vpn(world)
    deliver_due()
    assert now(found).assignee is None


def test_when_nobody_is_there_it_says_so_once_and_finds_somebody_later(world):
    by(world, AutoAssign.BEST_MATCH)
    absence = away(world.nadia)
    away(world.niko)
    found = vpn(world)
    deliver_due()
    automatic.again()
    automatic.again()
    (event,) = found.events.filter(kind=NOBODY)
    assert event.is_internal
    (told,) = entries(found, [event], internal=True)
    assert told.words == "found nobody to give it to: of Network, everybody is away or off shift"
    assert entries(found, [event], internal=False) == []
    absence.delete()
    assert automatic.again() == 1
    assert now(found).assignee == world.nadia
    assert not Unattended.objects.exists()


def test_what_was_taken_meanwhile_waits_no_more(world):
    by(world, AutoAssign.BEST_MATCH)
    absence = away(world.nadia)
    away(world.niko)
    found = vpn(world)
    deliver_due()
    found = move(now(found), "start", by=world.nadia)
    absence.delete()
    assert automatic.again() == 0
    assert (now(found).assignee, Unattended.objects.count()) == (world.nadia, 0)


def test_one_that_fails_keeps_none_waiting(world, monkeypatch):
    by(world, AutoAssign.BEST_MATCH)
    absences = [away(world.nadia), away(world.niko)]
    first, second = vpn(world), vpn(world)
    deliver_due()
    for absence in absences:
        absence.delete()
    really = automatic._in_order
    monkeypatch.setattr(automatic, "_in_order", lambda one: 1 / 0 if one.pk == first.pk else really(one))
    assert automatic.again() == 1
    assert now(second).assignee is not None


def test_what_comes_from_another_workgroup_or_back_to_life_is_given_too(world):
    by(world, AutoAssign.BEST_MATCH)
    sent = actions.assign(incident=incident(world.erin), by=world.sam, workgroup=world.network, reason="It is the VPN")
    deliver_due()
    assert now(sent).assignee in (world.nadia, world.niko)
    solved = move(now(sent), "start", by=now(sent).assignee)
    move(move(solved, "resolve", by=world.nadia), "reopen", by=world.erin)
    assert now(sent).assignee is None
    deliver_due()
    assert now(sent).assignee is not None


def test_whoever_leaves_it_to_nobody_wants_it_so(world):
    found = move(vpn(world), "start", by=world.nadia)
    by(world, AutoAssign.BEST_MATCH)
    actions.assign(incident=found, by=world.nadia, assignee=None)
    deliver_due()
    assert now(found).assignee is None


def test_history_is_left_alone(world):
    by(world, AutoAssign.BEST_MATCH)
    found = vpn(world, at=timezone.now() - timedelta(days=30))
    imported = vpn(world, source="import")
    deliver_due()
    assert now(found).assignee is now(imported).assignee is None


def test_work_orders_are_given_when_they_can_begin(world):
    by(world, AutoAssign.ROUND_ROBIN)
    parent = move(vpn(world), "start", by=world.nadia)
    first = order(parent, world.nadia, workgroup=world.network, work_type="technical")
    second = order(parent, world.nadia, workgroup=world.network, work_type="technical", needs=[first])
    deliver_due()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.assignee is None, second.assignee) == (False, None)


def test_a_change_is_kept_from_its_approvers(world):
    """Whoever decides on it may work in Network, and have nothing to do: they are passed over."""
    cab = with_cab(world)
    found = change_in("scheduled", cab)
    approver = found.approval_rounds.first().seats.first().user
    join(workgroup=world.network, user=approver)
    by(world, AutoAssign.LEAST_LOADED)
    for one in (cab.nadia, cab.niko, cab.vera):
        away(one)
    flow.change_fields(flow.lock(found), by=cab.nadia, assignee=None)
    assert automatic.assign(found) is None
    Absence.objects.filter(user=cab.niko).delete()
    assert automatic.assign(found) == cab.niko


@pytest.mark.parametrize("way", [AutoAssign.ROUND_ROBIN, AutoAssign.LEAST_LOADED, AutoAssign.BEST_MATCH])
def test_a_shift_is_told(world, way):
    by(world, way)
    Shift.objects.create(user=world.nadia, weekdays=list(range(7)), start=time(0), end=time(0))
    away(world.niko)
    found = vpn(world)
    deliver_due()
    assert "on shift until" in assigned(found).get().inside["because"]


def test_what_comes_back_to_the_queue_with_nobody_is_given_to_somebody_too(world):
    """After a merge that is taken back, and when what nobody had goes on by itself."""
    twin = vpn(world)
    stays = incident(world.erin, title="VPN is down", workgroup=world.network)
    actions.merge(incident=twin, by=world.nadia, into=stays)
    waits = vpn(world)
    actions.assign(incident=waits, by=world.nadia, workgroup=world.network)
    actions.hold(incident=waits, by=world.nadia, reason=PendingReason.objects.get(name="Waiting for vendor"))
    by(world, AutoAssign.LEAST_LOADED)
    actions.unmerge(incident=twin, by=world.nadia)
    actions.resume(incident=waits, by=automation(), because="they delivered")
    deliver_due()
    assert now(twin).assignee and now(waits).assignee
