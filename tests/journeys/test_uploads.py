"""Files on a bad line: Erin sees how far they are, they are sent again by themselves, arrive once, and are never lost."""

import pytest
from playwright.sync_api import expect

from desk.tickets.models import Attachment, Event
from incidents.models import Incident
from tests.factories import incident

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 150_000}


@pytest.fixture
def erin(open_as):
    return open_as("erin", viewport={"width": 390, "height": 844})


@pytest.fixture
def report(erin, town):
    """Erin's report with a screenshot of half a megabyte, not sent yet."""
    picture = town.screenshot.with_name("big.png")
    picture.write_bytes(town.screenshot.read_bytes() + b"\0" * 500_000)
    erin.goto("/incidents/new/")
    erin.get_by_label("What's wrong?").fill("The scanner is dead")
    erin.get_by_label("Files", exact=False).first.set_input_files(picture)
    return erin


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


def arrived():
    found = Incident.objects.get()
    files = Attachment.objects.filter(event__ticket_id=found.pk)
    return found.title, [one.name for one in files]


def test_the_bar_tells_how_far_it_is(report):
    line = report.context.new_cdp_session(report)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    send(report)
    expect(report.locator(".upload-said")).to_contain_text("% sent")
    assert 0 < report.locator(".upload progress").evaluate("(bar) => bar.value") < 100
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert arrived() == ("The scanner is dead", ["big.png"])


@pytest.mark.parametrize("lost", ["on the way there", "on the way back"])
def test_a_lost_connection_is_tried_again_and_it_arrives_once(report, lost):
    tries = []

    def cut(route):
        tries.append(route.request.headers["idempotency-key"])
        if len(tries) > 1:
            return route.continue_()
        if lost == "on the way back":
            route.fetch(max_redirects=0)
        return route.abort()

    report.route("**/incidents/new/", lambda route: cut(route) if route.request.method == "POST" else route.continue_())
    send(report)
    expect(report.locator(".upload-said")).to_contain_text("The connection was lost. It is sent again in 2 seconds")
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert len(tries) == 2
    assert len(set(tries)) == 1
    assert arrived() == ("The scanner is dead", ["big.png"])


def test_it_is_sent_when_the_connection_returns(report):
    report.context.set_offline(True)
    send(report)
    expect(report.get_by_role("button", name="Try now")).to_be_visible()
    report.context.set_offline(False)
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert arrived() == ("The scanner is dead", ["big.png"])


@pytest.mark.parametrize("sign", ["the browser says that it is offline", "nothing is heard for a minute"])
def test_a_line_that_dies_under_way_is_noticed(report, sign):
    """No error comes of it: the request hangs until somebody gives it up."""
    if sign.startswith("nothing"):
        report.clock.install()
    tries = []

    def hang(route):
        tries.append(route.request.headers["idempotency-key"])
        if len(tries) > 1:
            route.continue_()

    report.route(
        "**/incidents/new/", lambda route: hang(route) if route.request.method == "POST" else route.continue_()
    )
    with report.expect_request(lambda one: one.method == "POST"):
        send(report)
    expect(report.get_by_role("button", name="Try now")).to_be_hidden()
    if sign.startswith("nothing"):
        report.clock.fast_forward(61_000)
    else:
        report.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert len(tries) == 2
    assert len(set(tries)) == 1
    assert arrived() == ("The scanner is dead", ["big.png"])


def test_whoever_stops_it_keeps_words_and_files(report):
    report.context.set_offline(True)
    send(report)
    report.get_by_role("button", name="Stop").click()
    report.context.set_offline(False)
    expect(report.locator(".upload")).to_have_count(0)
    expect(report.locator(".filelist-name")).to_have_text("big.png")
    assert not Incident.objects.exists()
    send(report)
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert arrived() == ("The scanner is dead", ["big.png"])


def test_what_is_wrong_stands_beside_the_field_and_the_files_stay(report):
    report.get_by_label("What's wrong?").fill("")
    send(report)
    expect(report.get_by_label("What's wrong?")).to_have_attribute("aria-invalid", "true")
    expect(report.locator(".filelist-name")).to_have_text("big.png")
    expect(report.locator("[data-files-lost]")).to_have_count(0)
    report.get_by_label("What's wrong?").fill("The scanner is dead")
    send(report)
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert arrived() == ("The scanner is dead", ["big.png"])


def test_whoever_was_signed_out_signs_in_elsewhere_and_sends_it_then(report):
    cookies = report.context.cookies()
    report.context.clear_cookies(name="sessionid")
    send(report)
    expect(report.get_by_role("alert")).to_contain_text("You are signed out")
    expect(report.locator(".filelist-name")).to_have_text("big.png")
    report.context.add_cookies(cookies)
    send(report)
    expect(report.locator("h1")).to_have_text("The scanner is dead")
    assert arrived() == ("The scanner is dead", ["big.png"])


def test_a_reply_with_a_file_arrives_once_too(erin, town):
    found = incident(town.erin, "The scanner is dead")
    erin.goto(found.get_absolute_url())
    erin.get_by_label("Your reply").fill("Here is a picture")
    erin.locator(".composer-reply input[type=file]").first.set_input_files(town.screenshot)
    tries = []

    def cut(route):
        tries.append(route.request.headers["idempotency-key"])
        if len(tries) == 1:
            route.fetch(max_redirects=0)
            return route.abort()
        return route.continue_()

    erin.route("**/reply/", cut)
    send(erin)
    expect(erin.locator("main")).to_contain_text("Here is a picture")
    assert len(tries) == 2
    reply = Event.objects.get(ticket_id=found.pk, kind="comment.added")
    assert [one.name for one in reply.attachments.all()] == ["screenshot.png"]
