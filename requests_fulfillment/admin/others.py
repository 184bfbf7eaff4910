"""Administration of the shelves of the catalogue, and requests for looking only."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.names import PlainWords
from desk.tickets.admin import TicketLook

from ..models import CatalogueGroup, ServiceRequest
from .fields import IconField


class GroupForm(forms.ModelForm):
    icon = IconField()

    class Meta:
        model = CatalogueGroup
        fields: ClassVar[Any] = ["name", "description", "icon", "position"]


@admin.register(CatalogueGroup)
class GroupAdmin(PlainWords, admin.ModelAdmin):
    """The shelves in the order in which people see them."""

    form = GroupForm
    list_display = ["name", "description", "items_here", "position"]
    list_editable = ["position"]
    search_fields = ["name", "description"]
    actions = None
    sortable_by = ()

    class Media:
        css: ClassVar[Any] = {"all": ["css/admin/catalogue.css"]}
        js = ("js/admin/item.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogueGroup]:
        offered = Count("items", filter=Q(items__is_active=True, items__current__isnull=False))
        return super().get_queryset(request).annotate(offered=offered, all_items=Count("items"))

    @admin.display(description=_("Items (offered / all)"))
    def items_here(self, group: CatalogueGroup) -> str:
        return f"{group.offered} / {group.all_items}"  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A shelf goes once it is empty."""
        if obj is not None and obj.items.exists():
            return False
        return super().has_delete_permission(request, obj)


@admin.register(ServiceRequest)
class RequestAdmin(TicketLook):
    """A request changes on its page, by its transitions; here one finds and reads it."""

    list_display = [*TicketLook.list_display[:2], "requester", *TicketLook.list_display[2:]]
    list_filter: ClassVar[Any] = [*TicketLook.list_filter, "item"]
    list_select_related = ["workgroup", "assignee", "requester"]
    fieldsets: ClassVar[Any] = [
        *TicketLook.fieldsets[:1],
        (_("What was ordered"), {"fields": ["item", "version_ordered", "answered"]}),
        *TicketLook.fieldsets[1:3],
        (
            _("How it ended"),
            {"fields": ["fulfilled_at", "closed_at", "failures", "disruptions", "rating", "rating_comment"]},
        ),
        TicketLook.fieldsets[3],
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("item", "version_ordered__item")

    @admin.display(description=_("Answers"))
    def answered(self, request: ServiceRequest) -> SafeString | str:
        rows = [(question.label, answer or "–") for question, answer in request.answered]
        return (
            format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", rows))
            if rows
            else gettext("Nothing was asked.")
        )
