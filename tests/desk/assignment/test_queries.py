"""Where a new ticket goes first, and who might take it; each with the reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.assignment.models import RoutingRule
from desk.assignment.queries import NoCatchAll, route
from desk.assignment.ranking import analysts
from desk.people.models import Absence, Skill, UserSkill
from desk.people.presence import moment_in_words
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, SiteFactory, analyst, incident
from tests.stories import move


def test_without_a_match_the_catch_all_takes_it(world):
    found = route("incident", text="Something")
    assert (found.workgroup, found.rule, found.because) == (world.desk, "Everything else", "no other rule matched")


def test_all_that_a_rule_names_must_match_and_is_told(world):
    mail, riverside, software = (
        ServiceFactory(name="Mail"),
        SiteFactory(name="Riverside"),
        CategoryFactory(name="Software"),
    )
    outlook = CategoryFactory(name="Outlook", parent=software)
    RoutingRuleFactory(
        name="R", workgroup=world.network, service=mail, site=riverside, category=software, words=["slow", "down"]
    )
    all_of_it = {"text": "It is DOWN.", "service": mail, "site": riverside, "category": outlook}
    assert route("incident", **all_of_it).because == (
        "service is Mail and category is in Software and site is Riverside and the text says “down”"
    )
    for missing in ("service", "site", "category"):
        assert route("incident", **{**all_of_it, missing: None}).workgroup == world.desk
    assert route("incident", **{**all_of_it, "text": "It went downtown"}).workgroup == world.desk


@pytest.mark.parametrize(
    ("word", "text", "matches"),
    [
        ("vpn", "VPN!", True), ("vpn", "my-vpn", True), ("vpn", "vpns", False), ("c++", "in c++ code", True),
        (".*", "anything", False), ("straße", "STRASSE", False), ("wlan kabel", "das WLAN Kabel", True), ("e-mail", "e-mail", True),
    ],
)  # fmt: skip
def test_words_are_whole_words_and_not_patterns(world, word, text, matches):
    RoutingRuleFactory(name="R", workgroup=world.network, words=[word])
    assert (route("incident", text=text).workgroup == world.network) is matches


def test_the_first_in_order_wins_and_the_inactive_are_passed_over(world):
    RoutingRuleFactory(position=2, name="Second", workgroup=world.desk, words=["vpn"])
    first = RoutingRuleFactory(position=1, name="First", workgroup=world.network, words=["vpn"])
    assert route("incident", text="vpn").rule == "First"
    first.is_active = False
    first.save()
    assert route("incident", text="vpn").rule == "Second"
    first.is_active = True
    first.save()
    world.network.is_active = False
    world.network.save()
    assert route("incident", text="vpn").rule == "Second"


def test_without_any_catch_all_it_says_so(world):
    RoutingRule.objects.all().delete()
    with pytest.raises(NoCatchAll, match="an administrator can add one"):
        route("incident", text="x")


def test_the_best_suited_comes_first_and_each_has_a_reason(world):
    vpn = Skill.objects.create(name="VPN")
    network = CategoryFactory(name="Network", skill=vpn)
    below = CategoryFactory(name="VPN", parent=network)
    ticket = incident(world.erin, category=below)
    carl, dora = analyst("carl", world.desk), analyst("dora", world.desk)
    UserSkill.objects.create(user=dora, skill=vpn, level=3)
    UserSkill.objects.create(user=world.lena, skill=vpn, level=3)
    now = timezone.now()
    Absence.objects.create(user=world.lena, start=now - timedelta(days=1), end=now + timedelta(days=1))
    move(incident(world.erin), "start", by=world.sam)
    assert [(c.user, c.because) for c in analysts(ticket, world.desk)] == [
        (dora, "skill VPN 3/3, 0 open"), (carl, "no skill VPN, 0 open"), (world.sam, "no skill VPN, 1 open"),
        (world.lena, f"skill VPN 3/3, 0 open, away until {moment_in_words(now + timedelta(days=1))}"),
    ]  # fmt: skip


def test_without_a_skill_the_least_loaded_comes_first(world):
    for _ in range(2):
        move(incident(world.erin), "start", by=world.lena)
    move(move(incident(world.erin), "start", by=world.sam), "resolve", by=world.sam)
    assert [c.user for c in analysts(incident(world.erin), world.desk)] == [world.sam, world.lena]
