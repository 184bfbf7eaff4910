"""A town with one of each thing that an address can name, for walks over all that programs may ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from changes import actions as change_actions
from desk.approvals.delegating import delegate
from desk.approvals.models import Seat
from desk.bulk import actions as bulk
from desk.notifications.models import Message
from desk.queues import saved
from desk.reactions.models import Delivery
from desk.tickets import actions as desk_actions
from desk.tickets.models import Attachment, LinkKind
from desk.webhooks.models import Call, Subscription
from incidents import actions as incident_actions
from incidents import majors
from incidents.models import BurstProposal, Episode
from requests_fulfillment import actions as request_actions
from requests_fulfillment.models import CatalogueGroup
from tests.architecture.access_subjects import ask_approval
from tests.changes.plans import PLAN, window
from tests.desk.knowledge.articles import two_articles
from tests.desk.notifications.news import escalate
from tests.desk.sla.promises import policy
from tests.factories import CategoryFactory, ServiceFactory, SiteFactory, incident
from tests.files import png
from tests.requests_fulfillment.orders import chair
from tests.stories import in_state
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
    major = incident(world.omar, "No network", service=ServiceFactory(name="Network"))
    majors.declare(incident=major, by=world.lena, headline="No network", words="We are on it")
    many = BurstProposal.objects.create(
        service=service, workgroup=world.desk, minutes=15, count=9, expected=0.5, chance=0.0001, at=now
    )
    many.incidents.add(found, incident(world.omar, "No mail either", service=service))
    rated = in_state("resolved", requester=world.erin, analyst=world.sam)
    incident_actions.confirm(incident=rated, by=world.erin, rating=2, comment="It took long")
    standing_in = delegate(by=world.erin, to=world.niko, start=now + timedelta(days=9), end=now + timedelta(days=10))
    view = saved.save(by=world.sam, name="Mine alone", query="tab=mine")
    run = bulk.select(by=world.sam, tickets=[found.pk])
    escalate(found, world.sam)
    given_up = Delivery.objects.create(event=found.events.earliest("pk"), reaction="somewhere", due_at=now, dead_at=now)
    chat = Subscription.objects.create(name="Chat", url="https://example.com/")
    return SimpleNamespace(
        incident=found, order=order, change=change, request=request, service=service,
        seat=Seat.objects.get(user=world.omar), links=links, file=Attachment.objects.first(),
        delivery=given_up, webhook=chat, call=Call.objects.create(subscription=chat, due_at=now, dead_at=now, attempts=8),
        major=major, burst=many, rating=Episode.objects.get(rating=2), standing_in=standing_in, view=view, run=run,
        message=Message.objects.filter(recipient=world.sam).latest("pk"), item=ChecklistItem.objects.get(order=order), template=template,
    )  # fmt: skip


WHAT = {"work-orders": "tick", "incidents": "propose", "articles": "publish", "bulk": "note"}


def places(town: Any, room: str, names: Iterable[str], route: str) -> dict[str, str]:
    """What stands in these places of the route, which is the room's."""
    if "go-back" in route:
        return {"slug": "for-all", "pk": "1"}
    if "approvers" in route:
        return {"pk": str(town.seat.round_id)}
    if "raised-for-service" in route:
        return {"pk": str(town.service.pk)}
    numbers = {
        "incidents": town.incident, "work-orders": town.order, "changes": town.change, "requests": town.request,
        "outages": town.major,
    }  # fmt: skip
    ids = {
        "approvals": town.seat, "deliveries": town.delivery, "webhooks": town.webhook, "services": town.service,
        "bursts": town.burst, "ratings": town.rating, "stand-ins": town.standing_in, "views": town.view,
        "bulk": town.run, "inbox": town.message,
    }  # fmt: skip
    found: dict[str, Any] = {
        "number": numbers[room].number if room in numbers else None,
        "id": ids[room].pk
        if room in ids
        else town.item.pk
        if "what" in names and room == "work-orders"
        else getattr(town.links.get(room), "pk", None),
        "slug": "office-chair" if room == "catalogue" else "for-all",
        "key": town.file.key,
        "username": "erin",
        "what": WHAT.get(room),
        "call": town.call.pk,
    }
    found["pk"] = found["id"]
    return {name: str(found[name]) for name in names if name in found}
