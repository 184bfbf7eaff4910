"""Administration of incidents: looking at them, and the resolution codes they end with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from desk.tickets.admin import KeptWhileUsed, LookOnly, TicketLook

from .models import ImportedIncident, Incident, ResolutionCode
from .monitoring import admin as monitoring

__all__ = ["ImportedIncidentAdmin", "IncidentAdmin", "ResolutionCodeAdmin", "monitoring"]


@admin.register(ResolutionCode)
class ResolutionCodeAdmin(KeptWhileUsed):
    used_by = "resolution_code"
    ticket_model = Incident
    list_display = ["name", "description", "position", "is_active", "in_use"]
    fieldsets = [
        (None, {"fields": ["name", "description"]}),
        (
            _("List"),
            {
                "fields": ["position", "is_active"],
                "description": _("A code that stands in incidents can't be deleted; make it inactive instead."),
            },
        ),
    ]


@admin.register(Incident)
class IncidentAdmin(TicketLook):
    """An incident changes on its page, by its transitions; here one finds and reads it."""

    list_filter: ClassVar[Any] = [*TicketLook.list_filter, "resolution_code", "rating"]
    fieldsets: ClassVar[Any] = [
        *TicketLook.fieldsets[:3],
        (_("How it ended"), {"fields": ["resolution_code", "solution", "resolved_at", "closed_at", "reopen_count"]}),
        (_("What the requester says"), {"fields": ["rating", "rating_comment"]}),
        TicketLook.fieldsets[3],
    ]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("resolution_code")


@admin.register(ImportedIncident)
class ImportedIncidentAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["number", "system", "incident", "rows", "corrections", "last_at", "file"]
    list_filter = ["system", "imported_at"]
    list_select_related = ["incident"]
    search_fields = ["=number", "=incident__number"]
    fields = ["system", "number", "incident", "file", "rows", "corrections", "last_at", "imported_at"]
