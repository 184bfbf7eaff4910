"""Nadia solves it and makes an article of it, Lena publishes that, and Erin finds it before she reports the same."""

import pytest
from playwright.sync_api import expect

from desk.knowledge.models import Article, Deflection
from desk.notifications.models import Message
from incidents.models import Incident
from tests.stories import in_state

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_solved_it_once_helps_the_next_one_without_a_ticket(open_as, town):
    found = in_state(
        "resolved", requester=town.omar, analyst=town.nadia, workgroup=town.network, title="Scanner sends no mail"
    )
    nadia = open_as("nadia")
    nadia.goto(found.get_absolute_url())
    more = nadia.get_by_role("button", name="Make an article of it")
    if not more.is_visible():
        nadia.locator("summary", has_text="More").first.click()
    more.click()
    nadia.get_by_label("Everybody").check()
    nadia.get_by_label("How to recognise it").fill("The scanner says: mail not sent.")
    nadia.get_by_label("In short").fill("Switch the scanner off and on again.")
    nadia.get_by_role("button", name="Save").first.click()
    nadia.get_by_role("button", name="Ask for review").click()

    lena = open_as("lena")
    lena.goto("/inbox/")
    lena.get_by_role("button", name="To review: Scanner sends no mail").click()
    expect(lena.locator("main")).to_contain_text("Switch the scanner off and on again.")
    lena.get_by_role("button", name="Publish").click()
    expect(lena.locator("main")).not_to_contain_text("Readers don’t see it yet")

    erin = open_as("erin", viewport={"width": 390, "height": 844})
    erin.get_by_label("What's wrong, or what do you need?").press_sequentially("scanner sends no mail")
    link = erin.get_by_role("link", name="Scanner sends no mail")
    expect(link).to_be_visible()
    erin.get_by_role("button", name="This helped").click()
    expect(erin.locator("main")).to_contain_text("Nothing was reported")
    assert Incident.objects.count() == 1
    assert Deflection.objects.get().article == Article.objects.get()
    assert Message.objects.filter(recipient=town.lena, event=None).count() == 1
