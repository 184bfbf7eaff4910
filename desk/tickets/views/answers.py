"""How these pages answer: after a success, after a refusal, and with what was typed before a session ran out."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.html import strip_tags
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from desk.drafts import actions as drafts
from desk.people.signed_in import SignedIn

from .. import queries
from ..errors import Refused, Stale
from ..models import Ticket
from ..rules import may_view
from . import whole
from .typed import typed_before

__all__ = ["code_for", "done", "end_draft", "fresh_version", "token_of", "typed_before"]


def done(request: SignedIn, ticket: Ticket, sentence: str = "") -> HttpResponse:
    """Go on to the ticket; to the queues when it has left this person's sight; or back where `next` says.

    In the panel beside a queue nobody goes anywhere: it shows the ticket as it is now.
    """
    if whole.is_panel(request):
        return _in_panel(request, ticket, sentence)
    if sentence:
        messages.success(request, sentence)
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        target = wanted
    else:
        target = ticket.get_absolute_url() if may_view(ticket, request.user) else resolve_url("queues:all")
    if request.htmx:
        return HttpResponseClientRedirect(target)
    return redirect(target)


def _in_panel(request: SignedIn, ticket: Ticket, sentence: str) -> HttpResponse:
    """The panel anew, wherever the form stood that was sent; a dialog over it closes."""
    info = ticket.kind_info
    if not queries.visible_to(request.user).filter(pk=ticket.pk).exists():
        answer = render(request, "tickets/panel_gone.html", {"ticket": ticket, "said": sentence})
    else:
        fresh = queries.get_visible(request.user, ticket.number, info.model)
        answer = whole.page(request, info, fresh, said=sentence)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#panel", "innerHTML"
    trigger_client_event(answer, "closeDialog")
    trigger_client_event(answer, "ticketDone", {"said": strip_tags(sentence)})
    return answer


def token_of(request: SignedIn) -> uuid.UUID | None:
    """The token under which a browser sends this form, however often it tries; BadRequest when it is none."""
    given = request.headers.get("Idempotency-Key")
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        raise BadRequest("An Idempotency-Key is a UUID.") from None


def end_draft(request: SignedIn) -> None:
    """The form was sent, so that its draft (the field `draft` is its token) is none any more."""
    try:
        drafts.end(by=request.user, token=uuid.UUID(request.POST.get("draft", "")))
    except ValueError:
        return  # no token, no draft


def code_for(form: forms.Form, refusal: Refused | None) -> int:
    """412 for a page out of date, 409 for a refusal, 422 for bad input, 200 for a fresh form."""
    if isinstance(refusal, Stale):
        return 412
    if refusal is not None:
        return 409
    return 422 if form.is_bound and form.errors else 200


def fresh_version(data: QueryDict, ticket: Ticket) -> QueryDict:
    """The sent form with the version that the person now sees, so that sending it again means it."""
    data = data.copy()
    data["seen"] = str(ticket.version)
    return data
