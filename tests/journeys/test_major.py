"""A major incident by keyboard: Sam proposes, Lena declares and tells, Erin has it too, it is solved and reviewed."""

import re

from playwright.sync_api import expect

from incidents.models import Incident, MajorIncident
from tests.factories import incident

WIDE = {"viewport": {"width": 1600, "height": 900}}
NARROW = {"viewport": {"width": 1024, "height": 800}, "color_scheme": "dark"}


def reach(page, words):
    """Go on with Tab until what begins with these words has the focus, and press it."""
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip().startswith(words):
            return page.keyboard.press("Enter")
    raise AssertionError(f"“{words}” can't be reached by keys.")


def send(page, *words):
    """Type into the field that has the focus, and into those after it; send by keys, and wait until it is done."""
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input:focus, textarea:focus, select:focus")).to_have_count(1)
    for number, typed in enumerate(words):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)


def test_from_the_proposal_to_the_review_by_keys_alone(open_as, town):
    found = incident(town.omar, "The mail server is gone", description="In room 12")
    address = f"/incidents/{found.number}/"
    sam, lena, erin = open_as("sam", **NARROW), open_as("lena", **WIDE), open_as("erin", **NARROW)
    sam.goto(address)
    sam.keyboard.press("s")
    expect(sam.locator("main .state").first).to_have_text("In Progress")
    reach(sam, "Propose as major")
    send(sam, "The whole house")

    lena.goto("/")
    expect(lena.get_by_text("The whole house")).to_be_visible()
    reach(lena, "Declare it")
    send(lena, "No mail", "Use the phone.")

    erin.goto("/")
    reach(erin, "Me too")
    erin.wait_for_url(f"**{address}outage/")
    assert "In room 12" not in erin.content()

    lena.goto(address)
    reach(lena, "Tell everybody")
    send(lena, "No mail", "A disk was full.")
    erin.reload()
    expect(erin.get_by_text("A disk was full.")).to_be_visible()

    expect(sam.get_by_role("link", name="Show", exact=True)).to_be_visible()  # he hears of it where he is
    sam.goto(address)
    sam.keyboard.press("e")
    expect(sam.get_by_label("Resolution code")).to_be_focused()
    sam.keyboard.press("ArrowDown")
    sam.keyboard.press("Tab")
    sam.keyboard.type("Made room.")
    sam.keyboard.press("Control+Enter")
    expect(sam.locator("main .state").first).to_have_text("Resolved")
    erin.goto("/inbox/")
    reach(erin, f"{found.number} is solved: No mail")
    erin.wait_for_url(f"**{address}outage/")
    expect(erin.get_by_text(re.compile("It works again"))).to_be_visible()

    lena.goto("/")
    reach(lena, "No mail")
    lena.get_by_role("textbox", name="What happened?").focus()
    for words in ("A disk was full", "Nobody looked", "We look"):
        lena.keyboard.type(words)
        lena.keyboard.press("Tab")
    lena.keyboard.press("Enter")
    lena.wait_for_url(f"**{address}")
    row = MajorIncident.objects.get()
    assert (row.what_we_change, row.reviewed_by) == ("We look", town.lena)
    assert Incident.objects.get().state == "resolved"
