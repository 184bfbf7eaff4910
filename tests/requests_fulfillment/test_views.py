"""The pages of the catalogue and of requests, as each of those who meet over them sees and uses them."""

import uuid

import pytest

from desk.people.models import Role
from requests_fulfillment.models import CatalogueItem, OrderDraft, ServiceRequest
from tests.factories import analyst
from tests.files import png

from .orders import answer, do, fresh, in_state, move, order, seat, stuck, work

pytestmark = pytest.mark.django_db
TYPED = {"q_model": "Light", "q_dock": "yes", "q_screens": "2", "q_colleague": "omar"}


def page_of(client, request):
    return client.get(f"/requests/{request.number}/").content.decode()


# -- the catalogue -----------------------------------------------------------------------------


def test_erin_finds_a_laptop_orders_it_and_sees_what_comes_next(shop, browse):
    client = browse(shop.erin)
    page = client.get("/catalogue/").content.decode()
    assert "Work equipment" in page
    assert "€1,200" in page
    assert "Free" in page
    item = client.get("/catalogue/new-laptop/").content.decode()
    assert "By your manager, Omar" in item
    assert 'data-shown-if="q_dock" data-shown-value="yes"' in item
    assert "Only if “A dock too?” is “Yes”." in item
    token = str(uuid.uuid4())
    answer = client.post("/catalogue/new-laptop/", {**TYPED, "submission": token}, follow=True)
    request = ServiceRequest.objects.get()
    assert answer.redirect_chain == [(f"/requests/{request.number}/", 302)]
    shown = answer.content.decode()
    for words in (
        "We have your order",
        "Ordered",
        "Being prepared",
        "Omar (manager of Erin) decides on it",
        "Omar (omar)",
    ):
        assert words in shown
    again = client.post("/catalogue/new-laptop/", {**TYPED, "submission": token}, follow=True)
    assert again.redirect_chain == [(f"/requests/{request.number}/", 302)]
    assert ServiceRequest.objects.count() == 1


def test_search_works_as_a_page_and_as_a_part_of_it(shop, browse):
    client = browse(shop.erin)
    whole = client.get("/catalogue/", {"q": "chair"}).content.decode()
    assert "Office chair" in whole
    assert "New laptop" not in whole
    part = client.get("/catalogue/", {"q": "chair"}, headers={"HX-Request": "true", "HX-Target": "shelves"})
    assert "<html" not in part.content.decode()
    assert "1 found for “chair”" in part.content.decode()
    assert "Nothing in the catalogue fits" in client.get("/catalogue/", {"q": "unicorn"}).content.decode()
    CatalogueItem.objects.update(is_active=False)
    assert "Nothing can be ordered yet" in client.get("/catalogue/").content.decode()


def test_an_item_with_an_unknown_icon_is_shown_all_the_same(shop, browse):
    CatalogueItem.objects.update(icon="no-such-icon")
    assert browse(shop.erin).get("/catalogue/").status_code == 200


def test_what_is_not_offered_is_not_there(shop, browse):
    CatalogueItem.objects.filter(pk=shop.chair.pk).update(departments=["Radiology"])
    client = browse(shop.erin)
    assert client.get("/catalogue/office-chair/").status_code == 404
    assert client.post("/catalogue/office-chair/").status_code == 404
    assert client.post("/catalogue/office-chair/draft/").status_code == 404
    assert client.get("/catalogue/nothing/").status_code == 404


def test_bad_input_stands_next_to_its_field_and_nothing_typed_is_lost(shop, browse):
    sent = {**TYPED, "q_screens": "many", "requester": "<b>nobody</b>"}
    answer = browse(shop.erin).post("/catalogue/new-laptop/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please check 2 fields." in page
    assert "Please give a number" in page
    assert "Nobody is known as “&lt;b&gt;nobody&lt;/b&gt;”" in page
    assert 'value="many"' in page
    assert not ServiceRequest.objects.exists()


def test_a_refusal_is_told_on_the_form(shop, browse):
    answer = browse(shop.omar).post("/catalogue/new-laptop/", TYPED)
    assert answer.status_code == 409
    assert "Omar has no manager who could be asked" in answer.content.decode()


def test_omar_orders_for_erin_by_name(shop, browse):
    client = browse(shop.omar)
    client.post("/catalogue/office-chair/", {"requester": "erin"})
    request = ServiceRequest.objects.get()
    assert (request.requester, request.reporter) == (shop.erin, shop.omar)
    assert "for Erin" in client.get("/requests/").content.decode()
    assert "ordered by Omar" in browse(shop.erin).get("/requests/").content.decode()
    assert f"/requests/{request.number}/do/cancel/" in page_of(client, request)


def test_only_analysts_get_the_picker_that_lists_everybody(shop, browse):
    assert "data-typeahead" not in browse(shop.erin).get("/catalogue/new-laptop/").content.decode()
    assert "data-typeahead" in browse(shop.sam).get("/catalogue/new-laptop/").content.decode()


def test_files_come_with_the_order(shop, browse):
    from requests_fulfillment.models import ItemField
    from requests_fulfillment.publishing import publish

    ItemField.objects.create(item=shop.chair, key="photo", label="A photo of your desk", kind="file")
    publish(item=shop.chair, by=shop.admin)
    client = browse(shop.erin)
    assert "Please choose a file." in client.post("/catalogue/office-chair/", {}).content.decode()
    page = client.post("/catalogue/office-chair/", {"q_photo": [png("desk.png")]}, follow=True).content.decode()
    assert ServiceRequest.objects.get().answers == {"photo": "desk.png"}
    assert "/attachments/" in page


# -- drafts ------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_comes_back_on_another_device(shop, browse):
    draft = "/catalogue/new-laptop/draft/"
    kept = browse(shop.erin).post(draft, {"q_model": "Strong", "q_screens": "t"}, headers={"HX-Request": "true"})
    assert "Draft kept" in kept.content.decode()
    page = browse(shop.erin).get("/catalogue/new-laptop/").content.decode()
    assert "Draft kept" in page
    assert 'value="Strong" id="id_q_model_1" checked' in page.replace(" required", "")
    assert 'value="t"' in page
    assert "Draft kept" not in browse(shop.omar).get("/catalogue/new-laptop/").content.decode()
    gone = browse(shop.erin).post(draft, {"discard": "1"}, follow=True).content.decode()
    assert "The draft is discarded." in gone
    assert 'value="t"' not in gone


def test_without_scripts_a_draft_is_kept_by_a_button(shop, browse):
    page = browse(shop.erin).post("/catalogue/new-laptop/draft/", {"q_screens": "3"}, follow=True).content.decode()
    assert "Your draft is kept." in page
    assert 'value="3"' in page


def test_an_order_forgets_its_draft_even_if_a_late_one_arrives(shop, browse):
    client, token = browse(shop.erin), str(uuid.uuid4())
    client.post("/catalogue/office-chair/", {"submission": token})
    client.post("/catalogue/office-chair/draft/", {"submission": token, "requester": "om"})
    assert not OrderDraft.objects.exists()


def test_what_was_typed_before_a_sign_in_comes_back(shop, browse):
    client = browse(shop.erin)
    client.get("/catalogue/new-laptop/")
    client.cookies.pop("sessionid")
    sent = client.post("/catalogue/new-laptop/draft/", {"q_screens": "3"}, headers={"HX-Request": "true"})
    assert sent["HX-Redirect"] == "/accounts/login/?next=%2Fcatalogue%2Fnew-laptop%2F"
    client.post("/accounts/login/", {"login": "erin", "password": "demo"})
    assert 'value="3"' in client.get("/catalogue/new-laptop/").content.decode()


# -- a request's pages -------------------------------------------------------------------------


def test_erin_answers_her_managers_question_where_she_reads_it(shop, browse):
    request = answer(order(shop), shop.omar, "ask", "Would the *other* one do?")
    client = browse(shop.erin)
    page = page_of(client, request)
    assert "We need your answer" in page
    assert "Please answer below." in page
    assert "Your answer to Omar’s question" in page
    client.post(f"/approvals/{seat(request, shop.omar).pk}/", {"answer": "reply", "text": "No."})
    assert "decides on it" in page_of(client, request)
    omars = page_of(browse(shop.omar), request)
    assert "Which model?" in omars
    assert "Please answer below." not in omars


def test_the_path_and_the_progress_are_told_in_plain_words(shop, browse):
    request = in_state("in_fulfilment", shop)
    page = page_of(browse(shop.erin), do(shop, request, "Prepare"))
    assert "1 of 3 steps done" in page
    assert "WO-" not in page
    assert "It is being prepared for you." in page
    assert "My requests" in page


def test_a_failure_is_no_news_to_erin_and_a_question_to_sam(shop, browse):
    request = work(shop, in_state("in_fulfilment", shop), "Prepare", "start", "fail")
    erins = page_of(browse(shop.erin), request)
    assert "Something went wrong while we prepared it." in erins
    assert "ceiling" not in erins  # what the technician wrote
    client = browse(shop.sam)
    sams = page_of(client, request)
    for words in ("Does it disrupt a service?", "Try again", "Go on without", "Another way", "version 1"):
        assert words in sams
    address = f"/requests/{request.number}/disruption/"
    assert client.post(address, {"disrupts": "yes"}).status_code == 409
    assert (
        "Disrupts a service"
        in client.post(address, {"disrupts": "yes", "words": "Sign-in"}, follow=True).content.decode()
    )
    assert client.post(address, {"disrupts": "no"}).status_code == 409
    assert client.get(f"/requests/{request.number}/do/retry/?how_to=without").status_code == 200
    client.post(f"/requests/{request.number}/do/retry/", {"how_to": "without"})
    assert fresh(request).state == "in_fulfilment"


@pytest.mark.parametrize("disrupts", ["", "perhaps"])
def test_a_disruption_wants_a_yes_or_a_no(shop, browse, disrupts):
    request = in_state("fulfilment_failed", shop)
    answer = browse(shop.sam).post(f"/requests/{request.number}/disruption/", {"disrupts": disrupts})
    assert answer.status_code == 422


def test_erin_confirms_with_a_rating_or_says_it_is_the_wrong_one(shop, browse):
    client, request = browse(shop.erin), in_state("fulfilled", shop)
    page = page_of(client, request)
    assert "Is it what you ordered?" in page
    assert "Not what I ordered" in page
    client.post(f"/requests/{request.number}/do/refuse/", {"reason": "It is the heavy one."})
    assert fresh(request).state == "in_fulfilment"
    request = in_state("fulfilled", shop)
    client.post(f"/requests/{request.number}/do/confirm/", {"rating": "5", "comment": "Quick"})
    assert (fresh(request).state, fresh(request).rating) == ("closed", 5)


def test_erin_calls_it_off_with_a_reason(shop, browse):
    client, request = browse(shop.erin), order(shop)
    assert client.post(f"/requests/{request.number}/do/cancel/", {}).status_code == 422
    client.post(f"/requests/{request.number}/do/cancel/", {"reason": "I keep the old one."})
    assert fresh(request).state == "cancelled"


def test_sam_edits_what_is_not_the_order_itself(shop, browse):
    client, request = browse(shop.sam), in_state("in_fulfilment", shop)
    page = client.get(f"/requests/{request.number}/edit/").content.decode()
    assert "What was ordered stays as it was ordered." in page
    sent = {"title": "Laptop for Erin", "impact": 2, "urgency": 2, "site": shop.site.pk, "seen": request.version}
    client.post(f"/requests/{request.number}/edit/", sent)
    assert (fresh(request).title, fresh(request).priority) == ("Laptop for Erin", 3)


def test_a_stuck_plan_is_told_to_sam_alone(shop, browse):
    request = stuck(shop)
    assert "No workgroup fits" in page_of(browse(shop.sam), request)
    assert "No workgroup fits" not in page_of(browse(shop.erin), request)


@pytest.mark.parametrize("name", ["nadia", "felix", "wanda", "admin"])
def test_a_foreign_request_is_not_there_for_those_whom_it_does_not_concern(shop, browse, name):
    request = in_state("in_fulfilment", shop)
    expected = 200 if name == "admin" else 404
    assert browse(getattr(shop, name)).get(f"/requests/{request.number}/").status_code == expected


def test_an_observer_sees_and_moves_nothing(shop, browse):
    olga, request = analyst("olga", shop.desk, Role.OBSERVER), in_state("fulfilment_failed", shop)
    page = page_of(browse(olga), request)
    assert "What was ordered" in page
    assert "Try again" not in page
    assert browse(olga).post(f"/requests/{request.number}/disruption/", {"disrupts": "no"}).status_code == 403


def test_the_queue_holds_requests_beside_incidents(shop, browse):
    waiting, delivered = order(shop), in_state("fulfilled", shop)
    client = browse(shop.sam)
    page = client.get("/queues/service-desk/").content.decode()
    assert waiting.number in page
    assert "Awaiting Approval" in page
    confirm = client.get("/queues/service-desk/?tab=resolved").content.decode()
    assert delivered.number in confirm
    assert waiting.number not in confirm
    assert waiting.number in client.get("/queues/service-desk/?tab=waiting").content.decode()
    assert waiting.number not in client.get("/queues/service-desk/?tab=unassigned").content.decode()


def test_home_leads_to_the_catalogue_and_lists_what_is_on_its_way(shop, browse):
    client = browse(shop.erin)
    assert "Nothing is on its way" in client.get("/").content.decode()
    request = order(shop)
    page = client.get("/").content.decode()
    assert "Order something" in page
    assert request.number in page
    move(request, "cancel", by=shop.erin)
    assert request.number not in client.get("/").content.decode()
