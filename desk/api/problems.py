"""What a program reads when something can't be done: always application/problem+json (RFC 9457), with sentences."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from desk.tickets.errors import Refused, Stale
from desk.tickets.rules import may_see_internal

PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "This can't be read",
    401: "Who are you?",
    403: "You may not do this",
    404: "There is no such thing here",
    405: "This can't be done to it",
    406: "This can't be answered in that form",
    409: "This isn't possible now",
    412: "Somebody else changed it meanwhile",
    413: "This is too much at once",
    415: "This can't be read in that form",
    422: "This key was used before",
    429: "Too many requests",
    500: "This went wrong here",
}
NOWHERE = "There is nothing at this address, or it is not for you."


class Invalid(exceptions.APIException):
    """What was sent can't be taken; `errors` has the sentences of each field (of none: under an empty name)."""

    status_code = 400

    def __init__(self, errors: dict[str, list[str]]):
        self.errors = errors
        super().__init__(
            " ".join(f"{name}: {' '.join(said)}" if name else " ".join(said) for name, said in errors.items())
        )


class Outdated(exceptions.APIException):
    """Somebody else saved it since it was read."""

    status_code = 412


class TooLarge(exceptions.APIException):
    status_code = 413


class KeyReused(exceptions.APIException):
    status_code = 422
    default_detail = "This Idempotency-Key came with another request before. Please take a new one."


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "It can't be done"),
        "status": status,
        "detail": detail,
        **more,
    }


def answer(status: int, detail: str, **more: Any) -> JsonResponse:
    """A problem, where there is no view that could answer."""
    return JsonResponse(problem(status, detail, **more), status=status, content_type=CONTENT_TYPE)


def is_for_programs(request: HttpRequest) -> bool:
    """Whether whoever asks reads no pages."""
    return request.path_info.startswith(PREFIX)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem of an error; None for what nobody foresaw, which is logged and answered as every such error is."""
    found = _problem_of(error, context["request"])
    if found is None:
        return None
    set_rollback()
    response = Response(found, status=found["status"], content_type=CONTENT_TYPE)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(int(error.wait or 60))
    return response


def _problem_of(error: Exception, request: Any) -> dict[str, Any] | None:
    match error:
        case Stale():
            return _stale(error, request)
        case Refused():
            of_field = {"errors": {error.field: error.sentences}} if error.field else {}
            return problem(409, str(error), because=error.sentences, **of_field)
        case Http404():
            return problem(404, NOWHERE)
        case PermissionDenied():
            return problem(403, str(error) or TITLES[403])
        case Invalid():
            return problem(400, str(error.detail), errors=error.errors)
        case ValidationError():  # what a form let pass is refused by the model: somebody was quicker with this name
            return _problem_of(
                Invalid(error.message_dict if hasattr(error, "error_dict") else {"": error.messages}), request
            )
        case exceptions.ValidationError():
            said_of = {name: [str(one) for one in said] for name, said in _by_name(error.detail).items()}
            return _problem_of(Invalid(said_of), request)
        case exceptions.NotFound():
            return problem(404, NOWHERE)
        case exceptions.Throttled():
            return problem(429, f"That is too often. Please wait {int(error.wait or 60)} s.")
        case exceptions.APIException():
            return problem(error.status_code, str(error.detail))
        case _:
            return None


def _by_name(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"": detail}


def _stale(error: Stale, request: Any) -> dict[str, Any]:
    """Who did what since; and the saved and the sent text of each field that both wrote."""
    internal = may_see_internal(error.ticket, request.user)
    since = [
        {
            "id": event.pk,
            "at": event.at,
            "who": str(event.actor) if internal else event.actor.public_name,
            "kind": event.kind,
        }
        for event in error.since
    ]
    both = {name: {"saved": _text(saved), "sent": _text(error.mine.get(name))} for name, saved in error.theirs.items()}
    return problem(412, str(error), version=error.ticket.version, since=since, both=both)


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
