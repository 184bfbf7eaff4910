"""The report on what came back after it was solved."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn
from desk.sla.reporting.report import may_report

from .. import reopening
from ..report_forms import ReopeningForm


@require_safe
def reopened(request: SignedIn) -> HttpResponse:
    """How often what the led workgroups solved came back, by month and whatever is asked for."""
    if not may_report(request.user):
        raise PermissionDenied(_("Reports are for leads of a workgroup and for administrators."))
    form = ReopeningForm.asked(request.GET)
    found = reopening.report(request.user, **form.cleaned_data) if form.is_valid() else None
    return render(request, "incidents/reopened.html", {"form": form, "report": found}, status=200 if found else 422)
