"""What programs may ask of changes: plan one, ask for approval, do it, say how it went."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.endpoints.approvals import Approved
from desk.api.form_input import bind, given_in
from desk.api.form_schema import schema_of_class
from desk.api.problems import Invalid
from desk.api.shapes import Moment, NamedShape, Shape, TicketShape
from desk.api.tickets import SOURCE, TicketEndpoint
from desk.people.rules import is_analyst
from desk.services.models import Service
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied

from . import actions, queries, rules
from .calendar import day_of, standing, with_what_it_leans_on
from .forms import DraftForm, InterruptionForm
from .models import Change, ChangeTemplate

MOST_DAYS = 92
DAY = {"type": "string", "format": "date", "description": "Today, where it is left out."}
CALENDAR: dict[str, dict[str, Any]] = {
    "first": DAY, "last": DAY, "service": {"type": "integer", "description": "An id."},
    "leans": {"type": "string", "enum": ["true"], "description": "Also what the service leans on."},
}  # fmt: skip


class ChangeShape(TicketShape):
    """A change; its plan is there for all who see it."""

    change_type = serializers.CharField()
    template = NamedShape(allow_null=True)
    services = NamedShape(many=True)
    planned_start = Moment(allow_null=True)
    planned_end = Moment(allow_null=True)
    reason = serializers.CharField()
    implementation_plan = serializers.CharField()
    test_plan = serializers.CharField()
    backout_plan = serializers.CharField()
    risk = serializers.IntegerField(allow_null=True, help_text="1 (least) to 9 (most); null until it can be assessed.")
    actual_start = Moment(allow_null=True)
    actual_end = Moment(allow_null=True)
    outcome = serializers.CharField(help_text="Empty until it is done.")
    done = serializers.CharField(help_text="What was done.")
    was_backed_out = serializers.BooleanField(allow_null=True)
    interruptions = serializers.IntegerField()
    review = serializers.CharField(required=False)

    inside = (*(name for name in TicketShape.inside if name not in ("workgroup", "assignee", "category")), "review")


class ConflictShape(serializers.Serializer[Any]):
    """Another change at the same time that touches the same."""

    number = serializers.CharField(source="change.number")
    because = serializers.CharField()


class EntryShape(Shape):
    """A change on the calendar, or (where `freeze` names it) a freeze."""

    start = Moment()
    end = Moment()
    number = serializers.CharField(source="change.number", allow_null=True)
    title = serializers.CharField(source="change.title", allow_null=True)
    state = serializers.CharField(source="change.state", allow_null=True)
    state_label = serializers.CharField(source="state_words")
    change_type = serializers.CharField(source="change.change_type", allow_null=True)
    workgroup = NamedShape(source="change.workgroup", allow_null=True)
    services = NamedShape(source="change.services", many=True, default=list, help_text="Of a change.")
    conflicts = ConflictShape(many=True)
    freeze = serializers.CharField(source="freeze.name", allow_null=True)
    effect = serializers.CharField(source="freeze.effect", allow_null=True, help_text="Of a freeze: refuse or warn.")
    reason = serializers.CharField(source="freeze.reason", allow_null=True)


def _day(given: Any, name: str) -> date:
    """The day that is asked for; today where none is."""
    if name not in given:
        return timezone.localdate()
    found = day_of(given[name])
    if found is None:
        raise Invalid({name: ["This must be a day, such as 2026-12-31."]})
    return found


def _services(given: Any) -> set[int] | None:
    """The service that is asked for, with `leans` also what it leans on; None: all."""
    if "leans" in given and given["leans"] != "true":
        raise Invalid({"leans": ["It can be true, or left out."]})
    if "service" not in given:
        return None
    wanted = given["service"]
    good = wanted.isascii() and wanted.isdecimal() and len(wanted) < 19
    found = Service.objects.filter(pk=wanted, is_active=True).first() if good else None
    if found is None:
        raise Invalid({"service": ["There is no such service."]})
    return with_what_it_leans_on(found) if "leans" in given else {found.pk}


class Changes(Approved, TicketEndpoint):
    """Changes."""

    kind = "change"
    shape = ChangeShape
    named = ("template",)
    several = ("services",)
    examples = {
        **TicketEndpoint.examples,
        "create": {"title": "Replace the core switch", "workgroup": 2, "impact": 2},
        "interruption": {"service": 4, "words": "The wards have no network."},
    }

    def log(self, request: Request) -> Change:
        """`template` (id of an approved one) makes a standard change; `fixes` is the number of what it puts right."""
        if not is_analyst(self.user):
            raise PermissionDenied("Only people who work in IT may plan changes.")
        given = dict(given_in(request))
        template, fixes = self._template(given.pop("template", None)), given.pop("fixes", None)
        if fixes is not None and not (isinstance(fixes, str) and fixes.isascii() and "\x00" not in fixes):
            raise Invalid({"fixes": ["Say the number of a ticket."]})
        form = bind(partial(DraftForm, user=self.user, template=template), request, given)
        mended = get_visible(self.user, fixes) if fixes else None
        return form.send(by=self.user, fixes=mended, source=SOURCE)

    def body_of(self, action: str) -> dict[str, Any]:
        if action == "create":
            template = {
                "type": ["integer", "null"],
                "description": "Of an approved template: plan, risk and type are its own.",
            }
            fixes = {"type": ["string", "null"], "description": "The number of the ticket that it puts right."}
            return schema_of_class(DraftForm, template=template, fixes=fixes)
        if action == "interruption":
            return schema_of_class(InterruptionForm, optional=("service",))  # of one service alone it needn't be said
        return super().body_of(action)

    @staticmethod
    def _template(given: Any) -> ChangeTemplate | None:
        if given is None:
            return None
        good = isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**63
        found = queries.templates().filter(pk=given).first() if good else None
        if found is None:
            raise Invalid({"template": ["There is no such approved template."]})
        return found

    def asked_of(self, action: str) -> dict[str, dict[str, Any]]:
        return CALENDAR if action == "calendar" else super().asked_of(action)

    @extend_schema(responses=EntryShape(many=True))
    @action(detail=False)
    def calendar(self, request: Request) -> Response:
        """What stands on these days, as far as one may see it: changes that will be done or were, and freezes."""
        given = self.request.query_params
        first, last = (_day(given, name) for name in ("first", "last"))
        if not timedelta() <= last - first <= timedelta(days=MOST_DAYS):
            raise Invalid({"last": [f"Ask for {MOST_DAYS} days at most, the first one first."]})
        found = standing(self.user, first, last, timezone.get_current_timezone(), services=_services(given))
        return self.tell(found, shape=EntryShape)

    @action(detail=True, methods=["post"])
    def interruption(self, request: Request, number: str) -> Response:
        """Report that it interrupts a service."""
        change: Change = self.ticket(number)
        if not rules.analyst(change, self.user):
            raise denied(rules.analyst, change)
        if not rules.has_begun(change):
            raise Http404("Nothing has begun.")
        form = bind(partial(InterruptionForm, change=change), request)
        actions.report_interruption(change=change, by=self.user, **form.cleaned_data)
        return self.tell_ticket(change)
