"""Every page, phone and desktop, light and dark: nothing that axe calls serious, nothing that scrolls sideways."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from desk.sla.sweep import sweep_all
from desk.tickets.actions import note, reply
from incidents import actions
from requests_fulfillment.actions import fulfil, keep_draft
from tests.desk.notifications.news import escalate
from tests.desk.sla.promises import policy
from tests.factories import incident
from tests.requests_fulfillment.orders import answer, open_shop, order, work

PAGES = {
    "erin": [
        "/",
        "/incidents/",
        "/incidents/new/",
        "/incidents/{number}/",
        "/incidents/{number}/do/cancel/",
        "/inbox/",
        "/lifecycles/",
        "/catalogue/",
        "/catalogue/?q=unicorn",
        "/catalogue/new-laptop/",
        "/requests/",
        "/requests/{asked_back}/",
        "/requests/{delivered}/",
        "/requests/{delivered}/do/confirm/",
    ],
    "sam": [
        "/",
        "/queues/",
        "/queues/service-desk/",
        "/queues/service-desk/?tab=pending",
        "/inbox/",
        "/incidents/new/",
        "/incidents/{number}/",
        "/incidents/{number}/edit/",
        "/incidents/{number}/do/assign/",
        "/incidents/{number}/do/resolve/",
        "/clocks/{number}/",
        "/requests/{failed}/",
        "/requests/{failed}/do/retry/",
        "/requests/{failed}/disruption/",
        "/requests/{failed}/edit/",
    ],
    "lena": ["/queues/service-desk/team/", "/queues/service-desk/?order=priority", "/reports/sla/"],
    "omar": ["/", "/incidents/", "/incidents/{number}/"],  # empty, empty, not found
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(PAGES))
def test_pages_are_accessible_and_fit(open_as, town, name, scheme):
    policy(response=30, resolution=60, warn_at=[75])
    late = timezone.now() - timedelta(hours=3)
    found = incident(town.erin, "The mail is down", description="Since nine.\n\n- one\n- two", at=late)
    found = actions.start(incident=found, by=town.sam, at=late + timedelta(minutes=5))
    sweep_all()
    incident(town.erin, "Averyveryverylongwordwithoutanyspacethatmustnotpushthepagesideways" * 2)
    reply(ticket=found, by=town.sam, message="Which programme?")
    note(ticket=found, by=town.sam, message="The certificate again.")
    escalate(found, town.sam, subject="Soonlate" * 30, text="One hour is left.\n\n" + "Verylong" * 40)
    escalate(found, town.sam)
    ordered = _orders(town)
    page = open_as(name, color_scheme=scheme)
    faults = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for address in PAGES[name]:
            page.goto(address.format(number=found.number, **ordered))
            serious = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
            faults += [(address, width, v["id"], v["nodes"][0]["html"][:120]) for v in serious]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append((address, width, "scrolls sideways"))
    assert faults == []


def _orders(town):
    """The numbers of three requests of Erin's: Omar asked back about one, one is delivered, one failed; and a draft."""
    shop = open_shop(town)
    asked_back = answer(order(shop), shop.omar, "ask", "Would the *other* one do? " + "Verylong" * 30)
    failed = work(shop, answer(order(shop), shop.omar, "approve"), "Prepare", "start", "fail")
    delivered = fulfil(request=order(shop, shop.chair, answers={}), by=shop.sam)
    keep_draft(item=shop.laptop, by=shop.erin, answers={"q_dock": "yes", "q_screens": "many"})
    return {"asked_back": asked_back.number, "failed": failed.number, "delivered": delivered.number}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_accessible(chromium, town, scheme):
    page = chromium.new_context(base_url=town.url, color_scheme=scheme).new_page()
    page.goto("/accounts/login/")
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []
    page.context.close()
