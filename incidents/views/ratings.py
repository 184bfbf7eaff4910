"""The ratings of a lead's workgroups, and what a lead does with their comments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.errors import Refused

from .. import ratings as rated
from ..models import Episode


@require_safe
def ratings(request: SignedIn) -> HttpResponse:
    """What requesters said, the newest first; the sums are of all that the filters leave."""
    if not rated.may_see(request.user):
        raise PermissionDenied(_("Ratings are for leads of a workgroup and for administrators."))
    wanted = {name: request.GET.get(name, "").replace("\x00", "") for name in ("workgroup", "stars")}
    said = "said" in request.GET
    rows = rated.narrowed(rated.of_led(request.user), **wanted, said=said)
    page = rated.page_of(rows, request.GET.get("page", "1"))
    rated.mark(page, request.user)
    context = {
        **wanted, "said": said, "page": page, "sum": rated.summed(rows), "workgroups": rated.workgroups(request.user),
        "stars_offered": rated.STARS, "here": request.get_full_path(),
    }  # fmt: skip
    return render(request, "incidents/ratings.html", context)


@require_POST
def answer_rating(request: SignedIn, pk: int) -> HttpResponse:
    """Answer a rating's comment."""
    act = partial(rated.answer, words=request.POST.get("words", ""))
    return _done(request, pk, act, _("Your answer is sent."))


@require_POST
def hide_rating(request: SignedIn, pk: int) -> HttpResponse:
    """Hide a comment, for a reason."""
    return _done(request, pk, partial(rated.hide, why=request.POST.get("why", "")), _("The comment is hidden."))


@require_POST
def show_rating(request: SignedIn, pk: int) -> HttpResponse:
    """Show a hidden comment again."""
    return _done(request, pk, rated.show, _("The comment is shown again."))


def _done(request: SignedIn, pk: int, act: Callable[..., Episode], sentence: str) -> HttpResponse:
    """Do it, say so, and go back to the list as it was narrowed. What was typed for nothing is said with the refusal."""
    episode = rated.of_led(request.user).filter(pk=pk).first()
    if episode is None:
        raise Http404("No such rating.")
    try:
        act(episode=episode, by=request.user)
        messages.success(request, sentence)
    except Refused as refusal:
        messages.error(request, str(refusal))
    wanted = request.POST.get("next", "")
    here = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return redirect(f"{wanted}#rating-{pk}" if here else "incident_reports:ratings")
