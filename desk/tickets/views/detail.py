"""A ticket's page, and what one does on it: reply, note, edit, take."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.signed_in import SignedIn

from .. import actions, kinds, queries, rules
from ..errors import Refused, Stale
from ..forms import NoteForm, refuse
from ..kinds import Kind
from ..models import Ticket
from .answers import code_for, done, end_draft, fresh_version, token_of, typed_before
from .whole import page, reply_form


@require_safe
def detail(request: SignedIn, kind: str, number: str) -> HttpResponse:
    """The ticket as this person may see it."""
    info = kinds.get(kind)
    ticket = queries.get_visible(request.user, number, info.model)
    return page(request, info, ticket)


@require_POST
def say(request: SignedIn, kind: str, number: str, internal: bool) -> HttpResponse:
    """Write a reply or an internal note; a refused one comes back with its text, on the ticket's page."""
    info = kinds.get(kind)
    ticket = queries.get_visible(request.user, number, info.model)
    sent = (request.POST, request.FILES)
    form = NoteForm(*sent) if internal else reply_form(info, ticket, request.user, *sent)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            message, files, *_more = (form.cleaned_data[name] for name in form.fields)
            more = {name: value for name, value in form.cleaned_data.items() if name in list(form.fields)[2:]}
            verb = actions.note if internal else getattr(info.actions, "reply", actions.reply)
            said = partial(verb, ticket=ticket, by=request.user, message=message, files=files, **more)
            actions.once(ticket=ticket, by=request.user, token=token_of(request), act=said)
            end_draft(request)
            return done(request, ticket, _("Your note is saved.") if internal else _sent(request, ticket))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    which = "note_form" if internal else "reply_form"
    return page(request, info, ticket, status=code_for(form, refusal), **{which: form})


def _sent(request: SignedIn, ticket: Ticket) -> str:
    """A reply wakes nobody who thinks that it is solved: tell who could reopen it."""
    if rules.works_on_it(ticket, request.user):
        return _("Your reply is sent.")
    reopen = next((move for move in queries.moves(ticket, request.user) if move.name == "reopen" and move.open), None)
    if reopen is None:
        return _("Your reply is sent.")
    return _("Your reply is sent. Choose “{move}” if you need us again.").format(move=reopen.label)


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, kind: str, number: str) -> HttpResponse:
    """Edit what was logged. When a colleague wrote the same field meanwhile, both texts are shown and yours is kept."""
    info = kinds.get(kind)
    ticket = queries.get_visible(request.user, number, info.model)
    if not rules.may_edit(ticket, request.user):
        raise rules.denied(rules.may_edit, ticket)
    form = (
        info.forms.EditForm(request.POST, ticket=ticket)
        if request.method == "POST"
        else info.forms.EditForm(ticket=ticket, initial=typed_before(request))
    )
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            verb = getattr(info.actions, "edit", actions.edit)
            verb(ticket=ticket, by=request.user, seen=fields.pop("seen"), **fields)
            return done(request, ticket, _("Saved."))
        except Refused as caught:
            refusal = caught
            if isinstance(caught, Stale):
                form = info.forms.EditForm(_kept(request.POST, caught, info), ticket=caught.ticket)
                form.is_valid()
            else:
                refuse(form, caught)
    context = {"ticket": ticket, "form": form, "kind": info, "conflict": _both(refusal, form)}
    return render(request, "tickets/edit.html", context, status=code_for(form, refusal))


def _kept(data: QueryDict, stale: Stale, info: Kind) -> QueryDict:
    """The sent form with what the person meant; the fields they left alone show what is saved now."""
    data = fresh_version(data, stale.ticket)
    for field in info.forms.EditForm(ticket=stale.ticket):
        if field.name not in stale.meant | {"seen"}:
            value = field.value()
            several = list(value) if isinstance(value, list | tuple | QuerySet) else [value]
            data.setlist(field.html_name, ["" if one is None else str(getattr(one, "pk", one)) for one in several])
    return data


def _both(refusal: Refused | None, form: Any) -> list[dict[str, Any]]:
    """For each field that two people wrote: its label, the saved value and the kept one."""
    if not isinstance(refusal, Stale):
        return []
    who = {change["field"]: event for event in refusal.since for change in event.inside.get("changes", [])}
    return [
        {"label": form.fields[name].label, "theirs": saved, "mine": refusal.mine[name], "event": who.get(name)}
        for name, saved in refusal.theirs.items()
    ]


@require_POST
def take(request: SignedIn, kind: str, number: str) -> HttpResponse:
    """One click: it is mine. When somebody was quicker, say who."""
    info = kinds.get(kind)
    ticket = queries.get_visible(request.user, number, info.model)
    try:
        ticket = info.actions.take(**{info.name: ticket}, by=request.user)
    except Refused as refusal:
        ticket = queries.get_visible(request.user, number, info.model)
        return page(request, info, ticket, status=409, refusal=refusal)
    return done(request, ticket, _("{number} is yours.").format(number=ticket.number))
