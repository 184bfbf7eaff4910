"""Pages about programs: making, seeing and revoking tokens; the schema, and the page on which it can be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from desk.people.language import in_english
from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse

from . import actions, queries
from .forms import TokenForm


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Make a token of one's own; its text is shown this once."""
    form = TokenForm(request.POST if request.method == "POST" else None, administers=request.user.is_superuser)
    if request.method == "POST" and form.is_valid():
        me: Any = request.user
        try:
            token, text = actions.make_token(
                user=me, by=me, name=form.cleaned_data["name"], opens=form.opens, expires_at=form.expires_at
            )
            return render(request, "api/made.html", {"token": token, "text": text})
        except Refused as refusal:
            refuse(form, refusal)
    return render(request, "api/new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    """It opens nothing any more."""
    token = get_object_or_404(queries.tokens_of(request.user), pk=pk)
    actions.revoke(token=token, by=request.user)
    messages.success(request, _("“{token}” opens nothing any more.").format(token=token))
    return redirect("people:profile", request.user.username)


@require_safe
def reference(request: SignedIn) -> HttpResponse:
    """What programs may ask, to be read and tried."""
    return render(request, "api/reference.html")


@csrf_exempt
@login_not_required  # it tells how one asks, and nothing of what there is
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """What programs may ask, as OpenAPI 3.1."""
    return HttpResponse(schema_text(), content_type="application/vnd.oai.openapi+json; version=3.1")


_made: list[bytes] = []


def schema_text() -> bytes:
    """Made once by each process: it follows from the code alone."""
    if not _made:
        with in_english():  # it is one for all
            found: Any = SchemaGenerator().get_schema(request=None, public=True)
        _made.append(OpenApiJsonRenderer().render(found, renderer_context={}))
    return _made[0]
