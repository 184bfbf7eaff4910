"""Reports for programs: what became of promises, what came back after it was solved, and what is asked without an article."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.base import Endpoint
from desk.api.problems import Invalid
from desk.api.shapes import NamedShape, Shape
from desk.knowledge.rules import leads
from desk.sla.models import ClockKind
from desk.sla.reporting import report as sla
from desk.sla.reporting.report_form import MonthsForm, ReportForm

from .. import reopening, unwritten
from ..report_forms import ReopeningForm

MONTH = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "description": "Such as 2026-03."}
AnyForm = TypeVar("AnyForm", bound=MonthsForm)


class Seconds(serializers.IntegerField):
    """A length of business time, in seconds."""

    def to_representation(self, value: timedelta) -> int:
        return int(value.total_seconds())


class LineShape(serializers.Serializer[Any]):
    """What there was in one month of one thing."""

    month = serializers.DateField(format="%Y-%m-01", help_text="Its first day.")
    name = serializers.CharField()
    percentage = serializers.FloatField(allow_null=True, help_text="Null where there is nothing to measure by.")


class PromiseLineShape(LineShape):
    """What became of the clocks that ended in it."""

    met = serializers.IntegerField()
    missed = serializers.IntegerField()
    inherited = serializers.IntegerField(help_text="Missed before, in an earlier episode.")
    best_effort = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    median_seconds = Seconds(source="median", allow_null=True)
    high_seconds = Seconds(source="high", allow_null=True, help_text="The 90th percentile.")


class ReasonShape(serializers.Serializer[Any]):
    """Why targets were missed."""

    name = serializers.CharField()
    count = serializers.IntegerField()


class PromisesShape(serializers.Serializer[Any]):
    """The report on service levels."""

    met = serializers.IntegerField()
    missed = serializers.IntegerField()
    percentage = serializers.FloatField(allow_null=True)
    lines = PromiseLineShape(many=True, help_text="The latest month first.")
    reasons = ReasonShape(many=True)


class ReopenedLineShape(LineShape):
    """What was solved in it, and what came back."""

    resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()


class ReopenedShape(serializers.Serializer[Any]):
    """The report on what came back after it was solved."""

    resolved = serializers.IntegerField(source="sum.resolved")
    reopened = serializers.IntegerField(source="sum.reopened")
    percentage = serializers.FloatField(source="sum.percentage", allow_null=True)
    lines = ReopenedLineShape(many=True, help_text="The latest month first.")


class ClusterShape(serializers.Serializer[Any]):
    """Incidents of one service and category that were solved lately without an article."""

    service = NamedShape(allow_null=True)
    category = NamedShape(allow_null=True)
    trail = serializers.CharField(help_text="The category's way from the root.")
    count = serializers.IntegerField()
    examples = serializers.SerializerMethodField(help_text="Numbers of the newest.")

    def get_examples(self, cluster: unwritten.Cluster) -> list[str]:
        return [incident.number for incident in cluster.examples]


class Reports(Endpoint):
    """Reports, for leads and administrators; each as its page has it, over the last six months unless others are asked for."""

    area = "reports"
    shape = Shape
    asks: dict[str, dict[str, Any]] = {
        "sla": {
            "clock": {"type": "string", "enum": [str(kind) for kind in ClockKind.values]},
            "by": {"type": "string", "enum": list(sla.BY)},
            "first": MONTH,
            "last": MONTH,
        },
        "reopened": {"by": {"type": "string", "enum": list(reopening.BY)}, "first": MONTH, "last": MONTH},
    }

    def asked_of(self, action: str) -> dict[str, dict[str, Any]]:
        return self.asks.get(action, {})

    def _asked(self, kind_of_form: type[AnyForm]) -> AnyForm:
        if not sla.may_report(self.request.user):
            raise PermissionDenied("Reports are for leads of a workgroup and for administrators.")
        form = kind_of_form.asked(self.request.query_params.dict())
        if not form.is_valid():
            raise Invalid({name: [str(one) for one in said] for name, said in form.errors.items()})
        return form

    @extend_schema(responses=PromisesShape)
    @action(detail=False)
    def sla(self, request: Request) -> Response:
        """How many targets were met and missed."""
        found = sla.report(request.user, self._asked(ReportForm).wanted)
        reasons = [{"name": name, "count": count} for name, count in found.reasons]
        told = {
            "met": found.met, "missed": found.missed, "percentage": found.percentage, "lines": found.lines,
            "reasons": reasons,
        }  # fmt: skip
        return self.tell(told, shape=PromisesShape)

    @extend_schema(responses=ReopenedShape)
    @action(detail=False)
    def reopened(self, request: Request) -> Response:
        """How often what was solved came back."""
        return self.tell(reopening.report(request.user, **self._asked(ReopeningForm).cleaned_data), shape=ReopenedShape)

    @extend_schema(responses=ClusterShape(many=True))
    @action(detail=False, url_path="without-article")
    def without_article(self, request: Request) -> Response:
        """What is asked most without an article: incidents of the last 90 days, by service and category."""
        if not leads(request.user):
            raise PermissionDenied("Only leads need this.")
        return self.tell(unwritten.clusters(request.user), shape=ClusterShape)
