"""Attachments for programs."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from desk.tickets.models import PICTURES
from desk.tickets.queries import attachment_for
from desk.tickets.views.attachments import download

from .. import scopes
from ..base import Endpoint
from ..shapes import FileShape


class Attachments(Endpoint):
    """Files that came with an event that one may see, of the kinds of ticket that the token opens."""

    shape = FileShape
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    @extend_schema(
        responses={(200, content): OpenApiTypes.BINARY for content in sorted({*PICTURES, "application/octet-stream"})}
    )
    def retrieve(self, request: Request, key: str) -> FileResponse:
        """The bytes."""
        user: Any = request.user
        found = attachment_for(user, key)
        if found.event.ticket.kind not in scopes.kinds_open(request.auth.scopes):
            raise Http404("No such file.")
        return download(found)
