"""The home page, by persona."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.queues.queries import my_work, queue_counts
from incidents import queries as incidents
from requests_fulfillment import queries as requests


@require_safe
def home(request: SignedIn) -> HttpResponse:
    """End users: one button and their open things. Analysts: their work and their queues at a glance."""
    context: dict[str, Any] = {
        "open_incidents": incidents.mine_at_a_glance(request.user),
        "open_requests": requests.mine_at_a_glance(request.user),
    }
    if is_analyst(request.user):
        context |= {"my_work": my_work(request.user)[:20], "queues": queue_counts(request.user)}
    return render(request, "home.html", context)
