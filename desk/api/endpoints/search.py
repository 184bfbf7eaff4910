"""Search for programs: what answers, as the search page finds it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.search import queries
from desk.search.filters import Narrow
from desk.tickets.models import Ticket

from .. import scopes
from ..base import Endpoint
from ..paging import OnePage
from ..problems import Invalid
from ..shapes import Moment, NamedShape, Shape

PAGES = queries.CAP // queries.PAGE


class HitShape(Shape):
    """A ticket that answers."""

    key = "number"
    told_as = "SearchHit"
    number = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.SerializerMethodField()
    service = NamedShape(allow_null=True)
    created_at = Moment()
    page = serializers.SerializerMethodField()

    def get_state_label(self, ticket: Any) -> str:
        return str(ticket.state_in_words(internal=ticket.internal))

    def get_page(self, ticket: Ticket) -> str:
        return f"{settings.PORTAL_URL}{ticket.get_absolute_url()}"


class HitsShape(serializers.Serializer[Any]):
    """A page of what answers."""

    is_page = True
    told_as = "PageOfSearchHits"
    total = serializers.IntegerField(help_text="At most 100.")
    capped = serializers.BooleanField(help_text="Whether more may answer.")
    pages = serializers.IntegerField()
    results = HitShape(many=True)


class Search(Endpoint):
    """Tickets by words; of the kinds that the token opens."""

    shape = HitShape
    pagination_class = OnePage
    asked = {
        "q": {"type": "string"},
        "page": {"type": "integer", "minimum": 1, "maximum": PAGES},
        **{name: {"type": "string"} for name in Narrow.base_filters},
    }

    @extend_schema(responses=HitsShape)
    def list(self, request: Request) -> Response:
        """The likeliest first, 25 on a page (`page` from 1), at most the newest 100 that answer."""
        user: Any = request.user
        given = request.query_params.get("page", "1")
        if given not in {str(number) for number in range(1, PAGES + 1)}:
            raise Invalid({"page": [f"Say a number from 1 to {PAGES}."]})
        narrow = Narrow(request.query_params, user=user)
        if not narrow.form.is_valid():
            raise Invalid({name: list(said) for name, said in narrow.form.errors.items()})
        open_kinds = scopes.kinds_open(request.auth.scopes)

        def narrowed(rows: Any) -> Any:
            return narrow.narrow(rows).filter(kind__in=open_kinds)

        found = queries.search(request.query_params.get("q", ""), user, narrow=narrowed, page=int(given))
        told = HitShape(found.rows, many=True, context=self.get_serializer_context())
        return Response({"total": found.total, "capped": found.is_capped, "pages": found.pages, "results": told.data})
