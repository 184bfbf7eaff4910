"""Sam assigns by keyboard: another workgroup shows its analysts at once, and a long list is narrowed by typing."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from desk.assignment.models import RoutingRule
from desk.people.models import Absence
from incidents.models import Incident
from tests.factories import RoutingRuleFactory, WorkgroupFactory, incident


def test_a_suggestion_is_followed_in_the_dialog(open_as, town):
    now = timezone.now()
    Absence.objects.create(user=town.niko, start=now, end=now + timedelta(days=1), reason="Holiday")
    rule = RoutingRuleFactory(name="Lines", words=["vpn"], workgroup=town.network)
    found = incident(town.erin, "VPN drops", workgroup=town.desk)
    page = open_as("sam")
    page.goto(found.get_absolute_url())
    page.get_by_role("link", name="Assign", exact=True).click()
    dialog = page.get_by_role("dialog")
    here = dialog.get_by_role("radio", name="Service Desk")
    expect(here).to_be_checked()
    expect(dialog.get_by_role("radio", name=f"Network Rule “{rule}”")).to_be_visible()
    here.focus()
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("radio", name="Network")).to_be_checked()
    expect(dialog.get_by_role("radio", name="Niko")).to_be_disabled()
    nadia = dialog.get_by_role("radio", name="Nadia")
    nadia.check()
    dialog.get_by_label("Reason").fill("It is the VPN")
    dialog.get_by_role("button", name="Assign").click()
    expect(dialog).to_be_hidden()
    assert Incident.objects.get(pk=found.pk).assignee == town.nadia
    assert RoutingRule.objects.count() == 2


def test_a_long_list_is_narrowed_by_typing(open_as, town):
    groups = [WorkgroupFactory(name=f"Team {name}") for name in ("Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Oak")]
    page = open_as("sam")
    page.goto(f"{incident(town.erin).get_absolute_url()}do/assign/")
    page.get_by_text("Other workgroups").click()
    page.get_by_label("Narrow: Other workgroups").fill("hazel")
    expect(page.get_by_role("radio", name="Team Oak")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Team Hazel")).to_be_checked()
    page.get_by_label("Narrow: Other workgroups").fill("zebra")
    expect(page.get_by_text("None is called that.")).to_be_visible()
    assert len(groups) == 7
