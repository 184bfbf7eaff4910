"""A technician's day in pages: what is due, one step after the other, photos, and forms that are sent twice."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from desk.tickets.models import Attachment, Submission
from incidents import actions as incidents
from tests.factories import SiteFactory, WorkgroupFactory, analyst, incident
from tests.files import named, png
from workorders import actions, queries
from workorders.models import WorkOrder

from .orders import in_state, move, order

pytestmark = pytest.mark.django_db
MY_DAY = "/work-orders/"


@pytest.fixture
def felix(field, browse):
    return browse(field.felix)


@pytest.fixture
def begun(field):
    """Felix's order, in progress, with one line to be ticked off."""
    return in_state("in_progress", field, checklist=["Label it"])


def do(name, found):
    return f"/work-orders/{found.number}/do/{name}/"


def kinds(found):
    return [event.kind.partition(".")[2] for event in found.events.all()]


def planned(field, title, hours, *, lasting=1, **fields):
    start = timezone.now() + timedelta(hours=hours)
    window = {"planned_start": start, "planned_end": start + timedelta(hours=lasting)}
    return order(field.incident, field.nadia, title, workgroup=field.field, **window, **fields)


def test_the_day_is_sorted_by_plan_and_what_is_late_stands_first(field):
    noon = timezone.localtime().replace(hour=12, minute=0)
    hours = {"Tomorrow": 24, "Late": -5, "This afternoon": 2, "Under way": -1}
    found = [planned(field, title, 0) for title in hours]
    for one, apart in zip(found, hours.values(), strict=True):
        one.planned_start = noon + timedelta(hours=apart)
        one.planned_end = one.planned_start + timedelta(hours=3)
    some_day = order(field.incident, field.nadia, "Some day", workgroup=field.field)
    assert [(title, [one.title for one in cards]) for title, cards in queries.by_day([*found, some_day], noon)] == [
        ("Overdue", ["Late"]),
        ("Today", ["This afternoon", "Under way"]),
        ("Later", ["Tomorrow"]),
        ("Not planned", ["Some day"]),
    ]


def test_without_an_end_it_is_late_when_nobody_has_begun(field):
    found = in_state("assigned", field, planned_start=timezone.now() - timedelta(hours=1))
    assert found.is_late(timezone.now())
    assert not move(found, "start", by=field.felix).is_late(timezone.now())


def test_a_card_says_where_to_go_for_whom_and_how_far_it_is(field, felix):
    site = SiteFactory(name="Riverside", address="12 River Road\nNorthwind & Sons")
    found = in_state("in_progress", field, site=site, checklist=["Label it", "(Take a photo)"])
    actions.tick(item=found.checklist.get(text="Label it"), by=field.felix)
    page = felix.get(MY_DAY).content.decode()
    assert 'href="https://www.openstreetmap.org/search?query=12%20River%20Road%0ANorthwind%20%26%20Sons"' in page
    assert f"{field.incident.number}</span> No Wi-Fi in ward 4B" in page
    assert "1 of 2 done" in page


@pytest.mark.parametrize(
    ("state", "steps"),
    [("assigned", ["start", "complete", "hold", "fail"]), ("in_progress", ["complete", "hold", "fail"]),
     ("pending", ["resume", "complete", "hold", "fail"]), ("waiting", []), ("completed", []), ("failed", [])],
)  # fmt: skip
def test_a_card_has_the_next_step_of_its_state(field, felix, state, steps):
    found = in_state(state, field)
    if state == "waiting":
        found = actions.assign(work_order=found, by=field.felix, assignee=field.felix)
    elif state == "assigned":
        found = actions.assign(work_order=found, by=field.greta, assignee=field.felix)
    page = felix.get(MY_DAY).content.decode()
    offered = ("start", "resume", "complete", "hold", "fail")
    assert {name for name in offered if f'action="{do(name, found)}"' in page} == set(steps)


def test_what_nobody_has_is_offered_to_those_who_work_the_queue(field, felix, browse):
    free = order(field.incident, field.nadia, "Fetch it", workgroup=field.field)
    order(field.incident, field.nadia, "After that", workgroup=field.field, needs=[free])
    other = WorkgroupFactory(name="Facilities", takes=["work_order"])
    order(field.incident, field.nadia, "Theirs", workgroup=other)
    assert [found.title for found in queries.nobodys(field.felix)] == ["Fetch it"]
    assert not queries.nobodys(field.nadia).exists()
    answer = felix.post(f"/work-orders/{free.number}/take/", {"next": MY_DAY}, follow=True)
    assert answer.redirect_chain == [(MY_DAY, 302)]
    assert [found.title for found in queries.my_day(field.felix)] == ["Fetch it"]


@pytest.mark.parametrize("name", ["felix", "nadia", "erin"])
def test_the_menu_has_it_for_those_who_do_them(field, browse, name):
    field.network.takes = ["incident"]
    field.network.save()
    page = browse(getattr(field, name)).get("/").content.decode()
    assert ("My work orders" in page) == (name == "felix")


def test_start_tick_and_complete_from_the_day(field, felix):
    found = in_state("open", field, checklist=["Label it"])
    actions.take(work_order=found, by=field.felix)
    assert felix.post(do("start", found), {"next": MY_DAY})["Location"] == MY_DAY
    item = found.checklist.get()
    assert felix.post(f"/work-orders/tick/{item.pk}/", {"done": "1", "next": MY_DAY})["Location"] == MY_DAY
    done = {
        "result": "Replaced it.",
        "effort_minutes": "40",
        "files": [png("lamp.png"), png("door.png")],
        "next": MY_DAY,
    }
    assert felix.post(do("complete", found), done)["Location"] == MY_DAY
    found.refresh_from_db()
    assert (found.state, found.result, found.effort_minutes) == ("completed", "Replaced it.", 40)
    event = found.events.get(kind="work_order.completed")
    assert {file.name for file in event.attachments.all()} == {"lamp.png", "door.png"}
    page = felix.get(found.get_absolute_url()).content.decode()
    assert "lamp.png" in page


def test_htmx_gets_the_checklist_or_why_not(field, browse, begun):
    client, item = browse(field.felix, **{"HX-Request": "true"}), begun.checklist.get()
    page = client.post(f"/work-orders/tick/{item.pk}/", {"done": "1"}).content.decode()
    assert "1 of 1" in page
    assert "<html" not in page
    move(begun, "complete", by=field.felix)
    refused = client.post(f"/work-orders/tick/{item.pk}/", {"done": "0"})
    assert refused.status_code == 409
    assert "is Completed; start work to tick things off." in refused.content.decode()


def test_a_refused_photo_says_why_and_keeps_the_text(field, felix, begun):
    actions.tick(item=begun.checklist.get(), by=field.felix)
    bad = {"result": "Replaced it.", "files": [named("photo.jpg", b"no picture at all")]}
    answer = felix.post(do("complete", begun), bad)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "isn’t what" in page or "isn&#x27;t what its name says" in page
    assert "Replaced it.</textarea>" in page
    begun.refresh_from_db()
    assert (begun.state, Attachment.objects.count()) == ("in_progress", 0)


def test_what_isnt_ticked_is_said_and_the_text_stays(felix, begun):
    answer = felix.post(do("complete", begun), {"result": "Replaced it.", "files": [png()]})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Still to be ticked off: “Label it”" in page
    assert "Replaced it.</textarea>" in page
    assert not Attachment.objects.exists()


def test_a_failure_has_its_photos_too(field, felix, begun):
    felix.post(do("fail", begun), {"reason": "The ceiling can't be opened.", "files": [png("ceiling.png")]})
    assert [file.name for file in begun.events.get(kind="work_order.failed").attachments.all()] == ["ceiling.png"]


# -- sent twice, by another, or too late ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "written"),
    [
        ("do/start/", {}, ["started"]),
        ("do/hold/", {"reason": "vendor", "message": "Is anybody in?"}, ["held", "added"]),
        ("do/complete/", {"result": "Done."}, ["completed"]),
        ("do/fail/", {"reason": "No key."}, ["failed"]),
        ("reply/", {"message": "On my way."}, ["added"]),
        ("note/", {"note": "The key hangs at the desk."}, ["added"]),
    ],
)
def test_the_same_form_sent_again_does_nothing_and_is_well(field, felix, name, data, written):
    from tests.stories import reason

    found = in_state("assigned" if name == "do/start/" else "in_progress", field)
    before, headers = kinds(found), {"Idempotency-Key": str(uuid.uuid4()), "HX-Request": "true"}
    data = {key: reason("Waiting for vendor").pk if value == "vendor" else value for key, value in data.items()}
    answers = [felix.post(f"{found.get_absolute_url()}{name}", data, headers=headers) for _ in range(2)]
    assert [answer["HX-Redirect"] for answer in answers] == [found.get_absolute_url()] * 2
    assert kinds(found)[len(before) :] == written


def test_another_form_is_another_reply(field, felix, begun):
    for _ in range(2):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        felix.post(f"{begun.get_absolute_url()}reply/", {"message": "On my way."}, headers=headers)
    assert kinds(begun).count("added") == 2


def test_what_was_refused_may_be_sent_again(field, felix, begun):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert felix.post(do("complete", begun), {"result": "Done."}, headers=headers).status_code == 409
    assert not Submission.objects.exists()
    actions.tick(item=begun.checklist.get(), by=field.felix)
    assert felix.post(do("complete", begun), {"result": "Done."}, headers=headers).status_code == 302
    begun.refresh_from_db()
    assert begun.state == "completed"


def test_a_token_of_somebody_else_stops_nobody(field, felix, browse, begun):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    for client in (browse(field.greta), felix):
        client.post(f"{begun.get_absolute_url()}note/", {"note": "Seen."}, headers=headers)
    assert [event.actor for event in begun.events.filter(kind="comment.added")] == [field.greta, field.felix]


def test_a_token_that_is_none_is_a_bad_request(felix, begun):
    answer = felix.post(f"{begun.get_absolute_url()}note/", {"note": "Hm"}, headers={"Idempotency-Key": "42"})
    assert answer.status_code == 400


def test_a_chain_is_raised_one_after_another_each_after_the_one_before(field, browse):
    nadia, new = browse(field.nadia), f"/work-orders/new/{field.incident.number}/"
    told = {"work_type": "on_site", "workgroup": field.field.pk, "priority": 3}
    first = nadia.post(new, {**told, "title": "Take the old one down", "another": "1"})
    (one,) = WorkOrder.objects.all()
    assert (first.status_code, first.url) == (302, f"{new}?after={one.number}")
    page = nadia.get(first.url)
    assert f"{one.number} is raised" in page.content.decode()
    assert page.context["form"]["needs"].value() == [one.pk]
    again = nadia.post(new, {**told, "title": "Put the new one up", "needs": [one.pk]})
    assert again.url == field.incident.get_absolute_url()
    two = WorkOrder.objects.exclude(pk=one.pk).get()
    assert (two.state, list(two.needs.all())) == ("waiting", [one])


def test_what_is_completed_while_the_next_is_written_holds_it_up_no_more(field, browse):
    first = in_state("in_progress", field)
    second = order(field.incident, field.nadia, "Second", workgroup=field.field)
    told = {"title": "Third", "work_type": "on_site", "workgroup": field.field.pk, "priority": 3}
    move(first, "complete", by=field.felix)
    path = f"/work-orders/new/{field.incident.number}/"
    assert browse(field.nadia).post(path, {**told, "needs": [first.pk, second.pk]}).status_code == 302
    assert WorkOrder.objects.get(title="Third").waits_for == [second]
    page = browse(field.nadia).get(path).content.decode()
    assert f"{second.number} Second" in page
    assert f"{first.number} {first.title}" not in page


def test_what_is_no_order_of_this_ticket_comes_before_nothing(field, browse):
    for odd in ("WO-999999", "", "%", field.incident.number):
        page = browse(field.nadia).get(f"/work-orders/new/{field.incident.number}/", {"after": odd})
        assert page.status_code == 200
        assert page.context["form"].initial["needs"] == []


def test_one_that_waits_is_made_to_wait_for_another_and_a_circle_is_refused_with_a_sentence(field, browse):
    first = order(field.incident, field.nadia, "First", workgroup=field.field)
    second, third = (
        order(field.incident, field.nadia, title, workgroup=field.field, needs=[first]) for title in ("Second", "Third")
    )
    nadia = browse(field.nadia)
    page = nadia.get(second.get_absolute_url()).content.decode()
    assert f'<option value="{third.number}">' in page
    assert f'<option value="{first.number}">' not in page
    wait = f"{second.get_absolute_url()}depend/"
    assert "It waits for that too." in nadia.post(wait, {"needs": third.number}, follow=True).content.decode()
    circle = nadia.post(f"{third.get_absolute_url()}depend/", {"needs": second.number}, follow=True)
    assert "they would wait for one another" in circle.content.decode()
    assert {need.pk for need in second.needs.all()} == {first.pk, third.pk}
    assert "Let it wait for another one too" not in nadia.get(first.get_absolute_url()).content.decode()


# -- those whom it is none of the business of ----------------------------------------------------


@pytest.fixture
def strangers(field, browse):
    """The requester, an analyst and a technician of other workgroups."""
    field.olga = analyst("olga", WorkgroupFactory(name="Facilities", takes=["work_order"]))
    return [browse(person) for person in (field.erin, field.sam, field.olga)]


def test_strangers_find_no_work_order_no_photo_and_no_item(field, felix, begun, strangers):
    item = begun.checklist.get()
    actions.tick(item=item, by=field.felix)
    other = order(field.incident, field.nadia, "After it", workgroup=field.field, needs=[begun])
    felix.post(do("complete", begun), {"result": "Done.", "files": [png("lamp.png")]})
    photo, before = Attachment.objects.get(), kinds(begun)
    posts = [do(name, begun) for name in ("start", "complete", "fail", "cancel", "assign")]
    posts += [
        f"{begun.get_absolute_url()}{name}/"
        for name in ("note", "reply", "take", "edit", "again", "without", "give-up")
    ]
    posts += [f"/work-orders/tick/{item.pk}/", f"{other.get_absolute_url()}depend/"]
    for client in strangers:
        assert client.get(begun.get_absolute_url()).status_code == 404
        assert client.get(photo.get_absolute_url()).status_code == 404
        assert "WO-" not in client.get(MY_DAY).content.decode()
        for path in posts:
            assert client.post(path, {"needs": begun.number, "done": "0"}).status_code == 404, path
    assert kinds(begun) == before


def test_strangers_raise_nothing(field, strangers):
    told = {"title": "Mine", "work_type": "on_site", "workgroup": field.field.pk, "priority": 3}
    answers = [client.post(f"/work-orders/new/{field.incident.number}/", told).status_code for client in strangers]
    assert answers == [403, 404, 404]
    assert not WorkOrder.objects.exists()


def test_what_is_forged_is_refused_and_raises_nothing(field, browse):
    elsewhere = order(incident(field.erin, "Other", workgroup=field.network), field.nadia, workgroup=field.field)
    new, nadia = f"/work-orders/new/{field.incident.number}/", browse(field.nadia)
    told = {"title": "Mine", "work_type": "on_site", "workgroup": field.field.pk, "priority": 3}
    for forged in (
        {"workgroup": field.desk.pk + 999},
        {"work_type": "technical"},
        {"needs": [elsewhere.pk]},
        {"priority": 9},
    ):
        assert nadia.post(new, {**told, **forged}).status_code == 422, forged
    incidents.cancel(incident=field.incident, by=field.nadia, reason="A false alarm")
    assert nadia.post(new, told).status_code == 409
    assert not queries.orders_of(field.incident).exists()
    own = order(elsewhere.parent, field.nadia, "Later", workgroup=field.field, needs=[elsewhere])
    other = incident(field.erin, "Third", workgroup=field.network)
    foreign = order(other, field.nadia, workgroup=field.field)
    page = nadia.post(f"{own.get_absolute_url()}depend/", {"needs": foreign.number}, follow=True)
    assert f"{foreign.number} belongs to another ticket." in page.content.decode()
    assert list(own.needs.all()) == [elsewhere]


def test_a_photo_too_large_is_refused_with_its_size_and_the_text_stays(field, felix, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024
    found = in_state("in_progress", field)
    answer = felix.post(
        do("complete", found), {"result": "Replaced it.", "files": [named("big.png", png().read() + b"0" * 2048)]}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1.0 kB is the most" in page.replace("\xa0", " ").replace("KB", "kB")
    assert "Replaced it.</textarea>" in page
    found.refresh_from_db()
    assert found.state == "in_progress"
