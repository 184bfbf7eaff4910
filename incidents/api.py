"""What programs may ask of incidents: all that their pages can do; and monitoring hands in its alerts here."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.api.base import Endpoint
from desk.api.form_input import ask_nothing, bind
from desk.api.form_schema import schema_of_class
from desk.api.paging import OnePage
from desk.api.problems import answer as problem
from desk.api.shapes import Moment, NamedShape, Shape, TicketShape
from desk.api.tickets import SOURCE, TicketEndpoint
from desk.tickets.rules import denied, works_on_it

from . import actions, families, joining, standing
from .forms import AttachForm, LogForm
from .models import Incident
from .monitoring import hearing, reading, sources

# -- incidents ---------------------------------------------------------------------------------


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


class Incidents(TicketEndpoint):
    """Incidents: log one, follow it, work on it, walk it to its end."""

    kind = "incident"
    shape = IncidentShape
    named = ("resolution_code",)

    def log(self, request: Request) -> Incident:
        form = bind(partial(LogForm, user=self.user), request)
        return joining.log(by=self.user, major=form.major, source=SOURCE, **form.cleaned_data)

    def body_of(self, action: str) -> dict[str, Any]:
        forms = {"create": LogForm, "attach": AttachForm}
        if action not in forms:
            return super().body_of(action)
        return schema_of_class(forms[action], optional=("part_of",))  # only asked while there is a major incident

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


# -- services ----------------------------------------------------------------------------------


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


# -- monitoring --------------------------------------------------------------------------------


@csrf_exempt  # who may is told by the token alone; no cookie counts here
@login_not_required
@require_POST
def alerts(request: HttpRequest) -> JsonResponse:
    """Take alerts, in Alertmanager's form or a plain one; says of each, by its place, what became of it."""
    source = sources.source_of(_token(request))
    if source is None:
        if seconds := sources.wait_after_wrong(get_adapter().get_client_ip(request)):
            return _later(f"Too many wrong tokens. Please wait {seconds} s.", seconds)
        answer = problem(401, "Send the token of an active source: “Authorization: Bearer …”.")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if seconds := sources.wait_for(source):
        return _later(f"{source} may send {source.per_minute} posts a minute. Please wait {seconds} s.", seconds)
    sources.note_use(source)
    try:
        post = reading.read(request.body)
    except RequestDataTooBig:
        return problem(413, f"A post may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes.")
    except reading.TooMany as fault:
        return problem(413, str(fault))
    except reading.Unreadable as fault:
        return problem(400, str(fault))
    if not post.alerts:
        return problem(400, "No alert in it can be read.", results=_results(hearing.Answer(), post.faults))
    heard = hearing.hear(source=source, alerts=post.alerts)
    results = _results(heard, post.faults)
    if heard.failed:  # the sender tries again; what was taken is only counted then
        return problem(500, "Some alerts could not be taken. Please send it again.", results=results)
    return JsonResponse({"received": len(results), "results": results})


def _later(why: str, seconds: int) -> JsonResponse:
    answer = problem(429, why)
    answer["Retry-After"] = str(seconds)
    return answer


def _token(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _results(heard: hearing.Answer, faults: dict[int, str]) -> list[dict[str, Any]]:
    """One line for each alert, in the order of the post."""
    done = [
        {"index": index, "status": 200, "did": did, "incident": number or None}
        for index, (did, number) in heard.done.items()
    ]
    bad = [{"index": index, "status": 400, "detail": why} for index, why in {**faults, **heard.refused}.items()]
    failed = [{"index": index, "status": 500, "detail": why} for index, why in heard.failed.items()]
    return sorted([*done, *bad, *failed], key=lambda line: line["index"])


ALERT_HEARD = {
    "type": "object",
    "description": "What became of an alert.",
    "properties": {
        "index": {"type": "integer", "description": "Its place in the post, from 0."},
        "status": {"type": "integer", "description": "200: taken; 400: it can't be; 500: send it again."},
        "did": {"type": "string", "description": "Such as raised, repeated or ignored."},
        "incident": {"type": ["string", "null"], "description": "The incident's number."},
        "detail": {"type": "string", "description": "Why it wasn't taken."},
    },
    "required": ["index", "status"],
}


def describe_alerts(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Alerts have tokens and bodies of their own; docs/monitoring.md tells more."""
    named, heard = "#/components/schemas/", {"type": "array", "items": {"$ref": "#/components/schemas/AlertHeard"}}
    result["components"]["schemas"] |= {
        "AlertHeard": ALERT_HEARD,
        "AlertsHeard": {
            "type": "object",
            "description": "What became of each alert, by its place.",
            "properties": {"received": {"type": "integer"}, "results": heard},
            "required": ["received", "results"],
        },
        "AlertPost": {"type": "object", "description": "As Alertmanager posts, with its alerts under `alerts`."},
        "Alert": {"type": "object", "description": "One alert, in a plain form."},
    }
    answers = {
        "200": {
            "description": "Taken, but for those of which it says otherwise.",
            "content": {"application/json": {"schema": {"$ref": f"{named}AlertsHeard"}}},
        },
        "4XX": {
            "description": "Refused, with a sentence.",
            "content": {"application/problem+json": {"schema": {"$ref": f"{named}Problem"}}},
        },
    }
    result["paths"]["/api/v1/alerts/"] = {
        "post": {
            "operationId": "alerts_hear",
            "description": "Takes alerts in Alertmanager's form or a plain one, by the token of an alert source.",
            "tags": ["alerts"],
            "security": [{"source": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "anyOf": [
                                {"$ref": f"{named}AlertPost"},
                                {"type": "array", "items": {"$ref": f"{named}Alert"}},
                            ]
                        }
                    }
                },
            },
            "responses": answers,
        }
    }
    result["components"].setdefault("securitySchemes", {})["source"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "Of an alert source, made by an administrator.",
    }
    return result
