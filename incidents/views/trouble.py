"""Incidents out of what went wrong elsewhere: raised by hand for a ticket or a service, and bursts that a lead answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.rules import ask_analyst
from desk.people.signed_in import SignedIn
from desk.services.models import Service
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible
from desk.tickets.views.answers import code_for, done, typed_before

from .. import proposing, queries, raising
from ..forms import RaiseForm, RaiseForServiceForm
from ..models import BurstProposal, Incident


@require_http_methods(["GET", "POST"])
def raise_for(request: SignedIn, source: str) -> HttpResponse:
    """An analyst raises an incident for what went wrong with a ticket; lands on the one that there is already."""
    ticket: Ticket = get_visible(request.user, source)
    ask_analyst(request.user, str(raising.FOR_IT))
    trouble = raising.latest_trouble(ticket)
    form = RaiseForm(
        request.POST or None, initial={"title": trouble.title[:200] if trouble else "", **typed_before(request)}
    )
    already = [(one.incident, seen) for one, seen in queries.raised_for(ticket, request.user)[0]]
    return _raise_page(request, form, ticket, already, partial(raising.raise_by_hand, source=ticket, by=request.user))


@require_http_methods(["GET", "POST"])
def raise_for_service(request: SignedIn, pk: int) -> HttpResponse:
    """An analyst raises an incident for a service that isn't as it should be; lands on the one by which it is down already."""
    service = get_object_or_404(Service, pk=pk, is_active=True)
    ask_analyst(request.user, str(raising.FOR_IT))
    form = RaiseForServiceForm(request.POST or None, initial=typed_before(request))
    already = queries.incidents_behind(service, request.user)
    raise_it = partial(raising.raise_for_service, service=service, by=request.user)
    return _raise_page(request, form, service, already, raise_it)


def _raise_page(
    request: SignedIn,
    form: RaiseForm,
    source: Ticket | Service,
    already: list[tuple[Incident, bool]],
    raise_it: Callable[..., tuple[Incident, bool]],
) -> HttpResponse:
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            incident, is_new = raise_it(**form.cleaned_data)
            there = _("{number} was there already; your words are a note on it.").format(number=incident.number)
            return done(request, incident, _("{number} is raised.").format(number=incident.number) if is_new else there)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    named = source.number if isinstance(source, Ticket) else source.name
    back = source.get_absolute_url() if isinstance(source, Ticket) else reverse("services:detail", args=[source.pk])
    context = {"source": source, "named": named, "back": back, "form": form, "already": already}
    return render(request, "incidents/raise.html", context, status=code_for(form, refusal))


@require_safe
def raised(request: SignedIn, source: str) -> HttpResponse:
    """The incidents that were raised for a ticket, as a part of its page that asks again until the owed one is there."""
    ticket: Ticket = get_visible(request.user, source)
    return render(request, "incidents/raised.html", {"ticket": ticket})


@require_POST
def burst(request: SignedIn, pk: int, answer: str) -> HttpResponse:
    """A lead says whether many incidents of the same are a major one: `accept` or `dismiss`."""
    proposal = get_object_or_404(BurstProposal, pk=pk)
    if answer not in ("accept", "dismiss") or not proposing.may_decide(proposal, request.user):
        raise Http404("No such proposal.")
    try:
        if answer == "accept":
            major = proposing.accept(proposal=proposal, by=request.user)
            return done(
                request,
                major,
                _("{number} is the major incident; the others are related to it.").format(number=major.number),
            )
        proposing.dismiss(proposal=proposal, by=request.user)
        messages.success(request, _("Dismissed: no major incident."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("queues:queue", proposal.workgroup.slug)
