"""Erin orders a laptop in a browser: questions come and go with her answers, and what she types is kept."""

import pytest
from playwright.sync_api import expect

from requests_fulfillment.models import OrderDraft, ServiceRequest
from tests.requests_fulfillment.orders import open_shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_erin_finds_an_item_answers_what_is_asked_and_gets_her_draft_back(open_as, town):
    open_shop(town)
    page = open_as("erin")
    page.get_by_role("link", name="Order something").click()
    page.get_by_label("Search the catalogue").press_sequentially("lapt")
    expect(page.get_by_text("1 found for “lapt”")).to_be_visible()
    expect(page.get_by_role("link", name="Office chair")).to_have_count(0)
    page.get_by_role("link", name="New laptop").click()

    screens = page.get_by_label("How many screens?")
    expect(screens).to_be_hidden()
    page.get_by_label("Light").check()
    page.get_by_role("group", name="A dock too?").get_by_label("Yes").check()
    screens.fill("2")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    page.get_by_role("group", name="A dock too?").get_by_label("No").check()
    expect(screens).to_be_hidden()
    page.get_by_role("group", name="A dock too?").get_by_label("Yes").check()
    expect(screens).to_have_value("2")

    other = open_as("erin")  # on another device
    other.goto("/catalogue/new-laptop/")
    expect(other.get_by_label("How many screens?")).to_have_value("2")
    other.get_by_role("button", name="Order it").click()
    expect(other.get_by_text("We have your order")).to_be_visible()
    assert ServiceRequest.objects.get().answers == {"model": "Light", "dock": "yes", "screens": "2"}
    assert not OrderDraft.objects.exists()


def test_without_scripts_every_question_is_there_with_its_hint(open_as, chromium, town):
    open_shop(town)
    signed_in = open_as("erin").context
    context = chromium.new_context(
        base_url=town.url, java_script_enabled=False, storage_state=signed_in.storage_state()
    )
    page = context.new_page()
    page.goto("/catalogue/new-laptop/")
    expect(page.get_by_text("Only if “A dock too?” is “Yes”.")).to_be_visible()
    expect(page.get_by_label("How many screens?")).to_be_visible()
    page.get_by_label("Light").check()
    page.get_by_role("group", name="A dock too?").get_by_label("No").check()
    page.get_by_role("button", name="Order it").click()
    assert ServiceRequest.objects.get().answers == {"model": "Light", "dock": "no"}
    context.close()
