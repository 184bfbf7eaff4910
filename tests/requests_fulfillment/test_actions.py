"""What people do with the catalogue: ordering, deciding, preparing, failing, going on, delivering."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from desk.approvals import actions as approvals
from desk.approvals.models import ApprovalRule
from desk.notifications.models import Message
from desk.tickets.errors import Refused
from requests_fulfillment import actions
from requests_fulfillment.models import CatalogueItem, ItemField, ItemStep, OrderDraft, ServiceRequest
from requests_fulfillment.publishing import publish
from tests.at_once import at_once, of
from tests.files import png
from workorders import actions as order_actions
from workorders.models import WorkOrder

from .orders import (
    ANSWERS,
    answer,
    do,
    fresh,
    in_state,
    kinds_of,
    move,
    order,
    order_of,
    orders_of,
    seat,
    stuck,
    work,
)

pytestmark = pytest.mark.django_db


def messages(event):
    """Who was told of it."""
    return set(Message.objects.filter(event=event).values_list("recipient__username", flat=True))


# -- ordering ----------------------------------------------------------------------------------


def test_erin_orders_a_laptop_and_her_manager_is_asked(shop):
    actions.keep_draft(item=shop.laptop, by=shop.erin, answers={"q_model": "Light"})
    request = order(shop, files=[png("desk.png")])
    assert request.number.startswith("REQ-")
    assert (request.state, request.title, request.workgroup) == ("awaiting_approval", "New laptop", shop.desk)
    assert request.answers == ANSWERS
    assert request.description.splitlines() == [
        "Which model? Light", "A dock too? Yes", "How many screens? 2", "Who shows you how? Omar (omar)",
    ]  # fmt: skip
    assert kinds_of(request) == ["logged", "awaited", "approval.asked"]
    assert seat(request, shop.omar).because == "manager of Erin"
    assert request.what_next == "Omar (manager of Erin) decides on it. You will be told."
    assert request.events.first().attachments.get().name == "desk.png"
    assert not OrderDraft.objects.exists()


def test_answers_to_what_is_not_asked_are_dropped(shop):
    request = order(shop, answers={**ANSWERS, "dock": "no", "unknown": "x"})
    assert request.answers == {"model": "Light", "dock": "no", "colleague": "Omar (omar)"}


def test_the_same_form_orders_once_and_nothing_else(shop):
    token = uuid.uuid4()
    first = order(shop, submission=token)
    assert order(shop, submission=token) == first
    with pytest.raises(Refused, match="sent before, for something else"):
        order(shop, by=shop.omar, submission=token)
    assert ServiceRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_the_same_instant_order_once(shop):
    token = uuid.uuid4()
    answers = at_once(*[lambda: order(shop, shop.chair, answers={}, submission=token) for _ in range(3)])
    assert len({found.pk for found in of(ServiceRequest, answers)}) == 1
    assert ServiceRequest.objects.count() == 1


def test_omar_orders_for_erin_and_both_follow_it(shop):
    request = order(shop, shop.chair, by=shop.omar, requester=shop.erin, answers={})
    assert (request.requester, request.reporter) == (shop.erin, shop.omar)
    assert kinds_of(request) == ["logged", "approved", "started"]
    cancelled = move(request, "cancel", by=shop.omar)
    assert cancelled.state == "cancelled"


def test_an_item_that_is_not_offered_is_refused(shop):
    CatalogueItem.objects.filter(pk=shop.chair.pk).update(departments=["Radiology"])
    with pytest.raises(PermissionDenied, match="“Office chair” isn't offered to you."):
        order(shop, CatalogueItem.objects.get(pk=shop.chair.pk), answers={})
    shop.erin.department = "Radiology"
    assert order(shop, CatalogueItem.objects.get(pk=shop.chair.pk), answers={}).state == "in_fulfilment"


def test_who_has_no_manager_is_told_at_once_and_loses_nothing(shop):
    actions.keep_draft(item=shop.laptop, by=shop.omar, answers={"q_model": "Light"})
    with pytest.raises(Refused, match="Omar has no manager who could be asked"):
        order(shop, by=shop.omar)
    assert OrderDraft.objects.filter(user=shop.omar).exists()
    assert not ServiceRequest.objects.exists()


def test_an_approval_that_is_not_there_any_more_is_no_yes(shop):
    CatalogueItem.objects.update(approval_rule=None)  # edited, and not published
    ApprovalRule.objects.all().delete()
    with pytest.raises(Refused, match="asks for an approval that isn't there any more"):
        order(shop)
    assert not ServiceRequest.objects.exists()


def test_an_empty_draft_is_no_draft(shop):
    actions.keep_draft(item=shop.laptop, by=shop.erin, answers={"q_model": "Light"})
    actions.keep_draft(item=shop.laptop, by=shop.erin, answers={"q_model": " "})
    assert not OrderDraft.objects.exists()


# -- deciding ----------------------------------------------------------------------------------


def test_omar_asks_back_erin_answers_and_he_approves(shop):
    request = answer(order(shop), shop.omar, "ask", "Would the other one do?")
    assert request.what_next == "Omar wants to know something before deciding."
    approvals.reply(seat=seat(request, shop.omar), by=shop.erin, text="No, it is too heavy.")
    assert fresh(request).what_next.startswith("Omar (manager of Erin) decides")
    request = answer(request, shop.omar, "approve")
    assert request.state == "in_fulfilment"
    assert kinds_of(request)[-7:] == [
        "approval.answered",
        "approval.approved",
        "approved",
        "started",
        *["order.raised"] * 3,
    ]


def test_what_is_rejected_is_over(shop):
    request = in_state("rejected", shop)
    assert request.is_over
    assert orders_of(request) == []
    assert request.closed_at is not None


def test_an_objection_before_anybody_begins_takes_the_approval_back(shop):
    request = answer(stuck(shop), shop.omar, "object", "We have one in the store.")
    assert request.state == "awaiting_approval"
    approvals.withdraw(seat=seat(request, shop.omar), by=shop.omar)
    request = answer(request, shop.omar, "approve")
    assert request.state == "in_fulfilment"


def test_a_plan_that_nobody_can_do_is_told_inside_and_begun_by_an_analyst(shop):
    request = stuck(shop)
    assert request.state == "approved"
    told = request.events.get(kind="request.stuck")
    assert told.is_internal
    assert told.inside["note"] == "No workgroup fits “Prepare: Light”; an administrator has to name one."
    assert messages(told) == {"lena"}
    assert orders_of(request) == []
    begun = actions.start(request=request, by=shop.sam)
    assert (begun.state, begun.assignee) == ("in_fulfilment", shop.sam)
    assert len(orders_of(begun)) == 3


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_cancellation_at_once_one_wins_and_no_order_is_left_open(shop):
    request = order(shop)
    at_once(
        lambda: approvals.answer(seat=seat(request, shop.omar), by=shop.omar, answer="approve"),
        lambda: move(request, "cancel", by=shop.erin),
    )
    request = fresh(request)
    assert request.state == "cancelled"  # either way: what is approved, and not begun, can be called off
    assert {state for _, state in orders_of(request)} <= {"cancelled"}


# -- preparing ---------------------------------------------------------------------------------


def test_the_plan_is_raised_in_its_sequence_with_the_answers_filled_in(shop):
    request = in_state("in_fulfilment", shop)
    assert orders_of(request) == [
        ("Prepare: Light", "open"), ("Pack a dock for 2 screens", "waiting"), ("Hand it over in Hamburg", "waiting"),
    ]  # fmt: skip
    prepare, pack, hand = WorkOrder.objects.filter(parent_id=request.pk).order_by("pk")
    assert (prepare.description, prepare.work_type, prepare.workgroup) == ("For Erin", "technical", shop.network)
    assert (list(pack.needs.all()), list(hand.needs.all())) == ([prepare], [pack])
    assert (hand.workgroup, hand.site) == (shop.field, shop.site)
    assert request.progress == (0, 3)


def test_a_step_for_another_answer_is_left_out_and_its_place_closed(shop):
    request = answer(order(shop, answers={"model": "Strong", "dock": "no"}), shop.omar, "approve")
    assert orders_of(request) == [("Prepare: Strong", "open"), ("Hand it over in Hamburg", "waiting")]
    assert order_of(request, "Hand").needs.get() == order_of(request, "Prepare")


def test_when_the_last_step_is_done_it_is_delivered_by_itself_and_erin_confirms(shop):
    request = do(shop, in_state("in_fulfilment", shop), "Prepare", "Pack")
    assert (request.state, request.progress) == ("in_fulfilment", (2, 3))
    request = do(shop, request, "Hand")
    assert request.state == "fulfilled"
    assert messages(request.events.get(kind="request.fulfilled")) == {"erin"}
    assert "Please say whether it is what you ordered" in request.what_next
    closed = actions.confirm(request=request, by=shop.erin, rating=5, comment="Quick!")
    assert (closed.state, closed.rating) == ("closed", 5)


def test_only_the_requester_rates_and_from_1_to_5(shop):
    request = in_state("fulfilled", shop)
    with pytest.raises(Refused, match="Only the requester rates"):
        actions.confirm(request=request, by=shop.sam, rating=5)
    with pytest.raises(Refused, match="from 1 to 5"):
        actions.confirm(request=request, by=shop.erin, rating=6)
    assert actions.confirm(request=request, by=shop.sam).state == "closed"


def test_what_is_not_what_was_ordered_goes_back_to_those_who_prepare_it(shop):
    request = actions.refuse(request=in_state("fulfilled", shop), by=shop.erin, reason="It is the heavy one.")
    assert (request.state, request.fulfilled_at) == ("in_fulfilment", None)
    with pytest.raises(Refused, match="what is wrong"):
        actions.refuse(request=in_state("fulfilled", shop), by=shop.erin, reason=" ")


def test_it_is_not_delivered_while_a_step_is_open(shop):
    with pytest.raises(Refused, match="can't be delivered while a work order is open"):
        actions.fulfil(request=in_state("in_fulfilment", shop), by=shop.sam)


def test_when_every_step_is_called_off_nothing_is_delivered(shop):
    request = in_state("in_fulfilment", shop)
    order_actions.cancel_open(parent=request, by=shop.sam, reason="The store burned down.")
    assert fresh(request).state == "in_fulfilment"


def test_a_reply_resumes_what_waits_for_the_requester(shop):
    from desk.tickets.actions import reply
    from tests.stories import reason

    request = in_state("in_fulfilment", shop)
    with pytest.raises(Refused, match="Please ask the requester"):
        actions.hold(request=request, by=shop.sam, reason=reason("Waiting for requester"))
    held = actions.hold(request=request, by=shop.sam, reason=reason("Waiting for requester"), message="Which desk?")
    assert held.public_state == "Waiting for you"
    reply(ticket=held, by=shop.erin, message="The one by the window.")
    assert fresh(request).state == "in_fulfilment"


def test_a_cancelled_request_leaves_nothing_open_and_no_answer_that_counts(shop):
    request = move(in_state("in_fulfilment", shop), "cancel", by=shop.sam)
    assert {state for _, state in orders_of(request)} == {"cancelled"}
    assert "approval.voided" in kinds_of(request)
    with pytest.raises(Refused, match="answers don't count any more"):
        answer(request, shop.omar, "object", "Too late")


# -- failing, and going on ---------------------------------------------------------------------


def failed(shop, *, done=("Prepare",), step="Pack"):
    """The laptop is prepared, and the dock can't be packed."""
    return work(shop, do(shop, in_state("in_fulfilment", shop), *done), step, "start", "fail")


def test_a_failed_step_fails_the_fulfilment_and_it_is_asked_whether_that_disrupts_a_service(shop):
    request = failed(shop)
    assert (request.state, request.public_state, request.failures) == ("fulfilment_failed", "Being prepared", 1)
    told = request.events.get(kind="request.fulfilment_failed").inside["trouble"]
    assert (told["code"], told["occurrence"]) == ("request.fulfilment_failed", 1)
    assert request.disrupts_service is None
    with pytest.raises(Refused, match="which service"):
        actions.say_disruption(request=request, by=shop.sam, disrupts=True)
    with pytest.raises(PermissionDenied):
        actions.say_disruption(request=request, by=shop.erin, disrupts=False)
    said = actions.say_disruption(request=request, by=shop.sam, disrupts=True, words="Sign-in, for the whole ward")
    assert (said.disrupts_service, said.disruptions) == (True, 1)
    event = request.events.get(kind="request.service_disrupted")
    assert event.is_internal
    assert event.inside["trouble"]["text"] == "Sign-in, for the whole ward"
    with pytest.raises(Refused, match="said already"):
        actions.say_disruption(request=fresh(request), by=shop.sam, disrupts=False)


def test_where_the_item_says_so_a_failure_disrupts_its_service_by_itself(shop):
    from tests.factories import ServiceFactory

    item = CatalogueItem.objects.get(pk=shop.laptop.pk)
    item.disrupts = ServiceFactory(name="Sign-in")
    item.save()
    publish(item=item, by=shop.admin)
    shop.laptop = CatalogueItem.objects.get(pk=item.pk)
    request = failed(shop)
    assert request.disrupts_service is True
    assert request.events.get(kind="request.service_disrupted").inside["text"].startswith("Sign-in: ")


def test_tried_again_the_failed_step_is_raised_anew_in_its_place(shop):
    request = move(failed(shop), "retry", by=shop.sam, how_to="again")
    assert [state for _, state in orders_of(request)] == ["completed", "failed", "waiting", "open"]
    assert request.progress == (1, 3)
    request = do(shop, request, "Pack", "Hand")
    assert request.state == "fulfilled"


def test_without_the_failed_step_the_others_go_on(shop):
    request = move(failed(shop), "retry", by=shop.sam, how_to="without")
    assert orders_of(request)[-1] == ("Hand it over in Hamburg", "open")
    assert do(shop, request, "Hand").state == "fulfilled"


def test_without_the_last_step_nothing_is_left_and_it_is_delivered(shop):
    request = failed(shop, done=("Prepare", "Pack"), step="Hand")
    assert move(request, "retry", by=shop.sam, how_to="without").state == "fulfilled"


def test_another_way_calls_off_the_rest_and_wants_a_word(shop):
    request = failed(shop)
    with pytest.raises(Refused, match="how it goes on instead"):
        move(request, "retry", by=shop.sam, how_to="other")
    request = move(request, "retry", by=shop.sam, how_to="other", note="I bring one myself.")
    assert request.state == "in_fulfilment"
    assert [state for _, state in orders_of(request)] == ["completed", "failed", "cancelled"]
    assert actions.fulfil(request=request, by=shop.sam).state == "fulfilled"


def test_what_was_gone_without_before_is_not_tried_again_with_what_fails_later(shop):
    request = move(failed(shop), "retry", by=shop.sam, how_to="without")
    request = work(shop, request, "Hand", "start", "fail")
    assert (request.state, request.failures) == ("fulfilment_failed", 2)
    request = move(request, "retry", by=shop.sam, how_to="again")
    assert [title for title, state in orders_of(request) if state == "open"] == ["Hand it over in Hamburg"]


def test_a_failure_that_is_decided_on_the_work_order_is_decided_for_the_request(shop):
    """Sam presses “Try it again” among the work orders, and not the request's own button."""
    first = failed(shop)
    order_actions.try_again(work_order=order_of(first, "Pack"), by=shop.sam)
    assert fresh(first).state == "in_fulfilment"
    second = failed(shop)
    order_actions.go_on_without(work_order=order_of(second, "Pack"), by=shop.sam)
    assert fresh(second).state == "in_fulfilment"
    assert do(shop, second, "Hand").state == "fulfilled"


def test_what_fails_and_is_given_up_is_cancelled_as_a_whole(shop):
    request = move(failed(shop), "cancel", by=shop.sam)
    assert [state for _, state in orders_of(request)] == ["completed", "failed", "cancelled"]


# -- versions ----------------------------------------------------------------------------------


def test_a_running_request_keeps_the_version_it_was_ordered_under(shop):
    request = order(shop)
    item = CatalogueItem.objects.get(pk=shop.laptop.pk)
    ItemStep.objects.filter(item=item).delete()
    ItemField.objects.filter(item=item, key="colleague").delete()
    ItemField.objects.filter(item=item, key="model").update(label="Model")
    assert publish(item=item, by=shop.admin).number == 2
    request = answer(request, shop.omar, "approve")
    assert len(orders_of(request)) == 3
    assert [question.label for question, _ in request.answered][0] == "Which model?"
    assert order(shop, CatalogueItem.objects.get(pk=item.pk)).version_ordered.number == 2


# -- having it ---------------------------------------------------------------------------------


def test_sam_takes_it_and_passes_it_on_with_a_word(shop):
    request = actions.take(request=in_state("in_fulfilment", shop), by=shop.sam)
    assert request.assignee == shop.sam
    with pytest.raises(Refused, match=f"Sam has {request.number} already"):
        actions.take(request=request, by=shop.lena)
    with pytest.raises(Refused, match="why it goes to another workgroup"):
        actions.assign(request=request, by=shop.sam, workgroup=shop.network)
    with pytest.raises(Refused, match="doesn't take service requests"):
        actions.assign(request=request, by=shop.sam, workgroup=shop.field, reason="They are there")
    moved = actions.assign(request=request, by=shop.sam, workgroup=shop.network, assignee=shop.nadia, reason="Yours")
    assert (moved.workgroup, moved.assignee) == (shop.network, shop.nadia)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it(shop):
    request = in_state("in_fulfilment", shop)
    answers = at_once(
        lambda: actions.take(request=request, by=shop.sam), lambda: actions.take(request=request, by=shop.lena)
    )
    assert len(of(Refused, answers)) == 1


def test_what_is_delivered_and_never_answered_is_closed_by_the_timer(shop, settings):
    from requests_fulfillment.tasks import close_unconfirmed

    settings.REQUEST_CONFIRM_DAYS = 0
    request = in_state("fulfilled", shop)
    assert close_unconfirmed() == 1
    assert fresh(request).state == "closed"
