"""The inbox for programs: what one was told, and marking it as read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.notifications import actions, queries
from desk.notifications.models import Message

from ..base import Endpoint
from ..form_input import ask_nothing, given_of
from ..problems import Invalid
from ..shapes import Moment, Shape

NEWEST = {
    "type": "integer",
    "minimum": 0,
    "maximum": 2**63 - 1,
    "description": "The id of the newest message that was read.",
}


class MessageShape(Shape):
    """Something that one was told."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    about = serializers.CharField(help_text="The ticket's number, or what else it is about.")
    subject = serializers.CharField()
    text = serializers.CharField()
    at = Moment(source="since", help_text="Of what it tells.")
    read_at = Moment(allow_null=True)
    page = serializers.SerializerMethodField(help_text="Where it leads people to.")

    def get_page(self, message: Message) -> str:
        return f"{settings.PORTAL_URL}{message.place}"


class ReadShape(serializers.Serializer[Any]):
    """How many were marked."""

    marked = serializers.IntegerField()


class Inbox(Endpoint):
    """One's own inbox: a scope of its own, since it tells of whatever one follows."""

    area = "inbox"
    shape = MessageShape
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    asked = {"unread": {"type": "string", "enum": ["true"]}}
    examples = {"read_all": {"newest": 4711}}

    def body_of(self, action: str) -> dict[str, Any]:
        if action == "read_all":
            return {
                "type": "object", "properties": {"newest": NEWEST}, "required": ["newest"], "additionalProperties": False,
            }  # fmt: skip
        return super().body_of(action)

    def _placed(self, page: Any) -> list[Message]:
        user: Any = self.request.user
        return queries.placed(user, page)

    def list(self, request: Request) -> Response:
        """The newest first; with `unread` what wasn't read yet."""
        wanted = request.query_params.get("unread")
        if wanted not in (None, "true"):
            raise Invalid({"unread": ["It can be true, or left out."]})
        rows = queries.dated(request.user)
        return self.tell_page(rows.filter(read_at=None) if wanted else rows, prepare=self._placed)

    def _one(self, pk: str) -> Message:
        found = queries.dated(self.request.user).filter(pk=pk).first()
        if found is None:
            raise Http404("No such message.")
        return found

    def retrieve(self, request: Request, pk: str) -> Response:
        """One message. Reading it here doesn't mark it."""
        return self.tell(self._placed([self._one(pk)])[0])

    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark it as read."""
        ask_nothing(request)
        actions.mark_read(message=self._one(pk))
        return self.tell(self._placed([self._one(pk)])[0])

    @extend_schema(responses=ReadShape)
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        """Mark as read all up to the message with the id `newest`; what came in meanwhile stays unread."""
        newest = given_of(request, "newest").get("newest")
        if not isinstance(newest, int) or isinstance(newest, bool) or not 0 <= newest < 2**63:
            raise Invalid({"newest": ["This must be the id of the newest message that was read."]})
        return self.tell({"marked": actions.mark_all_read(by=request.user, newest=newest)}, shape=ReadShape)
