"""The home page, by persona, and the one box in which somebody says what is wrong or what they need."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.people.actions import join
from desk.people.models import Role, User
from desk.people.rules import read_reach
from desk.queues.loads import teams_of
from desk.sla.sweep import sweep_all
from incidents import raising
from requests_fulfillment import queries as requests
from tests.desk.sla.promises import policy
from tests.factories import ServiceFactory, incident
from tests.incidents.storm import shop
from tests.stories import move

pytestmark = pytest.mark.django_db


def asked(client, words, **headers):
    return client.get("/ask/", {"q": words}, headers=headers).content.decode()


def test_an_end_user_begins_with_one_box(world, browse):
    home = browse(world.erin).get("/").content.decode()
    assert "What&#x27;s wrong, or what do you need?" in home or "What's wrong, or what do you need?" in home
    assert "Report a problem" in home
    assert "My queues" not in home


def test_the_box_knows_what_is_down_and_keeps_the_words(world, browse):
    mail = ServiceFactory(name="Mail")
    raising.raise_for_service(service=mail, by=world.sam, title="Queue is full", words="Internal words", level="down")
    part = asked(browse(world.erin), "mail doesn't open", **{"HX-Request": "true"})
    assert "Mail: down" in part
    assert "Internal words" not in part
    assert "/incidents/new/?title=mail%20doesn%27t%20open" in part
    assert "<html" not in part
    page = asked(browse(world.erin), "mail doesn't open")
    assert "<html" in page
    assert "Mail: down" in page


def test_the_box_offers_what_can_be_ordered(world, browse):
    item = shop(world).chair
    part = asked(browse(world.erin), f"I need a new {item.name.lower()} please")
    assert f"/catalogue/{item.slug}/" in part
    assert item in requests.fitting(world.erin, f"another {item.name}")
    assert requests.fitting(world.erin, "the mail is slow") == []
    assert requests.fitting(world.erin, "I need") == []


@pytest.mark.parametrize("words", ["", "ab", "%' OR 1=1 --", "<script>", "x" * 5000])
def test_the_box_takes_whatever_is_typed(world, browse, words):
    answer = browse(world.erin).get("/ask/", {"q": words})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition('id="asked"')[2].partition("</main>")[0]


def test_an_analyst_sees_what_breaches_next(world, browse):
    policy(response=None, resolution=60, warn_at=[75])
    incident(world.erin, "Nearly late", at=timezone.now() - timedelta(minutes=50))
    assert "About to breach" not in browse(world.sam).get("/").content.decode()
    sweep_all()
    home = browse(world.sam).get("/").content.decode()
    assert "About to breach" in home
    assert "Nearly late" in home
    assert "About to breach" not in browse(world.nadia).get("/").content.decode()


def test_a_lead_sees_who_has_how_much(world, browse):
    for number in range(3):
        move(
            incident(world.erin, f"Printer {number}", impact=1, urgency=1), "assign", by=world.lena, assignee=world.sam
        )
    old = incident(world.erin, "Old", at=timezone.now() - timedelta(days=9))
    team = teams_of(world.lena)[0]
    assert [(share.who, share.count, share.urgent, share.old) for share in team.shares] == [
        (None, 1, 0, 1),
        (world.sam, 3, 3, 0),
    ]
    assert old.number
    assert "who has how much" in browse(world.lena).get("/").content.decode()
    assert teams_of(world.sam) == []
    assert "who has how much" not in browse(world.sam).get("/").content.decode()


def test_a_workgroup_with_very_much_is_counted_up_to_a_cap_the_most_urgent_first(world, browse, monkeypatch):
    monkeypatch.setattr("desk.queues.loads.COUNTED", 3)
    for number in range(3):
        incident(world.erin, f"Printer {number}")
    urgent = incident(world.erin, "No light", impact=1, urgency=1)
    move(urgent, "assign", by=world.lena, assignee=world.sam)
    [team] = teams_of(world.lena)
    assert [(share.who, share.in_words) for share in team.shares] == [
        (None, ["2+", "0+", "0+", "0+"]),
        (world.sam, ["1+", "1+", "0+", "0+"]),
    ]
    assert "2+</b>" in browse(world.lena).get("/").content.decode()


def test_who_leads_two_workgroups_sees_both_for_three_statements(world, django_assert_max_num_queries):
    join(workgroup=world.network, user=world.lena, role=Role.LEAD)
    incident(world.erin, "Printer")
    incident(world.erin, "Wi-Fi", workgroup=world.network)
    lena = User.objects.get(pk=world.lena.pk)
    read_reach([lena])
    with django_assert_max_num_queries(3):
        assert [team.workgroup for team in teams_of(lena)] == [world.network, world.desk]
