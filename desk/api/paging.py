"""Pages by cursor: as quick at the end of a long list as at its start, and steady while things are added."""

from __future__ import annotations

from typing import Any

from django.core import signing
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from .problems import Invalid

SALT = "desk.api.cursor"
MOST = 100


class ByCursor(CursorPagination):
    """`?limit=` rows; `next` and `previous` are whole addresses. A cursor is signed: nobody writes one of their own."""

    page_size = 50
    max_page_size = MOST
    page_size_query_param = "limit"
    ordering = ("-pk",)
    orders: dict[str, tuple[str, ...]] = {}  # what `?order=` may say; empty: there is one order

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdecimal() and len(given) < 5 and 1 <= int(given) <= MOST):
            raise Invalid({self.page_size_query_param: [f"Say a number from 1 to {MOST}."]})
        return int(given)

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        orders: dict[str, tuple[str, ...]] = getattr(view, "orders", self.orders)
        usual: tuple[str, ...] = getattr(view, "ordering", self.ordering)
        wanted = request.query_params.get("order", next(iter(orders), ""))
        if orders and wanted not in orders:
            raise Invalid({"order": [f"It can be {', '.join(orders)}."]})
        return orders.get(wanted, usual)

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if given is None:
            return None
        try:
            ordering, offset, reverse, position = signing.loads(given, salt=SALT)
        except signing.BadSignature:
            ordering = None
        if ordering != list(self.ordering):
            raise Invalid({self.cursor_query_param: ["This is no cursor of this list. Take it from next or previous."]})
        return Cursor(offset=offset, reverse=reverse, position=position)

    def encode_cursor(self, cursor: Cursor) -> str:
        told = [list(self.ordering), cursor.offset, cursor.reverse, cursor.position]
        text = signing.dumps(told, salt=SALT, compress=True)
        return str(replace_query_param(self.base_url, self.cursor_query_param, text))


class OnePage(ByCursor):
    """A short list: its one page is told as pages are, and nobody turns it."""

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []
