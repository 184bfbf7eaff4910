"""Felix in a basement: he starts, ticks, loses the connection, completes with a photo; it is sent once when it returns."""

import pytest
from playwright.sync_api import expect

from tests.factories import SiteFactory, WorkgroupFactory, analyst, incident
from tests.workorders.orders import order
from workorders import actions
from workorders.models import WorkOrder

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def field(town):
    """Felix and Greta of Field Service; an order with two lines to tick, which Felix has."""
    town.field = WorkgroupFactory(name="Field Service", takes=["work_order.on_site"])
    town.felix, town.greta = analyst("felix", town.field), analyst("greta", town.field, "lead")
    parent = incident(town.erin, "No Wi-Fi in ward 4B", workgroup=town.network)
    town.order = order(
        parent, town.nadia, workgroup=town.field, checklist=["Label it", "(Tidy up)"],
        site=SiteFactory(name="Riverside", address="12 River Road"),
    )  # fmt: skip
    actions.take(work_order=town.order, by=town.felix)
    return town


def kinds(found):
    return [event.kind for event in found.events.exclude(kind__in=["work_order.logged", "work_order.assigned"])]


def state_of(found):
    return WorkOrder.objects.get(pk=found.pk).state


@pytest.fixture
def felix(open_as, field):
    page = open_as("felix", **PHONE)
    page.goto("/work-orders/")
    return page


def line(page, words):
    return page.locator(".tick", has_text=words)


def fill_in(page, words, photo):
    page.locator("summary", has_text="Complete").click()
    page.get_by_label("What did you do?").fill(words)
    page.get_by_label("Effort in minutes").first.fill("35")
    page.get_by_label("Photos or files").first.set_input_files(photo)
    page.locator(".job-complete").get_by_role("button", name="Complete").click()


def test_he_completes_without_a_connection_and_it_is_sent_once(felix, field):
    felix.get_by_role("button", name="Start").click()
    expect(felix.locator(".state")).to_have_text("In Progress")
    line(felix, "Label it").click()
    expect(felix.locator(".checklist-card")).to_contain_text("1 of 2")

    felix.context.set_offline(True)
    line(felix, "Tidy up").click()
    expect(line(felix, "Tidy up")).to_have_attribute("aria-pressed", "true")
    fill_in(felix, "Replaced it; the lamp is green.", field.screenshot)
    box = felix.get_by_role("region", name="Not sent yet")
    expect(box).to_contain_text("Not sent yet: no connection. It is kept here and goes by itself")
    expect(box.locator("h2 .count")).to_have_text("2")
    expect(box).to_contain_text("Replaced it; the lamp is green.")
    expect(box).to_contain_text("screenshot.png")
    assert state_of(field.order) == "in_progress"

    felix.context.set_offline(False)
    expect(box).to_have_count(0)
    expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    for _ in range(2):
        felix.reload()
        expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    assert kinds(field.order) == [
        "work_order.started", "work_order.ticked", "work_order.ticked", "work_order.completed",
    ]  # fmt: skip
    done = WorkOrder.objects.get(pk=field.order.pk)
    assert (done.state, done.result, done.effort_minutes) == ("completed", "Replaced it; the lamp is green.", 35)
    assert [file.name for file in done.events.get(kind="work_order.completed").attachments.all()] == ["screenshot.png"]


def test_the_whole_order_can_be_done_without_a_connection(felix, field):
    felix.context.set_offline(True)
    felix.get_by_role("button", name="Start").click()
    line(felix, "Label it").click()
    fill_in(felix, "Done in the dark.", field.screenshot)
    expect(felix.locator(".outbox-item")).to_have_count(3)
    felix.context.set_offline(False)
    expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    assert kinds(field.order) == ["work_order.started", "work_order.ticked", "work_order.completed"]


def test_an_answer_that_is_lost_on_its_way_doubles_nothing(felix, field):
    """The server took it, but the phone never heard so."""
    actions.start(work_order=field.order, by=field.felix)
    felix.goto(field.order.get_absolute_url())
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    felix.route("**/note/", lose, times=1)
    felix.get_by_text("Internal note", exact=False).first.click()
    felix.get_by_role("textbox", name="Internal note").fill("The key hangs at the desk.")
    felix.get_by_role("button", name="Save internal note").click()
    expect(felix.locator(".outbox")).to_contain_text("The key hangs at the desk.")
    assert lost == [200]
    felix.get_by_role("button", name="Send now").click()
    expect(felix.locator(".outbox")).to_have_count(0)
    felix.reload()
    assert kinds(field.order).count("comment.added") == 1


def test_what_the_server_refuses_is_shown_with_the_text_and_not_tried_for_ever(felix, field):
    actions.start(work_order=field.order, by=field.felix)
    felix.reload()
    felix.context.set_offline(True)
    fill_in(felix, "Replaced it.", field.screenshot)
    expect(felix.get_by_role("region", name="Not sent yet")).to_contain_text("Replaced it.")
    felix.context.set_offline(False)
    box = felix.get_by_role("region", name="Not taken")
    expect(box).to_contain_text("Still to be ticked off: “Label it”.")
    expect(box.get_by_role("textbox")).to_have_value("Replaced it.\n\n35 min")
    actions.tick(item=field.order.checklist.get(text="Label it"), by=field.felix)
    felix.reload()
    expect(box).to_be_visible()
    assert state_of(field.order) == "in_progress"
    box.get_by_role("button", name="Try again").click()
    expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    assert state_of(field.order) == "completed"


def test_a_refusal_before_his_eyes_keeps_text_and_photo(felix, field):
    actions.start(work_order=field.order, by=field.felix)
    felix.reload()
    fill_in(felix, "Replaced it.", field.screenshot)
    form = felix.locator(".job-complete form")
    expect(form).to_contain_text("Still to be ticked off: “Label it”.")
    expect(felix.get_by_label("What did you do?")).to_have_value("Replaced it.")
    expect(form).to_contain_text("screenshot.png")
    expect(felix.locator(".outbox")).to_have_count(0)
    line(felix, "Label it").click()
    expect(felix.locator(".checklist-card")).to_contain_text("1 of 2")
    form.get_by_role("button", name="Complete").click()
    expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    assert kinds(field.order)[-1] == "work_order.completed"


def test_nobody_else_on_the_same_phone_sends_it(felix, field):
    actions.start(work_order=field.order, by=field.felix)
    felix.goto(field.order.get_absolute_url())
    felix.get_by_text("Internal note", exact=False).first.click()
    felix.context.set_offline(True)
    felix.get_by_role("textbox", name="Internal note").fill("Mine alone.")
    felix.get_by_role("button", name="Save internal note").click()
    expect(felix.locator(".outbox")).to_contain_text("Mine alone.")

    felix.context.clear_cookies()
    felix.context.set_offline(False)
    expect(felix.locator(".outbox")).to_contain_text("you are not signed in any more")
    felix.get_by_role("link", name="Sign in to send").click()
    sign_in(felix, "greta")
    expect(felix.locator("h1")).to_be_visible()
    expect(felix.locator(".outbox")).to_have_count(0)
    assert kinds(field.order).count("comment.added") == 0

    felix.context.clear_cookies()
    felix.goto(field.order.get_absolute_url())
    sign_in(felix, "felix")
    expect(felix.locator(".timeline")).to_contain_text("Mine alone.")
    assert [event.actor for event in field.order.events.filter(kind="comment.added")] == [field.felix]


def sign_in(page, name):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_picked_photos_and_typed_text_outlive_a_reload_before_they_are_sent(felix, field):
    """The camera takes the phone's memory, and the browser forgets the page."""
    actions.start(work_order=field.order, by=field.felix)
    actions.tick(item=field.order.checklist.get(text="Label it"), by=field.felix)
    felix.reload()
    felix.context.set_offline(True)
    felix.locator("summary", has_text="Complete").click()
    felix.get_by_label("What did you do?").fill("Replaced it.")
    felix.get_by_label("Photos or files").first.set_input_files(field.screenshot)
    expect(felix.locator(".job-complete .filelist-name")).to_have_text("screenshot.png")
    until_kept(felix, field.order)
    felix.context.set_offline(False)
    felix.reload()
    expect(felix.get_by_label("What did you do?")).to_have_value("Replaced it.")
    expect(felix.locator(".job-complete .filelist-name")).to_have_text("screenshot.png")
    felix.locator(".job-complete").get_by_role("button", name="Complete").click()
    expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    event = field.order.events.get(kind="work_order.completed")
    assert [file.name for file in event.attachments.all()] == ["screenshot.png"]
    felix.goto(field.order.get_absolute_url())
    expect(felix.locator(".filelist-item")).to_have_count(0)


def until_kept(page, order):
    """Text and files are written a moment after they were put in."""
    asked = """async (form) => (await window.house.shelf.picked.get(form)).length === 1 &&
        Object.entries(sessionStorage).some(([key, text]) => key.endsWith(form) && text.includes("Replaced it."))"""
    for _ in range(100):
        if page.evaluate(asked, f"{order.number}-complete"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("text and photo are not kept")


def test_what_was_picked_leaves_with_whoever_signs_out(felix, field):
    actions.start(work_order=field.order, by=field.felix)
    felix.reload()
    felix.locator("summary", has_text="Complete").click()
    felix.get_by_label("Photos or files").first.set_input_files(field.screenshot)
    felix.goto("/accounts/logout/")
    felix.get_by_role("button", name="Sign out").last.click()
    sign_in(felix, "felix")
    felix.goto("/work-orders/")
    expect(felix.locator(".job-complete")).to_have_count(1)
    felix.wait_for_timeout(300)
    expect(felix.locator(".filelist-item")).to_have_count(0)


def test_what_waits_can_be_discarded_after_a_question(felix, field):
    felix.context.set_offline(True)
    felix.get_by_role("button", name="Start").click()
    expect(felix.locator(".outbox-item")).to_have_count(1)
    answers = ["dismiss", "accept"]
    felix.on("dialog", lambda dialog: getattr(dialog, answers.pop(0))())
    felix.get_by_role("button", name="Discard").click()
    expect(felix.locator(".outbox-item")).to_have_count(1)
    felix.get_by_role("button", name="Discard").click()
    expect(felix.locator(".outbox-item")).to_have_count(0)
    felix.context.set_offline(False)
    felix.reload()
    assert state_of(field.order) == "assigned"


def test_without_scripts_it_is_plain_forms(open_as, field):
    felix = open_as("felix", java_script_enabled=False, **PHONE)
    felix.goto("/work-orders/")
    felix.get_by_role("button", name="Start").click()
    line(felix, "Label it").click()
    expect(felix.locator(".checklist-card")).to_contain_text("1 of 2")
    fill_in(felix, "Replaced it.", field.screenshot)
    expect(felix.get_by_role("heading", name="Nothing to do")).to_be_visible()
    assert kinds(field.order) == ["work_order.started", "work_order.ticked", "work_order.completed"]


def test_thumbs_find_everything(felix, field):
    """Nothing on a card that one presses is lower than 44 px."""
    actions.start(work_order=field.order, by=field.felix)
    felix.reload()
    for summary in ("Complete", "It failed, or has to wait"):
        felix.locator("summary", has_text=summary).first.click()
    low = felix.evaluate(
        """[...document.querySelectorAll('.job button, .job summary, .job-map, .job input:not([type=hidden],.visually-hidden)')]
        .filter(one => one.checkVisibility()).filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 90))"""
    )
    assert low == []
