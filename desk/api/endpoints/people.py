"""People and workgroups for programs: each as their pages tell it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.people.models import User, Workgroup
from desk.people.presence import presence_of
from desk.people.queries import find_people
from desk.people.rules import ask_analyst, may_see_profile, reach

from ..base import Endpoint
from ..paging import OnePage
from ..shapes import Shape, WorkgroupShape

ME = "me"


class MembershipShape(serializers.Serializer[Any]):
    """That somebody belongs to a workgroup."""

    workgroup = serializers.CharField(source="workgroup.slug")
    role = serializers.CharField()


class SkillShape(serializers.Serializer[Any]):
    """What somebody can do, and how well (1 to 3)."""

    skill = serializers.CharField(source="skill.name")
    level = serializers.IntegerField()


class ProfileShape(Shape):
    """Somebody as their page tells it."""

    key = "username"
    username = serializers.CharField()
    name = serializers.SerializerMethodField()
    department = serializers.CharField()
    phone = serializers.CharField()
    presence = serializers.SerializerMethodField(help_text="Such as “away until Mon 08:00”; empty: nothing to say.")
    workgroups = MembershipShape(source="memberships", many=True)
    skills = SkillShape(many=True)

    def get_name(self, person: User) -> str:
        return str(person)

    def get_presence(self, person: User) -> str:
        return presence_of([person])[person.pk].in_words


class FoundShape(Shape):
    """Somebody who was found."""

    told_as = "FoundPerson"
    username = serializers.CharField()
    name = serializers.SerializerMethodField()
    department = serializers.CharField()

    def get_name(self, person: User) -> str:
        return str(person)


class People(Endpoint):
    """People, for those who work in IT; and oneself, as `me`."""

    area = "directory"
    shape = ProfileShape
    pagination_class = OnePage
    lookup_field = "username"
    lookup_value_regex = "[^/]+"
    asked = {"q": {"type": "string"}}

    def tells_its_shape(self, action: str) -> bool:
        return action == "retrieve"

    @extend_schema(responses=FoundShape(many=True))
    def list(self, request: Request) -> Response:
        """Up to ten people whose name, username or address holds each word of `q`."""
        ask_analyst(request.user, "look people up")
        words = request.query_params.get("q", "")[:80]
        found = find_people(words) if len(words.strip()) >= 2 else []
        return self.tell_all(found, shape=FoundShape)

    def retrieve(self, request: Request, username: str) -> Response:
        """Somebody's page; one's own for everybody."""
        me: Any = request.user
        rows = User.objects.filter(is_automation=False).prefetch_related("memberships__workgroup", "skills__skill")
        person = rows.filter(username=me.username if username == ME else username).first()
        if person is None or not may_see_profile(me, person):
            raise Http404("No such person.")
        return self.tell(person)


class GroupShape(WorkgroupShape):
    """A workgroup, with the kinds of ticket that it takes (none: all)."""

    key = "slug"
    told_as = "WorkgroupDetails"
    description = serializers.CharField()
    takes = serializers.ListField(child=serializers.CharField())


class Workgroups(Endpoint):
    """Workgroups, for those who work in IT."""

    area = "directory"
    shape = GroupShape
    ordering = ("name", "pk")

    def list(self, request: Request) -> Response:
        """Those that work now."""
        if not reach(request.user).view:
            raise PermissionDenied("Only people who work in IT look workgroups up.")
        return self.tell_page(Workgroup.objects.filter(is_active=True))
