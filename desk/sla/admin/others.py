"""Administration of violation reasons; clocks for looking only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.tickets.admin import KeptWhileUsed, LookOnly

from ..models import Clock, ViolationReason
from ..times import in_words


@admin.register(ViolationReason)
class ViolationReasonAdmin(KeptWhileUsed):
    """Why a target was missed, as analysts may say."""

    used_by = "violation"
    ticket_model = Clock


class StateFilter(admin.SimpleListFilter):
    title = _lazy("state")
    parameter_name = "state"
    NARROW: ClassVar[dict[str, dict[str, Any]]] = {
        "open": {"stopped_at": None},
        "running": {"running_since__isnull": False},
        "paused": {"paused_since__isnull": False},
        "stopped": {"stopped_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", _("Not finished")),
            ("running", _("Running")),
            ("paused", _("Paused")),
            ("stopped", _("Finished")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clock]) -> QuerySet[Clock]:
        return queryset.filter(**self.NARROW.get(self.value() or "", {}))


class BreachFilter(admin.SimpleListFilter):
    title = _lazy("breach")
    parameter_name = "breached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Breached")), ("no", _("Not breached"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clock]) -> QuerySet[Clock]:
        return queryset.filter(breached_at__isnull=self.value() == "no") if self.value() in ("yes", "no") else queryset


def _moment(at: datetime | None) -> str:
    return date_format(localtime(at), _("j M Y, H:i")) if at else "–"


@admin.register(Clock)
class ClockAdmin(LookOnly, admin.ModelAdmin):
    """Clocks follow from what happens to tickets, and from nothing else. Tickets are named by number alone."""

    list_display = ["number", "kind", "state", "policy", "due", "breached"]
    list_filter = [StateFilter, BreachFilter, "kind", ("policy_version__policy", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["ticket", "policy_version__policy", "calendar_version__calendar"]
    list_per_page = 50
    search_fields = ["=ticket__number"]
    search_help_text = _lazy("The whole number of a ticket.")
    ordering = ["-pk"]

    class Media:
        css: ClassVar[Any] = {"all": ["css/admin/sla.css"]}

    fields = readonly_fields = (
        "number", "kind", "episode", "state", "policy", "calendar", "allowed", "counted", "started_at", "running_since",
        "paused_since", "stopped_at", "due_at", "breached_at", "next_event_at", "violation",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clock]:
        related = ("ticket", "policy_version__policy", "calendar_version__calendar", "violation")
        return super().get_queryset(request).select_related(*related)

    @admin.display(description=_lazy("Ticket"), ordering="ticket__number")
    def number(self, clock: Clock) -> str:
        return clock.ticket.number

    @admin.display(description=_lazy("State"))
    def state(self, clock: Clock) -> str:
        if clock.is_stopped:
            return _("cancelled") if clock.is_void else _("finished")
        return _("paused") if clock.is_paused else _("running")

    @admin.display(description=_lazy("Policy"), ordering="policy_version")
    def policy(self, clock: Clock) -> str:
        return str(clock.policy_version)

    @admin.display(description=_lazy("Due"), ordering="due_at")
    def due(self, clock: Clock) -> str:
        return _moment(clock.due_at)

    @admin.display(description=_lazy("Breached"), ordering="breached_at")
    def breached(self, clock: Clock) -> str:
        return _moment(clock.breached_at)

    @admin.display(description=_lazy("Calendar"))
    def calendar(self, clock: Clock) -> str:
        return str(clock.calendar_version)

    @admin.display(description=_lazy("Allowed"))
    def allowed(self, clock: Clock) -> str:
        return in_words(clock.target) if clock.target is not None else _("best effort")

    @admin.display(description=_lazy("Counted before it last began to run"))
    def counted(self, clock: Clock) -> str:
        return in_words(clock.used)
