"""Webhooks for programs of administrators: subscribe, look at the calls, ping, send again, and end it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.webhooks import actions
from desk.webhooks.forms import SubscriptionForm
from desk.webhooks.models import Call, Subscription

from ..base import Endpoint
from ..form_input import ask_nothing, bind
from ..form_schema import schema_of_class
from ..scopes import ADMINISTRATION
from ..shapes import Moment, Shape


class WebhookShape(Shape):
    """A subscription to events."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    workgroup = serializers.CharField(source="workgroup.slug", default=None, allow_null=True)
    sees_internal = serializers.BooleanField()
    is_active = serializers.BooleanField()
    created_at = Moment()


class MadeWebhookShape(WebhookShape):
    """The same when it is made, with the secret by which its calls are signed."""

    key = "id"
    secret = serializers.CharField()


class CallShape(Shape):
    """An event that it is told."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    key_sent = serializers.UUIDField(source="key", help_text="The webhook-id.")
    event = serializers.IntegerField(source="event_id", allow_null=True)
    event_kind = serializers.CharField(source="event.kind", default="ping")
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    last_error = serializers.CharField()
    created_at = Moment()
    done_at = Moment(allow_null=True)
    dead_at = Moment(allow_null=True)


class PageOfCalls(serializers.Serializer[Any]):
    """A page of the log."""

    is_page = True
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CallShape(many=True)


class Webhooks(Endpoint):
    """Subscriptions to events, for administrators."""

    area = ADMINISTRATION
    level = "admin"
    shape = WebhookShape
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    paged = ("list", "calls")
    examples = {"create": {"name": "Wall", "url": "https://wall.example.com/hook", "kinds": "incident.*"}}

    def body_of(self, action: str) -> dict[str, Any]:
        return schema_of_class(SubscriptionForm) if action == "create" else super().body_of(action)

    def _ask(self, what: str) -> None:
        if not self.request.user.has_perm(f"webhooks.{what}"):
            raise PermissionDenied("Only administrators look after webhooks.")

    def _one(self, pk: str, what: str) -> Subscription:
        self._ask(what)
        found = Subscription.objects.select_related("workgroup").filter(pk=pk).first()
        if found is None:
            raise Http404("No such webhook.")
        return found

    def list(self, request: Request) -> Response:
        """The newest first."""
        self._ask("view_subscription")
        return self.tell_page(Subscription.objects.select_related("workgroup"))

    def retrieve(self, request: Request, pk: str) -> Response:
        """One of them."""
        return self.tell(self._one(pk, "view_subscription"))

    @extend_schema(responses={201: MadeWebhookShape})
    def create(self, request: Request) -> Response:
        """Subscribe; the answer alone tells the secret by which calls are signed."""
        self._ask("add_subscription")
        form = bind(SubscriptionForm, request)
        made = actions.subscribe(by=request.user, **form.cleaned_data)
        return self.tell(made, status=201, shape=MadeWebhookShape)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Nothing more is told; the log of its calls goes too."""
        self._one(pk, "delete_subscription").delete()
        return Response(status=204)

    @extend_schema(responses={201: CallShape})
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, pk: str) -> Response:
        """Send it a call that tells of nothing."""
        ask_nothing(request)
        found = self._one(pk, "change_subscription")
        return self.tell(actions.ping(subscription=found), status=201, shape=CallShape)

    @extend_schema(responses=PageOfCalls)
    @action(detail=True, methods=["get"])
    def calls(self, request: Request, pk: str) -> Response:
        """What it was told, and is to be told; the newest first."""
        found = self._one(pk, "view_call")
        return self.tell_page(Call.objects.filter(subscription=found).select_related("event"), shape=CallShape)
