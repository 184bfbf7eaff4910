"""The home page, by persona, and what the portal knows of a sentence that somebody types there."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.queues.loads import teams_of
from desk.queues.queries import Listing, known_queues, my_work, queue_counts
from desk.search.similar import Description
from desk.sla.reporting.report import may_report
from incidents import queries as incidents
from incidents import similar
from requests_fulfillment import queries as requests

SOON = 5  # tickets that are about to breach


@require_safe
def home(request: SignedIn) -> HttpResponse:
    """End users: one box and their open things. Analysts: their work, what breaches next, their queues; leads: their teams."""
    context: dict[str, Any] = {
        "open_incidents": incidents.mine_at_a_glance(request.user),
        "open_requests": requests.mine_at_a_glance(request.user),
    }
    if is_analyst(request.user):
        listing = Listing(user=request.user, groups=tuple(known_queues(request.user)), tab="risk")
        soon = listing.page().select_related("requester", "assignee", "service", "workgroup", "pending_reason")
        context |= {
            "my_work": my_work(request.user)[:20],
            "queues": queue_counts(request.user),
            "soon": list(soon[:SOON]) if listing.groups else [],
            "teams": teams_of(request.user),
        }
    return render(request, "home.html", context)


@require_safe
def reports(request: SignedIn) -> HttpResponse:
    """The reports that there are for this person."""
    if not may_report(request.user):
        raise PermissionDenied("Reports are for leads of a workgroup and for administrators.")
    return render(request, "reports.html")


@require_safe
def ask(request: SignedIn) -> HttpResponse:
    """What is known of a sentence: outages, what others found, and what can be ordered; then the way to tell us."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    long_enough = len(words) >= 4
    context = {
        "words": words,
        "groups": similar.hints(Description(words), request.user) if long_enough else [],
        "items": requests.fitting(request.user, words) if long_enough else [],
    }
    return render(request, "ask.html#found" if request.htmx else "ask.html", context)
