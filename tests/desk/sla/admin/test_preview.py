"""Before anybody is promised anything, the administrator asks what would be promised, and why."""

import pytest
from django.urls import reverse

from desk.assignment.models import RoutingRule
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, incident, person

from ..promises import berlin, calendar, clock, policy, republish

PREVIEW = "admin:sla_policy_preview"


@pytest.fixture
def ask(world, browse):
    client = browse(world.admin)

    def get(**words):
        given = {"kind": "incident", "priority": 3, "workgroup": world.desk.pk, **words}
        return client.get(reverse(PREVIEW), given)

    return get


def test_it_says_why_those_before_dont_match_and_which_werent_asked(world, ask):
    it = CategoryFactory(name="IT")
    vpn, mail = CategoryFactory(name="VPN", parent=it), ServiceFactory(name="Mail")
    policy("Urgent", priority=1, position=1)
    policy("Bosses", vip=True, position=2)
    policy("Radiology", department="Radiology", position=3)
    policy("Mail", service=mail, position=4)
    policy("IT", category=it, position=5)
    policy("Rest", position=6)
    answer = ask(category=vpn.pk).context["answer"]
    assert answer.match.policy.name == "IT"
    assert list(answer.match.passed_over) == [
        ("Urgent", "it asks for priority P1"),
        ("Bosses", "the requester is no VIP"),
        ("Radiology", "it asks for requester's department Radiology"),
        ("Mail", "it asks for service Mail"),
    ]
    assert [one.name for one in answer.not_asked] == ["Rest"]
    boss = person("vera", is_vip=True)
    assert ask(category=vpn.pk, requester=boss.pk).context["answer"].match.policy.name == "Bosses"


def test_without_a_workgroup_the_routing_rules_choose_it_and_it_says_so(world, ask):
    mail = ServiceFactory(name="Mail")
    RoutingRuleFactory(name="Mail to Network", kind="incident", workgroup=world.network, service=mail, position=1)
    policy("Network", workgroup=world.network, position=1)
    policy("Rest", position=2)
    page = ask(workgroup="", service=mail.pk)
    assert page.context["answer"].match.policy.name == "Network"
    assert "It goes to Network by the routing rule “Mail to Network”: service is Mail." in page.content.decode()
    assert ask(workgroup="").context["answer"].match.policy.name == "Rest"
    RoutingRule.objects.all().delete()
    refused = ask(workgroup="")
    assert "answer" not in refused.context
    assert "No routing rule takes such a ticket. Please choose a workgroup." in refused.content.decode()


def test_it_agrees_with_what_happens_and_shows_both_clocks_zones_and_steps(world, ask):
    steps = ({"percent": 75, "do": "leads"}, {"percent": 150, "do": "raise", "clock": "resolution"})
    lisbon = calendar("Lisbon hours", zone="Europe/Lisbon")
    policy("Lisbon", hours=lisbon, response=60, resolution=240, warn_at=[50], steps=steps)
    page = ask(created="2026-03-02T12:00")
    at = berlin("2026-03-02 12:00")
    ticket = incident(world.erin, at=at)
    for course in page.context["answer"].courses:
        row = clock(ticket, course.kind)
        assert course.due_at == row.due_at
        assert [(m.percent, m.at) for m in course.moments] == list(zip(row.marks, row.moments, strict=True))
    text = page.content.decode()
    for words in (
        "Mon 2 Mar 2026, 11:00 (Europe/Lisbon), Mon 2 Mar 2026, 12:00 (Europe/Berlin)",
        "due: later than this is a breach",
        "a warning",
        "notify the workgroup&#x27;s leads",
        "raise the priority by one",
        "Mon 2 Mar 2026, 17:00",
    ):
        assert words in text


def test_it_asks_what_is_published_not_what_is_being_edited(world, ask):
    made = policy("Standard", resolution=60)
    made.resolution_minutes = 30
    made.save()
    assert ask().context["answer"].said.minutes["resolution"] == 60
    republish(made)
    assert ask().context["answer"].said.minutes["resolution"] == 30


def test_it_says_that_nothing_is_promised(world, ask):
    policy("Urgent", priority=1)
    text = ask().content.decode()
    assert "Nothing is promised" in text
    assert "<strong>Urgent</strong>: it asks for priority P1" in text
    policy("Effort", response=None, resolution=None)
    assert "Nothing is due and nothing escalates." in ask().content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"priority": "9"}, "not one of the available choices"),
        ({"workgroup": "0"}, "not one of the available choices"),
        ({"kind": "<b>"}, "&lt;b&gt; is not one of the available choices"),
        ({"category": "x"}, "not one of the available choices"),
        ({"requester": "0"}, "not one of the available choices"),
        ({"requester": "abc"}, "not one of the available choices"),
        ({"requester": "1" * 5000}, "not one of the available choices"),
        ({"created": "yesterday"}, "Enter a valid date/time"),
        ({"created": "0001-01-01T00:00"}, "Give a moment in the years 1970 to 2100."),
        ({"created": "9999-12-31T23:59"}, "Give a moment in the years 1970 to 2100."),
    ],
)
def test_bad_input_is_answered_beside_its_field(world, ask, typed, sentence):
    page = ask(**typed)
    assert (page.status_code, "answer" in page.context) == (200, False)
    assert sentence in page.content.decode()


def test_a_policys_page_hands_its_conditions_over(world, browse):
    mail = ServiceFactory(name="Mail")
    made = policy("Mail", service=mail, priority=2)
    client = browse(world.admin)
    page = client.get(reverse("admin:sla_policy_change", args=[made.pk])).content.decode()
    assert (
        f"?for-kind=incident&amp;for-service={mail.pk}&amp;for-category=&amp;for-priority=2&amp;for-workgroup=" in page
    )
    form = client.get(reverse(PREVIEW), {"for-service": mail.pk, "for-priority": "2"}).content.decode()
    assert f'<option value="{mail.pk}" selected>Mail' in form
    assert '<option value="2" selected>' in form
    assert client.get(reverse(PREVIEW), {"for-priority": "1" * 5000}).status_code == 200
