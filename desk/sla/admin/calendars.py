"""Administration of calendars: the week as text and as a picture, special days, public holidays of a country."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import MAXYEAR, date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import NOWHERE, User
from desk.people.names import PlainWords

from .. import hours, publishing, week, words
from ..models import YEARS, Calendar, CalendarHours, CalendarVersion, SpecialDay
from ..times import TIME_HELP, read_times
from .asked import number
from .fields import HoursField, Spoken, Suggesting, WhyField
from .holidays import holidays_view
from .published import PublishedAdmin, opens_no_more
from .rows import SpokenFormSet
from .stale import SeenForm

DAYS = [name.lower() for name in hours.WEEKDAYS]


def zones() -> list[str]:
    return sorted(hours.zone_names() - NOWHERE)


class CalendarForm(SeenForm):
    """The calendar with its week, a line of text for each day."""

    rows_in_content = ("days",)

    monday = HoursField(label=WEEKDAYS[0])
    tuesday = HoursField(label=WEEKDAYS[1])
    wednesday = HoursField(label=WEEKDAYS[2])
    thursday = HoursField(label=WEEKDAYS[3])
    friday = HoursField(label=WEEKDAYS[4])
    saturday = HoursField(label=WEEKDAYS[5])
    sunday = HoursField(label=WEEKDAYS[6])
    why = WhyField()

    class Meta:
        model = Calendar
        fields: ClassVar[Any] = ["name", "zone"]
        widgets: ClassVar[Any] = {"zone": Suggesting(zones)}
        help_texts: ClassVar[Any] = {
            "zone": _lazy("Type a city, such as Berlin, and choose. Hours are by its wall clock.")
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for row in self.instance.hours.all() if self.instance.pk else []:
            self.initial.setdefault(DAYS[row.weekday], row.times)

    def clean(self) -> dict[str, Any]:
        """Lay the week ready for the special days, which know whether there is any opening at all."""
        data = super().clean()
        self.instance.typed_week = [data[day] for day in DAYS] if all(day in data for day in DAYS) else None
        return data

    def save_week(self) -> None:
        for place, day in enumerate(DAYS):
            CalendarHours.objects.update_or_create(
                calendar=self.instance, weekday=place, defaults={"times": self.cleaned_data[day]}
            )


class SpecialDayForm(Spoken):
    date = forms.DateField(label=_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    times = HoursField(label=_lazy("Hours"))

    def clean_date(self) -> Any:
        on = self.cleaned_data["date"]
        if on.year not in YEARS:
            why = _("Give a date in the years {first} to {last}.")
            raise forms.ValidationError(why.format(first=YEARS[0], last=YEARS[-1]))
        return on


class SpecialDaysFormSet(SpokenFormSet):
    """The special days that are shown; the calendar as a whole is checked here, with those that aren't."""

    def clean(self) -> None:
        if any(form.errors for form in self.forms):
            return
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if not form.cleaned_data.get("DELETE") and form.cleaned_data.get("date")]
        others = self._not_shown()
        days: dict[date, hours.Windows] = {row.date: read_times(row.times) for row in others}
        for form in kept:
            on = form.cleaned_data["date"]
            if on in days:
                form.add_error("date", _("{day} is in the calendar already.").format(day=words.day(on)))
            days[on] = read_times(form.cleaned_data["times"])
        typed = getattr(self.instance, "typed_week", None)
        if typed is None or self.instance.zone not in hours.zone_names():
            return
        if found := publishing.problems(self.instance.zone, [read_times(text) for text in typed], days):
            raise forms.ValidationError(found)

    def _not_shown(self) -> list[SpecialDay]:
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        return list(self.instance.special_days.exclude(pk__in=shown)) if self.instance.pk else []


class SpecialDays(PlainWords, admin.TabularInline):
    """A year at a time, so that the form stays short however long the portal lives."""

    model = SpecialDay
    form = SpecialDayForm
    formset = SpecialDaysFormSet
    fields = ("date", "name", "times")
    extra = 1
    ordering = ("date",)
    template = "admin/sla/special_days.html"
    verbose_name_plural = "special days: holidays and half-days"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpecialDay]:
        return super().get_queryset(request).filter(date__year=year_of(request))


def year_of(request: HttpRequest) -> int:
    """The year whose special days are shown: the one asked for, else this one."""
    asked = number(request.GET.get("year"))
    return asked if asked and asked <= MAXYEAR else timezone.localdate().year


def picture_of(calendar: Calendar) -> SafeString:
    """The saved week, drawn."""
    windows: list[hours.Windows] = [()] * len(DAYS)
    for row in calendar.hours.all():
        windows[row.weekday] = read_times(row.times)
    return render_to_string("admin/sla/week.html", {"picture": week.picture(windows)})


def _quoted(policies: Iterable[Any]) -> str:
    return ", ".join(_("“{words}”").format(words=policy) for policy in policies)


@admin.register(Calendar)
class CalendarAdmin(PublishedAdmin):
    """When time counts. Saving publishes a version; clocks that run keep theirs."""

    form = CalendarForm
    inlines = (SpecialDays,)
    change_form_template = "admin/sla/calendar_form.html"
    list_display = ["name", "zone", "opening", "next_special_day", "policies_here", "version"]
    search_fields = ["name", "zone"]
    readonly_fields = ["picture", "opening"]

    class Media:
        js = ("js/admin/week.js",)

    def get_fieldsets(self, request: HttpRequest, obj: Calendar | None = None) -> Any:
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        said = {"classes": ["sla-week"], "description": TIME_HELP, "fields": [*DAYS, "picture"]}
        if not may:
            said = {"fields": ["opening", "picture"]}
        return [(None, {"fields": ["name", "zone"]}), (_lazy("Week"), said)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Calendar]:
        return super().get_queryset(request).select_related("current").prefetch_related("policies", "hours")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("picture/", view(self.picture_view), name="sla_calendar_picture"),
            path("<int:pk>/holidays/", view(self.holidays_view), name="sla_calendar_holidays"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        years = SpecialDay.objects.filter(calendar_id=number(object_id) or 0)
        shown = year_of(request)
        found = {day.year for day in years.dates("date", "year")} | {shown, timezone.localdate().year}
        extra = {"years": sorted(found, reverse=True), "year": shown, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        form.save_week()
        super().save_related(request, form, formsets, change)

    def publish(self, obj: Calendar, by: User, reason: str) -> CalendarVersion | None:
        return publishing.publish_calendar(calendar=obj, by=by, reason=reason)

    def tell(self, request: HttpRequest, obj: Calendar, version: Any) -> None:
        super().tell(request, obj, version)
        if never := opens_no_more(obj):
            if held := _quoted(obj.policies.all()):
                more = _("What is promised by it never falls due: {policies}.").format(policies=held)
                never = f"{never} {more}"
            self.message_user(request, never, messages.WARNING)

    def differences(self, versions: list[CalendarVersion]) -> Iterable[list[str]]:
        says = [version.says for version in versions]
        return [words.calendar_differences(old, new) for new, old in zip(says, [*says[1:], None], strict=True)]

    def kept_because(self, obj: Calendar) -> str:
        if users := _quoted(obj.policies.all()):
            why = _(
                "“{name}” is used by {policies}, so it can't be deleted. "
                "Give the policies another calendar, and leave it unused."
            )
            return why.format(name=obj, policies=users)
        why = _(
            "“{name}” has been published, and the history of tickets may name it, so it can't be deleted. "
            "Give the policies another calendar, and leave it unused."
        )
        return why.format(name=obj)

    def holidays_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The public holidays of a country: look at what would be added, then add it."""
        return holidays_view(self, request, pk)

    def picture_view(self, request: HttpRequest) -> HttpResponse:
        """The week as it is being typed, drawn, with what can't be read; saves nothing."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        windows: list[hours.Windows] = []
        problems = []
        for place, day in enumerate(DAYS):
            try:
                windows.append(read_times(request.GET.get(day, "")))
            except ValueError as problem:
                windows.append(())
                problems.append(f"{WEEKDAYS[place]}: {problem}")
        context = {"picture": week.picture(windows), "problems": problems}
        return TemplateResponse(request, "admin/sla/week.html", context)

    @admin.display(description=_lazy("As a picture"))
    def picture(self, calendar: Calendar) -> SafeString:
        if calendar.pk is None:
            return render_to_string("admin/sla/week.html", {"picture": week.picture([()] * len(DAYS))})
        return picture_of(calendar)

    @admin.display(description=_lazy("Open"))
    def opening(self, calendar: Calendar) -> str:
        return words.week_in_short(calendar.current.says) if calendar.current else _("not published")

    @admin.display(description=_lazy("Next special day"))
    def next_special_day(self, calendar: Calendar) -> str:
        if calendar.current is None:
            return "–"
        names = calendar.current.says.names
        coming = min((day for day in names if day >= timezone.localdate()), default=None)
        return f"{words.day(coming)} {names[coming]}" if coming else "–"

    @admin.display(description=_lazy("Used by"))
    def policies_here(self, calendar: Calendar) -> str:
        return format_html("{}", ", ".join(policy.name for policy in calendar.policies.all()) or "–")
