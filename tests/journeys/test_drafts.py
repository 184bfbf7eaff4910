"""Erin begins a report and is torn away: by the network, by signing out, by another device. Nothing is lost, nothing is sent twice."""

import pytest
from playwright.sync_api import expect

from desk.drafts.models import Draft
from incidents.models import Incident
from tests.factories import incident

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_report_begun_here_is_ended_elsewhere(open_as, town):
    phone = open_as("erin", viewport={"width": 390, "height": 844})
    phone.goto("/incidents/new/")
    phone.get_by_label("What's wrong?").fill("The mail is slow")
    phone.get_by_label("My team or my site").check()
    expect(phone.get_by_text("Draft kept")).to_be_visible()
    phone.reload()
    expect(phone.get_by_label("What's wrong?")).to_have_value("The mail is slow")
    expect(phone.get_by_text("You began this")).to_have_count(0)  # it stands in the form already

    phone.get_by_label("Tell us more").fill("Since nine.")  # and signs out before it can have been kept
    phone.get_by_role("button", name="Your account").click()
    phone.get_by_role("button", name="Sign out").click()
    expect(phone.get_by_label("Username")).to_be_visible()

    desk = open_as("erin")
    expect(desk.locator(".draft-offer")).to_contain_text("“The mail is slow”")
    desk.get_by_role("link", name="Go on").click()
    expect(desk.get_by_label("What's wrong?")).to_have_value("The mail is slow")
    expect(desk.get_by_label("Tell us more")).to_have_value("Since nine.")
    expect(desk.get_by_label("My team or my site")).to_be_checked()
    desk.get_by_role("button", name="Send", exact=True).dblclick()
    expect(desk.locator("h1")).to_have_text("The mail is slow")
    desk.goto("/incidents/new/")
    expect(desk.locator(".draft-offer")).to_have_count(0)
    expect(desk.get_by_label("What's wrong?")).to_have_value("")
    assert Incident.objects.count() == 1


def test_what_was_typed_without_a_network_arrives_when_it_is_back(open_as, town):
    page = open_as("erin")
    page.goto("/incidents/new/")
    page.context.set_offline(True)
    page.get_by_label("What's wrong?").fill("No network at all")
    expect(page.get_by_text("Kept in this browser until the connection returns")).to_be_visible()
    page.close()
    context = page.context
    context.set_offline(False)
    again = context.new_page()
    with again.expect_response("**/drafts/"):
        again.goto("/")
    again.reload()
    again.get_by_role("link", name="Go on").click()
    expect(again.get_by_label("What's wrong?")).to_have_value("No network at all")


def test_a_new_report_neither_takes_nor_loses_the_text_of_one_begun_before(open_as, town):
    page = open_as("erin")
    page.goto("/incidents/new/")
    page.get_by_label("What's wrong?").fill("The mail is slow")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    page.goto("/incidents/new/?title=No+sound")
    expect(page.get_by_label("What's wrong?")).to_have_value("No sound")
    expect(page.locator(".draft-offer")).to_contain_text("The mail is slow")
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("The draft is thrown away")).to_be_visible()
    assert not Draft.objects.filter(over_at=None).exists()


def test_a_reply_goes_on_on_another_device(open_as, town):
    number = incident(town.erin, "Mail").number
    page = open_as("erin")
    page.goto(f"/incidents/{number}/")
    page.get_by_label("Your reply").fill("It is the third time")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    other = open_as("erin")
    other.goto(f"/incidents/{number}/")
    other.get_by_role("link", name="Go on").click()
    expect(other.get_by_label("Your reply")).to_have_value("It is the third time")
    other.get_by_role("button", name="Send", exact=True).click()
    expect(other.locator("main")).to_contain_text("It is the third time")
    expect(other.locator(".draft-offer")).to_have_count(0)
