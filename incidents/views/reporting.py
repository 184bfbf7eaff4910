"""What people report themselves: mine, log a new one, log a recurrence."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.drafts import actions as draft_actions
from desk.drafts import queries as drafts
from desk.drafts.forms import typed_in
from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.tickets import text
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.queries import get_visible
from desk.tickets.views.answers import code_for, done, typed_before

from .. import actions, joining, queries
from ..forms import LogForm
from ..models import Incident

DRAFT = "incident-new"  # the form's name among drafts


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """What this person reported, a page of it, the last touched first."""
    page = queries.mine_page(request.user, request.GET.get("page", "1"))
    return render(request, "incidents/mine.html", {"page": page})


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Log an incident. Sending the same form again leads to the incident that it logged."""
    if request.method != "POST":
        asked = {"title": request.GET.get("title", "")[:200], "service": request.GET.get("service", "")}
        draft = drafts.numbered(request.user, request.GET.get("draft"))
        begun = {**draft.initial, "submission": draft.token} if draft else {}
        typed = {**asked, **begun, **typed_before(request)}
        form = LogForm(user=request.user, initial={k: v for k, v in typed.items() if v})
        return _form_page(request, form, goes_on=draft is not None)
    form = LogForm(request.POST, request.FILES, user=request.user)
    if "keep" in request.POST:
        return _keep(request, form)
    if not form.is_valid():
        return _form_page(request, form)
    fields = form.cleaned_data
    words = (text.normal(fields["title"]), text.normal(fields["description"]))
    earlier = queries.same_words_lately(request.user, *words)
    if earlier and not fields["again"] and earlier.submission != fields["submission"]:
        return _another(
            request, earlier, _("You logged the same as {number} a moment ago.").format(number=earlier.number)
        )
    try:
        incident = joining.log(by=request.user, major=form.major, **fields)
    except Refused as refusal:
        refuse(form, refusal)
        return _form_page(request, form, refusal)
    if (incident.title, incident.description) != words:
        return _another(request, incident, _("This form has already logged {number}.").format(number=incident.number))
    return done(request, incident, _("We have it: {number}.").format(number=incident.number))


def _keep(request: SignedIn, form: LogForm) -> HttpResponse:
    """Without scripts: the text as it stands, kept by a button."""
    form.is_valid()
    token = form.cleaned_data.get("submission") or uuid.uuid4()
    draft_actions.keep(by=request.user, token=token, form=DRAFT, fields=typed_in(request.POST, but=("keep",)))
    messages.success(request, _("Your draft is kept. Files aren't: choose them when you go on."))
    return redirect("home")


def _another(request: SignedIn, earlier: Incident, sentence: str) -> HttpResponse:
    """It looks as if this was sent before (the back button, a second tab): ask, and keep the words."""
    data = request.POST.copy()
    data["submission"], data["again"] = str(uuid.uuid4()), "on"
    form = LogForm(data, request.FILES, user=request.user)
    form.is_valid()
    form.add_error(None, sentence + " " + _("Send it again if this is another incident."))
    return _form_page(request, form, Refused(sentence), earlier)


def _form_page(
    request: SignedIn,
    form: LogForm,
    refusal: Refused | None = None,
    earlier: Incident | None = None,
    goes_on: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "earlier": earlier, "goes_on": goes_on}
    context["on_behalf"] = is_analyst(request.user)
    if not form.is_bound and not goes_on:
        context["drafts"] = drafts.open_of(request.user, DRAFT)
    return render(request, "incidents/new.html", context, status=code_for(form, refusal))


@require_POST
def recurrence(request: SignedIn, number: str) -> HttpResponse:
    """Log the same trouble anew, linked to this incident; the button's token makes a double click log once."""
    incident: Incident = get_visible(request.user, number, Incident)
    try:
        token = uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        token = uuid.uuid4()
    try:
        again = actions.log_recurrence(incident=incident, by=request.user, submission=token)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(incident)
    return done(
        request,
        again,
        _("We have it: {number}, linked to {earlier}.").format(number=again.number, earlier=incident.number),
    )
