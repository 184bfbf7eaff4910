"""Pages of approvals: what waits for me and who stands in for me, one seat, somebody else to ask, the agenda."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.queries import visible_to
from desk.tickets.views.answers import code_for, done, fresh_version, typed_before

from . import actions, adding, queries, rules
from .agenda import agendas, as_their_kinds, groups_for
from .card import one_line
from .delegating import delegate, take_back
from .forms import AddForm, AnswerForm, DelegationForm, ReplyForm
from .models import Answer, Delegation, Round, Seat

SAID = {
    Answer.APPROVE: _lazy("You have approved it."),
    Answer.REJECT: _lazy("You have rejected it."),
    Answer.ABSTAIN: _lazy("You have abstained."),
    Answer.ASK: _lazy("Your question is sent."),
    Answer.OBJECT: _lazy("Your objection is noted; nothing goes on until you withdraw it."),
}


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """What waits for the person, who stands in for whom, and what they answered lately."""
    return _mine(request, DelegationForm(initial=typed_before(request)))


def _mine(request: SignedIn, form: DelegationForm, refusal: Refused | None = None) -> HttpResponse:
    context = {
        "form": form,
        "answered": queries.answered_by(request.user),
        "delegations": queries.delegations_of(request.user),
        "delegated": queries.delegated_to(request.user),
        "may_read_agenda": bool(groups_for(request.user)),
    }
    return render(request, "approvals/mine.html", context, status=code_for(form, refusal))


@require_POST
def stand_in(request: SignedIn) -> HttpResponse:
    """Choose somebody who answers while one is away."""
    form = DelegationForm(request.POST)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            made = delegate(by=request.user, **form.cleaned_data)
            messages.success(request, _("{person} answers for you in that time.").format(person=made.to))
            return redirect("approvals:mine")
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _mine(request, form, refusal)


@require_POST
def end_stand_in(request: SignedIn, pk: int) -> HttpResponse:
    """Take it back: one answers oneself again."""
    row = get_object_or_404(Delegation.objects.filter(user=request.user), pk=pk)
    take_back(delegation=row, by=request.user)
    messages.success(request, _("{person} doesn't answer for you any more.").format(person=row.to))
    return redirect("approvals:mine")


def _seat(request: SignedIn, pk: int) -> Seat:
    """The seat, on a ticket that the person may see; 404 otherwise."""
    rows = Seat.objects.select_related("user", "round__ticket__requester", "round__ticket__workgroup")
    found = rows.filter(pk=pk, round__ticket__in=visible_to(request.user).values("pk")).first()
    if found is None:
        raise Http404("No such approval.")
    ticket: Any = found.round.ticket
    found.round.ticket = ticket.kind_info.model._default_manager.get(pk=ticket.pk)
    return found


@require_http_methods(["GET", "POST"])
def seat(request: SignedIn, pk: int) -> HttpResponse:
    """One seat: answer, take the answer back, or reply to its question. What is refused comes back with its words."""
    found = _seat(request, pk)
    if request.method != "POST":
        return _seat_page(request, found, AnswerForm(seat=found, initial=typed_before(request)), ReplyForm(seat=found))
    match request.POST.get("answer"):
        case "withdraw":
            return _withdraw(request, found)
        case "reply":
            return _reply(request, found)
        case _:
            return _answer(request, found)


def _answer(request: SignedIn, found: Seat) -> HttpResponse:
    form = AnswerForm(request.POST, seat=found)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            actions.answer(seat=found, by=request.user, **form.cleaned_data)
            return done(request, found.round.ticket, str(SAID[Answer(form.cleaned_data["answer"])]))
        except Refused as caught:
            refusal = caught
            form = AnswerForm(fresh_version(request.POST, _seat(request, found.pk).round.ticket), seat=found)
            refuse(form, caught)
    return _seat_page(request, found, form, ReplyForm(seat=found), code_for(form, refusal))


def _withdraw(request: SignedIn, found: Seat) -> HttpResponse:
    try:
        actions.withdraw(seat=found, by=request.user)
        return done(request, found.round.ticket, _("Your answer is taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return done(request, found.round.ticket)


def _reply(request: SignedIn, found: Seat) -> HttpResponse:
    form = ReplyForm(request.POST, seat=found)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            actions.reply(seat=found, by=request.user, **form.cleaned_data)
            return done(request, found.round.ticket, _("{person} has your answer.").format(person=found.user))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _seat_page(request, found, AnswerForm(seat=found), form, code_for(form, refusal))


def _seat_page(
    request: SignedIn, found: Seat, form: AnswerForm, reply_form: ReplyForm, status: int = 200
) -> HttpResponse:
    line = one_line(found, request.user)
    context = {
        "whole": as_their_kinds([found.round.ticket])[found.round.ticket_id],
        "line": line,
        "ticket": found.round.ticket,
        "round": found.round,
        "form": form,
        "reply_form": reply_form,
    }
    context["why_not"] = rules.why_not_answer(found, request.user)
    return render(request, "approvals/seat.html", context, status=status)


@require_http_methods(["GET", "POST"])
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Ask somebody else too, for whoever works on the ticket."""
    rows = Round.objects.select_related("ticket__workgroup")
    found = get_object_or_404(rows.filter(ticket__in=visible_to(request.user).values("pk")), pk=pk)
    rules.ask_to_add(found, request.user)
    form = AddForm(request.POST) if request.method == "POST" else AddForm(initial=typed_before(request))
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = adding.add_approver(round=found, by=request.user, **form.cleaned_data)
            return done(request, found.ticket, _("{person} is asked too.").format(person=made.user))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    context = {"round": found, "ticket": found.ticket, "form": form}
    return render(request, "approvals/add.html", context, status=code_for(form, refusal))


@require_safe
def agenda(request: SignedIn) -> HttpResponse:
    """Everything that waits for the approver groups; for their members and for analysts."""
    groups = groups_for(request.user)
    if not rules.may_read_agenda(request.user, groups):
        raise PermissionDenied(_("Only members of an approver group, and analysts, may read the agenda."))
    return render(request, "approvals/agenda.html", {"agendas": agendas(request.user, groups), "now": timezone.now()})
