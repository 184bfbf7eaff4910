"""Administration of deliveries: what is owed, what is done, what is dead and why, and a way to try again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from . import actions
from .models import Delivery
from .queries import IN_STATE


class StateFilter(admin.SimpleListFilter):
    title = _lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("owed", _("Owed")), ("dead", _("Dead: given up")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(**IN_STATE.get(self.value() or "", {}))


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    """Deliveries are made by the program alone; a person may only look, and have one tried again."""

    list_display = ["what", "event_kind", "ticket", "state", "age", "attempts", "due_at", "done_at", "error"]
    list_filter = [StateFilter, "reaction", "created_at"]
    list_select_related = ["event__ticket"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["reaction", "=event__ticket__number", "last_error"]
    actions = ["try_again"]
    fields = readonly_fields = (
        "reaction", "event", "ticket", "state", "age", "attempts", "created_at", "due_at", "done_at", "dead_at", "whole_error",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """The right to change deliveries, which nobody may do by hand, stands for the right to retry them."""
        return request.user.has_perm("reactions.change_delivery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("event__ticket")

    @admin.action(description=_lazy("Try again now"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        waiting = [delivery for delivery in queryset if delivery.done_at is None]
        for delivery in waiting:
            actions.retry(delivery=delivery)
        done = len(queryset) - len(waiting)
        if waiting:
            said = ngettext(
                "{n} will be tried again within seconds.", "{n} will be tried again within seconds.", len(waiting)
            )
            self.message_user(request, said.format(n=len(waiting)), messages.SUCCESS)
        if done:
            said = ngettext(
                "{n} had been done before, and stay done.", "{n} had been done before, and stay done.", done
            )
            self.message_user(request, said.format(n=done), messages.INFO)

    @admin.display(description=_lazy("Reaction"), ordering="reaction")
    def what(self, delivery: Delivery) -> str:
        return delivery.reaction

    @admin.display(description=_lazy("Event"))
    def event_kind(self, delivery: Delivery) -> str:
        return delivery.event.kind

    @admin.display(description=_lazy("Ticket"))
    def ticket(self, delivery: Delivery) -> str:
        return delivery.event.ticket.number

    @admin.display(description=_lazy("State"))
    def state(self, delivery: Delivery) -> str:
        return _("done") if delivery.done_at else _("dead") if delivery.dead_at else _("owed")

    @admin.display(description=_lazy("Age"), ordering="-created_at")
    def age(self, delivery: Delivery) -> str:
        """How long it has been owed, or how long it took."""
        return timesince(delivery.created_at, delivery.done_at, depth=1)

    @admin.display(description=_lazy("Last error"))
    def error(self, delivery: Delivery) -> str:
        lines = delivery.last_error.strip().splitlines()
        return lines[-1][:160] if lines else ""

    @admin.display(description=_lazy("Last error"))
    def whole_error(self, delivery: Delivery) -> SafeString | str:
        return format_html("<pre>{}</pre>", delivery.last_error) if delivery.last_error else "–"
