"""Pages by cursor: as quick at the end of a long list as at its start, and steady while things are added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core import signing
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from desk.people.rules import reach
from desk.queues.ordering import key_of
from desk.queues.queries import Listing
from desk.tickets.models import Ticket

from .problems import Invalid

SALT = "desk.api.cursor"
MOST = 100
FOREIGN = "This is no cursor of this list. Take it from next or previous."


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
            more = getattr(view, "queue_orders", ()) if reach(request.user).view else ()
            raise Invalid({"order": [f"It can be {', '.join([*orders, *more])}."]})
        return orders.get(wanted, usual)

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if given is None:
            return None
        try:
            ordering, offset, reverse, position = signing.loads(given, salt=SALT)
        except (signing.BadSignature, ValueError):  # of a queue's order
            ordering = None
        if ordering != list(self.ordering):
            raise Invalid({self.cursor_query_param: [FOREIGN]})
        return Cursor(offset=offset, reverse=reverse, position=position)

    def encode_cursor(self, cursor: Cursor) -> str:
        told = [list(self.ordering), cursor.offset, cursor.reverse, cursor.position]
        text = signing.dumps(told, salt=SALT, compress=True)
        return str(replace_query_param(self.base_url, self.cursor_query_param, text))

    def in_queue_order(
        self, request: Request, listing: Listing, whole: Callable[[list[int]], Iterable[Ticket]]
    ) -> tuple[list[Any], str | None]:
        """A page of a queue's list, by the queue's own key, and the address of the next; `whole` reads the rows of these ids.

        It is walked forwards alone, as a queue is.
        """
        self.base_url = request.build_absolute_uri()
        size, after = self.get_page_size(request), self._key_in(request, listing.order)
        keys = list(listing.page(after, size).values_list("due_at", "priority", "pk")) if listing.groups else []
        rows = list(whole([pk for _, _, pk in keys[:size]])) if keys else []
        if len(keys) <= size:
            return rows, None
        told = signing.dumps([listing.order, key_of(*keys[size - 1])], salt=SALT, compress=True)
        return rows, str(replace_query_param(self.base_url, self.cursor_query_param, told))

    def _key_in(self, request: Request, order: str) -> str:
        given = request.query_params.get(self.cursor_query_param)
        if given is None:
            return ""
        try:
            told = signing.loads(given, salt=SALT)
        except signing.BadSignature:
            told = None
        if not isinstance(told, list) or len(told) != 2 or told[0] != order:
            raise Invalid({self.cursor_query_param: [FOREIGN]})
        return str(told[1])


class OnePage(ByCursor):
    """A short list: its one page is told as pages are, and nobody turns it."""

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []
