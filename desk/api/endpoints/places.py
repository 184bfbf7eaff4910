"""Sites and categories for programs."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.people.rules import ask_analyst
from desk.services.models import Site
from desk.services.queries import category_choices

from ..base import Endpoint
from ..paging import OnePage
from ..shapes import Shape


class SiteShape(Shape):
    """A place where people work."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    address = serializers.CharField()


class Sites(Endpoint):
    """Sites."""

    area = "directory"
    shape = SiteShape
    ordering = ("name", "pk")

    def list(self, request: Request) -> Response:
        """Those that are in use."""
        return self.tell_page(Site.objects.filter(is_active=True))


class CategoryShape(Shape):
    """A category, by its way from the root: “Network › VPN”."""

    key = "id"
    id = serializers.IntegerField()
    name = serializers.CharField()


class Categories(Endpoint):
    """The category tree, for those who work in IT."""

    area = "directory"
    shape = CategoryShape
    pagination_class = OnePage

    def list(self, request: Request) -> Response:
        """In the tree's order; one page holds it."""
        ask_analyst(request.user, "look categories up")
        rows = [{"id": pk, "name": trail} for pk, trail in category_choices()]
        return self.tell_all(rows, shape=CategoryShape)
