"""What programs may do with tickets of any kind; a room's `api.py` names its kind, its shape, and how one is logged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from desk.people.models import User
from desk.people.rules import reach
from desk.queues import snoozing
from desk.queues.forms import SnoozeForm
from desk.queues.ordering import ORDERS, ordered
from desk.queues.queries import Listing, known_queues
from desk.sla import queries as sla
from desk.sla.explain import explain
from desk.tickets import actions, flow, kinds, linked, queries, rules
from desk.tickets.errors import Refused
from desk.tickets.forms import LinkForm, MoveForm, NoteForm, ReplyForm
from desk.tickets.kinds import Kind
from desk.tickets.models import Event, Ticket

from . import moves
from .base import Endpoint
from .conditional import locked_as_seen, version_wanted
from .filters import ListFilter, names_for
from .form_input import ask_nothing, bind, given_in, given_of
from .form_schema import schema_of_class
from .paging import ByCursor
from .parsing import BoundedJSON
from .problems import Invalid
from .shapes import ClockShape, EventShape, LinkShape, MoveShape, SnoozedShape, TicketShape
from .told_events import told

SOURCE = "api"  # of tickets that programs log


class PageOfEvents(serializers.Serializer[Any]):
    """A page of a timeline."""

    is_page = True
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EventShape(many=True)


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """What isn't sent stays as it is: no default."""
    return {name: value for name, value in told.items() if name != "default"}


class TicketEndpoint(Endpoint):
    """Tickets of one kind."""

    kind = ""
    shape: type[TicketShape] = TicketShape
    parser_classes = [BoundedJSON, MultiPartParser]
    lookup_field = "number"
    lookup_value_regex = "[A-Za-z]+-[0-9]+"
    orders = {"newest": ("-pk",), "oldest": ("pk",), "updated": ("-updated_at", "-pk")}
    paged = ("list", "events")
    queue_orders = tuple(ORDERS)
    told_of_orders = (
        "`breach` (what breaches next is first) and `priority` are those of queues: open tickets of one's queues."
    )
    examples = {
        "partial_update": {"title": "The mail is down on the second floor"},
        "comments": {"message": "The disk was full.", "internal": True},
        "link": {"how": "related_to>", "number": "CHG-000042"},
        "snooze": {"until": "2026-12-31T17:00:00+01:00"},
    }
    named: tuple[str, ...] = ()  # what else its shape names
    several: tuple[str, ...] = ()

    @property
    def area(self) -> str:  # type: ignore[override]
        return self.info.area

    @property
    def info(self) -> Kind:
        return kinds.get(self.kind)

    @property
    def user(self) -> User:
        user: User = self.request.user
        return user

    def ticket(self, number: str, fetch: Any = queries.get_visible) -> Any:
        return fetch(self.user, number, self.info.model)

    def body_of(self, action: str) -> dict[str, Any]:
        forms = self.info.forms
        match action:
            case "partial_update":
                found = schema_of_class(forms.EditForm)
                return {
                    **found,
                    "required": [],
                    "properties": {n: _plain(told) for n, told in found["properties"].items()},
                }
            case "comments":
                internal = {"type": "boolean", "default": False, "description": "A note that only IT reads."}
                return schema_of_class(getattr(forms, "ReplyForm", ReplyForm), internal=internal)
            case "move":
                return {"type": "object", "description": "As the move's `inputs` say."}
            case "link":
                return schema_of_class(LinkForm)
            case "snooze":
                until = {"type": "string", "format": "date-time", "description": "Up to a year ahead."}
                told = {"type": "object", "properties": {"until": until}, "additionalProperties": False}
                return {**told, "required": ["until"]}
            case _:
                return super().body_of(action)

    # -- lists

    def understood(self, request: Request) -> set[str]:
        return names_for(request.user)

    def get_queryset(self) -> QuerySet[Any]:
        """What this person may see; of somebody outside IT, by their own few tickets and not by looking at all."""
        if reach(self.user).view:
            rows = queries.visible_to(self.user, self.info.model)
        else:
            first, *others = (part.order_by().values("pk") for part in queries.visible_parts(self.user, self.info))
            rows = self.info.model._default_manager.filter(pk__in=first.union(*others))
        common = (
            "requester",
            "reporter",
            "assignee",
            "workgroup",
            "service",
            "site",
            "category",
            "pending_reason",
            "parent",
        )
        return rows.select_related(*common, *self.named).prefetch_related(*self.several)

    def list(self, request: Request) -> Response:
        """Tickets that one may see, narrowed as a queue is."""
        found = ListFilter(request.query_params, queryset=self.get_queryset(), request=request, kind=self.kind)
        if not found.is_valid():
            raise Invalid({name: list(said) for name, said in found.errors.items()})
        order = request.query_params.get("order")
        if order in ORDERS and reach(self.user).view:
            return self._as_queued(found, order)
        return self.tell_page(found.qs, prepare=self.read_clocks)

    def _as_queued(self, found: ListFilter, order: str) -> Response:
        """The open ones of one's queues in a queue's order: by its keyset, and as quick at the end of a long list."""

        def narrow(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
            return found.filter_queryset(rows.filter(kind=self.kind))

        listing = Listing(user=self.user, groups=tuple(known_queues(self.user)), narrow=narrow, order=order)
        paginator: ByCursor = self.paginator
        whole = self.get_queryset()
        rows, following = paginator.in_queue_order(
            self.request, listing, lambda wanted: ordered(whole.filter(pk__in=wanted), order)
        )
        told = self.shape(self.read_clocks(rows), many=True, context=self.get_serializer_context())
        return Response({"next": following, "previous": None, "results": told.data})

    def read_clocks(self, page: Sequence[Any]) -> Sequence[Any]:
        """The clocks of all of them with one query."""
        found = sla.faces(page, timezone.now())
        for ticket in page:
            ticket._faces = found[ticket.pk]
        return page

    # -- one ticket

    def retrieve(self, request: Request, number: str) -> Response:
        """A ticket as one may see it. Its ETag begins with its version."""
        return self.tell_ticket(self.ticket(number))

    def create(self, request: Request) -> Response:
        """Log one, as the page's form does."""
        ticket = self.log(request)
        return self.tell_ticket(ticket, status=201)

    def log(self, request: Request) -> Ticket:
        raise NotImplementedError

    def partial_update(self, request: Request, number: str) -> Response:
        """Edit the fields that are sent, and no other; with `If-Match` only what nobody changed since it was read."""
        ticket = self.ticket(number)
        if not rules.may_edit(ticket, self.user):
            raise rules.denied(rules.may_edit, ticket)
        given, seen = given_in(request), version_wanted(request)
        with transaction.atomic():
            locked_as_seen(ticket, seen, self.user)
            ticket = self.ticket(number)
            form = bind(partial(self._edit_form, ticket), request, given)
            fields = {name: value for name, value in form.cleaned_data.items() if name in given}
            verb = getattr(self.info.actions, "edit", actions.edit)
            verb(ticket=ticket, by=self.user, seen=ticket.version, source=SOURCE, **fields)
        return self.tell_ticket(self.ticket(number))

    def _edit_form(self, ticket: Ticket, data: Any, files: Any) -> Any:
        data = data.copy()
        data["seen"] = str(ticket.version)
        return self.info.forms.EditForm(data, ticket=ticket)

    def tell_ticket(self, ticket: Ticket, status: int = 200) -> Response:
        """The ticket as it is now; nothing when it has left one's sight, as when it went to another workgroup."""
        if not rules.may_view(ticket, self.user):
            return Response(status=204)
        fresh = self.ticket(ticket.number)
        address = self.reverse_action("detail", args=[fresh.number])
        answer = self.tell(fresh, status=status, **({"Location": address} if status == 201 else {}))
        answer.version = fresh.version  # the ETag begins with it
        return answer

    # -- what was said

    @extend_schema(responses=PageOfEvents)
    @action(detail=True)
    def events(self, request: Request, number: str) -> Response:
        """The timeline as one may see it, oldest first."""
        ticket = self.ticket(number)
        internal = rules.may_see_internal(ticket, self.user)
        self.ordering, self.orders = ("pk",), {}
        return self.tell_page(
            queries.timeline(ticket, self.user),
            shape=EventShape,
            prepare=lambda page: told(ticket, page, internal=internal),
        )

    @extend_schema(responses={201: EventShape})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, number: str) -> Response:
        """A public reply, or with `internal` a note that IT alone reads; with files as multipart/form-data."""
        ticket, given = self.ticket(number), dict(given_in(request))
        internal = str(given.pop("internal", False)).lower()  # in parts, some write it as Python does
        if internal not in ("true", "false"):
            raise Invalid({"internal": ["This must be true or false."]})
        said = self._note(ticket, given) if internal == "true" else self._reply(ticket, given)
        event = queries.timeline(ticket, self.user).get(pk=said.pk)
        fresh = self.ticket(number)
        return self.tell(
            told(fresh, [event], internal=rules.may_see_internal(fresh, self.user))[0], status=201, shape=EventShape
        )

    def _note(self, ticket: Ticket, given: dict[str, Any]) -> Event:
        form = bind(NoteForm, self.request, given, rename={"note": "message", "note_files": "files"})
        said = form.cleaned_data
        return actions.note(ticket=ticket, by=self.user, message=said["note"], files=said["note_files"], source=SOURCE)

    def _reply(self, ticket: Ticket, given: dict[str, Any]) -> Event:
        kind_of_form = getattr(self.info.forms, "ReplyForm", ReplyForm)
        form = bind(partial(kind_of_form, ticket=ticket, user=self.user), self.request, given)
        verb = getattr(self.info.actions, "reply", actions.reply)
        event: Event = verb(ticket=ticket, by=self.user, source=SOURCE, **form.cleaned_data)
        return event

    # -- moves

    @extend_schema(responses=MoveShape(many=True))
    @action(detail=True)
    def transitions(self, request: Request, number: str) -> Response:
        """Every move of the lifecycle: open or shut, why, and what it takes."""
        return self.tell(moves.all_of(self.ticket(number), self.user), shape=MoveShape)

    @extend_schema(responses=MoveShape)
    @action(detail=True, url_path="transitions/(?P<name>[a-z_]+)")
    def transition(self, request: Request, number: str, name: str) -> Response:
        """One move, with what it takes."""
        return self.tell(moves.one_of(self._movable(number, name), self.user, name), shape=MoveShape)

    @extend_schema()
    @transition.mapping.post
    def move(self, request: Request, number: str, name: str) -> Response:
        """Make the move. `If-Match` refuses it when others changed meanwhile what one may see."""
        ticket = self._movable(number, name)
        if flow.transition_of(ticket, name) is None:
            raise Http404("No such move.")
        flow.ask_permission(ticket, name, self.user)
        seen = version_wanted(request)
        if seen in (None, ticket.version) and (obstacles := flow.unmet(ticket, name, self.user)):
            raise Refused(*obstacles)  # whatever was sent: it is of no use now
        form = bind(partial(self._move_form, ticket, name, seen), request)
        verb = getattr(self.info.actions, name)
        moved: Ticket = verb(**{self.info.name: ticket}, by=self.user, source=SOURCE, **form.arguments())
        return self.tell_ticket(moved)

    def _movable(self, number: str, name: str) -> Ticket:
        """What went out of one's sight may be taken back."""
        found: Ticket = self.ticket(number, queries.get_sent_away if name == "take_back" else queries.get_visible)
        return found

    def _move_form(self, ticket: Ticket, name: str, seen: int | None, data: Any, files: Any) -> MoveForm:
        data = data.copy()
        if seen is not None:
            data["seen"] = str(max(0, seen))
        return moves.form_of(ticket, name)(data, files, ticket=ticket, user=self.user)

    @action(detail=True, methods=["post"])
    def take(self, request: Request, number: str) -> Response:
        """Make it one's own; refused, with the name, when somebody has it."""
        ask_nothing(request)
        ticket = self.ticket(number)
        return self.tell_ticket(self.info.actions.take(**{self.info.name: ticket}, by=self.user, source=SOURCE))

    # -- put aside, for oneself alone

    @extend_schema(responses=SnoozedShape)
    @action(detail=True)
    def snoozed(self, request: Request, number: str) -> Response:
        """Until when one has put it aside: null, not at all."""
        return self.tell({"until": snoozing.until(self._asideable(number), self.user)}, shape=SnoozedShape)

    @extend_schema(responses=SnoozedShape)
    @snoozed.mapping.post
    def snooze(self, request: Request, number: str) -> Response:
        """Put it aside until a moment: it leaves one's queues, nobody else's, and wakes when anything happens."""
        ticket, given = self._asideable(number), given_of(request, "until")
        form = bind(lambda data, files: SnoozeForm(data), request, {"choice": "own", **given})
        made = snoozing.snooze(ticket=ticket, by=self.user, until=form.cleaned_data["until"])
        return self.tell({"until": made.until}, shape=SnoozedShape)

    @extend_schema(responses={204: None})
    @snoozed.mapping.delete
    def wake(self, request: Request, number: str) -> Response:
        """Take it up again; twice does nothing."""
        snoozing.wake(ticket=self._asideable(number), by=self.user)
        return Response(status=204)

    def _asideable(self, number: str) -> Ticket:
        ticket: Ticket = self.ticket(number)
        if not rules.may_see_internal(ticket, self.user):
            raise PermissionDenied("Only whoever sees its queue puts it aside.")
        return ticket

    # -- clocks and links

    @extend_schema(responses=ClockShape(many=True))
    @action(detail=True)
    def clocks(self, request: Request, number: str) -> Response:
        """Both clocks with every stretch of their lives; for those who may see the inside."""
        ticket = self.ticket(number)
        if not rules.may_see_internal(ticket, self.user):
            raise Http404("No such ticket.")
        return self.tell(explain(ticket, timezone.now()), shape=ClockShape)

    @extend_schema(responses=LinkShape(many=True))
    @action(detail=True)
    def links(self, request: Request, number: str) -> Response:
        """The tickets that it is tied to, as far as one may see them."""
        return self.tell(self._links(self.ticket(number)), shape=LinkShape)

    @extend_schema(responses={201: LinkShape})
    @links.mapping.post
    def link(self, request: Request, number: str) -> Response:
        """Tie it to another one: `how` as in `related_to>` (this to the other) or `caused_by<` (the other to this)."""
        ticket = self._linkable(number)
        form = bind(lambda data, files: LinkForm(data, ticket=ticket, user=self.user), request)
        source, target, kind = form.ends()
        made = actions.link(source=source, target=target, kind=kind, by=self.user)
        row = next(row for row in self._links(ticket) if row["id"] == made.pk)
        return self.tell(row, status=201, shape=LinkShape)

    @action(detail=True, url_path="links/(?P<pk>[0-9]{1,18})", methods=["delete"])
    def unlink(self, request: Request, number: str, pk: str) -> Response:
        """Untie them."""
        ticket = self._linkable(number)
        actions.unlink(link=linked.link_of(ticket, self.user, pk), by=self.user)
        return Response(status=204)

    def _linkable(self, number: str) -> Ticket:
        ticket: Ticket = self.ticket(number)
        if not rules.may_link(ticket, self.user):
            raise rules.denied(rules.may_link, ticket)
        return ticket

    def _links(self, ticket: Ticket) -> Sequence[dict[str, Any]]:
        return [
            {"id": link.pk, "how": how, "number": other.number, "kind": other.kind, "title": other.title}
            for link, how, other in linked.editable_links(ticket, self.user)
        ]
