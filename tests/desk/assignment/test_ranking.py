"""The assign page of real tickets: who is suggested and why, what it costs, and that nobody away can be chosen."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from desk.assignment import history, learning, ranking, scoring
from desk.assignment.models import Ending, RoutingRule
from desk.people.actions import join
from desk.people.models import Absence, Skill, UserSkill
from tests.changes.cab import with_cab
from tests.changes.plans import in_state as change_in
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, WorkgroupFactory, analyst, incident
from tests.requests_fulfillment.orders import in_state as request_in
from tests.requests_fulfillment.orders import open_shop
from tests.stories import move
from tests.workorders.orders import order


def page_of(client, found, **given):
    response = client.get(reverse(found.do_url, args=[found.number, "assign"]), given)
    assert response.status_code == 200
    return response.content.decode()


def away(user):
    now = timezone.now()
    return Absence.objects.create(user=user, start=now - timedelta(hours=1), end=now + timedelta(days=2))


def test_a_workgroup_is_suggested_by_where_such_tickets_ended(world):
    vpn = CategoryFactory(name="VPN")
    for first, last, tickets in ((world.desk, world.network, 46), (world.desk, world.desk, 4)):
        Ending.objects.create(kind="incident", category=vpn, first=first, last=last, tickets=tickets)
    first = ranking.workgroups(incident(world.erin, category=vpn))[0]
    assert first.workgroup == world.network
    assert first.because == "category VPN · 92% of such tickets ended here · 2 of 2 here · 0 open"


def test_service_and_category_together_are_asked_before_either_alone(world):
    vpn, mail = CategoryFactory(name="VPN"), ServiceFactory(name="Mail")
    for service, last, tickets in ((mail, world.network, 5), (None, world.desk, 50)):
        Ending.objects.create(
            kind="incident", category=vpn, service=service, first=world.desk, last=last, tickets=tickets
        )
    found = history.ended(incident(world.erin, category=vpn, service=mail))
    assert [(one.percent, one.such) for one in found.values()] == [(100, "service Mail, category VPN")]
    found = history.ended(incident(world.erin, category=vpn))
    assert found[world.desk.pk].percent == 90


def test_a_rule_speaks_for_its_workgroup(world):
    RoutingRuleFactory(name="Lines", words=["vpn"], workgroup=world.network)
    found = incident(world.erin, title="VPN is down", workgroup=world.desk)
    assert ranking.workgroups(found)[0].because.startswith("rule “Lines”: the text says “vpn” · 2 of 2 here")


def test_where_only_the_catch_all_matches_the_words_are_asked(world):
    for n in range(30):
        move(incident(world.erin, title=f"vpn tunnel {n}", workgroup=world.network), "cancel", by=world.nadia)
        move(move(incident(world.erin, title=f"vpn tunnel {n}", workgroup=world.network), "start", by=world.nadia),
             "resolve", by=world.nadia)  # fmt: skip
        move(move(incident(world.erin, title=f"mail password {n}"), "start", by=world.sam), "resolve", by=world.sam)
    assert learning.learn() == 60  # what was cancelled teaches nothing
    found = ranking.workgroups(incident(world.erin, title="The VPN tunnel again"))[0]
    assert found.workgroup == world.network
    assert re.match(r"words: (vpn, tunnel|tunnel, vpn) \(\d\d%\) · ", found.because)


def test_words_route_only_where_the_catch_all_asks_them(world):
    for _ in range(60):
        for title, group, who in (("vpn tunnel", world.network, world.nadia), ("mail password", world.desk, world.sam)):
            move(move(incident(world.erin, title=title, workgroup=group), "start", by=who), "resolve", by=who)
    learning.learn()
    assert incident(world.erin, title="vpn tunnel").workgroup == world.desk
    RoutingRule.objects.update(asks_words=True)
    found = incident(world.erin, title="vpn tunnel")
    assert found.workgroup == world.network
    logged = found.events.get(kind="incident.logged").inside
    assert logged["rule"] == "Words of earlier tickets" and logged["because"].startswith("words: ")
    assert incident(world.erin, title="Something odd").workgroup == world.desk


def test_several_skills_may_be_asked_for(world):
    vpn, wifi = Skill.objects.create(name="VPN"), Skill.objects.create(name="Wi-Fi")
    category = CategoryFactory(name="Network", skill=vpn)
    category.also_skills.add(wifi)
    below = CategoryFactory(name="Remote", parent=category)
    for user, skill, level in ((world.nadia, vpn, 3), (world.niko, vpn, 2), (world.niko, wifi, 2)):
        UserSkill.objects.create(user=user, skill=skill, level=level)
    found = ranking.analysts(incident(world.erin, category=below), world.network)
    assert [(one.user, one.because) for one in found] == [
        (world.niko, "skill VPN 2/3, skill Wi-Fi 2/3, 0 open"), (world.nadia, "skill VPN 3/3, no skill Wi-Fi, 0 open"),
    ]  # fmt: skip


def test_whoever_is_away_is_shown_last_and_cant_be_chosen(world, browse):
    away(world.lena)
    found, client = incident(world.erin), browse(world.sam)
    page = page_of(client, found)
    assert page.index("Not available") > page.index("Sam</span>")
    assert re.search(rf'value="{world.lena.pk}"[^>]* disabled', page)
    path = reverse("incidents:do", args=[found.number, "assign"])
    response = client.post(path, {"workgroup": world.desk.pk, "assignee": world.lena.pk})
    assert response.status_code == 422
    assert "who is not away" in response.content.decode()


def test_whoever_has_it_keeps_it_though_away(world, browse):
    found = move(incident(world.erin), "start", by=world.lena)
    away(world.lena)
    path = reverse("incidents:do", args=[found.number, "assign"])
    assert browse(world.sam).post(path, {"workgroup": world.desk.pk, "assignee": world.lena.pk}).status_code == 302


def test_a_suggestion_that_was_followed_is_told(world, browse):
    RoutingRuleFactory(name="Lines", words=["vpn"], workgroup=world.network)
    found = incident(world.erin, title="VPN is down", workgroup=world.desk)
    path = reverse("incidents:do", args=[found.number, "assign"])
    browse(world.sam).post(path, {"workgroup": world.network.pk, "reason": "It is the VPN"})
    assert found.events.get(kind="incident.assigned").inside["because"].startswith("rule “Lines”")


def test_another_workgroups_analysts_are_shown_without_javascript(world, browse):
    found, client = incident(world.erin), browse(world.sam)
    path = reverse("incidents:do", args=[found.number, "assign"])
    page = client.post(path, {"workgroup": world.network.pk, "reason": "Typed already", "show": "1"}).content.decode()
    assert f'value="{world.nadia.pk}"' in page and f'value="{world.sam.pk}"' not in page
    assert "Typed already" in page
    assert 'id="move_assignee"' in page and 'id="move_reason_label"' in page  # what htmx takes out of it
    assert re.search(rf'value="{world.network.pk}"[^>]* checked', page)


@pytest.mark.parametrize("kind", ["incident", "work_order", "change", "request"])
def test_every_kind_that_can_be_assigned_is_ranked(world, browse, kind):
    if kind == "change":
        found, who = change_in("draft", with_cab(world)), world.nadia
    elif kind == "request":
        found, who = request_in("in_fulfilment", open_shop(world)), world.sam
    else:
        found, who = incident(world.erin), world.sam
    if kind == "work_order":
        found = order(found, world.sam, workgroup=world.desk, work_type="technical")
    page = page_of(browse(who), found)
    assert "It is here" in page and "Nobody yet" in page and "0 open" in page


def test_an_approver_of_a_change_isnt_offered_it(world, browse):
    cab = with_cab(world)
    found = change_in("submitted", cab)
    approver = found.approval_rounds.first().seats.first().user
    join(workgroup=world.network, user=approver)
    page = page_of(browse(world.nadia), found)
    assert re.search(rf'value="{approver.pk}"[^>]* disabled', page)
    assert "Is one of its approvers" in page


def test_it_costs_the_same_however_many_there_are(world):
    vpn = CategoryFactory(name="VPN", skill=Skill.objects.create(name="VPN"))
    Ending.objects.create(kind="incident", category=vpn, first=world.desk, last=world.network, tickets=9)
    found = incident(world.erin, category=vpn)

    def cost():
        with CaptureQueriesContext(connection) as seen:
            ranking.workgroups(type(found).objects.get(pk=found.pk))
        return len(seen), [query["sql"] for query in seen]

    few, _ = cost()
    for n in range(5):
        group = WorkgroupFactory()
        for m in range(3):
            someone = analyst(f"a{n}{m}", group)
            UserSkill.objects.create(user=someone, skill=vpn.skill, level=1)
            move(incident(world.erin, workgroup=group), "start", by=someone)
    many, statements = cost()
    assert many == few, "\n".join(statements)
    assert many == 16, "\n".join(statements)


def test_history_counts_first_and_last(world):
    vpn = CategoryFactory(name="VPN")
    for n in range(3):
        found = incident(world.erin, category=vpn)
        if n:
            found = move(found, "assign", by=world.sam, workgroup=world.network, reason="VPN")
        who = world.nadia if n else world.sam
        move(move(found, "start", by=who), "resolve", by=who)
    move(incident(world.erin, category=vpn), "cancel", by=world.erin)
    incident(world.erin, category=vpn)
    history.count()
    history.count()  # counted anew, and not once more
    rows = Ending.objects.values_list("kind", "category", "first__name", "last__name", "tickets").order_by("tickets")
    assert list(rows) == [
        ("incident", vpn.pk, "Service Desk", "Service Desk", 1), ("incident", vpn.pk, "Service Desk", "Network", 2),
    ]  # fmt: skip
    assert scoring.FEW > 3 and history.ended(found) == {}
