"""Rules that history proposes: where tickets end elsewhere than they begin, one click makes the rule."""

import pytest
from django.urls import reverse

from desk.assignment import history
from desk.assignment.models import Ending, RoutingRule
from desk.assignment.queries import route
from tests.at_once import at_once, of
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, WorkgroupFactory
from tests.stories import in_state

PAGE = "admin:assignment_routingrule_proposals"


@pytest.fixture
def vpn(db):
    return CategoryFactory(name="VPN")


@pytest.fixture
def remote(db):
    return ServiceFactory(name="Remote access")


def ended(first, last, tickets, **of):
    return Ending.objects.create(kind="incident", first=first, last=last, tickets=tickets, **of)


def test_more_than_half_of_at_least_twenty_propose_a_rule(world, vpn, remote):
    of = {"service": remote, "category": vpn}
    ended(world.desk, world.network, 11, **of)
    row = ended(world.desk, world.desk, 8, **of)
    assert history.proposals() == []  # nineteen
    Ending.objects.filter(pk=row.pk).update(tickets=11)
    assert history.proposals() == []  # exactly half
    Ending.objects.filter(pk=row.pk).update(tickets=9)
    (found,) = history.proposals()
    assert (found.workgroup, found.of, found.elsewhere, found.there) == (world.network, 20, 11, 11)
    assert (found.name, found.percent) == ("Remote access / VPN to Network", 55)


def test_what_the_rules_do_already_isnt_proposed(world, vpn):
    ended(world.desk, world.network, 30, category=vpn)
    assert len(history.proposals()) == 1
    RoutingRuleFactory(category=vpn, workgroup=world.network)
    assert history.proposals() == []


def test_a_workgroup_that_takes_no_such_tickets_isnt_proposed(world, vpn):
    hands = WorkgroupFactory(name="Hands", takes=["work_order"])
    ended(world.desk, hands, 30, category=vpn)
    assert history.proposals() == []


def test_one_click_makes_the_rule_before_the_one_that_holds_now(world, browse, vpn, remote):
    holds = RoutingRuleFactory(name="Lines", category=vpn, workgroup=world.desk, position=7)
    later = RoutingRuleFactory(name="Later", words=["a"], workgroup=world.desk, position=7)
    ended(world.desk, world.network, 30, service=remote, category=vpn)
    admin = browse(world.admin)
    page = admin.get(reverse(PAGE)).content.decode()
    assert "30 of 30 (100%)" in page
    (proposal,) = history.proposals()
    assert admin.post(reverse(PAGE), {"key": proposal.key}).status_code == 302
    assert route("incident", service=remote, category=vpn).workgroup == world.network
    assert route("incident", category=vpn).rule == "Lines"
    positions = dict(RoutingRule.objects.values_list("name", "position"))
    assert positions["Remote access / VPN to Network"] == 7 and positions["Lines"] == positions["Later"] == 8
    assert (holds.position, later.position) == (7, 7)  # as they were
    assert "Nothing to propose" in admin.get(reverse(PAGE)).content.decode()
    again = admin.post(reverse(PAGE), {"key": proposal.key}, follow=True)
    assert "proposed any more" in again.content.decode()
    assert RoutingRule.objects.filter(service=remote).count() == 1


def test_a_name_that_is_taken_gets_a_number(world, vpn):
    RoutingRuleFactory(name="VPN to Network", words=["x"], workgroup=world.network)
    ended(world.desk, world.network, 30, category=vpn)
    assert history.accept(history.proposals()[0]).name == "VPN to Network (2)"


def test_who_may_only_look_accepts_nothing(world, browse, vpn):
    ended(world.desk, world.network, 30, category=vpn)
    assert browse(world.sam).get(reverse(PAGE)).status_code in (302, 403)


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_count_at_the_same_time_count_each_ticket_once(world, remote):
    in_state("closed", requester=world.erin, analyst=world.sam, service=remote)
    assert not of(Exception, at_once(*[history.count] * 4))
    assert list(Ending.objects.values_list("service", "tickets")) == [(remote.pk, 1)]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_accept_it_at_the_same_time_make_one_rule(world, remote):
    ended(world.desk, world.network, 25, service=remote)
    (found,) = history.proposals()
    one, other = at_once(*[lambda: history.accept(found)] * 2)
    assert one.pk == other.pk
    assert RoutingRule.objects.filter(workgroup=world.network, service=remote).count() == 1
