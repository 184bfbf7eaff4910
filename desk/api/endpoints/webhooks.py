"""Webhooks for programs of administrators: subscribe, change it, look at the calls, ping, send again, and end it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.webhooks import actions
from desk.webhooks.forms import ChangeForm, SubscriptionForm
from desk.webhooks.models import Call, Subscription
from desk.webhooks.queries import IN_STATE

from ..base import Endpoint
from ..form_input import ask_nothing, bind, given_in
from ..form_schema import schema_of_class
from ..problems import Invalid
from ..scopes import ADMINISTRATION
from ..shapes import Moment, Shape, WorkgroupShape


class WebhookShape(Shape):
    """A subscription to events."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    workgroup = WorkgroupShape(allow_null=True)
    sees_internal = serializers.BooleanField()
    is_active = serializers.BooleanField(help_text="False: it is paused.")
    created_at = Moment()


class MadeWebhookShape(WebhookShape):
    """The same when it is made, with the secret by which its calls are signed."""

    told_as = "WebhookWithSecret"
    key = "id"
    secret = serializers.CharField()


class CallShape(Shape):
    """An event that it is told."""

    told_as = "WebhookCall"
    key = "id"
    id = serializers.IntegerField(source="pk")
    key_sent = serializers.UUIDField(source="key", help_text="The webhook-id.")
    event = serializers.IntegerField(source="event_id", allow_null=True)
    event_kind = serializers.CharField(source="event.kind", default="ping")
    number = serializers.CharField(
        source="event.ticket.number", default=None, allow_null=True, help_text="Of the ticket; null for a ping."
    )
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    answer = serializers.CharField(help_text="How the last answer began.")
    last_error = serializers.CharField()
    created_at = Moment()
    due_at = Moment(help_text="Not sent before this moment.")
    done_at = Moment(allow_null=True)
    dead_at = Moment(allow_null=True)


class PageOfCalls(serializers.Serializer[Any]):
    """A page of the log."""

    told_as = "PageOfWebhookCalls"
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

    def asked_of(self, action: str) -> dict[str, dict[str, Any]]:
        return {"state": {"type": "string", "enum": list(IN_STATE)}} if action == "calls" else super().asked_of(action)

    def body_of(self, action: str) -> dict[str, Any]:
        match action:
            case "create":
                return schema_of_class(SubscriptionForm)
            case "partial_update":
                return {**schema_of_class(ChangeForm), "required": []}
            case _:
                return super().body_of(action)

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

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent, and no other; `is_active` pauses and resumes it."""
        found, given = self._one(pk, "change_subscription"), given_in(request)
        form = bind(partial(self._change_form, found), request, given)
        fields = {name: value for name, value in form.cleaned_data.items() if name in given}
        return self.tell(actions.change(subscription=found, by=self.request.user, **fields))

    def _change_form(self, found: Subscription, data: Any, files: Any) -> ChangeForm:
        return ChangeForm(data, subscription=found)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Nothing more is told; the log of its calls goes too."""
        actions.end(subscription=self._one(pk, "delete_subscription"), by=self.request.user)
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
        """What it was told, and is to be told; the newest first. `state` is owed, done (it was taken) or dead (given up)."""
        found, wanted = self._one(pk, "view_call"), request.query_params.get("state")
        if wanted is not None and wanted not in IN_STATE:
            raise Invalid({"state": [f"It can be {', '.join(IN_STATE)}."]})
        rows = Call.objects.filter(subscription=found, **(IN_STATE[wanted] if wanted else {}))
        return self.tell_page(rows.select_related("event__ticket"), shape=CallShape)

    @extend_schema(responses=CallShape)
    @action(detail=True, methods=["post"], url_path="calls/(?P<call>[0-9]{1,18})/again")
    def again(self, request: Request, pk: str, call: str) -> Response:
        """Send it once more, at once, with a fresh count of attempts and under the same id; one that was taken too."""
        ask_nothing(request)
        found = self._call(pk, call)
        actions.try_again(call=found)
        return self.tell(self._call(pk, call), shape=CallShape)

    def _call(self, pk: str, call: str) -> Call:
        """Whoever may change calls, which nobody does by hand, may have them sent again; as in the administration."""
        told = self._one(pk, "change_call")
        found = Call.objects.filter(subscription=told, pk=call).select_related("event__ticket").first()
        if found is None:
            raise Http404("No such call.")
        return found
