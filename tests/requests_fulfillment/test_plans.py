"""Random items in random hands, on the real database: whatever happens, no request is stuck without saying what is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.approvals import actions as approvals
from desk.sla.models import Clock
from desk.sla.rebuilding import check
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket
from requests_fulfillment import actions
from requests_fulfillment.lifecycle import CLOSED_STATES, State
from requests_fulfillment.models import CatalogueItem, ItemVersion, ServiceRequest
from requests_fulfillment.queries import failed_lately
from tests.desk.sla.promises import policy
from tests.workorders.orders import move as move_order
from workorders.actions import tick
from workorders.models import WorkOrder
from workorders.queries import open_orders

from .blueprints import blueprints
from .orders import answer, in_state, order, seat

ENDED = ("completed", "failed", "cancelled")


class Life:
    """One request from its order to its end; Nadia does its work orders, Sam sees to it, Omar decides."""

    def __init__(self, shop, data):
        self.shop, self.draw = shop, data.draw
        blueprint = self.draw(blueprints(most=4))
        groups = st.sampled_from([shop.network.pk, shop.network.pk, shop.network.pk, None])
        steps = tuple(replace(step, workgroup=self.draw(groups)) for step in blueprint.steps)
        approval = self.draw(st.sampled_from([None, shop.rule.pk]))
        blueprint = replace(blueprint, steps=steps, approval=approval, disrupts=None)
        item = CatalogueItem.objects.create(name="Odd", slug="odd", summary="–", group=shop.shelf, workgroup=shop.desk)
        item.current = ItemVersion.objects.create(item=item, number=1, content=blueprint.as_json(), made_by=shop.admin)
        item.save()
        given = {
            q.key: self.draw(st.sampled_from(q.choices or ("yes", "no", "Ward 4\nroom 2"))) for q in blueprint.questions
        }
        self.request = actions.order(item=item, by=shop.erin, answers=given)

    def look(self):
        self.request = ServiceRequest.objects.get(pk=self.request.pk)
        return self.request.state

    def attempt(self, verb, *args, **more):
        """It happens, or it is refused with a sentence; never anything else."""
        try:
            with transaction.atomic():
                verb(*args, **more)
        except (Refused, PermissionDenied) as refusal:
            assert str(refusal)

    def something_happens(self):
        orders = list(WorkOrder.objects.filter(parent_id=self.request.pk).exclude(state__in=ENDED))
        if self.look() == State.AWAITING_APPROVAL:
            said = self.draw(st.sampled_from(["approve", "approve", "reject", "ask"]))
            if seat(self.request, self.shop.omar).answer == "none":
                answer(self.request, self.shop.omar, said, "" if said == "approve" else "Why?")
            return
        if orders and self.draw(st.booleans()):
            moves = ["start", "start", "tick", "complete", "complete", "fail", "cancel", "hold", "resume"]
            self.attempt(self._work, self.draw(st.sampled_from(orders)), self.draw(st.sampled_from(moves)))
            return
        sam = {"request": self.request, "by": self.shop.sam}
        match self.draw(st.sampled_from(["start", "retry", "retry", "fulfil", "fail", "cancel", "confirm", "refuse"])):
            case "retry":
                how = self.draw(st.sampled_from(["again", "without", "other"]))
                self.attempt(actions.retry, how_to=how, note="By hand", **sam)
            case "cancel" if self.draw(st.integers(0, 3)) == 0:
                self.attempt(actions.cancel, reason="Not any more", **sam)
            case "fail" | "refuse" as name:
                self.attempt(getattr(actions, name), reason="It broke", **sam)
            case "start" | "fulfil" | "confirm" as name:
                self.attempt(getattr(actions, name), **sam)

    def _work(self, found, name):
        if name == "tick":
            for item in found.checklist.all():
                tick(item=item, by=self.shop.nadia)
        else:
            move_order(WorkOrder.objects.get(pk=found.pk), name, by=self.shop.nadia)

    def it_is_not_stuck(self):
        """Somebody has something to do: an approver, a technician, an analyst, or the requester; or it is over."""
        state, left = self.look(), list(open_orders(self.request))
        if state in CLOSED_STATES:
            assert not left, "what is over leaves nobody working"
        elif state == State.APPROVED:
            assert self.request.events.filter(kind="request.stuck").exists(), "it says why it can't begin"
        elif state == State.AWAITING_APPROVAL:
            assert seat(self.request, self.shop.omar).round.is_open
        elif state == State.FULFILLED:
            assert not left
        elif state == State.IN_FULFILMENT and left:
            ready = [found for found in left if found.state != "waiting"]
            assert ready, "orders wait for nothing that anybody could do"
        for found in left:
            assert found.state != "waiting" or found.waits_for

    def bring_to_an_end(self):
        """Whoever does what is asked comes to the end."""
        by = {"by": self.shop.sam}
        for _ in range(60):
            state = self.look()
            ready = [found for found in open_orders(self.request) if found.state != "waiting"]
            if state in CLOSED_STATES:
                return
            if state == State.AWAITING_APPROVAL:
                answer(self.request, self.shop.omar, "approve")
            elif state == State.APPROVED:
                actions.cancel(request=self.request, reason="Nobody could do it", **by)
            elif state == State.FULFILLED:
                actions.confirm(request=self.request, **by)
            elif state == State.FAILED:
                how = "again" if failed_lately(self.request) and self.draw(st.booleans()) else "without"
                actions.retry(request=self.request, how_to=how, **by)
            elif ready:
                for name in ("resume", "start", "tick", "complete"):
                    self.attempt(self._work, ready[0], name)
            else:
                actions.fulfil(request=self.request, **by)
        raise AssertionError(f"{self.look()}: it never ends")


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_request_ends_or_says_what_is_asked(shop, data):
    savepoint = transaction.savepoint()
    try:
        life = Life(shop, data)
        life.it_is_not_stuck()
        for _ in range(data.draw(st.integers(0, 14))):
            life.something_happens()
            life.it_is_not_stuck()
        life.bring_to_an_end()
        life.it_is_not_stuck()
    finally:
        transaction.savepoint_rollback(savepoint)


# -- clocks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in State.values if state != State.SUBMITTED])
def test_in_every_state_the_clocks_are_what_the_events_say(shop, state):
    policy("Requests", kind="request", response=60, resolution=600)
    request = in_state(state, shop)
    assert set(Clock.objects.filter(ticket=request).values_list("kind", flat=True)) == {"response", "resolution"}
    found = list(check(Ticket.objects.filter(kind__in=["request", "work_order"])))
    assert found
    assert [one.differences for one in found if one.differences] == []
    clocks = Clock.objects.filter(ticket=request)
    if state == State.AWAITING_APPROVAL:
        assert not clocks.filter(paused_since=None).exists()
    elif state in (State.IN_FULFILMENT, State.FAILED):
        assert clocks.get(kind="resolution").paused_since is None
        assert clocks.get(kind="resolution").stopped_at is None
    elif state in (State.FULFILLED, State.CLOSED, State.REJECTED, State.CANCELLED):
        assert not clocks.filter(stopped_at=None).exists()


def test_an_hour_of_thinking_costs_nobody_an_hour(shop):
    """Ordered at nine, approved at eleven: at noon one hour is used of both clocks, not three."""
    policy("Requests", kind="request", response=600, resolution=600)
    nine = datetime(2026, 11, 24, 9, tzinfo=UTC)
    request = order(shop, at=nine)
    approvals.answer(seat=seat(request, shop.omar), by=shop.omar, answer="approve", at=nine + timedelta(hours=2))
    resolution = Clock.objects.get(ticket=request, kind="resolution")
    assert resolution.due_at == nine + timedelta(hours=12)
    response = Clock.objects.get(ticket=request, kind="response")
    assert response.used == timedelta()  # its plan began with the approval
