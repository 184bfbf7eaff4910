"""The page that explains a ticket's clocks."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.queries import get_visible
from desk.tickets.rules import may_see_internal

from .explain import explain


@require_safe
def clocks(request: SignedIn, number: str) -> HttpResponse:
    """Both clocks of a ticket with every stretch of their lives; for those who see the workgroup's queue."""
    ticket = get_visible(request.user, number)
    if not may_see_internal(ticket, request.user):
        raise Http404("No such ticket.")
    now = timezone.now()
    context = {"ticket": ticket, "clocks": explain(ticket, now), "now": now}
    return render(request, "sla/clocks.html", context)
