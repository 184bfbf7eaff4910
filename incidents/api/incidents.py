"""What programs may ask of incidents: all that their pages can do."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api import scopes
from desk.api.endpoints.writing import WrittenShape
from desk.api.form_input import ask_nothing, bind
from desk.api.form_schema import schema_of_class
from desk.api.shapes import Moment, NamedShape, TicketShape
from desk.api.tickets import SOURCE
from desk.people.rules import ask_analyst
from desk.services.models import Service
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied, may_view, works_on_it

from .. import actions, families, joining, queries, raising
from ..forms import AttachForm, LogForm, RaiseForm, RaiseForServiceForm
from ..models import Incident
from .majors import OfMajors


class IncidentShape(TicketShape):
    """An incident."""

    solution = serializers.CharField()
    resolution_code = NamedShape(allow_null=True, required=False)
    resolved_at = Moment(allow_null=True)
    closed_at = Moment(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)
    is_major = serializers.BooleanField(required=False)
    reopen_count = serializers.IntegerField(required=False)

    inside = (*TicketShape.inside, "resolution_code", "is_major", "reopen_count")


class ReportedShape(serializers.Serializer[Any]):
    """An incident that was raised for something else: whoever sees that may know its number."""

    number = serializers.CharField()
    sees = serializers.BooleanField(help_text="Whether this person may see it.")


class RaisedForShape(serializers.Serializer[Any]):
    """What was raised for a ticket or a service."""

    incidents = ReportedShape(many=True)
    owed = serializers.BooleanField(help_text="The portal is about to raise one.")


class RaisedShape(ReportedShape):
    """Where it landed."""

    is_new = serializers.BooleanField(help_text="False: it was there already, and the words are a note on it.")


class Incidents(OfMajors):
    """Incidents: log one, follow it, work on it, walk it to its end."""

    kind = "incident"
    shape = IncidentShape
    named = ("resolution_code",)
    examples = {
        **OfMajors.examples,
        "create": {"title": "The mail is down", "description": "Since 9:10, for all of us.", "impact": 2, "urgency": 1},
        "attach": {"how": "child", "number": "INC-000123"},
        "raise_for": {"title": "The switch is dead", "words": "Nothing answers since the change."},
        "raise_for_service": {"title": "Mail is slow", "words": "Sending takes minutes.", "level": "degraded"},
    }

    def log(self, request: Request) -> Incident:
        form = bind(partial(LogForm, user=self.user), request)
        return joining.log(by=self.user, major=form.major, source=SOURCE, **form.cleaned_data)

    def body_of(self, action: str) -> dict[str, Any]:
        forms = {
            "create": LogForm, "attach": AttachForm, "raise_for": RaiseForm, "raise_for_service": RaiseForServiceForm,
        }  # fmt: skip
        if action not in forms:
            return super().body_of(action)
        # `part_of` is asked only while there is a major incident.
        return schema_of_class(forms[action], optional=("part_of",))

    @extend_schema(responses={201: IncidentShape})
    @action(detail=True, methods=["post"])
    def recurrence(self, request: Request, number: str) -> Response:
        """Log the same trouble anew, linked to this incident; once reopening is over."""
        ask_nothing(request)
        again = actions.log_recurrence(incident=self.ticket(number), by=self.user)
        return self.tell_ticket(again, status=201)

    @extend_schema()
    @action(detail=True, methods=["post"])
    def attach(self, request: Request, number: str) -> Response:
        """Make it a child of the incident `number`, or with `how: parent` that one a child of this."""
        incident = self.ticket(number)
        if not works_on_it(incident, self.user):
            raise denied(works_on_it, incident)
        form = bind(partial(self._attach_form, incident), request)
        child, parent = form.ends()
        families.attach(child=child, parent=parent, by=self.user)
        return self.tell_ticket(incident)

    def _attach_form(self, incident: Incident, data: Any, files: Any) -> AttachForm:
        return AttachForm(data, ticket=incident, user=self.user)

    @extend_schema()
    @action(detail=True, methods=["post"])
    def detach(self, request: Request, number: str) -> Response:
        """It is nobody's child any more."""
        ask_nothing(request)
        incident = self.ticket(number)
        families.detach(child=incident, by=self.user)
        return self.tell_ticket(incident)

    @extend_schema(responses={201: WrittenShape})
    @action(detail=True, methods=["post"])
    def article(self, request: Request, number: str) -> Response:
        """Begin an article of what was reported and what solved it; the one that was begun before, if there is one."""
        ask_nothing(request)
        begun = actions.write_article(incident=self.ticket(number), by=self.user)
        return self.tell(begun, status=201, shape=WrittenShape)

    # -- for something else

    @extend_schema(responses=RaisedForShape)
    @action(detail=False, url_path="raised-for/(?P<number>[A-Za-z]+-[0-9]+)")
    def raised_for(self, request: Request, number: str) -> Response:
        """The incidents that were raised for what went wrong with a ticket of any kind."""
        found, owed = queries.raised_for(self._source(number), self.user)
        rows = [{"number": one.incident.number, "sees": seen} for one, seen in found]
        return self.tell({"incidents": rows, "owed": owed}, shape=RaisedForShape)

    @extend_schema(responses={200: RaisedShape, 201: RaisedShape})
    @raised_for.mapping.post
    def raise_for(self, request: Request, number: str) -> Response:
        """Raise one for what went wrong with it; the words land on the one that there is already (200)."""
        source = self._source(number)
        ask_analyst(self.user, raising.FOR_IT)
        trouble = raising.latest_trouble(source)
        begins = {"title": trouble.title[:200]} if trouble else {}
        form = bind(lambda data, files: RaiseForm(data, initial=begins), request)
        return self._tell_raised(*raising.raise_by_hand(source=source, by=self.user, **form.cleaned_data))

    @extend_schema(responses=RaisedForShape)
    @action(detail=False, url_path="raised-for-service/(?P<pk>[0-9]{1,18})")
    def raised_for_service(self, request: Request, pk: str) -> Response:
        """The incidents by which a service isn't up now."""
        rows = [{"number": one.number, "sees": seen} for one, seen in queries.incidents_behind(_service(pk), self.user)]
        return self.tell({"incidents": rows, "owed": False}, shape=RaisedForShape)

    @extend_schema(responses={200: RaisedShape, 201: RaisedShape})
    @raised_for_service.mapping.post
    def raise_for_service(self, request: Request, pk: str) -> Response:
        """Raise one for a service that isn't as it should be; the words land on the one by which it is down already (200)."""
        service = _service(pk)
        ask_analyst(self.user, raising.FOR_IT)
        form = bind(lambda data, files: RaiseForServiceForm(data), request)
        return self._tell_raised(*raising.raise_for_service(service=service, by=self.user, **form.cleaned_data))

    def _source(self, number: str) -> Ticket:
        """What went wrong, if the token is for such tickets too: it tells of what happened to it."""
        found: Ticket = get_visible(self.user, number)
        if found.kind not in scopes.kinds_open(self.request.auth.scopes):
            raise Http404("No such ticket.")
        return found

    def _tell_raised(self, incident: Incident, is_new: bool) -> Response:
        told = {"number": incident.number, "sees": may_view(incident, self.user), "is_new": is_new}
        return self.tell(told, status=201 if is_new else 200, shape=RaisedShape)


def _service(pk: str) -> Service:
    found = Service.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise Http404("No such service.")
    return found
