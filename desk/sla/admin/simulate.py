"""Administration: the page that tries a changed policy on the tickets of the last weeks, and writes nothing."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from desk.tickets.errors import Refused

from ..engine import KINDS
from ..models import ClockKind, Policy
from ..publishing import policy_content
from ..simulator.comparison import Comparison, compare
from ..simulator.drafts import edited
from ..simulator.simulation import Simulation
from ..simulator.table import Draft, Line
from .asked import number
from .fields import LengthField
from .policy_form import RESOLUTION_WITHIN, RESPONSE_WITHIN, PolicyForm, offer

MOST = 3000  # tickets that a request may tell again; about two seconds
SHOWN = 50  # flips of each sort


class Days(forms.Form):
    """How far back."""

    days = forms.IntegerField(
        label=_lazy("Tickets of the last"),
        min_value=1,
        max_value=3650,
        help_text=_lazy("Days before today, by when they were logged."),
    )


class Changed(forms.ModelForm):
    """A policy as it might be, in the words of its own form. It is read, and never saved."""

    response_minutes = LengthField(label=RESPONSE_WITHIN)
    resolution_minutes = LengthField(label=RESOLUTION_WITHIN)

    class Meta:
        model = Policy
        fields = [
            "response_minutes", "resolution_minutes", "calendar", "on_reopen",
            "priority", "service", "category", "workgroup", "department", "vip", "position", "is_active",
        ]  # fmt: skip
        labels = PolicyForm.Meta.labels
        help_texts = PolicyForm.Meta.help_texts

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        offer(self.fields)

    def save(self, commit: bool = True) -> Any:
        raise NotImplementedError("A simulation writes nothing.")


@require_safe
def _simulate(request: HttpRequest) -> HttpResponse:
    """The form for one policy or for all unpublished edits; with `run`, what it would have come to as well."""
    if not request.user.has_perm("sla.view_policy"):
        raise PermissionDenied(_("Simulations are for those who may see the policies."))
    chosen, runs = request.GET.get("policy", ""), "run" in request.GET
    policy = get_object_or_404(Policy, pk=number(chosen) or 0) if chosen else None
    days = Days(request.GET if runs else None, initial={"days": 90})
    changed = Changed(request.GET if runs else None, instance=policy) if policy else None
    context: dict[str, Any] = {"policy": policy, "policies": Policy.objects.all(), "days": days, "changed": changed}
    if runs and days.is_valid() and (changed is None or changed.is_valid()):
        try:
            context |= _run(_draft(changed), days.cleaned_data["days"])
        except Refused as refused:
            context["refused"] = refused.sentences
    context |= {
        **admin.site.each_context(request),
        "title": _("Simulate policies"),
        "shown": SHOWN,
        "opts": Policy._meta,
    }
    wrong = bool(context.get("refused") or days.errors or (changed and changed.errors))
    return render(request, "admin/sla/policy/simulate.html", context, status=422 if wrong else 200)


def _draft(changed: Changed | None) -> Draft:
    if changed is None:
        return edited()
    policy = changed.instance
    return Draft((Line(policy.pk, policy.position, policy_content(policy), policy.is_active),))


def _run(draft: Draft, days: int) -> dict[str, Any]:
    now = timezone.now()
    simulation = Simulation(draft, since=now - timedelta(days=days), until=now)
    many = simulation.tickets.count()
    if many > MOST:
        return {"too_many": many, "most": MOST, "ran_days": days}
    began = time.monotonic()
    found = compare(simulation)
    return {
        "found": found,
        "draft": draft,
        "unsure": len(simulation.past.unsure),
        "seconds": time.monotonic() - began,
        "tables": list(_tables(found)),
        "flips": [
            (_("Met, and would be missed"), found.flips["missed"], found.missed_now[:SHOWN]),
            (_("Missed, and would be met"), found.flips["met"], found.met_now[:SHOWN]),
        ],
    }


def _tables(found: Comparison) -> Any:
    """(heading, what the rows are, rows, whether the first of them sums up the others)."""
    for kind in KINDS:
        yield ClockKind(kind).label, _("Policy"), [found.overall[kind], *found.by_policy(kind)], True
    yield _("Categories with most missed targets"), _("Category"), found.worst_categories, False
    yield _("Workgroups with most missed targets"), _("Workgroup"), found.worst_workgroups, False


# Mounted before the administration's own addresses, which would take “simulate” for a policy's id.
simulate = admin.site.admin_view(_simulate)
