"""The page that imports public holidays: choose a country, look at what would be added, add it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.people.models import User

from .. import public_holidays, publishing, words
from ..models import YEARS, Calendar, SpecialDay
from ..times import read_times

if TYPE_CHECKING:
    from .calendars import CalendarAdmin

MOST_YEARS = 10


@dataclass(frozen=True)
class Found:
    """A public holiday, and what the calendar has on that date already."""

    on: date
    name: str
    present: SpecialDay | None

    @property
    def said(self) -> str:
        return words.day(self.on)

    @property
    def kept(self) -> str:
        assert self.present is not None
        return f"{self.present.name}, {words.hours(read_times(self.present.times))}"


class HolidaysForm(forms.Form):
    """Which holidays, of which years; the regions offered are those of the country that was asked for."""

    country = forms.ChoiceField(
        label=_lazy("Country"), choices=lambda: [("", _("– choose –")), *public_holidays.countries()]
    )
    region = forms.ChoiceField(
        label=_lazy("Region"), required=False, help_text=_lazy("Empty: only those of the whole country.")
    )
    first = forms.IntegerField(label=_lazy("From year"), min_value=YEARS[0], max_value=YEARS[-1])
    last = forms.IntegerField(label=_lazy("To year"), min_value=YEARS[0], max_value=YEARS[-1])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        country = self.data.get("country", "")
        regions = public_holidays.regions(country)
        field: Any = self.fields["region"]
        field.choices = [("", _("– whole country –")), *((code, code) for code in regions)]
        if not regions:
            field.help_text = _("This country has none.") if country else _("Shown once the country is chosen.")
        self.initial.setdefault("first", timezone.localdate().year)
        self.initial.setdefault("last", timezone.localdate().year + 2)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last year is before the first."))
        elif first and last and last - first >= MOST_YEARS:
            self.add_error("last", _("Import at most {n} years at once.").format(n=MOST_YEARS))
        return data

    def found(self, calendar: Calendar) -> list[Found]:
        data = self.cleaned_data
        days = public_holidays.public_holidays(data["country"], data["region"], range(data["first"], data["last"] + 1))
        present = {row.date: row for row in calendar.special_days.filter(date__in=days)}
        return [Found(on, name, present.get(on)) for on, name in days.items()]


def holidays_view(site: CalendarAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows what would be added; POST adds the dates that are ticked, and publishes."""
    calendar = get_object_or_404(Calendar, pk=pk)
    if not site.has_change_permission(request, calendar):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    form = HolidaysForm(asked if "country" in asked else None)
    found = form.found(calendar) if form.is_bound and form.is_valid() else []
    nothing = ""
    if request.method == "POST" and found:
        ticked = set(request.POST.getlist("day"))
        days = {one.on: one.name for one in found if one.on.isoformat() in ticked and one.present is None}
        if days:
            return _add(site, request, calendar, days, form)
        nothing = _("No date is ticked, so nothing was added.")
    title = _("Public holidays for {calendar}").format(calendar=calendar)
    context = {**site.admin_site.each_context(request), "opts": site.opts, "object": calendar, "form": form}
    context |= {
        "title": title,
        "found": found,
        "media": site.media,
        "nothing": nothing,
    }
    context["new"] = sum(one.present is None for one in found)
    return TemplateResponse(request, "admin/sla/holidays.html", context)


def _add(
    site: CalendarAdmin, request: HttpRequest, calendar: Calendar, days: dict[date, str], form: HolidaysForm
) -> HttpResponse:
    assert isinstance(request.user, User)
    data = form.cleaned_data
    country = dict(public_holidays.countries())[data["country"]]
    reason = (
        f"Public holidays of {country}{' ' + data['region'] if data['region'] else ''}, {data['first']}–{data['last']}"
    )
    added, version = publishing.add_special_days(calendar=calendar, days=days, by=request.user, reason=reason)
    site.log_change(request, calendar, reason)
    said = ngettext(
        "{n} holiday added; dates that were there are kept.",
        "{n} holidays added; dates that were there are kept.",
        added,
    )
    site.message_user(request, said.format(n=added), messages.SUCCESS)
    site.tell(request, calendar, version)
    return redirect("admin:sla_calendar_change", calendar.pk)
