"""Pages of bulk runs: choose what to do with a selection, see how far it is, stop it, find it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.rules import ask_analyst
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.views.answers import code_for, typed_before

from . import actions, queries
from .forms import FORMS
from .models import Run
from .verbs import FOR_IT, VERBS

SHOWN = 50  # tickets of a selection that are named


@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What this person did with many tickets lately."""
    ask_analyst(request.user, FOR_IT)
    return render(request, "bulk/index.html", {"runs": queries.mine(request.user)[:30]})


def begin(request: SignedIn, tickets: list[int], back: str) -> HttpResponse:
    """A selection of these tickets; where it can't be, back to the list with the reason."""
    safe = (
        back
        if back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()})
        else reverse("bulk:index")
    )
    try:
        run = actions.select(by=request.user, tickets=tickets, back=safe)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(safe)
    wanted = request.POST.get("do", "")
    address = reverse("bulk:run", args=[run.pk])
    return redirect(f"{address}?do={wanted}" if wanted in VERBS else address)


@require_http_methods(["GET", "POST"])
def run(request: SignedIn, pk: int) -> HttpResponse:
    """A selection and what can be done with it; once started, how far it is."""
    found = get_object_or_404(Run, pk=pk, by=request.user)
    if found.started_at is not None:
        return _progress(request, found)
    verb = request.POST.get("do") or request.GET.get("do") or "assign"
    if verb not in VERBS:
        raise Http404(_("There is no such thing to do."))
    form = FORMS[verb](request.POST if request.method == "POST" else None, initial=typed_before(request))
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin(run=found, by=request.user, verb=verb, inputs=form.inputs(), said=form.in_words())
            return redirect("bulk:run", found.pk)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    tickets = queries.tickets_of(found)
    context = {
        "run": found, "verbs": VERBS.values(), "verb": VERBS[verb], "form": form, "total": found.rows.count(),
        "tickets": tickets.select_related("workgroup", "assignee")[:SHOWN], "preview": queries.preview(found, verb),
    }  # fmt: skip
    return render(request, "bulk/choose.html", context, status=code_for(form, refusal))


@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Stop a run that has begun; its page says what was done and what wasn't."""
    found = get_object_or_404(Run, pk=pk, by=request.user, started_at__isnull=False)
    if not actions.stop(run=found, by=request.user):
        messages.info(request, _("There was nothing left to stop."))
    return redirect("bulk:run", found.pk)


def _progress(request: SignedIn, found: Run) -> HttpResponse:
    context = {"run": found, "verb": VERBS[found.verb], "progress": queries.progress(found)}
    return render(request, "bulk/progress.html#bar" if request.htmx else "bulk/progress.html", context)
