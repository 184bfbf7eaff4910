"""Administration of webhooks: who is told of what, whether it was heard, and another try."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from desk.reactions.admin import StateFilter
from desk.tickets.admin import LookOnly

from . import actions
from .models import Call, Subscription


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    list_display = ["name", "url", "events", "workgroup", "sees_internal", "is_active", "owed", "given_up"]
    list_filter = ["is_active", "sees_internal", "workgroup"]
    search_fields = ["name", "url"]
    autocomplete_fields = ["workgroup"]
    fields = ["name", "url", "kinds", "workgroup", "sees_internal", "is_active", "signed_with"]
    readonly_fields = ["signed_with"]
    actions = ["send_a_ping", "renew"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        left = Q(calls__done_at=None)
        return (
            super()
            .get_queryset(request)
            .select_related("workgroup")
            .annotate(
                owed=Count("calls", filter=left & Q(calls__dead_at=None)),
                given_up=Count("calls", filter=left & Q(calls__dead_at__isnull=False)),
            )
        )

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        actions.saved()

    def delete_model(self, request: HttpRequest, obj: Subscription) -> None:
        me: Any = request.user
        actions.end(subscription=obj, by=me)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        for subscription in queryset:
            self.delete_model(request, subscription)

    @admin.display(description=_lazy("Events"))
    def events(self, obj: Subscription) -> str:
        return ", ".join(obj.kinds) or _("all")

    @admin.display(description=_lazy("Owed"), ordering="owed")
    def owed(self, obj: Any) -> int:
        return int(obj.owed)

    @admin.display(description=_lazy("Given up"), ordering="given_up")
    def given_up(self, obj: Any) -> int:
        return int(obj.given_up)

    @admin.display(description=_lazy("Signed with"))
    def signed_with(self, obj: Subscription) -> SafeString | str:
        """The secret that the receiver checks signatures with; made with the subscription."""
        return format_html("<code>{}</code>", obj.secret) if obj.pk else _("A secret is made when you save.")

    @admin.action(description=_lazy("Send a ping"), permissions=["change"])
    def send_a_ping(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        for subscription in queryset:
            actions.ping(subscription=subscription)
        self.message_user(request, _("A ping is on its way; “Calls” tells what was answered."), messages.SUCCESS)

    @admin.action(description=_lazy("Sign with a new secret"), permissions=["change"])
    def renew(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        for subscription in queryset:
            actions.renew_secret(subscription=subscription)
        self.message_user(
            request, _("The new secret stands on the subscription’s page; the old one signs nothing any more.")
        )


@admin.register(Call)
class CallAdmin(LookOnly, admin.ModelAdmin):
    """Calls are made by the program alone; a person may only look, and have one sent again."""

    list_display = ["what", "subscription", "ticket", "state", "status", "attempts", "created_at", "done_at", "error"]
    list_filter = [StateFilter, "subscription"]
    list_select_related = ["subscription", "event__ticket"]
    list_per_page = 50
    search_fields = ["=event__ticket__number", "last_error"]
    actions = ["send_again"]  # type: ignore[misc]  # LookOnly has none
    fields = readonly_fields = (
        "key", "subscription", "what", "ticket", "state", "status", "answer", "attempts", "created_at", "due_at", "done_at",
        "dead_at", "last_error",
    )  # fmt: skip

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """The right to change calls, which nobody may do by hand, stands for the right to send them again."""
        return request.user.has_perm("webhooks.change_call")

    @admin.action(description=_lazy("Send again now"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        for call in queryset:
            actions.try_again(call=call)
        said = ngettext(
            "{n} will be sent within seconds, under the same id.",
            "{n} will be sent within seconds, under the same id.",
            len(queryset),
        )
        self.message_user(request, said.format(n=len(queryset)), messages.SUCCESS)

    @admin.display(description=_lazy("Event"))
    def what(self, call: Call) -> str:
        return call.event.kind if call.event else "ping"

    @admin.display(description=_lazy("Ticket"))
    def ticket(self, call: Call) -> str:
        return call.event.ticket.number if call.event else "–"

    @admin.display(description=_lazy("State"))
    def state(self, call: Call) -> str:
        return _("taken") if call.done_at else _("given up") if call.dead_at else _("owed")

    @admin.display(description=_lazy("Last error"))
    def error(self, call: Call) -> str:
        lines = call.last_error.strip().splitlines()
        return lines[-1][:160] if lines else ""
