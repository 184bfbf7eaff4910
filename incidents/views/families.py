"""Finding another incident as one types, and making incidents children of another."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.rules import is_analyst
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied, works_on_it
from desk.tickets.views.answers import code_for, done, typed_before

from .. import families, queries
from ..family_forms import AttachForm
from ..models import Incident


@require_safe
def find(request: SignedIn) -> HttpResponse:
    """Up to ten open incidents as options of a list, by number or words of the title; of those that one may see."""
    if not is_analyst(request.user):
        raise PermissionDenied(_("Only people who work in IT may look incidents up."))
    words = request.GET.get("q", "")[:80]
    but = request.GET.get("but", "")[:20]
    found = queries.suggested(request.user, words, but) if len(words.strip()) >= 2 else []
    return render(request, "incidents/found.html", {"incidents": found, "words": words})


@require_http_methods(["GET", "POST"])
def attach(request: SignedIn, number: str) -> HttpResponse:
    """Make this incident a child of another one, or the other one a child of this."""
    incident: Incident = get_visible(request.user, number, Incident)
    if not works_on_it(incident, request.user):
        raise denied(works_on_it, incident)
    form = AttachForm(request.POST or None, initial=typed_before(request), ticket=incident, user=request.user)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        child, parent = form.ends()
        try:
            families.attach(child=child, parent=parent, by=request.user)
            return done(
                request,
                incident,
                _("{number} is a child of {parent}.").format(number=child.number, parent=parent.number),
            )
        except PermissionDenied as denial:
            refusal = Refused(f"{child.number}: {denial}", field="number")
        except Refused as caught:
            refusal = caught
        refuse(form, refusal)
    in_dialog = bool(request.htmx) and request.htmx.target != "main"
    context = {"ticket": incident, "form": form, "in_dialog": in_dialog}
    template = "incidents/attach.html#dialog" if in_dialog else "incidents/attach.html"
    return render(request, template, context, status=code_for(form, refusal))


@require_POST
def detach(request: SignedIn, number: str) -> HttpResponse:
    """This incident is nobody's child any more; from its own page, or from its parent's."""
    child: Incident = get_visible(request.user, number, Incident)
    try:
        families.detach(child=child, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return done(request, child)
    return done(request, child, _("{number} stands for itself again.").format(number=child.number))
