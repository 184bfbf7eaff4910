"""Administration of what changes need: templates of standard changes with their approval, and freezes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.people.queries import workgroups_for

from . import planning
from .lifecycle import State
from .models import ASKED, PLAN, CalendarFeed, ChangeTemplate, Freeze

MOST_CAUGHT = 50  # changes listed on a freeze

# What was approved: when one of these is edited, the template has to be approved anew.
APPROVED = {*PLAN, *ASKED, "impact", "services", "name"}


class TemplateForm(forms.ModelForm):
    """A template says everything that approvers would ask; otherwise nobody could approve it beforehand."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in (*PLAN, *ASKED, "services"):
            if name in self.fields:
                self.fields[name].required = True
        if "workgroup" in self.fields:
            self.fields["workgroup"].queryset = workgroups_for("change")  # type: ignore[attr-defined]


@admin.register(ChangeTemplate)
class ChangeTemplateAdmin(admin.ModelAdmin):
    form = TemplateForm
    list_display = ["name", "workgroup", "minutes", "approval", "is_active"]
    list_filter = ["is_active", "workgroup"]
    search_fields = ["name", "description"]
    filter_horizontal = ["services"]
    readonly_fields = ["approval"]
    actions = ["approve"]
    fieldsets = [
        (None, {"fields": ["name", "description", "workgroup", "category", "services", "minutes", "is_active"]}),
        (_lazy("Plan"), {"fields": list(PLAN)}),
        (_lazy("Risk"), {"fields": ["impact", *ASKED]}),
        (
            _lazy("Approval"),
            {
                "fields": ["approval"],
                "description": _lazy(
                    "It is offered once somebody has approved it: choose it in the list, and “Approve”. "
                    "Whoever wrote it last can't approve it. Editing it undoes the approval."
                ),
            },
        ),
    ]

    @admin.display(description=_lazy("approved"))
    def approval(self, template: ChangeTemplate) -> str:
        if template.approved_at is None:
            return _("Not yet")
        day = date_format(timezone.localtime(template.approved_at), _("d M Y"))
        return _("by {person} on {day}").format(person=template.approved_by, day=day)

    def save_model(self, request: HttpRequest, obj: ChangeTemplate, form: Any, change: bool) -> None:
        if change and APPROVED & set(form.changed_data) and obj.approved_at is not None:
            obj.approved_at = obj.approved_by = None
            said = _("“{name}” has to be approved anew: it was edited.").format(name=obj)
            self.message_user(request, said, messages.WARNING)
        super().save_model(request, obj, form, change)

    @admin.action(description=_lazy("Approve the chosen templates"))
    def approve(self, request: HttpRequest, queryset: QuerySet[ChangeTemplate]) -> None:
        for template in queryset:
            if self._last_editor(template) == request.user.pk:
                said = _("You wrote “{name}” last; somebody else has to approve it.").format(name=template)
                self.message_user(request, said, messages.ERROR)
                continue
            template.approved_at, template.approved_by = timezone.now(), request.user  # type: ignore[assignment]
            template.save(update_fields=["approved_at", "approved_by"])
            self.log_change(request, template, "Approved.")
            said = _("“{name}” is approved, and offered from now on.").format(name=template)
            self.message_user(request, said, messages.SUCCESS)

    def _last_editor(self, template: ChangeTemplate) -> int | None:
        """Who wrote it last, as the administration's own history says."""
        kind = ContentType.objects.get_for_model(ChangeTemplate)
        rows = LogEntry.objects.filter(content_type=kind, object_id=str(template.pk)).exclude(
            change_message="Approved."
        )
        last = rows.order_by("-action_time", "-pk").first()
        return last.user_id if last else None


class FreezeForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """The sentence stands where the mistake is."""
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if start and end and end <= start:
            self.add_error("end", _("A freeze ends after it starts."))
        return data


@admin.register(Freeze)
class FreezeAdmin(admin.ModelAdmin):
    form = FreezeForm
    list_display = ["name", "start", "end", "effect", "holds_for", "is_active"]
    list_filter = ["is_active", "effect", "services"]
    search_fields = ["name", "reason"]
    date_hierarchy = "start"
    filter_horizontal = ["services"]
    readonly_fields = ["caught"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "reason", "effect", ("start", "end"), "services", "is_active"],
                "description": _lazy(
                    "A time in which services are left alone. It stands in the calendar of changes, and on "
                    "every change that is planned into it. Emergencies are never refused."
                ),
            },
        ),
        (
            _lazy("Changes in it"),
            {
                "fields": ["caught"],
                "description": _lazy(
                    "What was asked for or scheduled before the freeze was set stays as it is: talk to its owner."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Freeze]:
        return super().get_queryset(request).prefetch_related("services")

    @admin.display(description=_lazy("holds for"))
    def holds_for(self, freeze: Freeze) -> str:
        return ", ".join(str(service) for service in freeze.services.all()) or _("every service")

    @admin.display(description=_lazy("planned in it"))
    def caught(self, freeze: Freeze) -> str:
        """The changes that are to be done in it, each with a way to it."""
        if freeze.pk is None:
            return _("Known once it is saved.")
        found = list(planning.caught_by(freeze).select_related("workgroup")[: MOST_CAUGHT + 1])
        lines = format_html_join(
            "",
            '<li><a href="{}">{} {}</a>, {}, {} ({})</li>',
            (
                (one.get_absolute_url(), one.number, one.title, one.window_in_words, one.workgroup, one.state_label)
                for one in found[:MOST_CAUGHT]
            ),
        )
        more = format_html("<p>{}</p>", _("And others.")) if len(found) > MOST_CAUGHT else ""
        return (
            format_html("<p>{}</p><ul>{}</ul>{}", in_it(freeze), lines, more) if found else _("No change lies in it.")
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Who sets a freeze over what is planned already is told so at once."""
        super().save_related(request, form, formsets, change)
        freeze = Freeze.objects.get(pk=form.instance.pk)
        if freeze.is_active and (said := in_it(freeze)):
            self.message_user(request, f"{said} {_('Their pages show the freeze.')}", messages.WARNING)


def in_it(freeze: Freeze) -> str:
    """How many changes that are to be done lie in a freeze, as a sentence; empty when none does."""
    states = list(planning.caught_by(freeze).values_list("state", flat=True))
    scheduled = states.count(State.SCHEDULED)
    if not states:
        return ""
    others = len(states) - scheduled
    parts = [_("{n} scheduled").format(n=scheduled)] if scheduled else []
    parts += [_("{n} not scheduled yet").format(n=others)] if others else []
    said = ngettext("{n} change lies in it: {states}.", "{n} changes lie in it: {states}.", len(states))
    return said.format(n=len(states), states=", ".join(parts))


@admin.register(CalendarFeed)
class CalendarFeedAdmin(admin.ModelAdmin):
    """Who reads changes in a calendar program; the address itself is shown to its owner alone."""

    list_display = ["user", "service", "created_at", "last_read_at"]
    list_select_related = ["user", "service"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "service__name"]
    fields = ["user", "service", "created_at", "last_read_at"]  # all the rest is part of the address
    readonly_fields = ["user", "service", "created_at", "last_read_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
