"""Services for programs: which there are, and how each stands."""

from __future__ import annotations

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.base import Endpoint
from desk.api.paging import OnePage
from desk.api.shapes import Moment, Shape

from .. import standing


class ServiceShape(Shape):
    """A service and how it stands now."""

    key = "id"
    id = serializers.IntegerField(source="service.pk")
    name = serializers.CharField(source="service.name")
    description = serializers.CharField(source="service.description")
    level = serializers.CharField(help_text="up, degraded or down")
    since = Moment(allow_null=True, help_text="Since when something is wrong with it.")


class Services(Endpoint):
    """The services that people use, and how they stand."""

    area = "directory"
    shape = ServiceShape
    pagination_class = OnePage
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"

    def list(self, request: Request) -> Response:
        """What is down comes first; one page holds all."""
        return self.tell_all(standing.of_all())

    def retrieve(self, request: Request, pk: str) -> Response:
        """One that is offered."""
        found = next((one for one in standing.of_all() if str(one.service.pk) == pk), None)
        if found is None:
            raise Http404("No such service.")
        return self.tell(found)
