"""Work orders and their parent: a chain in sequence, refusals, what both timelines say, and going on after a failure."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.notifications.models import Message
from desk.people.queries import automation
from desk.reactions.actions import deliver_due
from desk.tickets import flow
from desk.tickets.errors import Refused
from incidents import actions as incidents
from tests.factories import CategoryFactory, WorkgroupFactory, incident
from tests.stories import needed as needed_by_incidents
from tests.stories import reason
from workorders import actions, queries
from workorders.models import CreationRule, OrderTemplate, TemplateStep, WorkOrder

from .orders import in_state, move, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(field):
    """Three orders in sequence: take down, mount, measure."""
    first = order(field.incident, field.nadia, "Take it down", workgroup=field.field)
    second = order(field.incident, field.nadia, "Mount the new one", workgroup=field.field, needs=[first])
    third = order(field.incident, field.nadia, "Measure", workgroup=field.field, needs=[second])
    return [first, second, third]


def states(orders):
    return [found.state for found in WorkOrder.objects.filter(pk__in=[o.pk for o in orders]).order_by("pk")]


def lines(ticket):
    return [e.inside.get("said") or e.inside.get("title") for e in ticket.events.filter(kind__startswith="order")]


def finish(found, by):
    found.refresh_from_db()
    return move(move(found, "start", by=by), "complete", by=by)


def test_the_second_begins_when_the_first_is_completed_and_the_parent_is_resolved_after_the_third(field, chain):
    ticket = incidents.start(incident=field.incident, by=field.nadia)
    assert states(chain) == ["open", "waiting", "waiting"]
    finish(chain[0], field.felix)
    assert states(chain) == ["completed", "open", "waiting"]
    with pytest.raises(Refused, match=rf"{chain[1].number} “Mount the new one” \(Open\), {chain[2].number} “Measure”"):
        incidents.resolve(incident=ticket, by=field.nadia, **needed_by_incidents("resolve"))
    finish(chain[1], field.felix)
    finish(chain[2], field.felix)
    assert incidents.resolve(incident=ticket, by=field.nadia, **needed_by_incidents("resolve")).state == "resolved"


def test_every_step_is_on_both_timelines(field, chain):
    finish(chain[0], field.felix)
    one = f"{chain[0].number} “Take it down”"
    assert lines(field.incident) == [
        "Take it down", "Mount the new one", "Measure", f"started {one}",
        f"completed {one}: Replaced it; the lamp is green.", f"let {chain[1].number} “Mount the new one” begin",
    ]  # fmt: skip
    assert [e.kind for e in chain[0].events.all()] == [
        "work_order.logged",
        "work_order.started",
        "work_order.completed",
    ]
    assert {e.visibility for e in field.incident.events.exclude(kind="incident.logged")} == {"internal"}


def test_one_that_waits_says_for_which(field, chain):
    with pytest.raises(Refused, match=rf"{chain[1].number} waits for {chain[0].number} “Take it down”"):
        move(chain[1], "start", by=field.felix)
    assert (
        chain[1].what_next == f"It waits for {chain[0].number} “Take it down”, and starts by itself when that is over."
    )


def test_a_circle_is_refused_with_a_sentence(field, chain):
    with pytest.raises(Refused, match="they would wait for one another"):
        actions.depend(order=chain[1], needs=chain[2], by=field.nadia)


def test_an_order_of_another_ticket_is_no_predecessor(field, chain):
    other = incident(field.erin, "Another", workgroup=field.network)
    with pytest.raises(Refused, match="belongs to another ticket"):
        order(other, field.nadia, workgroup=field.field, needs=[chain[0]])


def test_what_is_cancelled_holds_up_nobody(field, chain):
    move(chain[0], "cancel", by=field.nadia)
    assert states(chain) == ["cancelled", "open", "waiting"]


def test_a_failed_order_puts_the_question_to_the_parents_analyst_and_holds_up_the_rest(field, chain):
    incidents.take(incident=field.incident, by=field.nadia)
    move(move(chain[0], "start", by=field.felix), "fail", by=field.felix)
    assert states(chain) == ["failed", "waiting", "waiting"]
    message = Message.objects.get()
    assert (message.recipient, message.subject) == (field.nadia, f"{field.incident.number}: {chain[0].number} failed")
    assert list(queries.failed_orders(field.incident)) == [chain[0]]


def test_who_has_the_next_one_hears_that_it_can_begin_and_else_who_gives_it_out(field, chain):
    actions.assign(work_order=chain[2], by=field.greta, assignee=field.greta)
    finish(chain[0], field.felix)
    finish(chain[1], field.felix)
    told = [(message.recipient, message.subject) for message in Message.objects.order_by("pk")]
    assert told == [(field.greta, f"{chain[1].number} can begin"), (field.greta, f"{chain[2].number} can begin")]


def test_a_work_order_has_no_work_orders_of_its_own(field, chain):
    with pytest.raises(Refused, match=f"{chain[0].number} is a work order itself. Raise another one for INC-"):
        order(chain[0], field.felix, workgroup=field.field)


def test_trying_again_takes_the_failed_ones_place(field, chain):
    move(move(chain[0], "start", by=field.felix), "fail", by=field.felix)
    again = actions.try_again(work_order=chain[0], by=field.nadia)
    assert (again.title, again.state) == ("Take it down", "open")
    finish(again, field.felix)
    assert states(chain) == ["failed", "open", "waiting"]


def test_going_on_without_it_releases_what_waited(field, chain):
    move(move(chain[0], "start", by=field.felix), "fail", by=field.felix)
    assert [released.pk for released in actions.go_on_without(work_order=chain[0], by=field.nadia)] == [chain[1].pk]
    assert states(chain) == ["failed", "open", "waiting"]


def test_only_what_failed_is_tried_again(field, chain):
    with pytest.raises(Refused, match="hasn't failed"):
        actions.try_again(work_order=chain[0], by=field.nadia)
    with pytest.raises(PermissionDenied):
        actions.go_on_without(work_order=chain[0], by=field.sam)


def test_when_the_last_is_over_the_assignee_is_told_and_a_pending_parent_goes_on(field):
    found = order(field.incident, field.nadia, workgroup=field.field)
    ticket = incidents.start(incident=field.incident, by=field.nadia)
    incidents.hold(incident=ticket, by=field.nadia, reason=reason("Waiting for a work order"))
    finish(found, field.felix)
    ticket.refresh_from_db()
    assert ticket.state == "in_progress"
    assert [m.subject for m in Message.objects.filter(recipient=field.nadia)] == [
        f"{ticket.number}: all work orders are over"
    ]


def test_another_reason_goes_on_waiting(field):
    found = order(field.incident, field.nadia, workgroup=field.field)
    ticket = incidents.start(incident=field.incident, by=field.nadia)
    incidents.hold(incident=ticket, by=field.nadia, reason=reason("Waiting for vendor"))
    finish(found, field.felix)
    ticket.refresh_from_db()
    assert ticket.state == "pending"


def test_cancelling_the_parent_asks_what_becomes_of_its_orders(field, chain):
    with pytest.raises(Refused, match="Please say what becomes of them"):
        incidents.cancel(incident=field.incident, by=field.nadia, reason="A false alarm")
    incidents.cancel(incident=field.incident, by=field.nadia, reason="A false alarm", orders="cancel")
    assert states(chain) == ["cancelled"] * 3


def test_or_keeps_them(field, chain):
    incidents.cancel(incident=field.incident, by=field.nadia, reason="Done with the other one", orders="keep")
    assert states(chain) == ["open", "waiting", "waiting"]


@pytest.mark.parametrize(("orders", "found"), [("cancel", "cancelled"), ("keep", "open")])
def test_reopening_what_an_import_closed_over_open_orders_asks_about_them_too(field, browse, orders, found):
    one = order(field.incident, field.nadia, workgroup=field.field)
    how = {"by": automation(), "at": flow.clock(), "source": "import", "reason": "As imported"}
    ticket = flow.correct(field.incident, to="resolved", resolved_at=flow.clock(), **how)
    with pytest.raises(Refused, match=f"Open: {one.number} .*Please say what becomes of them"):
        incidents.reopen(incident=ticket, by=field.nadia, reason="Still dead")
    page = browse(field.nadia).get(f"{ticket.get_absolute_url()}do/reopen/").content.decode()
    assert "And its open work orders?" in page
    assert "work orders" not in browse(field.erin).get(f"{ticket.get_absolute_url()}do/reopen/").content.decode()
    path = f"{ticket.get_absolute_url()}do/reopen/"
    told = {"reason": "Still dead", "orders": orders, "seen": ticket.version}
    assert browse(field.nadia).post(path, told).status_code == 302
    assert states([one]) == [found]


def test_a_requester_cannot_call_off_work_that_is_under_way(field, chain):
    with pytest.raises(Refused, match="Work for it is under way"):
        incidents.cancel(incident=field.incident, by=field.erin, reason="Never mind")


@pytest.mark.parametrize("state", ["resolved", "closed", "cancelled"])
def test_what_is_solved_or_over_gets_no_work_order(field, state):
    from tests.stories import in_state as incident_in_state

    ticket = incident_in_state(state, requester=field.erin, analyst=field.sam)
    with pytest.raises(Refused, match="needs no work order any more"):
        order(ticket, field.sam, workgroup=field.field)


def test_only_workgroups_that_take_the_type_get_it(field):
    with pytest.raises(
        Refused, match=r"Field Service doesn't take work orders of this type \(technical, from afar\)\."
    ):
        order(field.incident, field.nadia, workgroup=field.field, work_type="technical")


def test_who_does_not_work_on_the_parent_raises_nothing(field):
    for stranger in (field.sam, field.erin, field.felix, field.admin):
        with pytest.raises(PermissionDenied):
            order(field.incident, stranger, workgroup=field.field)


def test_the_checklist_must_be_done_but_for_what_is_in_brackets(field):
    found = order(field.incident, field.nadia, workgroup=field.field, checklist=["Label it", "(Take a photo)"])
    found = move(found, "start", by=field.felix)
    with pytest.raises(Refused, match="Still to be ticked off: “Label it”"):
        move(found, "complete", by=field.felix)
    label = found.checklist.get(text="Label it")
    actions.tick(item=label, by=field.felix)
    actions.tick(item=label, by=field.felix)
    assert [e.inside["item"] for e in found.events.filter(kind="work_order.ticked")] == ["Label it"]
    assert move(found, "complete", by=field.felix).state == "completed"


def test_a_template_raises_its_orders_in_sequence(field):
    template = OrderTemplate.objects.create(name="Replace a switch")
    for position, title, needs in ((1, "Bring it", []), (3, "Measure", [1, 2]), (2, "Mount it", [1])):
        TemplateStep.objects.create(
            template=template, position=position, title=title, needs=needs, workgroup=field.field
        )
    raised = actions.raise_template(parent=field.incident, template=template, by=field.nadia)
    assert [(found.title, found.state) for found in raised] == [
        ("Bring it", "open"), ("Mount it", "waiting"), ("Measure", "waiting"),
    ]  # fmt: skip
    assert {need.title for need in raised[2].needs.all()} == {"Bring it", "Mount it"}


@pytest.mark.parametrize(("needs", "words"), [([2], "in a circle"), ([7], "names a step 7 that isn't there")])
def test_a_template_that_makes_no_sense_raises_nothing(field, needs, words):
    template = OrderTemplate.objects.create(name="Odd")
    TemplateStep.objects.create(template=template, position=1, title="One", needs=needs, workgroup=field.field)
    TemplateStep.objects.create(template=template, position=2, title="Two", needs=[1], workgroup=field.field)
    with pytest.raises(Refused, match=words):
        actions.raise_template(parent=field.incident, template=template, by=field.nadia)
    assert not WorkOrder.objects.exists()


def test_a_rule_raises_orders_by_itself_once_when_it_is_triaged(field):
    wifi = CategoryFactory(name="Wi-Fi")
    template = OrderTemplate.objects.create(name="Look on site")
    TemplateStep.objects.create(template=template, title="Look", workgroup=field.field)
    CreationRule.objects.create(name="Wi-Fi is looked at", category=wifi, template=template, when="assigned")
    ticket = incident(field.erin, "Wi-Fi is gone", category=CategoryFactory(name="Ward", parent=wifi))
    deliver_due()
    assert not queries.orders_of(ticket).exists()
    for analyst in (field.sam, field.lena):
        incidents.assign(incident=ticket, by=field.sam, assignee=analyst)
        deliver_due()
    (found,) = queries.orders_of(ticket)
    assert (found.title, found.reporter.is_automation) == ("Look", True)


@pytest.mark.parametrize("when", ["logged", "assigned"])
def test_who_starts_at_once_has_triaged_it_and_a_rule_asks_at_its_own_moment_alone(field, when):
    wifi = CategoryFactory(name="Wi-Fi")
    template = OrderTemplate.objects.create(name="Look on site")
    TemplateStep.objects.create(template=template, title="Look", workgroup=field.field)
    CreationRule.objects.create(name="Wi-Fi is looked at", category=wifi, template=template, when=when)
    ticket = incident(field.erin, "Wi-Fi is gone", category=wifi, workgroup=field.network)
    deliver_due()
    assert queries.orders_of(ticket).count() == (1 if when == "logged" else 0)
    ticket = incidents.start(incident=ticket, by=field.nadia)
    deliver_due()
    incidents.assign(incident=ticket, by=field.nadia, assignee=field.niko)
    deliver_due()
    assert queries.orders_of(ticket).count() == 1


def test_a_workgroup_is_proposed_by_rule_and_otherwise_by_skill(field):
    from desk.assignment.models import RoutingRule
    from desk.people.models import Skill, UserSkill
    from tests.factories import SiteFactory

    cabling = Skill.objects.create(name="Cabling")
    category = CategoryFactory(name="Cables", skill=cabling)
    ticket = incident(field.erin, "A cable is torn", workgroup=field.network, category=category, site=SiteFactory())
    assert queries.propose(ticket, work_type="technical") == (None, "")
    UserSkill.objects.create(user=field.felix, skill=cabling)
    assert queries.propose(ticket, work_type="on_site") == (field.field, "1 there can do Cabling")
    south = WorkgroupFactory(name="Field South", takes=["work_order"])
    RoutingRule.objects.create(name="Else", kind="work_order", is_catch_all=True, workgroup=south)
    assert queries.propose(ticket, work_type="on_site") == (field.field, "1 there can do Cabling")
    assert queries.propose(ticket, work_type="technical") == (south, "rule “Else”: no other rule matched")
    RoutingRule.objects.create(name="South", kind="work_order", site=ticket.site, workgroup=south)
    assert queries.propose(ticket, work_type="on_site") == (south, f"rule “South”: site is {ticket.site}")


def test_the_same_form_raises_once(field):
    import uuid

    token = uuid.uuid4()
    one, two = (order(field.incident, field.nadia, workgroup=field.field, submission=token) for _ in range(2))
    assert one.pk == two.pk


def test_its_own_clock_stands_still_while_it_waits(field):
    from tests.desk.sla.promises import clock, policy

    policy("Hands on site", kind="work_order", response=60, resolution=120)
    waiting = in_state("waiting", field)
    assert (clock(waiting).is_paused, clock(waiting).target.total_seconds()) == (True, 7200)
    (first,) = waiting.needs.all()
    finish(first, field.felix)
    assert clock(waiting).is_running
    assert clock(first).is_stopped
    from desk.sla.actions import rebuild

    for found in (waiting, first):
        found.refresh_from_db()
        assert rebuild(ticket=found) == []


def test_who_sees_the_parents_queue_sees_its_orders_and_nobody_else(field):
    from desk.tickets.queries import visible_to
    from desk.tickets.rules import may_see_internal, may_view

    found = order(field.incident, field.nadia, workgroup=field.field)
    for user in (field.nadia, field.niko, field.felix, field.sam, field.erin, field.omar, field.admin):
        wanted = user in (field.nadia, field.niko, field.felix, field.admin)
        assert may_view(found, user) == may_see_internal(found, user) == wanted, user
        assert visible_to(user).filter(pk=found.pk).exists() == wanted, user


def test_the_parent_is_told_who_got_it(field):
    found = order(field.incident, field.nadia, workgroup=field.field)
    second = WorkgroupFactory(name="Second Field", takes=["work_order.on_site"])
    actions.take(work_order=found, by=field.felix)
    for chosen in ({"assignee": field.greta}, {}, {"workgroup": second, "reason": "Theirs"}):
        found = actions.assign(work_order=WorkOrder.objects.get(pk=found.pk), by=field.felix, **chosen)
    named = f"{found.number} “{found.title}”"
    assert lines(field.incident)[1:] == [
        f"took {named}",
        f"gave {named} to Greta",
        f"put {named} back into the queue of Field Service",
        f"gave {named} to Second Field: Theirs",
    ]
