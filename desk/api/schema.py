"""What the schema says beyond what it reads from the shapes: tokens, headers, filters, problems, and the forms behind a body."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ListSerializer

from desk.tickets import kinds

from .base import NOTHING
from .filters import ListFilter
from .paging import MOST
from .shapes import SHAPES
from .typed import make_typed

PROBLEM = {
    "type": "object",
    "description": "What stands in the way (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "Sentences by field.",
        },
        "because": {"type": "array", "items": {"type": "string"}, "description": "409: every reason."},
        "version": {"type": "integer", "description": "412: the ticket's version now."},
        "since": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ProblemEvent"},
            "description": "412: what happened since.",
        },
        "both": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/ChangedByBoth"},
            "description": "412: saved and sent text of what both wrote, by field.",
        },
    },
    "required": ["type", "title", "status", "detail"],
}
SINCE = {
    "type": "object",
    "description": "Something that others did meanwhile.",
    "properties": {
        "id": {"type": "integer", "description": "Of the event."},
        "at": {"type": "string", "format": "date-time"},
        "who": {"type": "string"},
        "kind": {"type": "string", "description": "Such as incident.resolved."},
    },
    "required": ["id", "at", "who", "kind"],
}
BOTH = {
    "type": "object",
    "description": "A field that others changed too.",
    "properties": {"saved": {"description": "What stands there now."}, "sent": {"description": "What you sent."}},
    "required": ["saved", "sent"],
}
JSON_SCHEMA = {
    "type": "object",
    "description": "A JSON Schema of an object: `properties` by name, and which of them are `required`.",
}
BESIDE = {"Problem": PROBLEM, "ProblemEvent": SINCE, "ChangedByBoth": BOTH, "JsonSchema": JSON_SCHEMA}
REFUSED = {
    "description": "Refused, with sentences.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
GOES_AWAY = {"move", "take", "update", "interruption", "disruption", "recurrence", "attach", "detach"}
# Told in words, and not as a parameter: whoever asks for it gets less than these schemas say that there always is.
NARROWED = "`?fields=` with names and commas leaves the other fields out."
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


class Described(AutoSchema):
    """Names operations by what they do, and tells the forms, headers and filters that each understands."""

    @property
    def action(self) -> str:
        action: str = getattr(self.view, "action", "") or ""
        return action

    def get_operation_id(self) -> str:
        name = getattr(self.view, "basename", "") or "portal"
        return f"{name}_{self.action}".replace("-", "_")

    def get_request_serializer(self) -> Any:
        """The form behind the body, as each sort of body holds it: files come in parts alone. Nothing where nothing is asked."""
        body = self.view.body_of(self.action)
        if body == NOTHING:
            return None
        if example := self.view.examples.get(self.action):
            body = {**body, "examples": [example]}
        found = {}
        for parser in self.view.parser_classes:
            whole = parser.media_type.startswith("multipart")
            if whole and not _has_files(body):
                continue
            found[parser.media_type] = body if whole else _without_files(body)
        return found

    def get_override_parameters(self) -> list[Any]:
        if self.method == "POST":
            told = "Sent again with the same key within 24 hours, it does nothing again, and gets the same answer."
            parameters = [_header("Idempotency-Key", told, {**TEXT, "maxLength": 200, "pattern": "^[ -~]*$"})]
        elif self.method == "PATCH":
            parameters = []
        else:
            return self._of_reading()
        if self.action == "move" or (self.method == "PATCH" and hasattr(self.view, "kind")):
            told = "The ETag that was read: 412 when others changed it since."
            parameters.append(_header("If-Match", told, {**TEXT, "pattern": '^("[0-9]{1,9}-[0-9a-f]+"|\\*)$'}))
        return parameters

    def _of_reading(self) -> list[Any]:
        if self.method != "GET" or self._tells_bytes:
            return []
        parameters = [_header("If-None-Match", "An ETag that was read: 304 when that is still what there is.", TEXT)]
        if self.action != "list" and self.action in self.view.paged:
            limit = {**WHOLE, "minimum": 1, "maximum": MOST, "default": 50}
            parameters += [_query("cursor", "From next or previous.", TEXT), _query("limit", "", limit)]
        if self.action == "list":
            orders = [*getattr(self.view, "orders", {}), *getattr(self.view, "queue_orders", ())]
            if orders := [name for name in orders if name]:
                parameters.append(_query("order", self.view.told_of_orders, {"type": "string", "enum": orders}))
            if kind := getattr(self.view, "kind", ""):
                return [*parameters, *_filters(kind)]
        told: dict[str, Any] = self.view.asked_of(self.action)
        return [*parameters, *(_query(name, "", shape) for name, shape in told.items())]

    @property
    def _tells_bytes(self) -> bool:
        return getattr(self.view, "basename", "") == "attachments"

    def get_description(self) -> str:
        told: str = super().get_description()
        if self.method == "GET" and not self._tells_bytes and self.view.tells_its_shape(self.action):
            return f"{told}\n\n{NARROWED}"
        return told

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        cls = serializer if isinstance(serializer, type) else type(serializer)
        if told_as := cls.__dict__.get("told_as"):
            return str(told_as)
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return name.replace("Shape", "")

    def _is_list_view(self, serializer: Any = None) -> bool:
        if isinstance(serializer, ListSerializer):
            return True
        return self.action == "list" and not getattr(serializer, "is_page", False)

    def _get_paginator(self) -> Any:
        return super()._get_paginator() if self.action == "list" else None


def _query(name: str, told: str, shape: dict[str, Any], **more: Any) -> Any:
    return OpenApiParameter(name, shape, OpenApiParameter.QUERY, description=told, **more)


def _header(name: str, told: str, shape: dict[str, Any]) -> Any:
    return OpenApiParameter(name, shape, OpenApiParameter.HEADER, description=told)


def _filters(kind: str) -> list[Any]:
    """As a queue is filtered. Some are for people of IT alone; whoever else uses them is told."""
    several: dict[str, Any] = {
        "state": {"type": "string", "enum": [str(one) for one in kinds.get(kind).states.values]},
        "priority": {**WHOLE, "minimum": 1, "maximum": 5},
    }
    one_of = {"age": ["last-hour", "last-day", "over-week", "over-month"], "sla": ["breached", "risk", "none"]}
    found = []
    for name, field in ListFilter.base_filters.items():
        if name == "kind":
            continue
        shape: dict[str, Any] = TEXT
        if name in several:
            shape = {"type": "array", "items": several[name]}
        elif name in one_of:
            shape = {"type": "string", "enum": one_of[name]}
        elif name in ("service", "category", "site", "waiting"):
            shape = {**WHOLE, "description": "An id."}
        elif name == "updated_since":
            shape = {"type": "string", "format": "date-time"}
        found.append(_query(name, str(field.label), shape, **({"explode": True} if name in several else {})))
    return found


def _has_files(body: dict[str, Any]) -> bool:
    return any(shape.get("items", {}).get("format") == "binary" for shape in body.get("properties", {}).values())


def _without_files(body: dict[str, Any]) -> dict[str, Any]:
    if not _has_files(body):
        return body
    kept = {n: shape for n, shape in body["properties"].items() if shape.get("items", {}).get("format") != "binary"}
    return {**body, "properties": kept}


class BearerToken(OpenApiAuthenticationExtension):
    """`Authorization: Bearer …`"""

    target_class = "desk.api.authentication.ByToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "Made on one's own profile page."}


def finish(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """What holds for all: problems, answers that are no news, which fields there always are, and names for what is typed."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    components |= BESIDE
    for name, shape in SHAPES.items():
        if name in components:
            components[name]["required"] = [
                one for one in components[name]["properties"] if one not in shape.left_out()
            ]
    areas = {kind.area for kind in kinds.every()}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["4XX"] = REFUSED
            if operation["tags"][0] in areas and operation["operationId"].rpartition("_")[2] in GOES_AWAY:
                operation["responses"]["204"] = {"description": "Done; and it has left one's sight by that."}
            if any(one["name"] == "If-None-Match" for one in operation.get("parameters", [])):
                operation["responses"]["304"] = {"description": "Nothing has changed since the ETag that was sent."}
    result["servers"] = [{"url": "/"}]
    make_typed(result)
    return result
