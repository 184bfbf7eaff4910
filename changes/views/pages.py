"""Pages that only changes have: the list, drafting, conflicts while planning, an interruption, and the record."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from desk.people.rules import is_analyst, reach
from desk.people.signed_in import SignedIn
from desk.tickets.actions import once
from desk.tickets.errors import Refused
from desk.tickets.forms import refuse
from desk.tickets.models import Ticket
from desk.tickets.queries import get_visible
from desk.tickets.rules import denied
from desk.tickets.views.answers import code_for, done, token_of, typed_before

from .. import actions, listing, queries, rules
from ..forms import DraftForm, InterruptionForm
from ..models import Change, ChangeTemplate

# What the record is gathered by -> heading of the table, and of its first column.
GATHERED_BY = {
    "type": (_lazy("By type"), _lazy("Type")),
    "owner": (_lazy("By owner"), _lazy("Owner")),
    "service": (_lazy("By service"), _lazy("Service")),
}


@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The changes that this person may see: what waits, what comes, what was done."""
    page = listing.page(request.user, tab=request.GET.get("tab", ""), number=request.GET.get("page", "1"))
    context = {"page": page, "tabs": page.tabs, "may_draft": is_analyst(request.user)}
    return render(request, "changes/index.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Draft a change: from nothing, from an approved template, or to fix a ticket. The same form drafts once."""
    if not is_analyst(request.user):
        raise PermissionDenied(_("Only people who work in IT may plan changes."))
    template, fixes = _template(request), _fixes(request)
    if request.method != "POST":
        form = DraftForm(user=request.user, template=template, initial=_proposed(request, template, fixes))
        return _draft_page(request, form, template, fixes)
    form = DraftForm(request.POST, user=request.user, template=template)
    refusal: Refused | None = None
    if form.is_valid():
        try:
            change = form.send(by=request.user, fixes=fixes)
            return done(request, change, _("{number} is drafted.").format(number=change.number))
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    return _draft_page(request, form, template, fixes, refusal)


def _template(request: SignedIn) -> ChangeTemplate | None:
    """The approved template that the address names."""
    named = request.GET.get("template", "")
    if not named:
        return None
    return get_object_or_404(queries.templates(), pk=int(named) if named.isdecimal() and len(named) < 10 else 0)


def _fixes(request: SignedIn) -> Ticket | None:
    """The ticket that the change is to put right, if the person may see it."""
    number = request.GET.get("fixes", "")
    found: Ticket | None = get_visible(request.user, number) if number else None
    return found


def _proposed(request: SignedIn, template: ChangeTemplate | None, fixes: Ticket | None) -> dict[str, Any]:
    """What the form begins with: what a ticket or a template says, and what was typed before a sign-in."""
    found: dict[str, Any] = {}
    if fixes is not None:
        services = [fixes.service_id] if fixes.service_id else []
        found = {"services": services, "category": fixes.category_id, "site": fixes.site_id}
        found["reason"] = f"{fixes.number} {fixes.title}"
    if template is not None:
        found |= {"title": template.name, "description": template.description, "category": template.category_id}
        found |= {"services": list(template.services.values_list("pk", flat=True))}
        found |= {"workgroup": template.workgroup_id} if template.workgroup_id else {}
    return {**found, **typed_before(request)}


def _draft_page(
    request: SignedIn,
    form: DraftForm,
    template: ChangeTemplate | None,
    fixes: Ticket | None,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {"form": form, "template": template, "fixes": fixes, "templates": queries.templates()}
    return render(request, "changes/new.html", context, status=code_for(form, refusal))


@require_http_methods(["GET", "POST"])
def interruption(request: SignedIn, number: str) -> HttpResponse:
    """Report that the change interrupts a service; the same form reports once."""
    change: Change = get_visible(request.user, number, Change)
    if not rules.analyst(change, request.user):
        raise denied(rules.analyst, change)
    if not rules.has_begun(change):
        raise Http404(_("Nothing has begun."))
    form = InterruptionForm(request.POST or None, change=change, initial=typed_before(request))
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            token = token_of(request) or _token(request)
            said = dict(form.cleaned_data)
            once(
                ticket=change, by=request.user, token=token,
                act=lambda: actions.report_interruption(change=change, by=request.user, **said),
            )  # fmt: skip
            messages.success(request, _("The interruption by {number} is reported.").format(number=change.number))
            return done(request, change)
        except Refused as caught:
            refusal = caught
            refuse(form, caught)
    context = {"ticket": change, "form": form, "token": request.POST.get("token") or uuid.uuid4()}
    return render(request, "changes/interruption.html", context, status=code_for(form, refusal))


def _token(request: SignedIn) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return None


@require_safe
def record(request: SignedIn) -> HttpResponse:
    """How changes went: success by type, owner and service."""
    if not reach(request.user).view:
        raise PermissionDenied(_("Only people of IT see how changes went."))
    since = listing.since(request.GET.get("days", ""))
    rows = queries.finished(since.moment)
    tables = [(by, *GATHERED_BY[by], queries.records(rows, by)) for by in queries.GATHERED_BY]
    return render(request, "changes/record.html", {"tables": tables, "since": since})
