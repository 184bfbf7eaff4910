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

from desk.people.queries import workgroups_for

from .models import ASKED, PLAN, ChangeTemplate, Freeze

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
        ("Plan", {"fields": list(PLAN)}),
        ("Risk", {"fields": ["impact", *ASKED]}),
        (
            "Approval",
            {
                "fields": ["approval"],
                "description": "It is offered once somebody has approved it: choose it in the list, and “Approve”. "
                "Whoever wrote it last can't approve it. Editing it undoes the approval.",
            },
        ),
    ]

    @admin.display(description="approved")
    def approval(self, template: ChangeTemplate) -> str:
        if template.approved_at is None:
            return "Not yet"
        return f"by {template.approved_by} on {timezone.localtime(template.approved_at):%d %b %Y}"

    def save_model(self, request: HttpRequest, obj: ChangeTemplate, form: Any, change: bool) -> None:
        if change and APPROVED & set(form.changed_data) and obj.approved_at is not None:
            obj.approved_at = obj.approved_by = None
            self.message_user(request, f"“{obj}” has to be approved anew: it was edited.", messages.WARNING)
        super().save_model(request, obj, form, change)

    @admin.action(description="Approve the chosen templates")
    def approve(self, request: HttpRequest, queryset: QuerySet[ChangeTemplate]) -> None:
        for template in queryset:
            if self._last_editor(template) == request.user.pk:
                said = f"You wrote “{template}” last; somebody else has to approve it."
                self.message_user(request, said, messages.ERROR)
                continue
            template.approved_at, template.approved_by = timezone.now(), request.user  # type: ignore[assignment]
            template.save(update_fields=["approved_at", "approved_by"])
            self.log_change(request, template, "Approved.")
            self.message_user(request, f"“{template}” is approved, and offered from now on.", messages.SUCCESS)

    def _last_editor(self, template: ChangeTemplate) -> int | None:
        """Who wrote it last, as the administration's own history says."""
        kind = ContentType.objects.get_for_model(ChangeTemplate)
        rows = LogEntry.objects.filter(content_type=kind, object_id=str(template.pk)).exclude(
            change_message="Approved."
        )
        last = rows.order_by("-action_time", "-pk").first()
        return last.user_id if last else None


@admin.register(Freeze)
class FreezeAdmin(admin.ModelAdmin):
    list_display = ["name", "start", "end", "effect", "holds_for", "is_active"]
    list_filter = ["is_active", "effect", "services"]
    search_fields = ["name", "reason"]
    date_hierarchy = "start"
    filter_horizontal = ["services"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Freeze]:
        return super().get_queryset(request).prefetch_related("services")

    @admin.display(description="holds for")
    def holds_for(self, freeze: Freeze) -> str:
        return ", ".join(str(service) for service in freeze.services.all()) or "every service"
