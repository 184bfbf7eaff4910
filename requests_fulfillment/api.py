"""What programs may ask of the catalogue and of requests: what there is to order, ordering it, and what becomes of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.base import Endpoint
from desk.api.endpoints.approvals import Approved
from desk.api.form_input import bind, given_in
from desk.api.form_schema import schema_of, schema_of_class
from desk.api.paging import OnePage
from desk.api.problems import Invalid
from desk.api.shapes import Inputs, Moment, NamedShape, Shape, TicketShape
from desk.api.tickets import SOURCE, TicketEndpoint
from desk.tickets.rules import denied

from . import actions, offers, queries, rules
from .forms import ASKED, DisruptionForm, OrderForm
from .models import CatalogueItem, ServiceRequest


class RequestShape(TicketShape):
    """A service request; its description says in words what was ordered."""

    told_as = "ServiceRequest"
    item = serializers.CharField(source="item.slug")
    answers = serializers.DictField(child=serializers.CharField())
    fulfilled_at = Moment(allow_null=True)
    closed_at = Moment(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)
    failures = serializers.IntegerField(required=False)
    disruptions = serializers.IntegerField(required=False)

    inside = (*TicketShape.inside, "service", "failures", "disruptions")


class Requests(Approved, TicketEndpoint):
    """Service requests."""

    kind = "request"
    shape = RequestShape
    named = ("item",)
    examples = {
        **TicketEndpoint.examples,
        "create": {"item": "office-chair", "answers": {"where": "Room 12"}},
        "disruption": {"disrupts": "no"},
    }

    def log(self, request: Request) -> ServiceRequest:
        """Order the `item` (by its slug of the catalogue); `answers` to what it asks, by key."""
        given = dict(given_in(request))
        item = item_for(self.user, given.pop("item", None))
        answers = given.pop("answers", {})
        if not isinstance(answers, dict):
            raise Invalid({"answers": ["This must be an object: what is answered, by the key of what is asked."]})
        given |= {f"answers.{key}": value for key, value in answers.items()}
        blueprint = item.current.says  # type: ignore[union-attr]  # what is offered has a version
        keys = {ASKED + question.key: f"answers.{question.key}" for question in blueprint.questions}
        form = bind(partial(OrderForm, blueprint=blueprint), request, given, rename=keys)
        return actions.order(item=item, by=self.user, source=SOURCE, **form.order())

    def body_of(self, action: str) -> dict[str, Any]:
        if action == "create":
            given = {
                "item": {"type": "string", "description": "Its slug."},
                "answers": {"type": "object", "description": "By key, as the item's `inputs` say."},
            }
            return schema_of_class(OrderForm, **given) | {"required": ["item"]}
        return schema_of_class(DisruptionForm) if action == "disruption" else super().body_of(action)

    @action(detail=True, methods=["post"])
    def disruption(self, request: Request, number: str) -> Response:
        """Say whether a failed fulfilment disrupts a service."""
        ticket = self.ticket(number)
        if not rules.analyst(ticket, self.user):
            raise denied(rules.analyst, ticket)
        form = bind(DisruptionForm, request)
        actions.say_disruption(request=ticket, by=self.user, **form.cleaned_data)
        return self.tell_ticket(ticket)


def item_for(user: Any, slug: Any) -> CatalogueItem:
    """What is offered to this person under this name; Http404 otherwise."""
    rows = queries.offered_to(user).select_related("current", "owner", "service")
    found = rows.filter(slug=slug).first() if isinstance(slug, str) and "\x00" not in slug and slug.isascii() else None
    if found is None:
        raise Http404("No such item.")
    return found


class CatalogueItemShape(Shape):
    """Something that can be ordered; `inputs` is the JSON Schema of the answers, alone and not in lists."""

    key = "slug"
    slug = serializers.CharField()
    name = serializers.CharField()
    group = NamedShape()
    summary = serializers.CharField()
    description = serializers.CharField(help_text="Markdown.")
    cost = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True, help_text="Null: free.")
    how_long = serializers.CharField(help_text="Such as “usually 2 days”; empty where nobody can say.")
    approval = serializers.CharField(required=False, help_text="Whose approval it needs; empty: nobody's.")
    inputs = Inputs(required=False)


class Catalogue(Endpoint):
    """What one may order."""

    area = "requests"
    shape = CatalogueItemShape
    pagination_class = OnePage
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    asked = {"q": {"type": "string"}}

    def list(self, request: Request) -> Response:
        """Everything that is offered to one, or what answers `q`; one page holds it."""
        shelves = offers.catalogue(request.user, request.query_params.get("q", "")).shelves
        found = [_item(offer.item, offer.how_long) for shelf in shelves for offer in shelf.offers]
        return self.tell_all(found)

    def retrieve(self, request: Request, slug: str) -> Response:
        """An item, with what it asks."""
        user: Any = request.user
        item = item_for(user, slug)
        inputs = schema_of(OrderForm(blueprint=item.current.says))  # type: ignore[union-attr]
        asked = {
            name.removeprefix(ASKED): told for name, told in inputs["properties"].items() if name.startswith(ASKED)
        }
        required = [name.removeprefix(ASKED) for name in inputs.get("required", []) if name.startswith(ASKED)]
        always = {q.key for q in item.current.says.questions if q.shown_if is None}  # type: ignore[union-attr]
        wanted = [name for name in required if name in always]
        schema = {"type": "object", "properties": asked, "additionalProperties": False}
        more = {
            "approval": offers.approval_in_words(item, user),
            "inputs": {**schema, **({"required": wanted} if wanted else {})},
        }
        return self.tell({**_item(item, offers.how_long([item], user).get(item.pk, "")), **more})


def _item(item: CatalogueItem, how_long: str) -> dict[str, Any]:
    return {
        "slug": item.slug,
        "name": item.name,
        "group": item.group,
        "summary": item.summary,
        "description": item.description,
        "cost": item.cost,
        "how_long": how_long,
    }
