"""What a ticket's page learns while it is open: that something happened, and who else is there."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn
from desk.tickets import queries as tickets
from desk.tickets import timeline
from desk.tickets.models import Ticket
from desk.tickets.rules import may_see_internal

from .. import live
from ..presence import Person


@require_safe
def news(request: SignedIn, number: str) -> HttpResponse:
    """What others did since the event `since` as far as this person may see it; for IT also who of IT is there."""
    ticket: Ticket = tickets.get_visible(request.user, number)
    internal = may_see_internal(ticket, request.user)
    me = Person(request.user.pk, str(request.user), live.is_typing(request)) if internal else None
    stood, others = live.ticket_stands(ticket.pk, me)
    tag = live.tag_of_ticket(request, ticket.pk, stood, is_noted=internal)
    given = request.GET.get("since", "")
    since = int(given) if re.fullmatch(r"[0-9]{1,18}", given) else 0
    events = tickets.timeline(ticket, request.user).filter(pk__gt=since).exclude(actor=request.user)[:21]
    entries = timeline.entries(ticket, events, internal=internal)
    context: dict[str, Any] = {"ticket": ticket, "others": others, "entries": entries, "last": entries[-1:]}
    response = render(request, "queues/news.html", context)
    if tag:
        response["ETag"] = tag
    return response
