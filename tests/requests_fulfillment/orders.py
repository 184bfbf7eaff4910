"""Puts items on the shelf, orders them and brings requests into any state, the way real work would."""

from __future__ import annotations

from typing import Any

from desk.approvals import actions as approvals
from desk.approvals.models import ApprovalRule, ApprovalStep, Seat
from desk.people.models import User
from requests_fulfillment import actions
from requests_fulfillment.models import CatalogueGroup, CatalogueItem, ItemField, ItemStep, ServiceRequest
from requests_fulfillment.publishing import publish
from tests.factories import SiteFactory, WorkgroupFactory, analyst, person
from tests.stories import reason
from tests.workorders.orders import move as move_order
from workorders.models import WorkOrder

ANSWERS = {"model": "Light", "dock": "yes", "screens": "2", "colleague": "Omar (omar)"}
# The steps that lead from a new order of a laptop to each state; “yes” and “no” are what Erin's manager answers.
WAYS: dict[str, tuple[str, ...]] = {
    "awaiting_approval": (),
    "in_fulfilment": ("yes",),
    "pending": ("yes", "hold"),
    "fulfilled": ("yes", "do all"),
    "closed": ("yes", "do all", "confirm"),
    "rejected": ("no",),
    "cancelled": ("cancel",),
    "fulfilment_failed": ("yes", "fail"),
}


def open_shop(world: Any) -> Any:
    """The world with a catalogue of two items. Erin orders, Omar, her manager, decides, Service Desk sees to it.

    “New laptop” asks four questions, needs the manager's yes and is fulfilled by three work orders, one after the other,
    the second only for a dock; “Office chair” asks nothing, needs nobody's yes and is delivered by hand. Network prepares,
    Field Service (felix) hands over.
    """
    world.field = WorkgroupFactory(name="Field Service", takes=["work_order.on_site"])
    world.felix = analyst("felix", world.field)
    world.wanda = person("wanda")
    world.erin.manager = world.omar
    world.erin.save()
    world.site = SiteFactory(name="Hamburg")
    world.rule = ApprovalRule.objects.create(name="The manager", kind="request")
    ApprovalStep.objects.create(rule=world.rule, position=1, name="Manager", asks_manager=True)
    world.shelf = CatalogueGroup.objects.create(name="Work equipment", icon="laptop")
    world.laptop, world.chair = laptop(world), chair(world)
    return world


def laptop(world: Any, **fields: Any) -> CatalogueItem:
    """“New laptop”, published."""
    named = {"name": "New laptop", "slug": "new-laptop", "summary": "For the road", "approval_rule": world.rule}
    item = CatalogueItem.objects.create(
        **{**named, "group": world.shelf, "workgroup": world.desk, "cost": 1200, **fields}
    )
    for place, asked in enumerate(
        [
            {"key": "model", "label": "Which model?", "kind": "choice", "choices": "Light\nStrong"},
            {"key": "dock", "label": "A dock too?", "kind": "yes_no"},
            {"key": "screens", "label": "How many screens?", "kind": "number", "shown_if_key": "dock", "shown_if_value": "yes"},
            {"key": "colleague", "label": "Who shows you how?", "kind": "person", "required": False},
        ]
    ):  # fmt: skip
        ItemField.objects.create(item=item, position=place, **asked)
    how = {"work_type": "technical", "workgroup": world.network}
    ItemStep.objects.create(item=item, position=1, title="Prepare: {model}", instructions="For {requester}", **how)
    ItemStep.objects.create(
        item=item, position=2, title="Pack a dock for {screens} screens", needs=[1], only_if_key="dock",
        only_if_value="yes", **how,
    )  # fmt: skip
    ItemStep.objects.create(
        item=item, position=3, title="Hand it over in {site}", needs=[2], work_type="on_site", workgroup=world.field
    )
    publish(item=item, by=world.admin)
    return CatalogueItem.objects.get(pk=item.pk)


def chair(world: Any) -> CatalogueItem:
    """“Office chair”, published: no question, no approval, no plan."""
    named = {"name": "Office chair", "slug": "office-chair", "summary": "It can be set to your height"}
    item = CatalogueItem.objects.create(**named, group=world.shelf, workgroup=world.desk)
    publish(item=item, by=world.admin)
    return CatalogueItem.objects.get(pk=item.pk)


def order(world: Any, item: CatalogueItem | None = None, *, by: User | None = None, **more: Any) -> ServiceRequest:
    """Erin orders a laptop for herself in Hamburg."""
    given = {"answers": ANSWERS, "site": world.site, **more}
    return actions.order(item=item or world.laptop, by=by or world.erin, **given)


def seat(request: ServiceRequest, user: User) -> Seat:
    return Seat.objects.filter(round__ticket=request, user=user).latest("pk")


def answer(request: ServiceRequest, user: User, said: str, text: str = "") -> ServiceRequest:
    """The person answers in the running round; the request, as it is then."""
    approvals.answer(seat=seat(request, user), by=user, answer=said, text=text)
    return fresh(request)


def order_of(request: ServiceRequest, title: str) -> WorkOrder:
    """The newest of its work orders whose title begins so."""
    return WorkOrder.objects.filter(parent_id=request.pk, title__startswith=title).latest("pk")


def orders_of(request: ServiceRequest) -> list[tuple[str, str]]:
    """(title, state) of its work orders, as they were raised."""
    return list(WorkOrder.objects.filter(parent_id=request.pk).order_by("pk").values_list("title", "state"))


def work(world: Any, request: ServiceRequest, title: str, *steps: str) -> ServiceRequest:
    """Whoever does it makes these moves on the work order; the request, as it is then."""
    for step in steps:
        found = order_of(request, title)
        by = world.felix if found.workgroup == world.field else world.nadia
        move_order(found, step, by=by)
    return fresh(request)


def do(world: Any, request: ServiceRequest, *titles: str) -> ServiceRequest:
    """Begin and complete these work orders."""
    for title in titles:
        request = work(world, request, title, "start", "complete")
    return request


def move(request: ServiceRequest, name: str, *, by: User, **more: Any) -> ServiceRequest:
    """Make the move through its action, with whatever it needs."""
    moved: ServiceRequest = getattr(actions, name)(request=request, by=by, **{**needed(name), **more})
    return moved


def needed(name: str) -> dict[str, Any]:
    """What a person would fill in for this move."""
    match name:
        case "hold":
            return {"reason": reason("Waiting for parts")}
        case "fail":
            return {"reason": "None can be had."}
        case "retry":
            return {"how_to": "again"}
        case "refuse":
            return {"reason": "It is the heavy one."}
        case "cancel":
            return {"reason": "I keep the old one."}
        case _:
            return {}


def in_state(state: str, world: Any, **more: Any) -> ServiceRequest:
    """Erin's laptop (for “approved” one whose plan nobody could do), brought to this state by everybody's part."""
    if state == "approved":
        return stuck(world)
    request = order(world, **more)
    for step in WAYS[state]:
        if step in ("yes", "no"):
            said, text = ("approve", "") if step == "yes" else ("reject", "The old one is fine.")
            request = answer(request, world.omar, said, text)
        elif step == "do all":
            request = do(world, request, "Prepare", "Pack", "Hand")
        else:
            by = world.erin if step in ("confirm", "cancel") else world.sam
            request = move(request, step, by=by)
    assert request.state == state, request.state
    return fresh(request)


def stuck(world: Any) -> ServiceRequest:
    """Approved, but no workgroup is left that could hand it over; until that is mended it can't begin."""
    request = order(world)
    ways = [world.desk, world.network, world.field]
    for group in ways:
        group.takes = ["incident", "request"]
        group.save()
    request = answer(request, world.omar, "approve")
    for group, takes in zip(ways, ([], [], ["work_order.on_site"]), strict=True):
        group.takes = takes
        group.save()
    return fresh(request)


def fresh(request: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=request.pk)


def kinds_of(request: ServiceRequest) -> list[str]:
    """What happened to it, in order, without the room's name."""
    return [kind.removeprefix("request.") for kind in request.events.values_list("kind", flat=True)]


def perform_inputs(request: ServiceRequest, name: str) -> dict[str, Any]:
    """What `perform` hands to the transition, past the action."""
    match name:
        case "assign":
            return {"workgroup": request.workgroup, "assignee": None}
        case "fail":
            return {"reason": "None can be had.", "told": {}}
        case "retry":
            return {"how": "again"}
        case _:
            return needed(name)
