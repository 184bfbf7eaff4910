"""Laws of dependencies, over random lives of a ticket's orders: no circle, no deadlock, nothing starts too soon."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from desk.tickets.errors import Refused
from tests import stories
from tests.workorders.orders import move, order
from workorders import actions, queries
from workorders.models import OVER, ChecklistItem, WorkOrder

MOVES = ["start", "complete", "fail", "cancel", "hold", "resume", "assign"]


class Orders(RuleBasedStateMachine):
    """The orders of one incident in the hands of Nadia, who plans them, and Felix, who does them."""

    raised = Bundle("raised")

    def __init__(self, field):
        super().__init__()
        self.field = field
        self.savepoint = transaction.savepoint()
        self.parent = stories.move(field.incident, "start", by=field.nadia)
        self.count = 0

    def teardown(self):
        self.everything_can_be_brought_to_an_end()
        transaction.savepoint_rollback(self.savepoint)

    def all(self):
        return list(queries.orders_of(self.parent))

    def fresh(self, found):
        return WorkOrder.objects.get(pk=found.pk)

    @rule(target=raised, data=st.data())
    def raise_one(self, data):
        known = self.all()
        needs = data.draw(st.lists(st.sampled_from(known), max_size=3, unique_by=lambda one: one.pk)) if known else []
        self.count += 1
        failed = [need for need in needs if need.state == "failed"]
        try:
            with transaction.atomic():
                found = order(
                    self.parent, self.field.nadia, f"Step {self.count}", workgroup=self.field.field, needs=needs
                )
        except Refused as refused:
            assert failed
            assert "nothing can wait for it" in refused.sentences[0]
            return order(self.parent, self.field.nadia, f"Step {self.count}", workgroup=self.field.field)
        assert not failed
        waits = any(need.state not in OVER for need in needs)
        assert found.state == ("waiting" if waits else "open")
        return found

    @rule(found=raised, name=st.sampled_from(MOVES))
    def try_a_move(self, found, name):
        before = self.fresh(found)
        more = {"workgroup": self.field.field, "assignee": self.field.felix} if name == "assign" else {}
        try:
            with transaction.atomic():
                move(before, name, by=self.field.felix, **more)
        except (Refused, PermissionDenied):
            assert self.fresh(found).state == before.state
            return
        assert not (name == "start" and before.is_blocked), "nothing starts before what it waits for is over"

    @rule(one=raised, other=raised)
    def let_one_wait_for_another(self, one, other):
        edges = queries.edges_of(self.parent)
        circle = queries.would_be_a_cycle([*edges, (one.pk, other.pk)])
        try:
            with transaction.atomic():
                actions.depend(order=one, needs=other, by=self.field.nadia)
        except Refused:
            return
        assert not circle

    @rule(found=raised, way=st.sampled_from(["try_again", "go_on_without", "give_up"]))
    def decide_after_a_failure(self, found, way):
        try:
            with transaction.atomic():
                getattr(actions, way)(work_order=self.fresh(found), by=self.field.nadia)
        except Refused:
            assert self.fresh(found).state != "failed"

    @invariant()
    def there_is_no_circle(self):
        assert not queries.circle_in(queries.edges_of(self.parent))

    @invariant()
    def what_waits_has_something_to_wait_for_and_the_rest_has_not(self):
        for found in self.all():
            if found.state == "waiting":
                assert found.waits_for, f"{found.number} waits for nothing, for ever"
            elif found.state in {"open", "assigned", "in_progress", "pending"}:
                assert not found.waits_for

    @invariant()
    def the_parent_can_be_resolved_exactly_when_none_is_open(self):
        is_open = any(found.state not in {"completed", "failed", "cancelled"} for found in self.all())
        with transaction.atomic():
            try:
                stories.move(self.parent, "resolve", by=self.field.nadia)
            except Refused:
                assert is_open
            else:
                assert not is_open
            transaction.set_rollback(True)

    def everything_can_be_brought_to_an_end(self):
        """No deadlock: whoever does all that can be done, and decides about what failed, comes to the end."""
        for _ in range(3 * len(self.all()) + 1):
            left = [found for found in self.all() if found.state not in {"completed", "failed", "cancelled"}]
            if not left:
                return
            ready = [found for found in left if found.state != "waiting"]
            for found in ready:
                self._finish(found)
            if not ready:
                held_by = [need for found in left for need in found.waits_for if need.state == "failed"]
                assert held_by, "all wait, and none of them for one that failed"
                actions.go_on_without(work_order=held_by[0], by=self.field.nadia)
        raise AssertionError("the orders never come to an end")

    def _finish(self, found):
        if found.state == "pending":
            found = move(found, "resume", by=self.field.felix)
        if found.state in {"open", "assigned"}:
            found = move(found, "start", by=self.field.felix)
        move(found, "complete", by=self.field.felix)


@pytest.mark.parametrize("lives", [6, pytest.param(60, marks=pytest.mark.prove)])
def test_random_orders_keep_to_the_laws(field, lives):
    class Life(Orders):
        def __init__(self):
            super().__init__(field)

    assert ChecklistItem.objects.count() == 0  # so that nothing but the sequence holds anybody up
    found = settings(
        max_examples=lives,
        stateful_step_count=18,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=found)
