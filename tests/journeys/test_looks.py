"""Every page, phone and desktop, light and dark: nothing that axe calls serious, nothing that scrolls sideways."""

from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from changes import actions as changes
from changes import feeds
from changes.models import Freeze
from desk.approvals.delegating import delegate
from desk.approvals.models import ApproverGroup
from desk.drafts.actions import keep
from desk.sla.sweep import sweep_all
from desk.tickets.actions import note, reply
from incidents import actions
from incidents import ratings as actions_on_ratings
from incidents.models import Episode
from requests_fulfillment.actions import fulfil, keep_draft
from tests.desk.approvals.rounds import ask, rule, say, seat_of, step
from tests.desk.notifications.news import escalate
from tests.desk.sla.promises import policy
from tests.factories import ServiceFactory, incident
from tests.requests_fulfillment.orders import answer, open_shop, order, work
from tests.stories import move

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
        "/queues/service-desk/?priority=1&assignee=me&state=nonsense",
        "/queues/?choose=filters",
        "/commands/",
        "/commands/?keys=1",
        "/people/preferences/",
        "/inbox/",
        "/incidents/new/",
        "/incidents/{number}/",
        "/incidents/{number}/edit/",
        "/incidents/{number}/do/assign/",
        "/incidents/{number}/do/resolve/",
        "/clocks/{number}/",
        "/changes/calendar/",
        "/changes/calendar/?view=week",
        "/changes/calendar/?view=day",
        "/changes/calendar/?view=list",
        "/changes/calendar/?on=2031-02-01",
        "/changes/calendar/feeds/",
        "/requests/{failed}/",
        "/requests/{failed}/do/retry/",
        "/requests/{failed}/disruption/",
        "/requests/{failed}/edit/",
    ],
    "lena": [
        "/queues/service-desk/team/",
        "/queues/service-desk/?order=priority",
        "/reports/sla/",
        "/reports/",
        "/reports/reopened/",
        "/reports/ratings/",
        "/approvals/",
        "/approvals/agenda/",
        "/approvals/{seat}/",
        "/inbox/",
    ],
    "omar": ["/", "/incidents/", "/incidents/{number}/"],  # empty, empty, not found
}

# Colours change at once: what is on the way from one to the other has a contrast of its own.
AT_ONCE = """const still = new CSSStyleSheet()
still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }")
document.adoptedStyleSheets = [still]"""


@pytest.mark.parametrize("name", list(PAGES))
def test_pages_are_accessible_and_fit(open_as, town, name):
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
    fill_the_calendar(town)
    rated = move(incident(town.erin, "No sound"), "start", by=town.sam)
    rated = move(move(rated, "resolve", by=town.sam), "confirm", by=town.erin, rating=2, comment="It took long.")
    move(rated, "reopen", by=town.erin)
    actions_on_ratings.answer(episode=Episode.objects.get(number=1), by=town.lena, words="We are sorry.")
    keep(by=town.erin, token=uuid4(), form="incident-new", fields={"title": ["The printer"]})
    seat = _asked_of_lena(town, found)
    ordered = _orders(town)
    page = open_as(name)
    faults = []
    for address in PAGES[name]:
        page.goto(address.format(number=found.number, seat=seat, **ordered))
        faults += [(address, *fault) for fault in _faults(page)]
    assert faults == []


def _faults(page):
    """What is wrong with the page on a phone and on a desk, in light and in dark; loaded once, as one turns a phone."""
    found = []
    page.evaluate(AT_ONCE)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((width, "scrolls sideways"))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Nothing but colours differs between the two: the dark one is asked for them alone.
            only = {} if scheme == "light" else {"runOnly": ["color-contrast", "link-in-text-block"]}
            told = Axe().run(page, options={**only, "resultTypes": ["violations"]}).response["violations"]
            serious = [fault for fault in told if fault["impact"] in ("serious", "critical")]
            found += [(width, scheme, fault["id"], fault["nodes"][0]["html"][:120]) for fault in serious]
    return found


def fill_the_calendar(town):
    """Today: a dozen changes in one another's way, one of them for days and with a long word, a freeze, an address."""
    service, start = ServiceFactory(), timezone.now()
    for number in range(12):
        changes.draft(
            by=town.sam, title="Averyveryverylongwordwithoutanyspace" * 3 if number == 3 else f"Step {number}",
            workgroup=town.desk, services=[service], planned_start=start,
            planned_end=start + timedelta(hours=100 if number == 5 else 2),
            experience=1, tried_out=1, undoing=1,
        )  # fmt: skip
    for effect in ("refuse", "warn"):
        Freeze.objects.create(
            name=f"Year-end, {effect}", effect=effect, start=start, end=start + timedelta(days=3), reason="Closed."
        )
    feeds.make(by=town.sam)


def _asked_of_lena(town, found):
    """Her and Nadia's approval is asked, and Nadia has a question; Niko answers for Lena next week."""
    board = ApproverGroup.objects.create(name="CAB")
    board.members.set([town.lena, town.nadia])
    step(rule("Everything"), "Change advisory board", groups=[board])
    asked = ask(found, town.sam)
    say(asked, town.nadia, "ask")
    begins = timezone.now() + timedelta(days=7)
    delegate(by=town.lena, to=town.niko, start=begins, end=begins + timedelta(days=7))
    return seat_of(asked, town.lena).pk


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
