"""The home page, by persona, what the portal knows of a sentence that somebody types there, and the words of scripts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.queues.loads import teams_of
from desk.queues.queries import Listing, known_queues, my_work, queue_counts
from desk.search.similar import Description
from desk.sla.reporting.report import may_report
from incidents import queries as incidents
from incidents import similar
from requests_fulfillment import queries as requests

from .words import catalogue

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
        raise PermissionDenied(_("Reports are for leads of a workgroup and for administrators."))
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


def _tag(request: HttpRequest, language: str) -> str | None:
    return f'"{catalogue(language)[1]}"' if language in dict(settings.LANGUAGES) else None


@require_safe
@login_not_required
@gzip_page
@condition(etag_func=_tag)
def words(request: HttpRequest, language: str) -> HttpResponse:
    """What scripts say in this language: under the address that pages name, for a browser to keep for good."""
    if language not in dict(settings.LANGUAGES):
        raise Http404("No such language.")
    text, version = catalogue(language)
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    is_named = request.GET.get("v") == version
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if is_named else "no-cache"
    return answer
