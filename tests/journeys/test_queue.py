"""Sam spends the day in the queue, in a real browser: tickets come by themselves, and keys do the work."""

import pytest
from playwright.sync_api import expect

from desk.tickets import actions as desk
from tests.factories import incident
from tests.stories import in_state, move

WIDE = {"viewport": {"width": 1600, "height": 900}}


def on(page):
    """The number of the row that has the focus."""
    return page.evaluate("document.activeElement.closest('tr')?.querySelector('.number').textContent")


def test_rows_come_change_and_leave_without_touching_where_one_is(open_as, town):
    made = [incident(town.erin, f"Trouble {n}", impact=3, urgency=3) for n in range(30)]
    page = open_as("sam", **WIDE)
    page.goto("/queues/service-desk/")
    for _ in range(20):
        page.keyboard.press("j")
    here = on(page)
    assert here == made[19].number
    page.keyboard.press("x")
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert page.evaluate("scrollY") > 0
    new = incident(town.omar, "The roof leaks", impact=1, urgency=1)
    expect(page.locator("#rows tbody tr").first.locator(".number")).to_have_text(new.number, timeout=6000)
    expect(page.locator("#live")).to_contain_text("The roof leaks")
    assert on(page) == here
    assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top") - top) < 2
    assert page.evaluate("house.selection.count") == "1"
    expect(page.locator("[data-count=all]")).to_have_text("31")
    desk.edit(ticket=made[2], by=town.lena, seen=1, title="A better title")
    expect(page.get_by_role("link", name="A better title")).to_be_visible(timeout=6000)
    move(made[3], "cancel", by=town.lena)
    expect(page.get_by_text(made[3].number, exact=True)).to_have_count(0, timeout=6000)
    move(made[19], "assign", by=town.lena, workgroup=town.network, reason="Theirs")  # the very row she is on
    expect(page.locator("tr[data-gone]")).to_contain_text(made[19].number, timeout=6000)
    assert on(page) == here
    page.keyboard.press("j")
    assert on(page) == made[20].number
    expect(page.locator("tr[data-gone]")).to_have_count(0)


def test_take_reply_resolve_next_takes_six_keys(open_as, town):
    first, second = incident(town.erin, "The mail is down", impact=1, urgency=1), incident(town.omar, "No sound")
    page = open_as("sam", **WIDE)
    page.goto("/queues/service-desk/?tab=all")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="The mail is down")).to_be_visible()
    page.keyboard.press("t")
    expect(panel.locator(".panel-said")).to_contain_text("is yours")
    page.keyboard.press("r")
    page.keyboard.type("jk: which programme?")  # keys are letters in a field
    page.keyboard.press("Control+Enter")
    expect(panel.locator(".panel-said")).to_contain_text("Your reply is sent.")
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Resolution code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    dialog.get_by_role("textbox", name="Solution").type("Restarted it.")
    page.keyboard.press("Control+Enter")
    expect(panel.locator(".panel-said")).to_contain_text("resolved")
    assert on(page) == first.number
    assert page.evaluate("panel.scrollTo(0, 300), panel.scrollTop") > 0
    page.keyboard.press("j")
    expect(panel.get_by_role("heading", name="No sound")).to_be_visible()
    page.wait_for_function("panel.scrollTop === 0")  # the next one begins at its top
    assert on(page) == second.number
    first.refresh_from_db()
    assert (first.state, first.assignee) == ("resolved", town.sam)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert on(page) == second.number


def test_an_open_ticket_tells_what_others_do_and_keeps_what_is_typed(open_as, town):
    ticket = in_state("in_progress", requester=town.erin, analyst=town.sam)
    page, lenas = open_as("sam"), open_as("lena")
    for one in (page, lenas):
        one.goto(ticket.get_absolute_url())
    expect(page.locator(".presence")).to_contain_text("Lena is looking at this", timeout=15000)
    for letter in "I think so":  # whoever stops typing is said to look on, so she types until he sees it
        lenas.get_by_label("Your reply").press_sequentially(letter)
        if page.get_by_text("Lena is typing").count():
            break
        page.wait_for_timeout(2500)
    expect(page.locator(".presence")).to_contain_text("Lena is typing", timeout=15000)
    page.get_by_label("Your reply").fill("Half a sentence")
    desk.note(ticket=ticket, by=town.lena, message="It is the certificate")
    page.get_by_role("link", name="Show", exact=True).click(timeout=15000)
    expect(page.locator(".timeline")).to_contain_text("It is the certificate")
    expect(page.get_by_label("Your reply")).to_have_value("Half a sentence")
    expect(page.locator(".news")).to_have_count(0)


def test_on_a_narrow_screen_enter_opens_the_page_and_keys_act_from_the_row(open_as, town):
    first = incident(town.erin, "The mail is down")
    page = open_as("sam", viewport={"width": 1024, "height": 800})
    page.goto("/queues/service-desk/")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.locator("#live")).to_contain_text("is yours")
    expect(page.locator("#rows tbody tr").first).to_contain_text("Sam", timeout=6000)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first.get_absolute_url()}")


def test_who_switched_single_keys_off_is_left_alone(open_as, town):
    incident(town.erin)
    town.sam.single_keys = False
    town.sam.save()
    page = open_as("sam", **WIDE)
    page.goto("/queues/service-desk/")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert on(page) is None
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Ticket, article, person or command")).to_be_focused()
    page.keyboard.type("unass")
    expect(page.locator("#command-found a")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queues/?tab=unassigned")


@pytest.mark.parametrize("scripts", [True, False])
def test_filters_and_search_work_with_and_without_scripts(open_as, town, scripts):
    incident(town.erin, "The mail is down", impact=1, urgency=1)
    incident(town.erin, "No sound")
    page = open_as("sam", java_script_enabled=scripts, viewport={"width": 1200, "height": 800})
    page.goto("/queues/service-desk/")
    page.get_by_role("link", name="Filter").click()
    page.get_by_label("P1", exact=True).check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Priority P1").click()
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    page.get_by_role("searchbox", name="Number or words").fill("sound")
    page.get_by_role("searchbox", name="Number or words").press("Enter")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    assert "q=sound" in page.url
