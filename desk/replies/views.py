"""Pages of canned replies: what one is offered, writing them, and the list that a composer opens."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.people import circles
from desk.people.rules import ask_analyst
from desk.people.signed_in import SignedIn
from desk.tickets import rules as ticket_rules
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible
from desk.tickets.views.answers import code_for, typed_before

from . import actions, placeholders, queries
from .forms import CannedForm
from .models import CannedReply


@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What this person is offered, and what of it is theirs to change."""
    ask_analyst(request.user, actions.FOR_IT)
    replies = [(one, circles.may_change(one, request.user)) for one in queries.offered_to(request.user)]
    return render(request, "replies/index.html", {"replies": replies})


@require_http_methods(["GET", "POST"])
def write(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """Write a new one, or one anew."""
    ask_analyst(request.user, actions.FOR_IT)
    canned = get_object_or_404(queries.offered_to(request.user), pk=pk) if pk else None
    if canned is not None and not circles.may_change(canned, request.user):
        raise PermissionDenied(_("Only whoever it belongs to may change “{name}”.").format(name=canned))
    saved = {"name": canned.name, "text": canned.text, "workgroup": canned.workgroup_id} if canned else {}
    form = CannedForm(
        request.POST or None, user=request.user, canned=canned, initial={**saved, **typed_before(request)}
    )
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.save(by=request.user, canned=canned, **form.cleaned_data)
            messages.success(request, _("“{name}” is saved.").format(name=done))
            return redirect("replies:index")
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return render(request, "replies/write.html", {"form": form, "canned": canned}, status=code_for(form, refusal))


@require_POST
def delete(request: SignedIn, pk: int) -> HttpResponse:
    """It is offered no more."""
    ask_analyst(request.user, actions.FOR_IT)
    canned: CannedReply = get_object_or_404(queries.offered_to(request.user), pk=pk)
    actions.delete(canned=canned, by=request.user)
    messages.success(request, _("“{name}” is deleted.").format(name=canned))
    return redirect("replies:index")


@require_safe
def offered(request: SignedIn, number: str) -> HttpResponse:
    """The replies for one ticket, filled in: the list that a composer opens, or a page to copy from."""
    ticket: Ticket = get_visible(request.user, number)
    ask_analyst(request.user, actions.FOR_IT)
    if not ticket_rules.may_see_internal(ticket, request.user):
        raise Http404(_("No such ticket."))
    replies = [(one, placeholders.filled(one.text, ticket, request.user)) for one in queries.offered_to(request.user)]
    template = "replies/options.html" if request.htmx else "replies/offered.html"
    return render(request, template, {"ticket": ticket, "replies": replies})
