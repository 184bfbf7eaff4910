"""Erin on her phone with a slow connection: she reports, answers, joins an outage and finds an article; and all of an incident's end by keyboard.

Nothing on the page moves by itself meanwhile.
"""

import pytest
from playwright.sync_api import expect

from incidents import actions, majors
from incidents.models import Incident
from tests.desk.knowledge.articles import published
from tests.factories import ServiceFactory, incident
from tests.stories import in_state, move

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SLOW = {"offline": False, "latency": 200, "downloadThroughput": 200_000, "uploadThroughput": 60_000}
SHIFTS = """
window.shifted = [];
new PerformanceObserver((seen) => seen.getEntries().forEach((one) => {
  if (!one.hadRecentInput) window.shifted.push(one.sources.map((source) => source.node && source.node.outerHTML.slice(0, 80)));
})).observe({ type: "layout-shift", buffered: true });
"""
ASKED = "[...document.querySelectorAll('main form .field')].filter((one) => one.checkVisibility()).length"


def still(page):
    """Nothing has moved that the person didn't move."""
    assert page.evaluate("window.shifted") == []


@pytest.fixture
def phone(open_as, town):
    page = open_as("erin", **PHONE)
    page.add_init_script(SHIFTS)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    page.goto("/")
    return page


def test_she_reports_and_answers_and_nothing_moves(phone, town):
    published(town, "Scanner sends no mail", answer="Switch it off and on.", keywords="scanner")
    phone.get_by_label("What's wrong, or what do you need?").press_sequentially("scanner sends no mail", delay=30)
    expect(phone.get_by_role("link", name="Scanner sends no mail")).to_be_visible()
    still(phone)
    phone.get_by_role("link", name="None of this: report a problem").click()
    expect(phone.get_by_label("What's wrong?")).to_have_value("scanner sends no mail")
    assert phone.evaluate(ASKED) <= 5
    phone.get_by_label("Tell us more").press_sequentially("Since this morning.", delay=20)
    expect(phone.get_by_text("This may help: Scanner sends no mail")).to_be_visible()
    expect(phone.get_by_text("Draft kept")).to_be_visible()
    still(phone)
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator("h1")).to_have_text("scanner sends no mail")
    phone.get_by_label("Your reply").fill("It is the one in room 4.")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator("main")).to_contain_text("It is the one in room 4.")
    still(phone)
    assert Incident.objects.get().description == "Since this morning."


def test_she_joins_an_outage_and_finds_an_article(phone, town):
    published(town, "Mailbox full", answer="Archive what is old.")
    mail = incident(town.omar, "No mail", service=ServiceFactory(name="Mail"))
    majors.declare(incident=mail, by=town.lena, headline="Mail is slow", words="We are on it")
    phone.goto("/")
    phone.get_by_role("button", name="Me too").click()
    expect(phone.locator("main")).to_contain_text("you have it too")
    still(phone)
    phone.goto("/")
    phone.get_by_label("What's wrong, or what do you need?").press_sequentially("mailbox full", delay=30)
    phone.get_by_role("link", name="Mailbox full").first.click()
    article = phone.context.pages[-1]
    expect(article.locator("main")).to_contain_text("Archive what is old.")
    assert majors.Joined.objects.get().user == town.erin


def test_it_is_not_solved_and_then_it_is_by_keyboard_alone(open_as, town):
    found = in_state("resolved", requester=town.erin, analyst=town.sam)
    page = open_as("erin", **PHONE)
    page.goto(found.get_absolute_url())

    def press(name):
        """Go there by Tab alone, and press Enter."""
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("(name) => (document.activeElement.textContent || '').trim() === name", name):
                return page.keyboard.press("Enter")
        raise AssertionError(f"No way by Tab to {name}")

    press("It still doesn't work")
    expect(page.get_by_label("What still doesn't work?")).to_be_visible()
    page.get_by_label("What still doesn't work?").focus()
    page.keyboard.type("The same as before.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("The same as before.")
    found.refresh_from_db()
    assert found.state == "reopened"

    found = move(actions.start(incident=found, by=town.sam), "resolve", by=town.sam)
    page.reload()
    press("Yes, it works")
    expect(page.get_by_text("How did we do?")).to_be_visible()
    page.get_by_label("Very good").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("closed")
    found.refresh_from_db()
    assert (found.state, found.rating) == ("closed", 5)
