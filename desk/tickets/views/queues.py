"""The queues of workgroups, and a lead's view of the team."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from desk.people.models import Workgroup
from desk.people.rules import may_lead_queue, may_work_queue, reach
from desk.people.signed_in import SignedIn

from .. import ordering, queries


@require_safe
def queues(request: SignedIn) -> HttpResponse:
    """The queues that this person may see, with what waits in each."""
    return render(request, "tickets/queues.html", {"queues": queries.queue_counts(request.user)})


def _workgroup(request: SignedIn, slug: str) -> Workgroup:
    """One whose queue this person may see, also an inactive one that has run empty: nobody is thrown out while working."""
    return get_object_or_404(Workgroup, pk__in=reach(request.user).view, slug=slug)


@require_safe
def queue(request: SignedIn, slug: str) -> HttpResponse:
    """One workgroup's unfinished tickets, a page of them, by tab."""
    workgroup = _workgroup(request, slug)
    tab = request.GET.get("tab", "all")
    wanted = request.GET.get("order", "")
    order = wanted if wanted in ordering.ORDERS else ordering.DEFAULT
    page = queries.queue_page(workgroup, request.user, tab=tab, order=order, after=request.GET.get("after", ""))
    context: dict[str, Any] = {
        "workgroup": workgroup,
        "page": page,
        "order": order,
        "tabs": queries.queue_tabs(workgroup, request.user, tab),
        "may_work": may_work_queue(request.user, workgroup.pk),
        "may_lead": may_lead_queue(request.user, workgroup.pk),
    }
    template = "tickets/queue.html#rows" if request.htmx else "tickets/queue.html"
    return render(request, template, context)


@require_safe
def team(request: SignedIn, slug: str) -> HttpResponse:
    """For leads: who of the workgroup has how much, and each one's tickets to move."""
    workgroup = _workgroup(request, slug)
    if not may_lead_queue(request.user, workgroup.pk):
        raise PermissionDenied(f"Only a lead of {workgroup} sees who has what.")
    loads = queries.team_load(workgroup)
    shown = [ticket for load in loads for ticket in load.tickets]
    return render(request, "tickets/team.html", {"workgroup": workgroup, "loads": loads, "shown": shown})
