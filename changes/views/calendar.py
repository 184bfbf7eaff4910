"""The calendar of changes, and what a window meets while somebody plans it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.people.rules import is_analyst, reach
from desk.people.signed_in import SignedIn
from desk.services.models import Service
from desk.tickets.queries import get_visible

from .. import planning
from ..calendar import VIEWS, Page, day_of, with_what_it_leans_on
from ..forms import CheckForm
from ..models import Change


@require_safe
def calendar(request: SignedIn) -> HttpResponse:
    """What is planned, as month, week, day or list; an odd address shows the nearest there is."""
    services = list(Service.objects.filter(is_active=True))
    chosen = next((one for one in services if str(one.pk) == request.GET.get("service")), None)
    leans = bool(chosen and request.GET.get("leans"))
    wanted = None if chosen is None else with_what_it_leans_on(chosen) if leans else {chosen.pk}
    view = request.GET.get("view", "")
    today = timezone.localdate()
    page = Page(
        user=request.user,
        view=view if view in VIEWS else "month",
        on=day_of(request.GET.get("on", "")) or today,
        today=today,
        zone=timezone.get_current_timezone(),
        services=wanted,
    )
    context = {
        "page": page,
        "views": VIEWS.items(),
        "hours": [f"{hour:02}:00" for hour in range(24)],
        "services": services,
        "chosen": chosen,
        "leans": leans,
        "may_draft": is_analyst(request.user),
        "sees_all": bool(reach(request.user).view),
    }
    template = "changes/calendar.html#calendar" if request.htmx else "changes/calendar.html"
    return render(request, template, context)


@require_safe
def check(request: SignedIn) -> HttpResponse:
    """The freezes and the other changes that the window in a form meets, before anything is saved."""
    number = request.GET.get("number", "")
    change: Change | None = get_visible(request.user, number, Change) if number else None
    plan = CheckForm(request.GET).plan(change.pk if change else None)
    return render(request, "changes/met.html", {"met": planning.met(plan, request.user), "planning": True})
