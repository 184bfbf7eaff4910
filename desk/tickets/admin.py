"""Administration around tickets: priority matrix, pending reasons; tickets, events and files for looking only."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from desk.people.names import PlainWords
from desk.reactions.table import switchboard

from . import flow, kinds
from .models import Attachment, Event, Impact, Link, PendingReason, Priority, PriorityCell, Ticket, Urgency, Watcher
from .timeline import WORDS


class LookOnly:
    """Nothing can be added, changed or deleted, whatever is posted: what happens to a ticket goes through its page."""

    show_full_result_count = False
    actions: ClassVar[Any] = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KeptWhileUsed(PlainWords, admin.ModelAdmin):
    """Rows that tickets name can't be deleted; they are made inactive instead. `used_by` is the ticket's field."""

    used_by: str
    ticket_model: type[Model]
    list_display = ["name", "position", "is_active", "in_use"]
    list_editable = ["position", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        naming = self.ticket_model._default_manager.filter(**{self.used_by: OuterRef("pk")})
        return super().get_queryset(request).annotate(used=Exists(naming))

    @admin.display(description=_lazy("In use"), boolean=True)
    def in_use(self, row: Any) -> bool:
        return bool(row.used)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and row.used and self.has_delete_permission(request, row):
            self.message_user(
                request,
                _(
                    "“{row}” stands in tickets and can't be deleted. Make it inactive: it is not offered any more."
                ).format(row=row),
                messages.ERROR,
            )
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)
        return super().delete_view(request, object_id, extra_context)


@admin.register(PendingReason)
class PendingReasonAdmin(KeptWhileUsed):
    used_by = "pending_reason"
    ticket_model = Ticket
    list_display = [
        "name", "position", "is_active", "in_use", "waits_for_requester", "resumes_on_reply", "resumes_on_orders",
        "pauses_resolution",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["name", "public_text"]}),
        (_lazy("The requester"), {"fields": ["waits_for_requester", "resumes_on_reply"]}),
        (_lazy("Work orders"), {"fields": ["resumes_on_orders"]}),
        (_lazy("Clocks"), {"fields": ["pauses_response", "pauses_resolution"]}),
        (
            _lazy("List"),
            {
                "fields": ["position", "is_active"],
                "description": _lazy("A reason that stands in tickets can't be deleted; make it inactive instead."),
            },
        ),
    ]


_LEVELS = {
    "HIGH": pgettext_lazy("impact or urgency", "HIGH"),
    "MEDIUM": pgettext_lazy("impact or urgency", "MEDIUM"),
    "LOW": pgettext_lazy("impact or urgency", "LOW"),
}


class MatrixForm(forms.Form):
    """Nine priorities, by impact and urgency."""

    def __init__(self, *args: Any, cells: dict[tuple[int, int], PriorityCell], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cells = cells
        for impact in Impact:
            for urgency in Urgency:
                cell = cells.get((impact, urgency))
                field = forms.TypedChoiceField(
                    choices=Priority.choices, coerce=int, initial=cell.priority if cell else Priority.P3
                )
                sentence = _("Priority for impact {impact} and urgency {urgency}")
                levels = {"impact": _LEVELS[impact.name], "urgency": _LEVELS[urgency.name]}
                field.widget.attrs["aria-label"] = sentence.format(**levels)
                self.fields[f"cell_{impact}_{urgency}"] = field

    def rows(self) -> list[tuple[Impact, list[forms.BoundField]]]:
        return [(impact, [self[f"cell_{impact}_{urgency}"] for urgency in Urgency]) for impact in Impact]

    def save(self) -> list[PriorityCell]:
        """Save the cells that differ, and make those that are missing; returns them."""
        saved = []
        for impact in Impact:
            for urgency in Urgency:
                priority = self.cleaned_data[f"cell_{impact}_{urgency}"]
                cell = self.cells.get((impact, urgency)) or PriorityCell(impact=impact, urgency=urgency)
                if cell.pk is None or cell.priority != priority:
                    cell.priority = priority
                    cell.save()
                    saved.append(cell)
        return saved


@admin.register(PriorityCell)
class PriorityMatrixAdmin(admin.ModelAdmin):
    """The whole matrix on one page; there are always nine cells."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PriorityCell | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        cells = {(cell.impact, cell.urgency): cell for cell in PriorityCell.objects.all()}
        form = MatrixForm(request.POST or None, cells=cells)
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            if form.is_valid():
                return self._save(request, form)
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "urgencies": Urgency}
        context |= {"title": _("Priority matrix"), "may_change": self.has_change_permission(request)}
        return TemplateResponse(request, "admin/tickets/matrix.html", context)

    def _save(self, request: HttpRequest, form: MatrixForm) -> HttpResponse:
        with transaction.atomic():
            saved = form.save()
            for cell in saved:
                self.log_change(request, cell, [{"changed": {"fields": ["priority"]}}])
        text = _("Saved {n} of nine cells.").format(n=len(saved)) if saved else _("Nothing was different.")
        self.message_user(request, f"{text} {_('Tickets that exist keep their priority.')}")
        return redirect("admin:tickets_prioritycell_changelist")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return redirect("admin:tickets_prioritycell_changelist")


class LinksOut(LookOnly, admin.TabularInline):
    model = Link
    fk_name = "source"
    verbose_name_plural = _lazy("links to other tickets")
    fields = readonly_fields = ("kind", "target", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        return super().get_queryset(request).select_related("target")


class Watchers(LookOnly, admin.TabularInline):
    model = Watcher
    fields = readonly_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Watcher]:
        return super().get_queryset(request).select_related("user")


class StateFilter(admin.SimpleListFilter):
    """Every state that some kind of ticket has, in the order of its lifecycle."""

    title = _lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        states: dict[str, str] = {}
        for kind in kinds.every():
            states |= {value: str(label) for value, label in kind.states.choices if value not in states}
        return list(states.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class TicketLook(LookOnly, admin.ModelAdmin):
    """What lists and pages of tickets share, of whatever kind."""

    list_display = ["number", "title", "state_label", "priority", "workgroup", "assignee", "created_at"]
    list_filter: ClassVar[Any] = [StateFilter, "priority", "workgroup", "service", "created_at"]
    list_select_related = ["workgroup", "assignee"]
    list_per_page = 50
    search_fields = ["=number", "title", "requester__username", "requester__last_name"]
    search_help_text = _lazy("The whole number, a word of the title, or the requester's name.")
    ordering = ["-pk"]
    inlines = [LinksOut, Watchers]
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ["number", "title", "description", "state_label", "pending_reason", "version"]}),
        (_lazy("People"), {"fields": ["requester", "reporter", "workgroup", "assignee", "reassignment_count"]}),
        (_lazy("What and where"), {"fields": ["service", "category", "site", "impact", "urgency", "priority"]}),
        (_lazy("Bookkeeping"), {"fields": ["kind", "source", "submission", "created_at", "updated_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = ("workgroup", "assignee", "requester", "reporter", "service", "category", "site", "pending_reason")
        return super().get_queryset(request).select_related(*related)

    def view_on_site(self, obj: Ticket) -> str:
        return obj.get_absolute_url()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A ticket's history is its timeline; the admin's own log knows nothing of it."""
        ticket = self.get_object(request, object_id)
        return redirect(ticket) if ticket else super().history_view(request, object_id, extra_context)

    @admin.display(description=_lazy("State"), ordering="state")
    def state_label(self, ticket: Ticket) -> str:
        return ticket.state_label


@admin.register(Ticket)
class TicketAdmin(TicketLook):
    """Every kind in one list."""

    list_display = ["number", "kind", *TicketLook.list_display[1:]]
    list_filter = ["kind", *TicketLook.list_filter]


class EventKindFilter(admin.SimpleListFilter):
    """The kinds of event that the program can write; asking a million rows for theirs would take long."""

    title = _lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = {"comment.added", "field.changed", "link.added", "ticket.corrected", *switchboard()}
        names |= {name for name in WORDS if "." in name}
        for kind in kinds.every():
            moves = {step.custom["event"] for step in flow.all_transitions(kind.model)}
            names |= {f"{kind.name}.{move}" for move in ["logged", *moves]}
        return [(name, name) for name in sorted(names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(LookOnly, admin.ModelAdmin):
    """The audit trail. The database itself refuses to change or delete a row of it."""

    list_display = ["at", "ticket_number", "kind", "visibility", "actor", "source", "version"]
    list_filter = [EventKindFilter, "visibility", "at"]
    list_select_related = ["ticket", "actor"]
    search_fields = ["=ticket__number"]
    search_help_text = _lazy("The whole number of a ticket, such as INC-000042.")
    ordering = ["-pk"]
    fields = ["ticket", "at", "recorded_at", "actor", "kind", "visibility", "source", "version", "everyone", "internal"]

    @admin.display(description=_lazy("Ticket"), ordering="ticket")
    def ticket_number(self, event: Event) -> str:
        return event.ticket.number

    @admin.display(description=_lazy("Data for everyone"))
    def everyone(self, event: Event) -> SafeString:
        return as_json(event.data)

    @admin.display(description=_lazy("Data for insiders"))
    def internal(self, event: Event) -> SafeString:
        return as_json(event.inside)


def as_json(data: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(data, indent=2, ensure_ascii=False))


@admin.register(Attachment)
class AttachmentAdmin(LookOnly, admin.ModelAdmin):
    """Files, by the same address (and the same permission) as on the ticket's page."""

    list_display = ["name", "ticket_number", "how_large", "content_type", "visibility", "sent_by", "sent_at"]
    list_filter = ["content_type", "event__visibility", "event__at"]
    list_select_related = ["event__ticket", "event__actor"]
    search_fields = ["name", "=event__ticket__number"]
    ordering = ["-pk"]
    fields = ["download", "ticket_number", "how_large", "content_type", "visibility", "sent_by", "sent_at", "key"]

    @admin.display(description=_lazy("Ticket"), ordering="event__ticket")
    def ticket_number(self, attachment: Attachment) -> str:
        return attachment.event.ticket.number

    @admin.display(description=_lazy("Size"), ordering="size")
    def how_large(self, attachment: Attachment) -> str:
        return filesizeformat(attachment.size)

    @admin.display(description=_lazy("Visibility"))
    def visibility(self, attachment: Attachment) -> str:
        return attachment.event.get_visibility_display()

    @admin.display(description=_lazy("Sent by"))
    def sent_by(self, attachment: Attachment) -> str:
        return str(attachment.event.actor)

    @admin.display(description=_lazy("Sent at"), ordering="event__at")
    def sent_at(self, attachment: Attachment) -> Any:
        return attachment.event.at

    @admin.display(description=_lazy("File"))
    def download(self, attachment: Attachment) -> SafeString:
        return format_html('<a href="{}">{}</a>', attachment.get_absolute_url(), attachment.name)
