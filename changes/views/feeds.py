"""Private addresses of calendars: one's own, and what is read there by a program that can't sign in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.views.answers import code_for

from .. import feeds as actions
from ..forms import FeedForm


@require_http_methods(["GET", "POST"])
def feeds(request: SignedIn) -> HttpResponse:
    """One's own addresses, and making another."""
    form = FeedForm(request.POST if request.method == "POST" else None)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make(by=request.user, service=form.cleaned_data["service"])
            messages.success(request, _("Here is your address for {service}.").format(service=made.service_name))
            return redirect("changes:feeds")
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    rows = [(feed, actions.address(feed)) for feed in actions.own(request.user)]
    context: dict[str, Any] = {"form": form, "rows": rows}
    return render(request, "changes/feeds.html", context, status=code_for(form, refusal))


@require_POST
def renew_feed(request: SignedIn, pk: int) -> HttpResponse:
    """Another address for the same, such as after the old one went to the wrong person."""
    feed = actions.renew(feed=get_object_or_404(actions.own(request.user), pk=pk))
    said = _("There is a new address for {service}; the old one is dead.").format(service=feed.service_name)
    messages.success(request, said)
    return redirect("changes:feeds")


@require_POST
def remove_feed(request: SignedIn, pk: int) -> HttpResponse:
    """The address leads nowhere any more."""
    feed = get_object_or_404(actions.own(request.user), pk=pk)
    actions.remove(feed=feed)
    messages.success(request, _("The address for {service} is removed.").format(service=feed.service_name))
    return redirect("changes:feeds")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for whoever has the address: what its owner may see now, and nothing internal."""
    found = actions.found_by(token)
    if found is None:
        raise Http404(_("There is no such calendar."))
    reading = actions.read(found)
    etag, since = f'"{reading.seal}"', reading.since.timestamp()
    fresh = HttpResponse(reading.body, content_type="text/calendar; charset=utf-8")
    answer = get_conditional_response(request, etag=etag, last_modified=int(since), response=fresh) or fresh
    answer["ETag"], answer["Last-Modified"] = etag, http_date(since)
    answer["Cache-Control"], answer["X-Robots-Tag"] = "private, no-cache", "noindex"
    if answer is fresh:
        answer["Content-Disposition"] = 'inline; filename="changes.ics"'
    return answer
