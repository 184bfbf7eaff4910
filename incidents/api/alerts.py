"""Alerts: monitoring hands them in here, by tokens of its own."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from desk.api.problems import answer as problem

from ..monitoring import hearing, reading, sources


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
