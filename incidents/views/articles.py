"""Incidents and the knowledge base: an article of what solved one, and what is asked most without one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.knowledge.rules import leads, may_write
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.queries import get_visible

from .. import actions, unwritten
from ..models import Incident


@require_POST
def write_article(request: SignedIn, number: str) -> HttpResponse:
    """Begin an article with what the incident says of its trouble and of what solved it; then it is edited."""
    incident: Incident = get_visible(request.user, number, Incident)
    try:
        article = actions.write_article(incident=incident, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(incident)
    return redirect("knowledge:edit", article.slug)


@require_safe
def without_article(request: SignedIn) -> HttpResponse:
    """For leads: of what was solved lately without an article, what comes most."""
    if not leads(request.user):
        raise PermissionDenied(_("Only leads need this."))
    clusters = unwritten.clusters(request.user)
    context = {"clusters": clusters, "days": unwritten.DAYS, "may_write": may_write(request.user)}
    return render(request, "incidents/without_article.html", context)
