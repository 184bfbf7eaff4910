"""Lena is told of something, in a real browser, with and without scripts."""

import pytest

from tests.desk.notifications.news import escalate
from tests.factories import incident


@pytest.mark.parametrize("scripts", [True, False])
def test_lena_opens_what_she_was_told_and_marks_the_rest_as_read(open_as, town, scripts):
    found = incident(town.erin)
    for subject in ("First", "Second", "Third"):
        escalate(found, town.lena, subject=subject)
    page = open_as("lena", java_script_enabled=scripts, viewport={"width": 390, "height": 800})
    page.get_by_role("link", name="Inbox, 3 unread").click()
    page.get_by_role("button", name="Second").click()
    page.wait_for_url(f"**{found.get_absolute_url()}")
    page.go_back()
    page.reload()
    assert page.locator("[data-unread]").count() == 2
    page.get_by_role("button", name="First").click()  # the form works again after the way back
    page.wait_for_url(f"**{found.get_absolute_url()}")
    page.get_by_role("link", name="Inbox, 1 unread").click()
    page.get_by_role("button", name="Mark all as read").click()
    page.get_by_role("link", name="Inbox, nothing unread").wait_for()
    assert page.locator("[data-unread]").count() == 0
    assert page.get_by_role("button", name="Third").is_visible()
