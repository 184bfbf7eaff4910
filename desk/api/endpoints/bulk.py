"""Doing something with many tickets at once, for programs: select, look ahead, start, see how far it is, stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.bulk import actions, queries
from desk.bulk.forms import FORMS
from desk.bulk.models import Row, Run
from desk.bulk.verbs import FOR_IT, VERBS
from desk.people.models import User
from desk.people.rules import ask_analyst
from desk.queues import asked
from desk.queues.queries import known_queues
from desk.tickets.queries import visible_to

from .. import scopes
from ..base import Endpoint
from ..form_input import ask_nothing, bind, given_of
from ..form_schema import schema_of
from ..problems import Invalid
from ..shapes import Moment, Shape

NUMBERS = {
    "type": "array", "maxItems": actions.MOST, "items": {"type": "string"}, "description": "Numbers of tickets.",
}  # fmt: skip
LONGEST = 2000  # characters of an address
QUERY = {
    "type": "string",
    "maxLength": LONGEST,
    "description": "What a queue's address has after `?`; all that it asks for.",
}
PLACE = {
    "type": ["string", "null"],
    "description": "With `query`: the slug of the one workgroup whose queue it narrows.",
}


class RunShape(Shape):
    """A selection of tickets; once it is started, what is done with each of them and how far that is."""

    key = "id"
    id = serializers.IntegerField(source="pk")
    verb = serializers.CharField(help_text="Empty until it is started.")
    said = serializers.CharField(help_text="What is done, in words.")
    created_at = Moment()
    started_at = Moment(allow_null=True)
    stopped_at = Moment(allow_null=True)
    progress = serializers.SerializerMethodField(required=False, help_text="Not in lists.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        if self.parent is not None:
            del fields["progress"]
        return fields

    def get_progress(self, run: Run) -> dict[str, Any]:
        """How many tickets it has, how many are over, and how many of those came to what."""
        found = queries.progress(run)
        return {
            "total": found.total, "over": found.over, "is_over": found.is_over, "done": found.done, "same": found.same,
            "refused": found.refusals, "failed": found.deaths, "stopped": found.stopped,
        }  # fmt: skip


class RowShape(serializers.Serializer[Any]):
    """One ticket of a run."""

    number = serializers.CharField(source="ticket.number")
    outcome = serializers.CharField(help_text="done, same (nothing to change), refused, stopped; empty: not yet.")
    why = serializers.CharField(help_text="Why it was refused.")
    attempts = serializers.IntegerField()
    done_at = Moment(allow_null=True)
    given_up_at = Moment(source="dead_at", allow_null=True)


class PageOfRows(serializers.Serializer[Any]):
    """A page of a run's tickets."""

    is_page = True
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RowShape(many=True)


class VerbShape(serializers.Serializer[Any]):
    """What can be done with many; `inputs` is JSON Schema."""

    name = serializers.CharField()
    label = serializers.CharField()
    inputs = serializers.DictField()


class UnableShape(serializers.Serializer[Any]):
    """A ticket with which it can't be done."""

    number = serializers.CharField()
    why = serializers.CharField()


class PreviewShape(VerbShape):
    """What it would do, as far as anybody can tell beforehand."""

    able = serializers.IntegerField()
    unable = UnableShape(many=True)
    not_asked = serializers.IntegerField(help_text="Tickets beyond the first 200, which nobody has looked at.")


class Bulk(Endpoint):
    """Runs of one's own. A token needs `queues`, and to write each kind of ticket that is in one."""

    area = "queues"
    shape = RunShape
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    paged = ("list", "rows")
    examples = {
        "create": {"query": "tab=unassigned&priority=1", "place": "service-desk"},
        "start": {"note": "We know of it."},
    }

    def body_of(self, action: str) -> dict[str, Any]:
        if action == "create":
            told = {"numbers": NUMBERS, "query": QUERY, "place": PLACE}
            return {"type": "object", "properties": told, "additionalProperties": False}
        if action == "start":
            return {"type": "object", "description": "As the verb's `inputs` say."}
        return super().body_of(action)

    @property
    def user(self) -> User:
        user: Any = self.request.user
        return user

    # -- selecting

    def list(self, request: Request) -> Response:
        """What one started, the newest first."""
        ask_analyst(self.user, FOR_IT)
        return self.tell_page(queries.mine(self.user))

    def create(self, request: Request) -> Response:
        """Select tickets, by their `numbers` or by what a queue's address asks for; nothing happens to them yet."""
        ask_analyst(self.user, FOR_IT)
        given = given_of(request, "numbers", "query", "place")
        if ("numbers" in given) == ("query" in given):
            raise Invalid({"": ["Send either numbers, or the query of a queue."]})
        chosen = self._numbered(given["numbers"]) if "numbers" in given else self._asked_for(given)
        run = actions.select(by=self.user, tickets=chosen)
        return self.tell(run, status=201, Location=self.reverse_action("detail", args=[run.pk]))

    def _numbered(self, numbers: Any) -> Sequence[int]:
        if not isinstance(numbers, list) or not all(isinstance(one, str) and "\x00" not in one for one in numbers):
            raise Invalid({"numbers": ["This must be a list of numbers of tickets."]})
        wanted = list(dict.fromkeys(one.upper() for one in numbers[: actions.MOST + 1]))
        rows = visible_to(self.user).filter(kind__in=self._kinds(), number__in=wanted)
        found = dict(rows.order_by("pk").values_list("number", "pk"))
        if missing := [number for number in wanted if number not in found]:
            raise Invalid({"numbers": [f"There is no ticket {number} that you may change." for number in missing[:20]]})
        return [found[number] for number in wanted]

    def _asked_for(self, given: dict[str, Any]) -> Sequence[int]:
        query, place = given["query"], given.get("place")
        if not isinstance(query, str) or "\x00" in query or len(query) > LONGEST:
            raise Invalid({"query": ["This must be what stands after “?” in a queue's address."]})
        groups = tuple(group for group in known_queues(self.user) if place is None or group.slug == place)
        if not groups:
            raise Invalid({"place": ["There is no such queue that you may see."]})
        found = asked.read(self.request, groups, one=place is not None, query=QueryDict(query))
        if found.troubles:
            raise Invalid({"query": found.troubles})
        rows = found.listing.rows.filter(kind__in=self._kinds()).order_by("pk")
        return list(rows.values_list("pk", flat=True)[: actions.MOST + 1])

    def _kinds(self) -> Sequence[str]:
        return scopes.kinds_open(self.request.auth.scopes, "write")

    # -- one run

    def _one(self, pk: str) -> Run:
        found = Run.objects.filter(pk=pk, by=self.user).first()
        if found is None:
            raise Http404("No such run.")
        return found

    def _rows(self, run: Run) -> QuerySet[Row]:
        kinds = scopes.kinds_open(self.request.auth.scopes)
        return run.rows.filter(ticket__kind__in=kinds).select_related("ticket")

    def retrieve(self, request: Request, pk: str) -> Response:
        """How far it is."""
        return self.tell(self._one(pk))

    @extend_schema(responses=PageOfRows)
    @action(detail=True)
    def rows(self, request: Request, pk: str) -> Response:
        """Its tickets, with what became of each."""
        self.ordering = ("pk",)
        return self.tell_page(self._rows(self._one(pk)), shape=RowShape)

    @extend_schema(responses=VerbShape(many=True))
    @action(detail=True)
    def verbs(self, request: Request, pk: str) -> Response:
        """What can be done with them, and what each takes."""
        self._one(pk)
        return self.tell([_verb(name) for name in VERBS], shape=VerbShape)

    @extend_schema(responses=PreviewShape)
    @action(detail=True, url_path="verbs/(?P<what>[a-z_]+)")
    def preview(self, request: Request, pk: str, what: str) -> Response:
        """What it would do: with how many it can be done, and why not with the others."""
        found = self._of_verb(pk, what)
        seen = queries.preview(found, what)
        shown = set(self._rows(found).values_list("ticket", flat=True)) if seen.unable else set()
        unable = [
            {"number": one.number, "why": _sentence(one.number, why)} for one, why in seen.unable if one.pk in shown
        ]
        told = {**_verb(what), "able": seen.able, "unable": unable, "not_asked": seen.not_asked}
        return self.tell(told, shape=PreviewShape)

    @extend_schema(request=None, responses=RunShape)
    @preview.mapping.post
    def start(self, request: Request, pk: str, what: str) -> Response:
        """Begin it; a few are done at once, more by a worker. Started again it does nothing again."""
        found = self._of_verb(pk, what)
        if found.rows.exclude(ticket__kind__in=self._kinds()).exists():
            raise PermissionDenied("This token isn't for writing all kinds of ticket that are selected.")
        form = bind(lambda data, files: FORMS[what](data), request)
        actions.begin(run=found, by=self.user, verb=what, inputs=form.inputs(), said=form.in_words())
        return self.tell(self._one(pk))

    def _of_verb(self, pk: str, what: str) -> Run:
        found = self._one(pk)
        if what not in VERBS:
            raise Http404("There is no such thing to do.")
        return found

    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Do no more of it: what is done stays done, and the rest is named as not done."""
        ask_nothing(request)
        actions.stop(run=self._one(pk), by=self.user)
        return self.tell(self._one(pk))


def _verb(name: str) -> dict[str, Any]:
    return {"name": name, "label": VERBS[name].label, "inputs": schema_of(FORMS[name]())}


def _sentence(number: str, why: str) -> str:
    """The reason as a sentence of its own; queries tell it as it goes on after a number."""
    return why.removeprefix(": ") if why.startswith(": ") else f"{number}{why}"
