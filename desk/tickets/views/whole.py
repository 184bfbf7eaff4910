"""A ticket as a whole: its page, or the same in the panel beside a queue."""

from __future__ import annotations

import uuid
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render, resolve_url

from desk.drafts import queries as drafts
from desk.drafts.models import Draft
from desk.people.models import User
from desk.people.signed_in import SignedIn

from .. import linked, paths, queries, rules, timeline
from ..forms import NoteForm, ReplyForm
from ..kinds import Kind
from ..models import Ticket
from .typed import typed_before

PANEL = "panel"  # the id of the panel, and what `next` says in forms that stand in it


def is_panel(request: SignedIn) -> bool:
    """Whether it is shown in, or done from, the panel beside a queue."""
    return bool(request.htmx) and PANEL in (request.htmx.target, request.POST.get("next"))


def page(request: SignedIn, info: Kind, ticket: Ticket, *, status: int = 200, **more: Any) -> HttpResponse:
    """Everything that this person may see of the ticket, as a page or as the panel; `more` tells of what was done."""
    panel = is_panel(request)
    internal = rules.may_see_internal(ticket, request.user)
    works = rules.works_on_it(ticket, request.user)
    events, has_earlier = queries.newest(ticket, request.user, whole="all" in request.GET)
    trail = queries.trail(ticket, request.user) if has_earlier else queries.trail_in(events)
    moves = queries.moves(ticket, request.user)
    path, note_path = (resolve_url(f"{info.room}:{verb}", ticket.number) for verb in ("reply", "note"))
    may_reply, may_note = (
        rules.may_reply(ticket, request.user) and not ticket.is_over,
        rules.may_note(ticket, request.user),
    )
    begun = drafts.open_of(request.user, *composers(ticket)) if may_reply or may_note else []
    taken_up = drafts.chosen(begun, request.GET.get("draft"))
    goes_on = {name: taken_up if taken_up and taken_up.form == name else None for name in composers(ticket)}
    reply_draft, note_draft = goes_on.values()
    context = {
        "ticket": ticket,
        "kind": info,
        "internal": internal,
        "works": works,
        "steers": works or rules.oversees(ticket, request.user),
        "may_edit": rules.may_edit(ticket, request.user),
        # A ticket that was raised for another one is talked about with those who work on that one.
        "asks": works and ticket.parent is not None and not rules.is_requester(ticket, request.user),
        "is_mine": rules.is_requester(ticket, request.user),
        "recurrence_token": uuid.uuid4(),
        "entries": timeline.entries(ticket, events, internal=internal),
        "last_event": max((event.pk for event in events), default=0),
        "has_earlier": has_earlier,
        "question": timeline.question(events) if ticket.waits_for_requester else "",
        "steps": timeline.public_steps(ticket, trail),
        "next": PANEL if panel else "",
        "moves": moves,
        "figure": paths.figure_for(ticket, request.user, moves=moves, trail=trail) if internal and not panel else None,
        "open_moves": {move.name: move for move in moves if move.open},
        "links": linked.links_of(ticket, request.user),
        "may_reply": may_reply,
        "may_note": may_note,
        "drafts": [draft for draft in begun if draft != taken_up],
        "reply_draft": reply_draft,
        "note_draft": note_draft,
        "reply_form": reply_form(info, ticket, request.user, initial=_typed(request, path, reply_draft)),
        "note_form": NoteForm(initial=_typed(request, note_path, note_draft)),
        "category_trail": ticket.category.trail() if ticket.category else "",
        **more,
    }
    return render(request, "tickets/panel.html" if panel else "tickets/detail.html", context, status=status)


def composers(ticket: Ticket) -> tuple[str, str]:
    """The names of its two composers among drafts."""
    return f"{ticket.number}-reply", f"{ticket.number}-note"


def _typed(request: SignedIn, path: str, draft: Draft | None) -> dict[str, Any]:
    """What the person had typed there: before a session ran out, or in the draft that they go on with."""
    return {**(draft.initial if draft else {}), **typed_before(request, path)}


def reply_form(info: Kind, ticket: Ticket, user: User, *args: Any, **kwargs: Any) -> Form:
    """The room's own form where it asks for more than words and files."""
    made: Form = getattr(info.forms, "ReplyForm", ReplyForm)(*args, ticket=ticket, user=user, **kwargs)
    return made
