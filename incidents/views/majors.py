"""Major incidents: proposing, deciding, telling everybody, reviewing; saying “me too”, and what is read then."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied
from desk.tickets.views.answers import code_for, done, typed_before

from .. import joining
from .. import major_forms as forms
from ..deciding import DECISIONS
from ..models import Incident


@require_http_methods(["GET", "POST"])
def major(request: SignedIn, number: str, what: str) -> HttpResponse:
    """Ask for, and make, one of the decisions about a major incident."""
    incident: Incident = get_visible(request.user, number, Incident)
    decision = DECISIONS.get(what)
    if decision is None:
        raise Http404("No such decision.")
    if not decision.rule(incident, request.user):
        raise denied(decision.rule, incident)
    form = decision.form(_sent(request), initial=typed_before(request), incident=incident)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            decision.verb(incident=incident, by=request.user, **form.cleaned_data)
            return done(request, incident, f"{incident.number}: {decision.said}")
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    in_dialog = bool(request.htmx) and request.htmx.target != "main"
    context = {"ticket": incident, "form": form, "decision": decision, "what": what, "in_dialog": in_dialog}
    template = "incidents/major_form.html#dialog" if in_dialog else "incidents/major_form.html"
    return render(request, template, context, status=code_for(form, refusal))


@require_safe
def outage(request: SignedIn, number: str) -> HttpResponse:
    """What everybody may read of a major incident: what was told, that it is solved, and what happens next."""
    page = joining.page_of(number.upper(), request.user)
    if page is None:
        raise Http404("No such outage.")
    return render(request, "incidents/outage.html", {"page": page})


@require_http_methods(["GET", "POST"])
def me_too(request: SignedIn, number: str) -> HttpResponse:
    """Join a major incident, or leave it; with words, log an incident that is its child."""
    page = joining.page_of(number.upper(), request.user)
    if page is None or not page.lets_in:
        raise Http404("No such outage.")
    incident = page.major.incident
    if request.method == "POST" and "leave" in request.POST:
        joining.leave(incident=incident, by=request.user)
        messages.success(request, _("We don't tell you of it any more."))
        return redirect("home")
    form = forms.MeTooForm(_sent(request), initial={"submission": uuid.uuid4(), **typed_before(request)})
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return _joined(request, incident, page.major.headline, form)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    context = {"major": page.major, "form": form}
    return render(request, "incidents/me_too.html", context, status=code_for(form, refusal))


def _sent(request: SignedIn) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _joined(request: SignedIn, incident: Incident, headline: str, form: forms.MeTooForm) -> HttpResponse:
    words = form.cleaned_data["words"].strip()
    if words:
        token = form.cleaned_data["submission"]
        child = joining.log_as_child(
            major=incident, by=request.user, title=headline, description=words, submission=token
        )
        return done(
            request,
            child,
            _("We have it: {number}. It belongs to “{headline}”.").format(number=child.number, headline=headline),
        )
    joining.join(incident=incident, by=request.user)
    messages.success(request, _("Noted: you have it too. We tell you what happens."))
    return redirect("incidents:outage", incident.number)
