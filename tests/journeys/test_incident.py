"""From logging to closing in a browser: Erin, Sam, Nadia; with scripts and without, with the mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from incidents import actions
from incidents.models import Incident
from tests.factories import incident


def number_of(page) -> str:
    return re.search(r"INC-\d+", page.url).group()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_incident_from_logging_to_closing(open_as, town, scripts):
    phone = {"viewport": {"width": 390, "height": 844}}
    erin, sam, nadia = (open_as(name, java_script_enabled=scripts, **more) for name, more in
                        (("erin", phone), ("sam", {}), ("nadia", {})))  # fmt: skip

    # Erin reports it, with a picture of her screen.
    erin.get_by_role("link", name="Report a problem").first.click()
    erin.get_by_label("What's wrong?").fill("The mail is down")
    erin.get_by_label("Tell us more").fill("Since nine o'clock.")
    erin.get_by_label("Pictures or files").set_input_files(town.screenshot)
    erin.get_by_label("No, work has stopped").check()
    erin.get_by_role("button", name="Send", exact=True).click()
    expect(erin.locator("main")).to_contain_text("Received")
    expect(erin.locator("main")).to_contain_text("screenshot.png")
    number = number_of(erin)

    # Sam, at the Service Desk, gives it to Network.
    sam.goto("/queues/service-desk/")
    sam.get_by_role("link", name="The mail is down").click()
    expect(sam.locator("main")).to_contain_text("To Service Desk by the rule “Everything else”")
    sam.get_by_role("link", name="Assign", exact=True).click()
    sam.get_by_role("radio", name="Network").check()
    sam.get_by_label(re.compile("Reason")).fill("The switch is theirs.")
    sam.get_by_role("button", name="Assign", exact=True).click()
    if not scripts:  # with scripts he never left the queue
        sam.wait_for_url("**/queues/")
    expect(sam.locator("body")).to_contain_text(f"{number}: assigned.")

    # Nadia takes it, asks, waits, and goes on when Erin answers.
    nadia.goto(f"/incidents/{number}/")
    nadia.get_by_role("button", name="Take").click()
    expect(nadia.locator("main")).to_contain_text("took it")
    nadia.get_by_role("button", name="Start work").click()
    expect(nadia.locator(".page-head")).to_contain_text("In Progress")
    nadia.get_by_role("link", name="Put on hold").click()
    nadia.get_by_label("What are we waiting for?").select_option("Waiting for requester")
    nadia.get_by_role("button", name="Put on hold").click()
    expect(nadia.locator("form", has_text="What are we waiting for?")).to_contain_text("Please ask the requester")
    nadia.get_by_label("Message to the requester").fill("Which programme is it?")
    nadia.get_by_role("button", name="Put on hold").click()
    expect(nadia.locator(".page-head")).to_contain_text("Pending")

    erin.reload()
    expect(erin.locator(".page-head")).to_contain_text("Waiting for you")
    erin.get_by_label("Your reply").fill("Outlook.")
    erin.get_by_role("button", name="Send", exact=True).click()
    expect(erin.locator(".page-head")).to_contain_text("In progress")

    solve(nadia, number, "Restarted the switch.")
    erin.reload()
    erin.get_by_role("link", name="It still doesn't work").click()
    erin.get_by_label("What still doesn't work?").fill("Down again.")
    erin.get_by_role("button", name="It still doesn't work").click()
    expect(erin.locator(".page-head")).to_contain_text("Received")

    nadia.goto(f"/incidents/{number}/")
    nadia.get_by_role("button", name="Start work").click()
    expect(nadia.locator(".page-head")).to_contain_text("In Progress")
    solve(nadia, number, "Replaced the switch.")
    erin.reload()
    erin.get_by_role("link", name="Yes, it works").click()
    erin.get_by_text("Very good").click()
    erin.get_by_role("button", name="Yes, it works").click()
    expect(erin.locator(".page-head")).to_contain_text("Closed")
    expect(erin.locator("main")).not_to_contain_text("The switch is theirs.")

    found = Incident.objects.get(number=number)
    assert (found.state, found.rating, found.reopen_count, found.reassignment_count) == ("closed", 5, 1, 1)


def solve(page, number, solution):
    page.goto(f"/incidents/{number}/")
    page.get_by_role("link", name="Resolve", exact=True).click()
    page.get_by_label("Resolution code").select_option("Fixed")
    page.get_by_role("textbox", name="Solution").fill(solution)
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator(".page-head")).to_contain_text("Resolved")


def test_two_people_edit_the_same_title(open_as, town):
    number = incident(town.erin, "Mail").number
    sam, lena = open_as("sam"), open_as("lena")
    for page in (sam, lena):
        page.goto(f"/incidents/{number}/edit/")
    sam.get_by_role("textbox", name="Title").fill("Mail is down in Riverside")
    sam.get_by_role("button", name="Save").click()
    sam.wait_for_url(f"**/incidents/{number}/")
    lena.get_by_role("textbox", name="Title").fill("Outlook doesn't open")
    lena.get_by_role("button", name="Save").click()
    conflict = lena.locator(".conflict")
    expect(conflict).to_contain_text("Sam")
    expect(conflict).to_contain_text("Mail is down in Riverside")
    expect(conflict).to_contain_text("Outlook doesn't open")
    expect(lena.get_by_role("textbox", name="Title")).to_have_value("Outlook doesn't open")
    lena.get_by_role("button", name="Save").click()
    expect(lena.locator("h1")).to_have_text("Outlook doesn't open")


def test_a_double_click_logs_once(open_as, town):
    erin = open_as("erin")
    erin.goto("/incidents/new/")
    erin.get_by_label("What's wrong?").fill("No sound")
    erin.get_by_role("button", name="Send", exact=True).dblclick()
    expect(erin.locator("h1")).to_have_text("No sound")
    erin.go_back()
    erin.get_by_label("What's wrong?").fill("No sound")
    erin.get_by_role("button", name="Send", exact=True).click()
    expect(erin.locator("main")).to_contain_text("No sound")
    expect(erin.locator("main")).to_contain_text(Incident.objects.get().number)


def test_text_survives_a_session_that_ran_out(open_as, town):
    number = incident(town.erin, "Mail").number
    erin = open_as("erin")
    erin.goto(f"/incidents/{number}/")
    erin.get_by_label("Your reply").fill("It is the third time this week.")
    erin.context.clear_cookies(name="sessionid")
    erin.get_by_role("button", name="Send", exact=True).click()
    erin.get_by_label("Username").fill("erin")
    erin.get_by_label("Password", exact=True).fill("demo")
    erin.get_by_role("button", name="Sign in", exact=True).click()
    erin.wait_for_url(f"**/incidents/{number}/")
    expect(erin.get_by_label("Your reply")).to_have_value("It is the third time this week.")


def test_a_move_by_keyboard_alone(open_as, town):
    number = incident(town.erin, "Mail").number
    sam = open_as("sam")
    sam.goto(f"/incidents/{number}/")
    sam.get_by_role("link", name="Assign").focus()
    sam.keyboard.press("Enter")
    expect(sam.get_by_role("dialog")).to_be_visible()
    sam.keyboard.press("Escape")
    expect(sam.get_by_role("dialog")).to_be_hidden()
    expect(sam.get_by_role("link", name="Assign")).to_be_focused()


def test_what_is_typed_while_the_analysts_are_fetched_stays(open_as, town):
    number = incident(town.erin, "Mail").number
    sam = open_as("sam")
    held = []
    sam.route(
        "**/do/assign/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    sam.goto(f"/incidents/{number}/")
    sam.get_by_role("link", name="Assign", exact=True).click()
    with sam.expect_request("**/do/assign/"):
        sam.get_by_role("radio", name="Network").check()
    sam.get_by_label(re.compile("Reason")).fill("The switch is theirs.")
    held.pop().continue_()  # the answer is slower than the typing
    expect(sam.get_by_role("group", name="Analyst")).to_contain_text("Nadia")
    expect(sam.get_by_label(re.compile("Reason"))).to_have_value("The switch is theirs.")
    expect(sam.get_by_role("radio", name="Network")).to_be_checked()


def test_a_moves_own_page_says_what_is_wrong_and_keeps_the_text(open_as, town):
    """Opened as a page and not as a dialog, with scripts: the answer takes the page's place."""
    number = incident(town.erin, "Mail").number
    sam = open_as("sam")
    sam.goto(f"/incidents/{number}/do/assign/")
    sam.get_by_role("radio", name="Network").check()
    expect(sam.locator("#move_reason_label")).to_have_text("Reason")
    sam.get_by_role("radio", name="Service Desk").check()
    expect(sam.locator("#move_reason_label")).to_contain_text("(optional)")
    sam.get_by_role("radio", name="Network").check()
    expect(sam.locator("#move_reason_label")).to_have_text("Reason")
    sam.get_by_role("button", name="Assign", exact=True).click()
    expect(sam.locator("main")).to_contain_text("Please say why it goes to another workgroup")
    expect(sam.get_by_role("radio", name="Network")).to_be_checked()


def test_the_path_folds_on_a_phone_and_lies_open_on_a_desk(open_as, town):
    number = incident(town.erin, "Mail").number
    sam = open_as("sam")
    sam.set_viewport_size({"width": 390, "height": 844})
    sam.goto(f"/incidents/{number}/")
    expect(sam.get_by_role("heading", name="Open to you")).to_be_hidden()
    sam.get_by_text("Show the path").click()
    expect(sam.get_by_role("heading", name="Open to you")).to_be_visible()
    sam.set_viewport_size({"width": 1280, "height": 844})
    sam.goto(f"/incidents/{number}/")
    expect(sam.get_by_role("heading", name="Open to you")).to_be_visible()
    expect(sam.get_by_text("Show the path")).to_be_hidden()


def test_the_teams_columns_stand_below_one_another(open_as, town):
    incident(town.erin, "Mail")
    actions.take(
        incident=incident(town.omar, "The printer in the hall is out of paper again, and nobody knows"), by=town.sam
    )
    lena = open_as("lena")
    lena.goto("/queues/service-desk/team/")
    lefts = lena.evaluate(
        "[...document.querySelectorAll('.team table')].map(t => [...t.querySelectorAll('th')].map(h => Math.round(h.getBoundingClientRect().left)).join())"
    )
    assert len(lefts) == 2
    assert len(set(lefts)) == 1


def test_a_ticket_that_goes_away_leaves_the_words_in_the_dialog(open_as, town):
    found = actions.start(incident=incident(town.erin, "Mail"), by=town.sam)
    sam = open_as("sam")
    sam.goto(f"/incidents/{found.number}/")
    sam.get_by_role("link", name="Resolve", exact=True).click()
    sam.get_by_role("textbox", name="Solution").fill("Changed the cable.")
    actions.assign(incident=found, by=town.lena, workgroup=town.network, reason="Theirs")
    sam.get_by_role("button", name="Resolve", exact=True).click()
    expect(sam.get_by_role("dialog")).to_contain_text("What you wrote is still here, to be copied.")
    expect(sam.get_by_role("textbox", name="Solution")).to_have_value("Changed the cable.")
