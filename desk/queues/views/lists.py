"""The lists of open tickets: of all one's workgroups, or of one; and a lead's view of the team."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.bulk.actions import MOST
from desk.bulk.views import begin
from desk.people.models import Workgroup
from desk.people.rules import may_lead_queue, reach
from desk.people.signed_in import SignedIn
from desk.tickets.queries import visible_to
from desk.tickets.spreadsheet import lines

from .. import asked, live, ordering, queries, saved
from ..counts import remembered
from ..exporting import table
from ..filters import TicketFilter
from ..rows import FIELDS, moves_by_key, rows_of
from ..team import team_load

SCRIPTS = ("js/queue/live.js", "js/queue/news.js", "js/queue/select.js", "js/queue/panel.js", "js/queue/bulk.js")
DENSITIES = ("cosy", "compact")
DENSITY = "queue_density"  # the cookie that remembers it


def _workgroup(request: SignedIn, slug: str) -> Workgroup:
    """One whose queue this person may see, also an inactive one that has run empty: nobody is thrown out while working."""
    return get_object_or_404(Workgroup, pk__in=reach(request.user).view, slug=slug)


@require_safe
def queue(request: SignedIn, slug: str = "") -> HttpResponse:
    """One list over all kinds of ticket: whole, or narrowed by tab, words and filters; a page of it."""
    mine = queries.known_queues(request.user)
    workgroup = next((group for group in mine if group.slug == slug), None)
    if slug and workgroup is None:
        workgroup = _workgroup(request, slug)
    found = asked.read(request, (workgroup,) if workgroup else tuple(mine), one=bool(workgroup))
    names = saved.names(request.user)
    first = next((one.address for one in names if one.is_first), request.path)
    if not slug and not request.GET and first != request.path:  # a view of the whole list leads nowhere else
        return redirect(first)
    if "choose" in request.GET:
        return _choose(request, found, workgroup)
    part = bool(request.htmx) or "Live" in request.headers
    everywhere = [group.pk for group in mine]
    revision = live.queues_stand(everywhere)  # before anything is read: what moves meanwhile is seen next time
    counts = remembered(found.listing, mine, asks=found.asks, revision=revision)
    context = {
        "workgroup": workgroup,
        "queues": [(group, counts.queues.get(group.pk, ""), group == workgroup) for group in mine],
        "tabs": [
            (tab, found.but(tab=None if tab.key == "all" else tab.key), tab.key == found.listing.tab)
            for tab in counts.tabs
        ],
        "may_lead": workgroup is not None and may_lead_queue(request.user, workgroup.pk),
        "density": _density(request),
        "scripts": SCRIPTS,
        "views": names[: saved.MOST] if not part else (),
        "total": next((tab.count for tab in counts.tabs if tab.key == found.listing.tab), "0"),
        "tag": live.tag_of_queues(request, everywhere, revision),
        "densities": DENSITIES,
        **_list(request, found),
    }
    response = render(request, "queues/queue.html#list" if part else "queues/queue.html", context)
    if request.GET.get("density") in DENSITIES:
        response.set_cookie(DENSITY, request.GET["density"], max_age=365 * 24 * 3600, httponly=True, samesite="Lax")
    return response


@require_POST
def select(request: SignedIn, slug: str = "") -> HttpResponse:
    """Do something with the ticked tickets of a list, or with all that its address asks for."""
    mine = queries.known_queues(request.user)
    groups = tuple(group for group in mine if not slug or group.slug == slug)
    address = reverse("queues:queue", args=[slug]) if slug else reverse("queues:all")
    query = request.GET.urlencode()
    if "all" in request.POST:
        rows = asked.read(request, groups, one=bool(slug)).listing.rows.order_by("pk")
        chosen = list(rows.values_list("pk", flat=True)[: MOST + 1])
    else:
        ids = [int(pk) for pk in request.POST.getlist("ids") if re.fullmatch(r"[0-9]{1,18}", pk)]
        chosen = list(visible_to(request.user).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    return begin(request, chosen, f"{address}?{query}" if query else address)


@require_safe
def export(request: SignedIn, slug: str = "") -> StreamingHttpResponse:
    """The whole list that the address asks for, as CSV: what one sees, and no more."""
    groups = (_workgroup(request, slug),) if slug else tuple(queries.known_queues(request.user))
    found = asked.read(request, groups, one=bool(slug))
    name = f"{slug or 'queues'}-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines(table(found.listing)), content_type="text/csv; charset=utf-8", headers=headers)


def _density(request: SignedIn) -> str:
    wanted = request.GET.get("density", request.COOKIES.get(DENSITY, ""))
    return wanted if wanted in DENSITIES else DENSITIES[0]


def _list(request: SignedIn, found: asked.Asked) -> dict[str, Any]:
    """The rows and all that stands around them."""
    listing = found.listing
    values = list(listing.page(request.GET.get("after", "")).values_list(*FIELDS)) if listing.groups else []
    rows = rows_of(values[: queries.PAGE], request.user.pk)
    last = dict(zip(FIELDS, values[queries.PAGE - 1], strict=True)) if len(values) > queries.PAGE else None
    key = ordering.key_of(last["due_at"], last["priority"], last["pk"]) if last else ""
    return {
        "asked": found,
        "rows": rows,
        "order": listing.order,
        "by_breach": found.but(order=None),
        "by_priority": found.but(order="priority"),
        "more": found.but(after=key) if key else "",
        "moves": json.dumps(moves_by_key(), separators=(",", ":")),
        "several": len(listing.groups) > 1,
    }


def _choose(request: SignedIn, found: asked.Asked, workgroup: Workgroup | None) -> HttpResponse:
    """The filters to choose from, as a page or a dialog; the form asks for the list again."""
    filters = TicketFilter(found.query, queryset=None, request=request)
    form = filters.offer(() if workgroup else queries.known_queues(request.user))
    kept = [(name, found.query[name]) for name in ("tab", "order", "q") if name in found.query]
    context = {"form": form, "workgroup": workgroup, "kept": kept, "asked": found}
    return render(request, "queues/filters.html#dialog" if request.htmx else "queues/filters.html", context)


@require_safe
def team(request: SignedIn, slug: str) -> HttpResponse:
    """For leads: who of the workgroup has how much, and each one's tickets to move."""
    workgroup = _workgroup(request, slug)
    if not may_lead_queue(request.user, workgroup.pk):
        raise PermissionDenied(_("Only a lead of {workgroup} sees who has what.").format(workgroup=workgroup))
    loads = team_load(workgroup)
    shown = [ticket for load in loads for ticket in load.tickets]
    return render(request, "queues/team.html", {"workgroup": workgroup, "loads": loads, "shown": shown})
