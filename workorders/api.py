"""What programs may ask of work orders: raise one or a whole template, and work on it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.form_input import ask_nothing, bind, given_in
from desk.api.form_schema import schema_of_class
from desk.api.problems import Invalid
from desk.api.shapes import Moment, TicketShape
from desk.api.tickets import SOURCE, TicketEndpoint
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied

from . import actions, rules
from .forms import RaiseForm, TemplateForm
from .models import ChecklistItem, WorkOrder


class ChecklistItemShape(serializers.Serializer[Any]):
    """An item of the checklist."""

    id = serializers.IntegerField(source="pk")
    text = serializers.CharField()
    is_required = serializers.BooleanField()
    done_at = Moment(allow_null=True)


class OrderShape(TicketShape):
    """A work order; its description is its instructions."""

    told_as = "WorkOrder"
    parent = serializers.CharField(source="parent.number", allow_null=True, default=None)
    work_type = serializers.CharField()
    planned_start = Moment(allow_null=True)
    planned_end = Moment(allow_null=True)
    result = serializers.CharField()
    effort_minutes = serializers.IntegerField(allow_null=True)
    finished_at = Moment(allow_null=True)
    checklist = ChecklistItemShape(many=True)

    inside = tuple(name for name in TicketShape.inside if name not in ("workgroup", "assignee"))


class WorkOrders(TicketEndpoint):
    """Work orders, for any ticket."""

    kind = "work_order"
    shape = OrderShape
    several = ("checklist",)
    examples = {
        **TicketEndpoint.examples,
        "create": {"parent": "INC-000123", "title": "Look at the printer", "workgroup": 3},
        "from_template": {"parent": "INC-000123", "template": 1},
    }

    def log(self, request: Request) -> WorkOrder:
        """For the ticket whose number is `parent`."""
        given = dict(given_in(request))
        parent = self._parent(given.pop("parent", None))
        form = bind(partial(RaiseForm, parent=parent), request, given)
        return actions.raise_order(parent=parent, by=self.user, source=SOURCE, **form.cleaned_data)

    def _parent(self, number: Any) -> Ticket:
        if not isinstance(number, str) or not number.isascii() or "\x00" in number:
            raise Invalid({"parent": ["Say the number of the ticket that it is for."]})
        found: Ticket = get_visible(self.user, number)
        parent: Ticket = found.kind_info.model._default_manager.get(pk=found.pk)
        if not rules.may_raise(parent, self.user):
            raise denied(rules.may_raise, parent)
        return parent

    def body_of(self, action: str) -> dict[str, Any]:
        form = {"create": RaiseForm, "from_template": TemplateForm}.get(action)
        if form is None:
            return super().body_of(action)
        parent = {"type": "string", "description": "The number of the ticket."}
        found = schema_of_class(form, optional=("work_type", "workgroup", "priority"), parent=parent)
        return {**found, "required": ["parent", *found.get("required", [])]}

    @extend_schema(responses={201: OrderShape(many=True)})
    @action(detail=False, methods=["post"], url_path="from-template")
    def from_template(self, request: Request) -> Response:
        """Raise all orders of a template for the ticket whose number is `parent`."""
        given = dict(given_in(request))
        parent = self._parent(given.pop("parent", None))
        form = bind(TemplateForm, request, given)
        raised = actions.raise_template(parent=parent, by=self.user, source=SOURCE, **form.cleaned_data)
        fresh = self.get_queryset().filter(pk__in=[order.pk for order in raised]).order_by("pk")
        return self.tell(list(fresh), status=201)

    @action(detail=True, methods=["post"], url_path="checklist/(?P<pk>[0-9]{1,18})/(?P<what>tick|untick)")
    def tick(self, request: Request, number: str, pk: str, what: str) -> Response:
        """Tick an item of the checklist off, or take the tick back."""
        ask_nothing(request)
        order = self.ticket(number)
        item = ChecklistItem.objects.select_related("order").filter(pk=pk, order=order).first()
        if item is None:
            raise Http404("No such item.")
        actions.tick(item=item, by=self.user, done=what == "tick")
        return self.tell_ticket(order)

    def _decide(self, number: str, verb: Any) -> Response:
        ask_nothing(self.request)
        order = self.ticket(number)
        verb(work_order=order, by=self.user)
        return self.tell_ticket(order)

    @action(detail=True, methods=["post"])
    def again(self, request: Request, number: str) -> Response:
        """Raise a failed order anew, in its place."""
        return self._decide(number, actions.try_again)

    @action(detail=True, methods=["post"])
    def without(self, request: Request, number: str) -> Response:
        """Let what waits for a failed order go on without it."""
        return self._decide(number, actions.go_on_without)

    @action(detail=True, methods=["post"], url_path="give-up")
    def give_up(self, request: Request, number: str) -> Response:
        """Cancel what waits for a failed order."""
        return self._decide(number, actions.give_up)
