"""Work orders and their parent moved at the same instant, on the real database: one is refused, nobody waits for ever."""

import uuid

import pytest

from desk.tickets.errors import Refused
from incidents import actions as incident_actions
from incidents.models import Incident
from tests import stories
from tests.at_once import at_once, of
from tests.factories import analyst
from tests.workorders.orders import move, order
from workorders import actions
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6  # so that either comes first sooner or later


def kinds_of(found):
    return list(found.events.values_list("kind", flat=True))


@pytest.fixture
def started(field):
    """Nadia works on the incident."""
    field.incident = stories.move(field.incident, "start", by=field.nadia)
    return field


@pytest.mark.parametrize("again", range(ROUNDS))
def test_of_resolving_and_raising_at_once_one_is_refused(started, again):
    answers = at_once(
        lambda: stories.move(started.incident, "resolve", by=started.nadia),
        lambda: order(started.incident, started.nadia, workgroup=started.field),
    )
    (refused,) = of(Refused, answers)
    parent = Incident.objects.get(pk=started.incident.pk)
    orders = list(WorkOrder.objects.filter(parent=parent))
    if parent.state == "resolved":
        assert orders == []
        assert refused.sentences == [f"{parent.number} is resolved; it needs no work order any more."]
    else:
        assert [found.state for found in orders] == ["open"]
        assert refused.sentences == [
            f"{parent.number} can't be resolved while a work order is open: {orders[0].number} “{orders[0].title}” (Open)."
        ]


@pytest.mark.parametrize("again", range(ROUNDS))
def test_two_predecessors_completed_at_once_release_the_third_once(started, again):
    first, second = (order(started.incident, started.nadia, name, workgroup=started.field) for name in ("One", "Two"))
    third = order(started.incident, started.nadia, "Three", workgroup=started.field, needs=[first, second])
    first, second = (move(found, "start", by=started.felix) for found in (first, second))
    done = at_once(*(lambda found=found: move(found, "complete", by=started.felix) for found in (first, second)))
    assert [found.state for found in done] == ["completed", "completed"]
    assert WorkOrder.objects.get(pk=third.pk).state == "open"
    assert kinds_of(third).count("work_order.released") == 1
    assert kinds_of(started.incident).count("orders.finished") == 0


@pytest.mark.parametrize("again", range(ROUNDS))
def test_the_last_two_completed_at_once_tell_the_parent_once(started, again):
    orders = [order(started.incident, started.nadia, name, workgroup=started.field) for name in ("One", "Two")]
    orders = [move(found, "start", by=started.felix) for found in orders]
    held = stories.move(started.incident, "hold", by=started.nadia, reason=stories.reason("Waiting for a work order"))
    at_once(*(lambda found=found: move(found, "complete", by=started.felix) for found in orders))
    assert kinds_of(held).count("orders.finished") == 1
    assert kinds_of(held).count("incident.resumed") == 1
    assert Incident.objects.get(pk=held.pk).state == "in_progress"


@pytest.mark.parametrize("again", range(ROUNDS))
def test_cancelling_the_parent_and_completing_an_order_at_once_never_lock_each_other(field, again):
    first = move(order(field.incident, field.nadia, "One", workgroup=field.field), "start", by=field.felix)
    second = order(field.incident, field.nadia, "Two", workgroup=field.field, needs=[first])
    cancelled, completed = at_once(
        lambda: incident_actions.cancel(
            incident=field.incident, by=field.nadia, reason="It went away", orders="cancel"
        ),
        lambda: move(first, "complete", by=field.felix),
    )
    assert cancelled.state == "cancelled"
    if isinstance(completed, Refused):
        assert WorkOrder.objects.get(pk=first.pk).state == "cancelled"
    else:
        assert completed.state == "completed"
    assert WorkOrder.objects.get(pk=second.pk).state == "cancelled"


def test_ten_technicians_start_the_same_order_and_one_has_it(started):
    crowd = [analyst(f"tech{n}", started.field) for n in range(10)]
    found = order(started.incident, started.nadia, workgroup=started.field)
    answers = at_once(*(lambda person=person: actions.start(work_order=found, by=person) for person in crowd))
    (winner,) = of(WorkOrder, answers)
    losers = of(Refused, answers)
    assert len(losers) == 9
    assert {sentence for loser in losers for sentence in loser.sentences} <= {
        f"{found.number} is In Progress; “Start work” isn't possible from there.",
        f"{winner.assignee} has it. Assign it to yourself first, or ask.",
    }
    assert kinds_of(found).count("work_order.started") == 1


def test_the_same_form_sent_by_four_clicks_raises_once(started):
    token = uuid.uuid4()
    raised = at_once(*[lambda: order(started.incident, started.nadia, workgroup=started.field, submission=token)] * 4)
    assert len({found.pk for found in raised}) == 1
    assert kinds_of(started.incident).count("order.raised") == 1


@pytest.mark.parametrize("again", range(ROUNDS))
def test_two_that_let_each_wait_for_the_other_never_make_a_circle(started, again):
    base = order(started.incident, started.nadia, "Base", workgroup=started.field)
    one, two = (
        order(started.incident, started.nadia, name, workgroup=started.field, needs=[base]) for name in ("One", "Two")
    )
    answers = at_once(
        lambda: actions.depend(order=one, needs=two, by=started.nadia),
        lambda: actions.depend(order=two, needs=one, by=started.nadia),
    )
    assert len(of(Refused, answers)) == 1
    assert "they would wait for one another" in of(Refused, answers)[0].sentences[0]
