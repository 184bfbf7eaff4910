"""Deliveries for programs of administrators: what is owed to which event, what failed, and offering it again."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.reactions.actions import retry
from desk.reactions.models import Delivery
from desk.reactions.queries import IN_STATE

from ..base import Endpoint
from ..form_input import ask_nothing
from ..problems import Invalid
from ..scopes import ADMINISTRATION
from ..shapes import Moment, Shape


class DeliveryShape(Shape):
    """A reaction that is owed to an event."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    event = serializers.IntegerField(source="event_id")
    event_kind = serializers.CharField(source="event.kind")
    number = serializers.CharField(source="event.ticket.number", help_text="Of the ticket.")
    reaction = serializers.CharField()
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    created_at = Moment()
    due_at = Moment()
    done_at = Moment(allow_null=True)
    dead_at = Moment(allow_null=True)


class Deliveries(Endpoint):
    """Deliveries, for administrators."""

    area = ADMINISTRATION
    level = "admin"
    shape = DeliveryShape
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    asked = {"state": {"type": "string", "enum": list(IN_STATE)}}

    def rows(self, codename: str = "view_delivery") -> QuerySet[Delivery]:
        if not self.request.user.has_perm(f"reactions.{codename}"):
            raise PermissionDenied("Only administrators look after deliveries.")
        return Delivery.objects.select_related("event__ticket")

    def list(self, request: Request) -> Response:
        """The newest first; `state` is owed, done or dead."""
        rows, wanted = self.rows(), request.query_params.get("state")
        if wanted is not None and wanted not in IN_STATE:
            raise Invalid({"state": [f"It can be {', '.join(IN_STATE)}."]})
        return self.tell_page(rows.filter(**IN_STATE[wanted]) if wanted else rows)

    def _one(self, pk: str, codename: str) -> Delivery:
        found = self.rows(codename).filter(pk=pk).first()
        if found is None:
            raise Http404("No such delivery.")
        return found

    def retrieve(self, request: Request, pk: str) -> Response:
        """One of them."""
        return self.tell(self._one(pk, "view_delivery"))

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Offer it again at once, with a fresh count of attempts. What is done stays done."""
        ask_nothing(request)
        found = self._one(pk, "change_delivery")
        retry(delivery=found)
        return self.tell(self._one(pk, "view_delivery"))
