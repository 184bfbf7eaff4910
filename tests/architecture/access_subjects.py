"""What the addresses of the access table name: tickets in their states, and what else stands in an address or a form."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from changes import actions as change_actions
from changes import feeds
from changes.models import Change
from desk.api.actions import make_token
from desk.approvals.models import ApproverGroup, Delegation, Round, Seat
from desk.bulk import actions as bulk
from desk.knowledge.models import Picture
from desk.notifications.models import Message
from desk.people.models import Absence, Workgroup
from desk.people.queries import automation
from desk.queues.models import SavedView
from desk.replies.models import CannedReply
from desk.services.models import Service
from desk.tickets import actions as desk_actions
from desk.tickets import flow
from desk.tickets.models import Attachment, PendingReason, Ticket
from incidents import asking, majors
from incidents.families import attach
from incidents.models import BurstProposal, Episode, Incident, ResolutionCode
from incidents.sheets import actions as sheets
from requests_fulfillment import actions as requests
from requests_fulfillment.models import CatalogueGroup, CatalogueItem, ServiceRequest
from requests_fulfillment.publishing import publish
from tests.architecture.access_table import TOKEN, Row
from tests.architecture.addresses import every_address
from tests.changes.plans import PLAN, perform_inputs, window
from tests.desk.approvals.rounds import ask, rule, step
from tests.desk.knowledge.articles import two_articles
from tests.desk.notifications.news import escalate
from tests.factories import ServiceFactory, SiteFactory, incident
from tests.files import png
from tests.requests_fulfillment.orders import chair
from tests.requests_fulfillment.orders import move as move_request
from tests.stories import in_state, move
from tests.workorders.orders import WAYS
from tests.workorders.orders import move as move_order
from workorders import actions as work_orders
from workorders.models import ChecklistItem, OrderTemplate, TemplateStep, WorkOrder


def _ticket(world: Any, state: str) -> Incident:
    """Erin's incident in Service Desk, brought to the state by Sam, with a file in public and one inside."""
    before = {"merged": "logged", "child": "logged", "major": "logged"}.get(state, state)
    found = in_state(before, requester=world.erin, analyst=world.sam, files=[png("public.png")])
    if state == "merged":
        found = move(found, "merge", by=world.sam)
    if state == "major":
        majors.declare(incident=found, by=world.lena, headline="No mail", words="We are on it")
    if state == "child":
        attach(child=found, parent=incident(world.sam, "The same, and larger"), by=world.sam)
    desk_actions.note(ticket=found, by=world.sam, message="Ours", files=[png("internal.png")])
    escalate(found, world.sam)
    return found


def subject(world: Any, row: Row) -> Any:
    """What the row's address names: an order, a change, a request, or an incident."""
    return subject_of(row)(world, row.state)


def subject_of(row: Row) -> Callable[[Any, str], Any]:
    """What makes it; the same for rows that can start from the same."""
    if row.is_of_an_order:
        return _order
    if row.is_of_a_request or row.name.startswith("catalogue:"):
        return _request
    if row.name.startswith("knowledge:"):
        return _articles
    return _change if row.is_of_a_change else _ticket


def _articles(world: Any, state: str) -> Incident:
    """Two articles of Sam's, beside a ticket."""
    two_articles(world)
    return _ticket(world, state)


def _change(world: Any, state: str) -> Change:
    """Sam's change for the Service Desk, brought to the state by him; its approvers' part is the portal's hand."""
    service = ServiceFactory(name="Network and Wi-Fi")
    found = change_actions.draft(
        by=world.sam, title="Replace it", workgroup=world.desk, services=[service], impact=2, **PLAN, **window()
    )
    for name in ("submit", "approve", "schedule", "start", "finish"):
        if found.state == state:
            break
        given = perform_inputs(found, name)
        found = flow.perform(found, name, by=automation() if name == "approve" else world.sam, **given)
    assert found.state == state
    return found


def _request(world: Any, state: str) -> ServiceRequest:
    """Erin's chair, of the Service Desk, brought to the state by Sam. An apron is there too, for Radiology."""
    world.shelf, _ = CatalogueGroup.objects.get_or_create(name="Work equipment")
    apron = {"name": "X-ray apron", "slug": "x-ray-apron", "departments": ["Radiology"]}
    item = CatalogueItem.objects.create(**apron, group=world.shelf, workgroup=world.desk)
    publish(item=item, by=world.admin)
    found = requests.order(item=chair(world), by=world.erin, answers={})
    ways: dict[str, tuple[str, ...]] = {"pending": ("hold",), "fulfilled": ("fulfil",), "fulfilment_failed": ("fail",)}
    for name in ways.get(state, ()):
        found = move_request(found, name, by=world.sam)
    assert state in (found.state, "logged")
    return found


def _order(world: Any, state: str) -> WorkOrder:
    """An order of the Service Desk for Erin's incident, raised and brought to the state by Sam."""
    raised = partial(work_orders.raise_order, parent=_ticket(world, "logged"), by=world.sam, workgroup=world.desk)
    other = raised(title="Something else")
    needs = [other] if state == "waiting" else []
    found = raised(title="Look at it", needs=needs, checklist=["(Take a photo)"])
    for name in WAYS.get(state, ()):
        found = move_order(found, name, by=world.sam)
    return found


def ask_approval(world: Any, ticket: Ticket) -> None:
    """A board of Omar and Lena is asked; Omar chose a stand-in for a time long past its end."""
    board = ApproverGroup.objects.create(name="CAB")
    board.members.set([world.omar, world.lena])
    step(rule("Everything"), "Board", groups=[board])
    ask(ticket, world.sam)
    later = timezone.now() + timedelta(days=400)
    Delegation.objects.create(user=world.omar, to=world.niko, start=later, end=later + timedelta(days=1))


def _code() -> ResolutionCode:
    return ResolutionCode.objects.get(name="Fixed")


def address_of(world: Any, ticket: Ticket, row: Row) -> str:
    arguments: dict[str, Any] = {
        "slug": world.desk.slug,
        "number": ticket.number,
        "uidb36": "1",
        "key": "set-password",
        **row.kwargs,
    }
    if row.name == "notifications:open":
        arguments["pk"] = str(Message.objects.get().pk)
    arguments["parent"] = arguments["source"] = ticket.number
    if row.asked:
        arguments["pk"] = {
            "approvals:end_stand_in": Delegation.objects.values_list("pk", flat=True).first(),
            "approvals:add": Round.objects.values_list("pk", flat=True).first(),
        }.get(row.name, Seat.objects.filter(user=world.omar).values_list("pk", flat=True).first())
    if row.name in {"changes:feed", "changes:renew_feed", "changes:remove_feed"}:
        feed = feeds.make(by=world.sam)
        arguments |= {"pk": feed.pk, "token": feeds.token(feed)}
    if row.name == "people:drop":
        then = timezone.now() + timedelta(days=1)
        arguments["pk"] = Absence.objects.create(user=world.sam, start=then, end=then + timedelta(days=1)).pk
    if row.name == "workorders:tick":
        arguments["pk"] = ChecklistItem.objects.get(order=ticket).pk
    if row.name in {"knowledge:picture", "tickets:attachment"}:
        arguments["key"] = _key(row)
    arguments |= _kept_by_sam(world, ticket, row)
    address = next(address for address in every_address() if address.key == row.name)
    return reverse(row.name, kwargs={name: arguments[name] for name in address.arguments})


def _kept_by_sam(world: Any, ticket: Ticket, row: Row) -> dict[str, Any]:
    """What is named beside the ticket: Sam's own view, reply or selection, a service, a proposal, a link in a mail."""
    if row.name in {"queues:edit_view", "queues:delete_view", "queues:first_view"}:
        return {"pk": SavedView.objects.create(name="Mine", query="tab=mine", owner=world.sam).pk}
    if row.name in {"replies:edit", "replies:delete"}:
        return {"pk": CannedReply.objects.create(name="Mine", text="Hello", owner=world.sam).pk}
    if row.name == "tokens:revoke":
        return {"pk": make_token(user=world.sam, by=world.sam, name="Mine", opens=["all:read"])[0].pk}
    if row.name in {"bulk:run", "bulk:stop", "incidents:sheet"}:
        return {"pk": _many(world, ticket, row)}
    if row.name.startswith("services:"):
        return {"pk": (Service.objects.first() or ServiceFactory()).pk}
    if row.name.startswith("incident_reports:"):
        when = timezone.now()
        rated = {"incident_id": ticket.pk, "rating": 1, "comment": "Rude", "began_at": when, "ended_at": when}
        return {"pk": Episode.objects.create(number=9, workgroup=world.desk, comment_event=1, **rated).pk}
    if row.name == "people:end_place":
        there = {"user": world.sam, "session_key": "elsewhere", "ip": "192.0.2.1", "user_agent": "Firefox"}
        return {"pk": UserSession.objects.create(**there).pk}
    if row.name == "drafts:throw_away":
        return {"token": TOKEN}
    if row.name == "incidents:burst":
        return {"pk": _burst(world, ticket).pk}
    if row.name == "incidents:feedback":
        return {"token": asking.link(Incident.objects.get(pk=ticket.pk)).rstrip("/").rpartition("/")[2]}
    return {}


def _many(world: Any, ticket: Ticket, row: Row) -> int:
    """Sam's selection of the ticket, begun where it is to be stopped; or the table that he brought."""
    if row.name == "incidents:sheet":
        return int(sheets.look(by=world.sam, name="June.csv", raw=b"title\nNo sound\n").pk)
    run = bulk.select(by=world.sam, tickets=[ticket.pk])
    if row.name == "bulk:stop":
        bulk.start(run=run, by=world.sam, verb="note", inputs={"note": "Looked at"}, said="Add a note to each")
    return int(run.pk)


def _key(row: Row) -> str:
    """The key of the file that the row names."""
    if row.name == "knowledge:picture":
        return str(Picture.objects.get(article__slug=row.kwargs["key"]).key)
    return str(Attachment.objects.get(name=f"{row.kwargs['key']}.png").key)


def _burst(world: Any, ticket: Any) -> BurstProposal:
    """Whether the ticket is the first of many, a lead of its workgroup is asked."""
    measured = {"minutes": 15, "count": 5, "expected": 0.1, "chance": 1e-7, "at": timezone.now()}
    proposal = BurstProposal.objects.create(site=SiteFactory(), workgroup=world.desk, **measured)
    proposal.incidents.add(ticket)
    return proposal


def data_of(world: Any, row: Row) -> dict[str, Any]:
    named = {
        "desk": world.desk.pk,
        "vendor": PendingReason.objects.get(name="Waiting for vendor").pk,
        "fixed": _code().pk,
        "template": _template().pk,
        "wifi": Service.objects.values_list("pk", flat=True).first(),
        "another": incident(world.sam, "Another one").number if row.name == "tickets:links" else "",
        "this": Ticket.objects.order_by("pk").values_list("pk", flat=True).first(),
        "same": incident(world.sam, "The same").number if "same" in row.data.values() else "",
        "other": WorkOrder.objects.filter(title="Something else").values_list("number", flat=True).first(),
    }
    return {name: named.get(value, value) if isinstance(value, str) else value for name, value in row.data.items()}


def _template() -> OrderTemplate:
    """A set of one work order, for whoever takes it."""
    template = OrderTemplate.objects.create(name=f"Of {uuid.uuid4()}")
    TemplateStep.objects.create(
        template=template,
        title="Look",
        workgroup=Workgroup.objects.filter(takes=["work_order.on_site"]).first() or Workgroup.objects.first(),
    )
    return template
