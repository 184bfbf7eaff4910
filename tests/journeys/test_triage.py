"""Two at one queue, by keyboard: Sam and Lena want the same ticket, nobody's words are lost; Sam assigns many, and merges."""

from playwright.sync_api import expect

from incidents.models import Incident
from tests.factories import incident

WIDE = {"viewport": {"width": 1600, "height": 900}}


def open_first(page):
    """Go to the first row by keys, and open it beside the list."""
    page.goto("/queues/service-desk/?tab=unassigned")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel [data-ticket-href]")).to_be_visible()


def write_solution(page, words):
    page.keyboard.press("e")
    expect(page.get_by_label("Resolution code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type(words)


def test_two_take_and_resolve_the_same_and_neither_loses_a_word(open_as, town):
    wanted = incident(town.erin, "The mail is down", impact=1, urgency=1)
    sam, lena = open_as("sam", **WIDE), open_as("lena", **WIDE)
    for page in (sam, lena):
        open_first(page)
    sam.keyboard.press("t")
    expect(sam.locator(".panel-said")).to_contain_text("is yours")
    lena.keyboard.press("t")
    expect(lena.locator("#panel .notice")).to_contain_text(f"Sam has {wanted.number} already.")
    write_solution(sam, "Restarted the server.")
    write_solution(lena, "It was the certificate.")
    sam.keyboard.press("Control+Enter")
    expect(sam.locator(".panel-said")).to_contain_text("resolved")
    lena.keyboard.press("Control+Enter")
    expect(sam.locator("#toasts")).to_be_empty()
    sam.keyboard.press("h")
    expect(sam.locator("#toasts")).to_contain_text("That isn't open to you here.")
    conflict = lena.get_by_role("dialog").locator(".conflict")
    expect(conflict).to_be_focused()
    expect(conflict).to_contain_text("Restarted the server.")
    expect(lena.get_by_role("textbox", name="Solution")).to_have_value("It was the certificate.")
    assert Incident.objects.get(pk=wanted.pk).solution == "Restarted the server."


def test_many_are_assigned_by_keys_alone_and_the_colleague_sees_them_come(open_as, town):
    made = [incident(town.erin, f"Printer {n}") for n in range(3)]
    lena = open_as("lena", **WIDE)
    lena.goto("/queues/service-desk/?tab=mine")
    sam = open_as("sam", **WIDE)
    sam.goto("/queues/service-desk/")
    for _ in made:
        sam.keyboard.press("j")
        sam.keyboard.press("x")
    sam.keyboard.press("a")
    expect(sam.get_by_label("Workgroup")).to_be_focused()
    sam.keyboard.press("Tab")
    sam.keyboard.type("lena")
    sam.keyboard.press("Escape")  # the list of people; what is typed is enough
    sam.keyboard.press("Control+Enter")
    expect(sam.locator("#bulk")).to_contain_text("3 of 3 assigned")
    expect(sam.get_by_role("link", name="Back to the list")).to_be_focused()
    expect(lena.locator("#rows tbody tr")).to_have_count(3, timeout=8000)
    sam.keyboard.press("Enter")
    expect(sam.locator("#rows tbody tr").first).to_contain_text("Lena")
    assert {found.assignee for found in Incident.objects.all()} == {town.lena}


def test_the_other_one_is_found_by_words_on_the_page_of_the_move_as_well(open_as, town):
    stays, goes = incident(town.erin, "No mail since nine"), incident(town.omar, "Mail is dead")
    page = open_as("sam", **WIDE)
    page.goto(f"/incidents/{goes.number}/do/merge/")
    page.get_by_role("combobox").focus()
    page.keyboard.type("mail")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox")).to_have_value(f"{stays.number} No mail since nine")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
