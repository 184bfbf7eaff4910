"""Keeping what a browser sends while somebody types, and throwing a draft away."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from desk.people.signed_in import SignedIn

from . import actions
from .forms import KeepForm


@require_POST
def keep(request: SignedIn) -> HttpResponse:
    """Keep what was typed so far: 204; 410 when the form was sent or thrown away meanwhile, 422 for what is no draft."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    token, name, typed = (form.cleaned_data[part] for part in ("token", "form", "typed"))
    kept = actions.keep(by=request.user, token=token, form=name, fields=typed)
    return HttpResponse(status=204 if kept else 410)


@require_POST
def throw_away(request: SignedIn, token: uuid.UUID) -> HttpResponse:
    """Throw a draft away, and go back to where it was offered; a script gets 204."""
    actions.end(by=request.user, token=token)
    if "Outbox-User" in request.headers:
        return HttpResponse(status=204)
    messages.success(request, _("The draft is thrown away."))
    wanted = request.POST.get("next", "")
    here = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return redirect(wanted if here else "home")
