"""Saved views and queues for programs: a list's address under a name, what is in it, and what waits in each queue."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.people import circles
from desk.people.models import Workgroup
from desk.people.rules import ask_analyst, reach
from desk.queues import saved
from desk.queues.forms import ViewForm
from desk.queues.models import SavedView
from desk.queues.queries import known_queues, queue_counts

from ..base import Endpoint
from ..form_input import ask_nothing, bind, given_in
from ..form_schema import schema_of_class
from ..paging import OnePage
from ..problems import Invalid
from ..shapes import NamedShape, Shape, WorkgroupShape

QUERY = {"type": "string", "maxLength": saved.LONGEST, "description": "What a queue's address has after `?`."}
PLACE = {
    "type": ["string", "null"],
    "description": "The slug of the workgroup whose queue it is; null: all of the reader's.",
}


class ViewShape(Shape):
    """A saved view; `count` is in words, since counting stops at a thousand, and empty for those beyond the first twelve."""

    key = "id"
    id = serializers.IntegerField(source="view.pk")
    name = serializers.CharField(source="view.name")
    query = serializers.CharField(source="view.query")
    place = serializers.CharField(source="view.place.slug", default=None, allow_null=True)
    workgroup = NamedShape(source="view.workgroup", allow_null=True, help_text="Everybody of it has it.")
    whose = serializers.CharField(source="view.whose", help_text="For whom it is, in words.")
    count = serializers.CharField()
    may_change = serializers.BooleanField()
    is_first = serializers.BooleanField(help_text="One's queues open with it.")


class SavedViews(Endpoint):
    """Saved views of queues, for those who work in IT."""

    area = "queues"
    shape = ViewShape
    pagination_class = OnePage
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    examples = {
        "create": {"name": "VPN, at risk", "query": "tab=risk&q=vpn", "place": "network"},
        "partial_update": {"name": "VPN, late"},
    }

    def body_of(self, action: str) -> dict[str, Any]:
        if action not in ("create", "partial_update"):
            return super().body_of(action)
        found = schema_of_class(ViewForm, query=QUERY, place=PLACE)
        return found if action == "create" else {**found, "required": []}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        ask_analyst(request.user, saved.FOR_IT)

    def _shelf(self) -> list[saved.Shelf]:
        request: Any = self.request
        return saved.shelf(request, tuple(known_queues(request.user)))

    def _tell(self, view: SavedView, status: int = 200) -> Response:
        return self.tell(next(one for one in self._shelf() if one.view.pk == view.pk), status=status)

    def _one(self, pk: str) -> SavedView:
        found = saved.offered_to(self.request.user).filter(pk=pk).first()
        if found is None:
            raise Http404("No such view.")
        return found

    def list(self, request: Request) -> Response:
        """Those that one has, by name, with how many tickets are in each; one page holds them."""
        return self.tell_all(self._shelf())

    def retrieve(self, request: Request, pk: str) -> Response:
        """One of them."""
        return self._tell(self._one(pk))

    def create(self, request: Request) -> Response:
        """Save a list's address; with `workgroup` for all of a workgroup that one leads."""
        return self._save(None, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change its name, what it asks, or for whom it is."""
        view = self._one(pk)
        if not circles.may_change(view, request.user):
            raise PermissionDenied(f"Only whoever it belongs to may change “{view}”.")
        return self._save(view)

    def _save(self, view: SavedView | None, status: int = 200) -> Response:
        user: Any = self.request.user
        given = dict(given_in(self.request))
        query = given.pop("query", view.query if view else "")
        if not isinstance(query, str) or "\x00" in query:
            raise Invalid({"query": ["This must be what stands after “?” in a queue's address."]})
        place = _place(user, given.pop("place")) if "place" in given else view.place if view else None
        begins = {"name": view.name, "workgroup": view.workgroup_id} if view else {}
        form = bind(lambda data, files: ViewForm(data, user=user, view=view, initial=begins), self.request, given)
        said = {"workgroup": None, **form.cleaned_data}
        return self._tell(saved.save(by=user, view=view, query=query, place=place, **said), status)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Nobody has it any more."""
        saved.delete(view=self._one(pk), by=request.user)
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def first(self, request: Request, pk: str) -> Response:
        """Let one's queues open with it."""
        ask_nothing(request)
        view = self._one(pk)
        saved.begin_with(by=request.user, view=view)
        return self._tell(view)

    @extend_schema(responses={204: None})
    @first.mapping.delete
    def whole_first(self, request: Request, pk: str) -> Response:
        """Let them open with the whole list again, if they open with this view."""
        if saved.first_of(request.user) == self._one(pk):
            saved.begin_with(by=request.user, view=None)
        return Response(status=204)


def _place(user: Any, slug: Any) -> Workgroup | None:
    if slug is None:
        return None
    good = isinstance(slug, str) and "\x00" not in slug
    found = Workgroup.objects.filter(pk__in=reach(user).view, slug=slug).first() if good else None
    if found is None:
        raise Invalid({"place": ["There is no such queue that you may see."]})
    return found


class QueueShape(Shape):
    """What waits in a workgroup's queue; counts are in words, since counting stops at a thousand."""

    workgroup = WorkgroupShape()
    open = serializers.CharField()
    unassigned = serializers.CharField()
    urgent = serializers.CharField(help_text="P1 and P2.")


class Queues(Endpoint):
    """The queues that one may see. What is in one: `workgroup` and `order=breach` of each kind's list."""

    area = "queues"
    shape = QueueShape
    pagination_class = OnePage

    def list(self, request: Request) -> Response:
        """Each with its counts; one page holds them."""
        return self.tell_all(queue_counts(request.user))
