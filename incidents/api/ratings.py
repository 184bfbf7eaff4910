"""Ratings for programs of leads: what requesters said, answering it, and hiding a comment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.base import Endpoint
from desk.api.form_input import ask_nothing, bind
from desk.api.form_schema import schema_of_class
from desk.api.problems import Invalid
from desk.api.shapes import Moment, PersonShape, Shape, WorkgroupShape

from .. import ratings as rated
from ..models import Episode
from ..rating_forms import AnswerRatingForm, HideRatingForm


class RatingShape(Shape):
    """What the requester said of one episode of an incident."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    number = serializers.CharField(source="incident.number", help_text="Of the incident.")
    sees = serializers.BooleanField(
        source="seen", help_text="Whether one may see the incident; others may have it by now."
    )
    requester = PersonShape(source="incident.requester")
    workgroup = WorkgroupShape(help_text="That solved it.")
    assignee = PersonShape(allow_null=True)
    rating = serializers.IntegerField(help_text="1 to 5.")
    comment = serializers.CharField()
    rated_at = Moment(source="ended_at")
    came_back_at = Moment(source="reopened_at", allow_null=True)
    hidden_at = Moment(allow_null=True)
    hidden_why = serializers.CharField()
    answer = serializers.CharField()
    answered_by = PersonShape(allow_null=True)
    answered_at = Moment(allow_null=True)
    may_answer = serializers.BooleanField()


class SharesShape(serializers.Serializer[Any]):
    """How many gave so many stars."""

    stars = serializers.IntegerField()
    count = serializers.IntegerField()


class SumShape(serializers.Serializer[Any]):
    """The ratings in numbers."""

    count = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    shares = SharesShape(many=True)


class Ratings(Endpoint):
    """Ratings of the workgroups that one leads; an administrator reads those of all."""

    area = "incidents"
    shape = RatingShape
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    ordering = ("-ended_at", "-pk")
    asked = {
        "workgroup": {"type": "string", "description": "A slug."},
        "stars": {"type": "string", "enum": [str(stars) for stars in rated.STARS]},
        "said": {"type": "string", "enum": ["true"], "description": "With a comment."},
    }
    examples = {"answer": {"words": "Sorry for that; it won't happen again."}, "hide": {"why": "It names a person."}}

    def asked_of(self, action: str) -> dict[str, dict[str, Any]]:
        return self.asked if action in ("list", "summary") else {}

    def body_of(self, action: str) -> dict[str, Any]:
        forms = {"answer": AnswerRatingForm, "hide": HideRatingForm}
        return schema_of_class(forms[action]) if action in forms else super().body_of(action)

    def _rows(self) -> QuerySet[Episode]:
        if not rated.may_see(self.request.user):
            raise PermissionDenied("Ratings are for leads of a workgroup and for administrators.")
        given = self.request.query_params
        for name in ("stars", "said"):
            if name in given and given[name] not in self.asked[name]["enum"]:
                raise Invalid({name: [f"It can be {', '.join(self.asked[name]['enum'])}."]})
        wanted = {name: given.get(name, "").replace("\x00", "") for name in ("workgroup", "stars")}
        return rated.narrowed(rated.of_led(self.request.user), **wanted, said="said" in given)

    def _marked(self, page: Any) -> list[Episode]:
        rated.mark(page, self.request.user)
        return list(page)

    def list(self, request: Request) -> Response:
        """The newest first."""
        return self.tell_page(self._rows(), prepare=self._marked)

    @extend_schema(responses=SumShape)
    @action(detail=False)
    def summary(self, request: Request) -> Response:
        """How many there are, their mean, and how many of each; of what the filters leave."""
        found = rated.summed(self._rows())
        shares = [{"stars": stars, "count": count} for stars, count in found.shares]
        return self.tell({"count": found.count, "mean": found.mean, "shares": shares}, shape=SumShape)

    def _one(self, pk: str) -> Episode:
        found = rated.of_led(self.request.user).filter(pk=pk).first()
        if found is None:
            raise Http404("No such rating.")
        return found

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Answer the comment, once; the requester reads it on the incident, and is told."""
        found = self._allowed(pk)
        rated.answer(episode=found, by=request.user, **bind(AnswerRatingForm, request).cleaned_data)
        return self.tell(self._marked([self._one(pk)])[0])

    @action(detail=True, methods=["post"])
    def hide(self, request: Request, pk: str) -> Response:
        """Show the comment to nobody any more; the requester reads why."""
        found = self._allowed(pk)
        rated.hide(episode=found, by=request.user, **bind(HideRatingForm, request).cleaned_data)
        return self.tell(self._marked([self._one(pk)])[0])

    @action(detail=True, methods=["post"])
    def show(self, request: Request, pk: str) -> Response:
        """Show a hidden comment again."""
        ask_nothing(request)
        rated.show(episode=self._one(pk), by=request.user)
        return self.tell(self._marked([self._one(pk)])[0])

    def _allowed(self, pk: str) -> Episode:
        """Whoever may not is told so before what they sent is read."""
        found = self._one(pk)
        rated.ask_to_answer(found, self.request.user)
        return found
