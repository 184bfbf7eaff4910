"""Major incidents for programs: deciding about one, what everybody reads of it, saying “me too”; and bursts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.base import Endpoint
from desk.api.form_input import ask_nothing, bind
from desk.api.form_schema import schema_of, schema_of_class
from desk.api.paging import OnePage
from desk.api.shapes import Moment, NamedShape, PersonShape, Shape, TicketShape, WorkgroupShape
from desk.api.tickets import SOURCE, TicketEndpoint
from desk.people.models import User
from desk.tickets.rules import denied, may_see_internal

from .. import joining, majors, proposing
from ..deciding import DECISIONS
from ..major_forms import MeTooForm
from ..models import BurstProposal, Incident, MajorIncident

# -- deciding ------------------------------------------------------------------------------------


class DecisionShape(serializers.Serializer[Any]):
    """What may be decided about it, by those who may at all; `inputs` is JSON Schema."""

    name = serializers.CharField()
    label = serializers.CharField()
    inputs = serializers.DictField()


class MajorShape(Shape):
    """What is said and was decided of an incident as a major one; all of it null or empty where nobody ever thought so."""

    state = serializers.CharField(
        source="row.state", allow_null=True, help_text="proposed, declared, declined or withdrawn"
    )
    reason = serializers.CharField(source="row.reason", allow_null=True)
    proposed_by = PersonShape(source="row.proposed_by", allow_null=True)
    decided_by = PersonShape(source="row.decided_by", allow_null=True)
    at = Moment(source="row.at", allow_null=True, help_text="Of the last proposal or decision.")
    headline = serializers.CharField(source="row.headline", allow_null=True, help_text="Everybody reads it.")
    words = serializers.CharField(source="row.words", allow_null=True, help_text="Everybody reads them. Markdown.")
    said_at = Moment(source="row.said_at", allow_null=True)
    next_at = Moment(source="row.next_at", allow_null=True, help_text="When the next word is due.")
    affected = serializers.IntegerField(help_text="How many people have it.")
    what_happened = serializers.CharField(source="row.what_happened", allow_null=True)
    why_it_happened = serializers.CharField(source="row.why_it_happened", allow_null=True)
    what_we_change = serializers.CharField(source="row.what_we_change", allow_null=True)
    reviewed_by = PersonShape(source="row.reviewed_by", allow_null=True)
    reviewed_at = Moment(source="row.reviewed_at", allow_null=True)
    decisions = DecisionShape(many=True)


@dataclass(frozen=True)
class Standing:
    """How an incident stands as a major one, for one reader."""

    incident: Incident
    reader: User

    @property
    def row(self) -> MajorIncident | None:
        return getattr(self.incident, "major", None)

    @property
    def affected(self) -> int:
        return majors.affected(self.incident)

    @property
    def decisions(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "label": one.label, "inputs": schema_of(one.form(incident=self.incident))}
            for name, one in DECISIONS.items()
            if one.rule(self.incident, self.reader)
        ]


class WaitingMajorShape(serializers.Serializer[Any]):
    """A major incident of which something is wanted."""

    number = serializers.CharField(source="incident.number")
    title = serializers.CharField(source="incident.title")
    reason = serializers.CharField()
    headline = serializers.CharField()
    proposed_by = PersonShape(allow_null=True)
    at = Moment()


class WaitingMajorsShape(serializers.Serializer[Any]):
    """What major incidents want of a lead."""

    proposed = WaitingMajorShape(many=True, help_text="To be declared or declined.")
    owed = WaitingMajorShape(many=True, help_text="To be reviewed.")


class OfMajors(TicketEndpoint):
    """For incidents: what may be decided about one as a major one."""

    examples = {
        **TicketEndpoint.examples,
        "decide": {"headline": "Mail is slow since 9:10", "words": "We are on it.", "next_minutes": "30"},
    }

    @extend_schema(responses=WaitingMajorsShape)
    @action(detail=False)
    def majors(self, request: Request) -> Response:
        """What waits for one as a lead: proposals, and reviews that are owed."""
        proposed, owed = majors.waiting_for(self.user)
        return self.tell({"proposed": proposed, "owed": owed}, shape=WaitingMajorsShape)

    @extend_schema(responses=MajorShape)
    @action(detail=True)
    def major(self, request: Request, number: str) -> Response:
        """How it stands as a major incident, and what may be decided; for those who may see the inside."""
        return self._tell_major(number)

    @extend_schema(request=None, responses=MajorShape)
    @action(detail=True, methods=["post"], url_path="major/(?P<what>[a-z]+)")
    def decide(self, request: Request, number: str, what: str) -> Response:
        """Decide: `propose`, `declare`, `decline`, `update` (what everybody reads), `withdraw` or `review`."""
        incident, decision = self.ticket(number), DECISIONS.get(what)
        if decision is None:
            raise Http404("No such decision.")
        if not decision.rule(incident, self.user):
            raise denied(decision.rule, incident)
        form = bind(lambda data, files: decision.form(data, incident=incident), request)
        decision.verb(incident=incident, by=self.user, **form.cleaned_data)
        return self._tell_major(number)

    def _tell_major(self, number: str) -> Response:
        incident = self.ticket(number)
        if not may_see_internal(incident, self.user):
            raise Http404("No such ticket.")
        return self.tell(Standing(incident, self.user), shape=MajorShape)


# -- what everybody reads ------------------------------------------------------------------------


class WordShape(serializers.Serializer[Any]):
    """Something that everybody was told."""

    at = Moment()
    kind = serializers.CharField(help_text="major.updated, major.solved, major.ended or major.back")
    headline = serializers.CharField()
    text = serializers.CharField(help_text="Markdown.")


class OutageShape(Shape):
    """A major incident as everybody may read of it. What follows `joined` is told of one alone, not in lists."""

    key = "number"
    number = serializers.CharField(source="major.incident.number")
    headline = serializers.CharField(source="major.headline")
    words = serializers.CharField(source="major.words", help_text="Markdown.")
    service = NamedShape(source="major.incident.service", allow_null=True)
    said_at = Moment(source="major.said_at")
    next_at = Moment(source="major.next_at", allow_null=True, help_text="When the next word is due.")
    joined = serializers.BooleanField(help_text="Whether one said “me too”.")
    sees = serializers.BooleanField(required=False, help_text="Whether one may see the incident itself.")
    state = serializers.CharField(required=False, help_text="open, solved or over")
    since = Moment(required=False)
    ended_at = Moment(required=False, allow_null=True)
    what_next = serializers.CharField(required=False)
    told = WordShape(source="words", many=True, required=False, help_text="The newest first.")


class Outages(Endpoint):
    """What everybody is told of: the major incidents of now."""

    area = "incidents"
    shape = OutageShape
    pagination_class = OnePage
    lookup_field = "number"
    lookup_value_regex = "[A-Za-z]+-[0-9]+"
    examples = {"me_too": {"words": "It began already at eight here."}}

    def body_of(self, action: str) -> dict[str, Any]:
        return schema_of_class(MeTooForm) if action == "me_too" else super().body_of(action)

    def _page(self, number: str) -> joining.OutagePage:
        page = joining.page_of(number.upper(), self.request.user)
        if page is None:
            raise Http404("No such outage.")
        return page

    def _mine(self, number: str) -> joining.OutagePage:
        page = self._page(number)
        if not page.lets_in:
            raise Http404("No such outage.")
        return page

    def list(self, request: Request) -> Response:
        """Those that aren't solved, the longest first; one page holds them."""
        found = majors.for_reader(request.user)
        return self.tell_all({"major": one, "joined": one.mine is not None} for one in found)

    def retrieve(self, request: Request, number: str) -> Response:
        """One of them, also when it is solved, with all that was told."""
        return self.tell(self._page(number))

    @extend_schema(responses={200: OutageShape, 201: TicketShape})
    @action(detail=True, methods=["post"], url_path="me-too")
    def me_too(self, request: Request, number: str) -> Response:
        """Join it (200); with `words`, log an incident of one's own that is its child (201). Twice joins once."""
        page = self._mine(number)
        incident, by = page.major.incident, request.user
        words = bind(lambda data, files: MeTooForm(data), request).cleaned_data["words"].strip()
        if not words:
            joining.join(incident=incident, by=by)
            return self.tell(self._page(number))
        child = joining.log_as_child(major=incident, by=by, title=page.major.headline, description=words, source=SOURCE)
        return self.tell(Incident.objects.get(pk=child.pk), status=201, shape=TicketShape)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, number: str) -> Response:
        """Not me after all: one isn't counted, and hears of it no more."""
        ask_nothing(request)
        joining.leave(incident=self._mine(number).major.incident, by=request.user)
        return Response(status=204)


# -- bursts --------------------------------------------------------------------------------------


class BurstShape(Shape):
    """That many people report the same: is that a major incident?"""

    key = "id"
    id = serializers.IntegerField(source="pk")
    in_words = serializers.CharField()
    why = serializers.CharField()
    service = NamedShape(allow_null=True)
    site = NamedShape(allow_null=True)
    workgroup = WorkgroupShape()
    state = serializers.CharField(help_text="open, accepted, dismissed or lapsed")
    at = Moment()
    incidents = serializers.SerializerMethodField(required=False, help_text="Numbers of those that one may see.")
    major = serializers.CharField(source="major.number", allow_null=True, help_text="What became of it.")

    def get_incidents(self, proposal: BurstProposal) -> list[str]:
        return [one.number for one in getattr(proposal, "shown", [])]


class Bursts(Endpoint):
    """Proposals of a major incident, for the leads of the workgroup that has most of it."""

    area = "incidents"
    shape = BurstShape
    pagination_class = OnePage
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"

    def list(self, request: Request) -> Response:
        """Those that wait for one's answer."""
        return self.tell_all(proposing.open_for(request.user))

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The first of them is the major incident, the others belong to it."""
        return self._decide(pk, proposing.accept)

    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """It is none: nothing follows."""
        return self._decide(pk, proposing.dismiss)

    def _decide(self, pk: str, verb: Any) -> Response:
        ask_nothing(self.request)
        found = self._one(pk)
        verb(proposal=found, by=self.request.user)
        return self.tell(self._one(pk))

    def _one(self, pk: str) -> BurstProposal:
        found = BurstProposal.objects.select_related("service", "site", "workgroup", "major").filter(pk=pk).first()
        if found is None or not proposing.may_decide(found, self.request.user):
            raise Http404("No such proposal.")
        return found
