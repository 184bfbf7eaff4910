"""Stand-ins for programs: who answers for one while one is away, and for whom one answers."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.approvals import delegating, queries
from desk.approvals.forms import DelegationForm
from desk.approvals.models import Delegation

from ..base import Endpoint
from ..form_input import bind
from ..form_schema import schema_of_class
from ..paging import OnePage
from ..shapes import Moment, PersonShape, Shape


class StandInShape(Shape):
    """That somebody answers for somebody else, now or later."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    whose = PersonShape(source="user", help_text="For whom.")
    to = PersonShape(help_text="Who answers.")
    start = Moment()
    end = Moment()


class StandIns(Endpoint):
    """One's own stand-ins, and those for whom one stands in."""

    area = "approvals"
    shape = StandInShape
    pagination_class = OnePage
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    examples = {
        "create": {"to": "lena", "start": "2026-12-21T00:00:00+01:00", "end": "2027-01-04T00:00:00+01:00"},
    }

    def body_of(self, action: str) -> dict[str, Any]:
        return schema_of_class(DelegationForm) if action == "create" else super().body_of(action)

    def list(self, request: Request) -> Response:
        """Those of now and later: first who answers for one, then for whom one answers."""
        user: Any = request.user
        own, others = queries.delegations_of(user), queries.delegated_to(user)
        return self.tell_all([*own.select_related("user", "to"), *others.select_related("user", "to")])

    def create(self, request: Request) -> Response:
        """Choose somebody who answers for one in that time."""
        form = bind(lambda data, files: DelegationForm(data), request)
        return self.tell(delegating.delegate(by=request.user, **form.cleaned_data), status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        """Take it back: one answers oneself again. What was answered meanwhile stays."""
        found = Delegation.objects.filter(user=request.user, pk=pk).first()
        if found is None:
            raise Http404("No such stand-in.")
        delegating.take_back(delegation=found, by=request.user)
        return Response(status=204)
