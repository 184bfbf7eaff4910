"""Before a rule is saved: which tickets of the last thirty days would have gone elsewhere."""

import re
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from desk.assignment import dry_run
from desk.assignment.models import RoutingRule
from desk.assignment.queries import Table
from tests.factories import RoutingRuleFactory, UserFactory, incident
from tests.forms import send

ADD = "admin:assignment_routingrule_add"


def words(rule):
    """The result without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", rule.content.decode()).split())


def compared(*edited):
    before = after = Table.saved("incident")
    for rule in edited:
        after = after.with_rule(rule)
    return dry_run.compare(before, after)


def test_a_new_rule_shows_what_it_would_have_moved_and_is_not_saved(world, browse):
    found = incident(world.erin, title="The VPN drops")
    incident(world.erin, title="The mail is slow")
    fields = {"name": "By name", "position": 10, "words": "VPN", "workgroup": world.network.pk, "_dry_run": "x"}
    response = send(browse(world.admin), reverse(ADD), **fields)
    assert response.status_code == 200
    text = words(response)
    assert "Of the 2 tickets of the last 30 days, 1 would have begun elsewhere." in text
    assert f"Service Desk Network 1 0 in Network, 1 in Service Desk {found.number} The VPN drops" in text
    assert f'href="{found.get_absolute_url()}"' in response.content.decode()
    assert RoutingRule.objects.count() == 1  # the catch-all
    assert 'value="By name"' in response.content.decode()  # what was typed is still there


def test_an_edited_rule_is_compared_with_itself_as_it_is_saved(world, browse):
    rule = RoutingRuleFactory(name="By name", words=["vpn"], workgroup=world.network)
    incident(world.erin, title="The VPN drops")
    path = reverse("admin:assignment_routingrule_change", args=[rule.pk])
    text = words(send(browse(world.admin), path, words="tunnel", _dry_run="x"))
    assert "Network Service Desk 1 0 in Service Desk, 1 in Network" in text
    assert "None of the 1 tickets" in words(send(browse(world.admin), path, _dry_run="x"))
    rule.refresh_from_db()
    assert rule.words == ["vpn"]


def test_what_is_wrong_with_the_rule_is_said_in_place_of_a_result(world, browse):
    response = send(browse(world.admin), reverse(ADD), name="All", workgroup=world.network.pk, _dry_run="x")
    assert "Say what this rule matches" in response.content.decode()
    assert "Dry run" not in response.content.decode()


def test_only_the_last_thirty_days_count(world):
    incident(world.erin, title="VPN", at=timezone.now() - timedelta(days=31))
    rule = RoutingRule(name="N", words=["vpn"], workgroup=world.network)
    assert (compared(rule).asked, compared(rule).count) == (0, 0)


def test_the_order_of_rules_is_heeded(world):
    """A new rule stands after one that is saved with the same position."""
    RoutingRuleFactory(name="First", words=["vpn"], workgroup=world.desk, position=5)
    incident(world.erin, title="VPN")
    late = RoutingRule(name="Late", words=["vpn"], workgroup=world.network, position=5)
    assert compared(late).count == 0
    late.position = 4
    assert compared(late).count == 1
    late.is_active = False
    assert compared(late).count == 0


def test_more_than_it_looks_at_is_said_and_cut(world):
    for n in range(4):
        incident(world.erin, title=f"VPN {n}")
    rule = RoutingRule(name="N", words=["vpn"], workgroup=world.network)
    before = Table.saved("incident")
    ran = dry_run.compare(before, before.with_rule(rule), most=3)
    assert (ran.asked, ran.capped, ran.count) == (3, True, 3)


def test_it_asks_the_same_number_of_questions_however_many_tickets(world):
    rule = RoutingRule(name="N", department="Surgery", workgroup=world.network)

    def cost():
        with CaptureQueriesContext(connection) as seen:
            compared(rule)
        return len(seen)

    incident(UserFactory(department="Surgery"))
    few = cost()
    for _ in range(5):
        incident(UserFactory(department="Surgery"))
    assert cost() == few == 4
    assert compared(rule).count == 6
