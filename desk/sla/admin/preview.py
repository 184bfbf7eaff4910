"""The preview: for such a ticket, which policy matches, why the others don't, and when what falls due. Asks only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.assignment.queries import NoCatchAll, Route, route
from desk.people.models import User, Workgroup
from desk.services.models import Category, Service
from desk.services.queries import category_choices
from desk.tickets.models import Priority, Ticket

from .. import queries, words
from ..models import YEARS, ClockKind
from ..outlook import Outlook, outlook
from ..versions import Subject
from .asked import number
from .fields import Choosing
from .policy_form import kind_choices

if TYPE_CHECKING:
    from .policies import PolicyAdmin

NONE = _lazy("– none –")
MOMENT = "%Y-%m-%dT%H:%M"


class CreatedField(forms.DateTimeField):
    """When an imagined ticket is created, on the viewer's own clock; None when nothing is written."""

    def __init__(self, **kwargs: Any):
        usual = {
            "required": False,
            "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
            "input_formats": [MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            "help_text": _lazy("Empty: now."),
        }
        super().__init__(**{**usual, **kwargs})

    def clean(self, value: Any) -> datetime | None:
        created: datetime | None = super().clean(value)
        if created is not None and created.year not in YEARS:
            raise forms.ValidationError(
                _("Give a moment in the years {first} to {last}.").format(first=YEARS[0], last=YEARS[-1])
            )
        return created


class PreviewForm(forms.Form):
    """What policies may ask of a ticket, and when it is created (on the viewer's own clock)."""

    routed: Route | None  # which workgroup the routing rules choose, once the form is clean and names none
    kind = forms.ChoiceField(label=_lazy("Kind of ticket"), choices=kind_choices)
    priority = forms.TypedChoiceField(
        label=_lazy("Priority"), choices=Priority.choices, coerce=int, initial=Priority.P3
    )
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.filter(is_active=True),
        label=_lazy("Workgroup"),
        required=False,
        empty_label=_lazy("– by the routing rules –"),
        help_text=_lazy("Empty: the one that the routing rules choose, as far as service and category decide."),
    )
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=_lazy("Service"), required=False, empty_label=NONE
    )
    category = forms.TypedChoiceField(
        label=_lazy("Category"),
        choices=lambda: [("", NONE), *category_choices()],
        required=False,
        coerce=int,
        empty_value=None,
    )
    requester = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        label=_lazy("Requester"),
        required=False,
        widget=Choosing(Ticket._meta.get_field("requester"), admin.site, attrs={"data-width": "20em"}),
        help_text=_lazy("For the department and whether they are a VIP. Empty: neither."),
    )
    created = CreatedField(label=_lazy("Created"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.routed = None if data.get("workgroup") or self.errors else self._route(data)
        return data

    def _route(self, data: dict[str, Any]) -> Route | None:
        """Where the routing rules would send such a ticket, whatever is written in it."""
        category = Category.objects.filter(pk=data["category"]).first()
        try:
            known = {"requester": data["requester"], "priority": data["priority"]}
            return route(data["kind"], text="", service=data["service"], category=category, **known)
        except NoCatchAll:
            self.add_error("workgroup", _("No routing rule takes such a ticket. Please choose a workgroup."))
            return None

    def subject(self) -> Subject:
        data = self.cleaned_data
        requester: User | None = data["requester"]
        service, category = data["service"], data["category"]
        return Subject(
            kind=data["kind"],
            priority=data["priority"],
            workgroup=(self.routed.workgroup if self.routed else data["workgroup"]).pk,
            service=service.pk if service else None,
            branch=queries.branches().get(category, frozenset()) if category else frozenset(),
            department=requester.department if requester else "",
            vip=requester.is_vip if requester else False,
        )


def preview_view(site: PolicyAdmin, request: HttpRequest) -> HttpResponse:
    if not site.has_view_or_change_permission(request):
        raise PermissionDenied
    form = PreviewForm(request.GET if "priority" in request.GET else None, initial=_initial(request))
    found: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        at = form.cleaned_data["created"] or timezone.now()
        found = shown(outlook(form.subject(), at), at, form.routed)
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "form": form,
        "media": site.media + form.media,
    }
    context |= {"title": _("What would be promised?"), **found}
    return TemplateResponse(request, "admin/sla/preview.html", context)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the page of a policy hands over as `for-…`, so that its own conditions stand in the form."""
    names = ("kind", "service", "category", "workgroup")
    given: dict[str, Any] = {
        name: request.GET[f"for-{name}"] for name in names if request.GET.get(f"for-{name}", "").strip()
    }
    if (priority := number(request.GET.get("for-priority"))) is not None:
        given["priority"] = priority
    return given


def shown(answer: Outlook, at: datetime, routed: Route | None) -> dict[str, Any]:
    """What the pages show of an answer for a ticket created at this moment."""
    found: dict[str, Any] = {"answer": answer, "at": at, "routed": routed}
    found["not_asked"] = [policy.name for policy in answer.not_asked]
    if answer.said is None or answer.calendar is None:
        return found
    here, there = timezone.get_current_timezone(), ZoneInfo(answer.calendar.calendar.zone)
    found |= {"here": str(here), "there": str(there), "both": str(here) != str(there)}
    found |= {"conditions": words.conditions(answer.said), "promise": words.promise(answer.said)}
    found["created"] = _moment(at, there, here)
    found["courses"] = [
        {
            "label": ClockKind(course.kind).label,
            "target": words.length(answer.said.minutes[course.kind]),
            "is_best_effort": answer.said.minutes[course.kind] is None,
            "due": _moment(course.due_at, there, here) if course.due_at else None,
            "moments": [(m.percent, _moment(m.at, there, here), m.does) for m in course.moments],
        }
        for course in answer.courses
    ]
    return found


def _moment(at: datetime, there: Any, here: Any) -> tuple[str, str]:
    """The moment on the calendar's wall clock and on the viewer's."""
    return tuple(f"{words.day(at.astimezone(zone).date())}, {at.astimezone(zone):%H:%M}" for zone in (there, here))  # type: ignore[return-value]
