"""The page that explains a ticket's clocks, and the report of what clocks came to."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.people.signed_in import SignedIn
from desk.tickets.queries import get_visible
from desk.tickets.rules import may_see_internal
from desk.tickets.spreadsheet import lines

from .explain import explain
from .reporting import report as reports
from .reporting.report_form import ReportForm


@require_safe
def clocks(request: SignedIn, number: str) -> HttpResponse:
    """Both clocks of a ticket with every stretch of their lives; for those who see the workgroup's queue."""
    ticket = get_visible(request.user, number)
    if not may_see_internal(ticket, request.user):
        raise Http404(_("No such ticket."))
    now = timezone.now()
    context = {"ticket": ticket, "clocks": explain(ticket, now), "now": now}
    return render(request, "sla/clocks.html", context)


@require_safe
def report(request: SignedIn) -> HttpResponse:
    """What the clocks of the workgroups that one leads came to, by month and whatever is asked for."""
    _ask_to_report(request)
    form = ReportForm.asked(request.GET)
    found = reports.report(request.user, form.wanted) if form.is_valid() else None
    context = {"form": form, "report": found, "csv": request.GET.urlencode()}
    return render(request, "sla/report.html", context, status=200 if found else 422)


@require_safe
def report_csv(request: SignedIn) -> HttpResponse | StreamingHttpResponse:
    """The same as a table for a spreadsheet. What can't be asked leads back to the page, which says why."""
    _ask_to_report(request)
    form = ReportForm.asked(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('sla:report')}?{request.GET.urlencode()}")
    found = reports.report(request.user, form.wanted)
    name = f"sla-{form.wanted.kind}-{form.wanted.first:%Y-%m}-{form.wanted.last:%Y-%m}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines(reports.table(found)), content_type="text/csv; charset=utf-8", headers=headers)


def _ask_to_report(request: SignedIn) -> None:
    if not reports.may_report(request.user):
        raise PermissionDenied(_("Reports are for leads of a workgroup and for administrators."))
