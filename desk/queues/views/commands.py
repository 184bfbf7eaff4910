"""The command box: type a few letters, and go there."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.people.rules import reach
from desk.people.signed_in import SignedIn

from ..commands import found_for


@require_safe
def commands(request: SignedIn) -> HttpResponse:
    """As a page, as a dialog, or only what was found for the words; `keys` shows the shortcuts instead."""
    if not reach(request.user).view:
        raise PermissionDenied(_("Only people who work in IT need this."))
    if "keys" in request.GET:
        return render(request, "queues/keys.html#dialog" if request.htmx else "queues/keys.html")
    words = request.GET.get("q", "").strip()[:80]
    context = {"groups": found_for(request.user, words), "words": words}
    part = "#found" if request.htmx.target == "command-found" else "#dialog" if request.htmx else ""
    return render(request, f"queues/commands.html{part}", context)
