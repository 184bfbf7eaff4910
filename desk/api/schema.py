"""What the schema says beyond what it reads from the code: tokens, headers, problems, and the forms behind a body."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter


class Described(AutoSchema):
    """Names operations by what they do, and adds what every endpoint understands."""


class BearerToken(OpenApiAuthenticationExtension):
    """`Authorization: Bearer …`"""

    target_class = "desk.api.authentication.ByToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


def finish(result: Any, generator: Any, request: Any, public: Any) -> Any:
    return result
