"""The reference for programs in a browser: it shows every area, asks nobody else, and tries an address with a token."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from desk.api.actions import make_token


def test_the_reference_shows_itself_under_our_policy_and_tries_an_address(open_as, town):
    """A refusal by the policy would be an error on the console, which fails the story."""
    _, token = make_token(user=town.sam, by=town.sam, name="Try", opens=["all:read"])
    page, asked = open_as("sam"), set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto("/tokens/reference/")
    expect(page.locator("#operations-tag-incidents")).to_be_visible()
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").first.fill(token)
    page.get_by_role("button", name="Apply credentials").first.click()
    page.get_by_role("button", name="Close").first.click()
    page.locator("#operations-tag-sites").click()
    page.locator("#operations-sites-sites_list .opblock-summary").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    assert asked == {urlsplit(town.url).netloc}
