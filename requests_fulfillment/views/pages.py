"""Pages of requests that no other kind of ticket has: mine, and what a failure means."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied
from desk.tickets.views.answers import code_for, done, typed_before

from .. import actions, queries, rules
from ..forms import DisruptionForm
from ..models import ServiceRequest


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """What this person ordered, or others for them; a page of it, the last touched first."""
    page = queries.mine_page(request.user, request.GET.get("page", "1"))
    return render(request, "requests_fulfillment/mine.html", {"page": page})


@require_http_methods(["GET", "POST"])
def disruption(request: SignedIn, number: str) -> HttpResponse:
    """Say whether a failed fulfilment disrupts a service."""
    ticket: ServiceRequest = get_visible(request.user, number, ServiceRequest)
    if not rules.analyst(ticket, request.user):
        raise denied(rules.analyst, ticket)
    form = DisruptionForm(request.POST or None, initial=typed_before(request))
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_disruption(request=ticket, by=request.user, **form.cleaned_data)
            disrupts = form.cleaned_data["disrupts"]
            sentence = _("{number}: It disrupts a service.") if disrupts else _("{number}: It disrupts no service.")
            return done(request, ticket, sentence.format(number=ticket.number))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    context = {"ticket": ticket, "form": form}
    return render(request, "requests_fulfillment/disruption.html", context, status=code_for(form, refusal))
