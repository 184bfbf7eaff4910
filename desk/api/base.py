"""What every endpoint does alike: an answer with an ETag, `?fields=`, and once for each Idempotency-Key."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from .conditional import with_etag
from .idempotency import once
from .paging import ByCursor, OnePage
from .problems import Invalid
from .shapes import Shape

SAFE = ("GET", "HEAD")
NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
COMMON = {"fields"}
PAGED = {"cursor", "limit", "order"}


class Endpoint(GenericViewSet[Any]):
    """Of one area; a subclass names it, and the shape in which it tells its things."""

    area = ""
    level = ""  # empty: to read or to write, as the method says
    shape: type[Shape]
    asked: dict[str, dict[str, Any]] = {}  # what else its list understands: name -> JSON Schema
    asked_of: dict[str, dict[str, dict[str, Any]]] = {}  # the same of other actions, by their name
    paged: tuple[str, ...] = ("list",)
    fields_wanted: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in SAFE:
            self._read_query(request)
        if request.method == "POST":
            act = self.post  # type: ignore[has-type]
            self.post = lambda *a, **kw: once(request, lambda: act(*a, **kw))

    def _read_query(self, request: Request) -> None:
        """What isn't understood is told, so that a filter with a slip in it never means “everything”."""
        known = COMMON if self.tells_its_shape(self.action) else set()
        if self.action in self.paged and self.pagination_class is not OnePage:
            known = known | PAGED
        known = known | set(self.asked_of.get(self.action, ()))
        if self.action == "list":
            known = known | self.understood(request)
        if unknown := sorted(set(request.query_params) - known):
            raise Invalid({name: ["This address understands no such thing."] for name in unknown})
        wanted = request.query_params.get("fields", "")
        self.fields_wanted = frozenset(name.strip() for name in wanted.split(",") if name.strip())

    def understood(self, request: Request) -> set[str]:
        """What its list can be asked beside fields and pages."""
        return set(self.asked)

    def body_of(self, action: str) -> dict[str, Any]:
        """The JSON Schema of what this action takes; of most that take nothing."""
        return NOTHING

    def tells_its_shape(self, action: str) -> bool:
        """Whether the answer is of the endpoint's own things, of which fields can be left out."""
        return action in ("list", "retrieve")

    def get_serializer_class(self) -> type[Shape]:
        return self.shape

    def tell(self, thing: Any, *, status: int = 200, shape: type[Any] | None = None, **headers: str) -> Response:
        """One thing, or a list of them, as the answer."""
        many = isinstance(thing, list | tuple)
        told = (shape or self.shape)(thing, many=many, context=self.get_serializer_context())
        return Response(told.data, status=status, headers=headers)

    def tell_page(self, rows: Any, *, shape: type[Any] | None = None, prepare: Any = None) -> Response:
        """A page of the rows, by cursor; `prepare` makes of the page's rows what the shape tells."""
        paginator: ByCursor = self.paginator
        page = paginator.paginate_queryset(rows, self.request, view=self) or []
        things = prepare(page) if prepare else page
        told = (shape or self.shape)(things, many=True, context=self.get_serializer_context())
        return paginator.get_paginated_response(told.data)

    def tell_all(self, things: Any, *, shape: type[Any] | None = None) -> Response:
        """A short list, as the only page of it."""
        told = (shape or self.shape)(list(things), many=True, context=self.get_serializer_context())
        return Response({"next": None, "previous": None, "results": told.data})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "private, no-cache"
        if isinstance(final, Response) and (
            hasattr(final, "version") or (final.status_code == 200 and request.method in SAFE)
        ):
            return with_etag(request, final)
        return final
