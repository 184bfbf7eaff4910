"""What is known already: hints while somebody logs, and what is like an incident, for its page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.search.similar import Description
from desk.tickets import rules
from desk.tickets.queries import get_visible

from .. import similar
from ..models import Incident


@require_POST
def similar_to_typed(request: SignedIn) -> HttpResponse:
    """While somebody logs: what is known already of what they typed so far. Posted, for it may be long; changes nothing."""
    title, typed = request.POST.get("title", "").strip(), request.POST.get("description", "")
    places = {f"{name}_id": _key(request.POST.get(name, "")) for name in ("service", "category", "site")}
    long_enough = len(title) >= 4
    groups = similar.hints(Description(title[:200], typed[:4000], **places), request.user) if long_enough else []
    context = {"groups": groups, "apart": True, "on_behalf": is_analyst(request.user)}
    if context["on_behalf"]:
        return HttpResponse(render_to_string("incidents/hints.html", context))
    found = [hint for group in groups for hint in group.hints]
    line = {"count": len(found), "more": len(found) - 1, "first": found[0].title if found else ""}
    return HttpResponse(render_to_string("incidents/hints_folded.html", {**context, **line}))


def _key(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@require_safe
def similar_to(request: SignedIn, number: str) -> HttpResponse:
    """For analysts: what is like this incident, as a card of its page, or as a page of its own."""
    incident: Incident = get_visible(request.user, number, Incident)
    if not rules.may_see_internal(incident, request.user):
        raise rules.denied(rules.may_see_internal, incident)
    context = {"ticket": incident, "groups": similar.hints(Description.of(incident), request.user)}
    if request.htmx:
        return HttpResponse(render_to_string("incidents/similar_card.html", context))
    return render(request, "incidents/similar.html", context)
