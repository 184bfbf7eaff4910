"""Signing out elsewhere: in one browser, or in all others."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from . import places
from .signed_in import SignedIn


@require_POST
def end_place(request: SignedIn, pk: int) -> HttpResponse:
    """Sign out in one of one's own browsers."""
    if not places.end(by=request.user, pk=pk):
        raise Http404("No such place.")
    messages.success(request, _("Signed out there."))
    return redirect("mfa_index")


@require_POST
def end_other_places(request: SignedIn) -> HttpResponse:
    """Sign out everywhere but here."""
    count = places.end_others(by=request.user, session_key=request.session.session_key)
    said = ngettext("Signed out in {n} other place.", "Signed out in {n} other places.", count)
    messages.success(request, said.format(n=count))
    return redirect("mfa_index")
