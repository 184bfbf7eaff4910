"""A transition's page or dialog: asks what the move needs, and makes it."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.people.language import in_a_sentence
from desk.people.models import User
from desk.people.signed_in import SignedIn

from .. import actions, flow, kinds, queries, timeline
from ..errors import Refused, Stale
from ..forms import MoveForm, refuse
from ..kinds import Kind
from ..models import Ticket
from ..rules import may_see_internal, may_view
from .answers import code_for, done, fresh_version, token_of, typed_before
from .whole import PANEL


@require_http_methods(["GET", "POST"])
def do(request: SignedIn, kind: str, number: str, name: str) -> HttpResponse:
    """Ask for, and make, the transition `name` of this ticket, whatever the kind."""
    info = kinds.get(kind)
    fetch = queries.get_sent_away if name == "take_back" else queries.get_visible
    ticket = fetch(request.user, number, info.model)
    step = flow.transition_of(ticket, name)
    if step is None:
        raise Http404(_("No such move."))
    flow.ask_permission(ticket, name, request.user)
    form_class = info.forms.FORMS.get(name, MoveForm)
    form = _form(request, form_class, ticket)
    refusal: Refused | None = None
    if request.method == "POST" and "show" not in request.POST and form.is_valid():
        try:
            moved = _act(request, info, name, ticket, form)
            state = in_a_sentence(moved.state_in_words(internal=may_see_internal(ticket, request.user)))
            return done(
                request, moved, _said(moved, f"{moved.number}: {step.custom.get('done', state)}.", request.user)
            )
        except Refused as caught:
            refusal = caught
            if isinstance(caught, Stale):
                form = form_class(fresh_version(request.POST, caught.ticket), ticket=caught.ticket, user=request.user)
                ticket = caught.ticket
            form.is_valid()
            refuse(form, caught)
    in_dialog = bool(request.htmx) and request.htmx.target != "main"  # the page's own form swaps the whole of it
    context = {
        "ticket": ticket,
        "form": form,
        "move": next(move for move in queries.moves(ticket, request.user) if move.name == name),
        "name": name,
        "stale": refusal if isinstance(refusal, Stale) else None,
        "since": _since(refusal, request),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "kind": info,
        "in_dialog": in_dialog,
        "back": ticket.get_absolute_url() if may_view(ticket, request.user) else resolve_url("queues:all"),
    }
    template = "tickets/move.html#dialog" if in_dialog else "tickets/move.html"
    answer = render(request, template, context, status=code_for(form, refusal))
    if request.htmx.target == PANEL:  # a button of the panel that moves at once, and was refused
        answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog-body", "innerHTML"
    return answer


def _said(ticket: Ticket, sentence: str, user: User) -> str:
    """The sentence after a move; one that took the ticket out of the mover's own sight offers the way back."""
    if may_view(ticket, user):
        return sentence
    address = resolve_url(ticket.do_url, ticket.number, "take_back")
    now = _("It is with {workgroup} now.").format(workgroup=ticket.workgroup)
    return format_html('{} {} <a href="{}">{}</a>', sentence, now, address, _("Sent there by mistake?"))


def _form(request: SignedIn, form_class: type[MoveForm], ticket: Ticket) -> MoveForm:
    """Bound when it was sent; otherwise filled from the address (`?workgroup=3`) and from text kept over a sign-in."""
    if request.method == "POST" and "show" not in request.POST:
        return form_class(request.POST, request.FILES, ticket=ticket, user=request.user)
    given = request.POST if request.method == "POST" else request.GET
    initial: dict[str, Any] = {key: value for key, value in given.items() if key in form_class.base_fields}
    # The version of the page that the dialog was opened from; one that can't be is no version at all.
    if not re.fullmatch(r"[0-9]{1,9}", initial.get("seen", "")) or int(initial["seen"]) > ticket.version:
        initial.pop("seen", None)
    return form_class(initial={**initial, **typed_before(request)}, ticket=ticket, user=request.user)


def _since(refusal: Refused | None, request: SignedIn) -> list[timeline.Entry]:
    """What happened since the page was made, as the timeline tells it to this person."""
    if not isinstance(refusal, Stale):
        return []
    internal = may_see_internal(refusal.ticket, request.user)
    return timeline.entries(refusal.ticket, refusal.since, internal=internal)


def _act(request: SignedIn, info: Kind, name: str, ticket: Ticket, form: MoveForm) -> Ticket:
    """Call the room's action of the transition's name; the ticket as it is now when this form did so before."""
    verb = getattr(info.actions, name)
    moved: Ticket | None = actions.once(
        ticket=ticket,
        by=request.user,
        token=token_of(request),
        act=lambda: verb(**{info.name: ticket}, by=request.user, **form.arguments()),
    )
    return moved or ticket
