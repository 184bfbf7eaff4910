"""A town with one of each thing that an address can name, for walks over all that programs may ask."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from changes import actions as change_actions
from desk.approvals.models import Seat
from desk.reactions.models import Delivery
from desk.tickets import actions as desk_actions
from desk.tickets.models import Attachment, LinkKind
from desk.webhooks.models import Call, Subscription
from requests_fulfillment import actions as request_actions
from requests_fulfillment.models import CatalogueGroup
from tests.architecture.access_subjects import ask_approval
from tests.changes.plans import PLAN, window
from tests.desk.knowledge.articles import two_articles
from tests.desk.sla.promises import policy
from tests.factories import CategoryFactory, ServiceFactory, SiteFactory, incident
from tests.files import png
from tests.requests_fulfillment.orders import chair
from workorders import actions as order_actions
from workorders.models import ChecklistItem, OrderTemplate, TemplateStep


def fill(world: Any) -> SimpleNamespace:
    """Erin's incident, with a file and a link, an order for it, a change, a request; approvals, articles, deliveries."""
    policy()
    service, _, _ = ServiceFactory(name="Mail"), SiteFactory(), CategoryFactory()
    found = incident(world.erin, service=service, files=[png()])
    order = order_actions.raise_order(
        parent=found, by=world.sam, title="Look", workgroup=world.desk, checklist=["Bring a cable"]
    )
    planned = {"title": "Replace it", "workgroup": world.desk, "services": [service], "impact": 2}
    change = change_actions.draft(by=world.sam, **planned, **PLAN, **window())
    world.shelf, _ = CatalogueGroup.objects.get_or_create(name="Work equipment")
    request = request_actions.order(item=chair(world), by=world.erin, answers={})
    links = {
        one.kind_info.area: desk_actions.link(source=one, target=change, kind=LinkKind.CAUSED_BY, by=world.sam)
        for one in (found, order, request)
    }
    links["changes"] = links["incidents"]
    ask_approval(world, incident(world.erin, "To be approved"))
    two_articles(world)
    template = OrderTemplate.objects.create(name="Everything")
    TemplateStep.objects.create(template=template, title="Look", workgroup=world.desk)
    now = timezone.now()
    given_up = Delivery.objects.create(event=found.events.earliest("pk"), reaction="somewhere", due_at=now, dead_at=now)
    chat = Subscription.objects.create(name="Chat", url="https://example.com/")
    return SimpleNamespace(
        incident=found, order=order, change=change, request=request, service=service,
        seat=Seat.objects.get(user=world.omar), links=links, file=Attachment.objects.first(),
        delivery=given_up, webhook=chat, call=Call.objects.create(subscription=chat, due_at=now, dead_at=now, attempts=8),
        item=ChecklistItem.objects.get(order=order), template=template,
    )  # fmt: skip


def places(town: Any, room: str, names: Iterable[str]) -> dict[str, str]:
    """What stands in these places of an address of the room."""
    numbers = {"incidents": town.incident, "work-orders": town.order, "changes": town.change, "requests": town.request}
    ids = {"approvals": town.seat, "deliveries": town.delivery, "webhooks": town.webhook, "services": town.service}
    found: dict[str, Any] = {
        "number": numbers[room].number if room in numbers else None,
        "id": ids[room].pk
        if room in ids
        else town.item.pk
        if "what" in names
        else getattr(town.links.get(room), "pk", None),
        "slug": "office-chair" if room == "catalogue" else "for-all",
        "key": town.file.key,
        "username": "erin",
        "what": "tick",
        "call": town.call.pk,
    }
    found["pk"] = found["id"]
    return {name: str(found[name]) for name in names if name in found}
