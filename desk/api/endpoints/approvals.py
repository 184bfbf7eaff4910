"""Approvals for programs: what waits for me, answering, and how a ticket's approval stands."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.approvals import actions, adding, queries, rules
from desk.approvals.agenda import Item, agendas, groups_for
from desk.approvals.card import Line, Shown, card_of, lines_of, one_line
from desk.approvals.forms import AddForm, AnswerForm, ReplyForm
from desk.approvals.models import Round, Seat
from desk.tickets.queries import visible_to

from .. import scopes
from ..base import Endpoint
from ..form_input import ask_nothing, bind
from ..form_schema import schema_of_class
from ..paging import OnePage
from ..shapes import Moment, NamedShape, PersonShape, Shape


class SeatShape(Shape):
    """Somebody who is asked, with what they answered; `may` names what this person may do at it now."""

    key = "id"
    told_as = "ApprovalSeat"
    id = serializers.IntegerField(source="seat.pk")
    person = PersonShape(source="seat.user")
    because = serializers.CharField(source="seat.because", help_text="Why they are asked.")
    answer = serializers.CharField(source="seat.answer", help_text="none, approve, reject, abstain, ask or object.")
    text = serializers.CharField(source="seat.text")
    answered_at = Moment(source="seat.answered_at", allow_null=True)
    reply = serializers.CharField(source="seat.reply", help_text="What was answered to their question.")
    round = serializers.CharField(source="seat.round.name")
    stage = serializers.CharField(source="seat.round.stage")
    number = serializers.CharField(source="seat.round.ticket.number", help_text="Of the ticket.")
    title = serializers.CharField(source="seat.round.ticket.title")
    may = serializers.SerializerMethodField()

    def get_may(self, line: Line) -> list[str]:
        verbs = {"answer": line.answers, "object": line.objects, "withdraw": line.withdraws, "reply": line.replies}
        return [verb for verb, open_to_them in verbs.items() if open_to_them]


class RoundShape(Shape):
    """A step of a ticket's approval."""

    told_as = "ApprovalStep"
    id = serializers.IntegerField(source="round.pk")
    name = serializers.CharField(source="round.name")
    stage = serializers.CharField(source="round.stage")
    wants = serializers.CharField(help_text="How many must say yes, in words.")
    expires_at = Moment(source="round.expires_at", allow_null=True)
    seats = serializers.SerializerMethodField()

    @extend_schema_field(SeatShape(many=True))
    def get_seats(self, shown: Shown) -> list[dict[str, Any]]:
        for line in shown.lines:
            line.seat.round = shown.round
        told: Any = SeatShape(shown.lines, many=True, context=self.context).data
        return list(told)


class AgendaItemShape(Shape):
    """A step that waits, and its ticket."""

    number = serializers.CharField(source="ticket.number")
    title = serializers.CharField(source="ticket.title")
    priority = serializers.IntegerField(source="ticket.priority")
    step = serializers.SerializerMethodField()

    @extend_schema_field(RoundShape)
    def get_step(self, item: Item) -> Any:
        return RoundShape(item.shown, context=self.context).data


class AgendaShape(Shape):
    """What waits for an approver group, the most urgent first."""

    group = NamedShape()
    items = AgendaItemShape(many=True)


class Approvals(Endpoint):
    """The seats that wait for one's answer; and any seat on a ticket that one may see."""

    area = "approvals"
    shape = SeatShape
    pagination_class = OnePage
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    examples = {
        "answer": {"answer": "approve", "text": "Fine, outside of the visiting hours."},
        "reply": {"text": "Ten minutes at most."},
        "ask_too": {"user": "lena"},
    }

    def list(self, request: Request) -> Response:
        """What waits for one's answer, the most urgent first; one page holds it."""
        user: Any = request.user
        waiting = [seat for seat in queries.waiting_for(user)[:200] if self._in_scope(seat)]
        return self.tell_all(lines_of(waiting, user))

    def body_of(self, action: str) -> dict[str, Any]:
        forms = {"answer": AnswerForm, "reply": ReplyForm, "ask_too": AddForm}
        return schema_of_class(forms[action]) if action in forms else super().body_of(action)

    def _in_scope(self, seat: Seat) -> bool:
        """The token is for tickets of that kind too: a seat tells of its ticket."""
        return seat.round.ticket.kind in scopes.kinds_open(self.request.auth.scopes)

    def _seat(self, pk: str) -> Seat:
        rows = Seat.objects.select_related("user", "round__ticket__requester", "round__ticket__workgroup")
        user: Any = self.request.user
        found = rows.filter(pk=pk, round__ticket__in=visible_to(user).values("pk")).first()
        if found is None or not self._in_scope(found):
            raise Http404("No such approval.")
        ticket: Any = found.round.ticket
        found.round.ticket = ticket.kind_info.model._default_manager.get(pk=ticket.pk)
        return found

    def retrieve(self, request: Request, pk: str) -> Response:
        """One seat."""
        return self._tell(pk)

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Say `approve`, `reject`, `abstain`, `ask` or `object`, with words."""
        seat = self._seat(pk)
        form = bind(lambda data, files: AnswerForm(data, seat=seat), request)
        actions.answer(seat=seat, by=request.user, source="api", **form.cleaned_data)
        return self._tell(pk)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the answer back."""
        ask_nothing(request)
        actions.withdraw(seat=self._seat(pk), by=request.user, source="api")
        return self._tell(pk)

    @action(detail=True, methods=["post"])
    def reply(self, request: Request, pk: str) -> Response:
        """Answer the question that was asked at this seat."""
        seat = self._seat(pk)
        form = bind(lambda data, files: ReplyForm(data, seat=seat), request)
        actions.reply(seat=seat, by=request.user, source="api", **form.cleaned_data)
        return self._tell(pk)

    @extend_schema(responses=SeatShape(many=True))
    @action(detail=False)
    def answered(self, request: Request) -> Response:
        """What one answered lately, for oneself or for somebody else; the newest first."""
        user: Any = request.user
        lines = lines_of([seat for seat in queries.answered_by(user) if self._in_scope(seat)], user)
        return self.tell(lines)

    @extend_schema(responses={201: SeatShape})
    @action(detail=False, methods=["post"], url_path="rounds/(?P<pk>[0-9]{1,18})/approvers")
    def ask_too(self, request: Request, pk: str) -> Response:
        """Ask somebody else too, for whoever works on the ticket: an approver has left, or nobody is left who could decide."""
        rows = Round.objects.select_related("ticket__workgroup")
        found = rows.filter(ticket__in=visible_to(request.user).values("pk"), pk=pk).first()
        if found is None or found.ticket.kind not in scopes.kinds_open(request.auth.scopes):
            raise Http404("No such step.")
        rules.ask_to_add(found, request.user)
        form = bind(lambda data, files: AddForm(data), request)
        seat = adding.add_approver(round=found, by=request.user, source="api", **form.cleaned_data)
        return self.tell(one_line(self._seat(str(seat.pk)), request.user), status=201)

    @extend_schema(responses=AgendaShape(many=True))
    @action(detail=False)
    def agenda(self, request: Request) -> Response:
        """Everything that waits for the approver groups, for their members and for analysts."""
        groups = groups_for(request.user)
        if not rules.may_read_agenda(request.user, groups):
            raise PermissionDenied("Only members of an approver group, and analysts, may read the agenda.")
        kinds = scopes.kinds_open(request.auth.scopes)
        told = [
            {"group": one.group, "items": [item for item in one.items if item.ticket.kind in kinds]}
            for one in agendas(request.user, groups)
        ]
        return self.tell(told, shape=AgendaShape)

    def _tell(self, pk: str) -> Response:
        return self.tell(one_line(self._seat(pk), self.request.user))


class Approved:
    """For kinds of ticket that are approved: how the approval stands."""

    @extend_schema(responses=RoundShape(many=True))
    @action(detail=True)
    def approvals(self: Any, request: Request, number: str) -> Response:
        """The steps of the present asking, with who is asked and what they said."""
        card = card_of(self.ticket(number), self.user)
        return self.tell([*card.rounds, *card.later], shape=RoundShape)
