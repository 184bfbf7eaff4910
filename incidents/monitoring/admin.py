"""Administration of monitoring: who may send alerts, and the rules for what becomes of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from desk.services.queries import category_choices

from .models import AlertRule, AlertSource
from .sources import give_token


class WithCategory(forms.ModelForm):
    """Offers categories by their trail."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "category" in self.fields:
            field: Any = self.fields["category"]
            field.choices = [("", _("– none –")), *category_choices(inactive=True)]


@admin.register(AlertSource)
class AlertSourceAdmin(admin.ModelAdmin):
    """A source gets its token when it is saved first; it is shown that once, and can be replaced."""

    form = WithCategory
    list_display = ["name", "is_active", "last_used_at", "per_minute"]
    search_fields = ["name"]
    autocomplete_fields = ["service", "site"]
    readonly_fields = ["last_used_at"]
    actions = ["renew"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "is_active", "per_minute", "last_used_at"],
                "description": _lazy(
                    "Its token is shown once, after saving. Who lost it chooses the source in the list, and "
                    "“Give a new token”; the old one opens nothing any more."
                ),
            },
        ),
        (_lazy("Where nothing else says it"), {"fields": ["service", "category", "site"]}),
    ]

    def save_model(self, request: HttpRequest, obj: AlertSource, form: Any, change: bool) -> None:
        token = "" if change else give_token(obj)
        super().save_model(request, obj, form, change)
        if token:
            self._show(request, obj, token)

    @admin.action(description=_lazy("Give a new token"), permissions=["change"])
    def renew(self, request: HttpRequest, queryset: QuerySet[AlertSource]) -> None:
        for source in queryset:
            token = give_token(source)
            source.save(update_fields=["token_hash"])
            self.log_change(request, source, "Gave a new token.")
            self._show(request, source, token)

    def _show(self, request: HttpRequest, source: AlertSource, token: str) -> None:
        said = format_html(_("The token of “{}”, shown this once: <code>{}</code>"), source.name, token)
        self.message_user(request, said, messages.WARNING)

    def has_delete_permission(self, request: HttpRequest, obj: AlertSource | None = None) -> bool:
        """What has sent alerts stays, for its incidents name it; it can be made inactive."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.groups.exists())


@admin.register(AlertRule)
class AlertRuleAdmin(admin.ModelAdmin):
    """The rules in the order in which they are asked: the first that matches wins."""

    form = WithCategory
    list_display = ["name", "matches", "becomes", "position", "is_active"]
    list_editable = ["position", "is_active"]
    list_filter = ["is_active", "source"]
    list_select_related = ["source"]
    search_fields = ["name", "matchers"]
    autocomplete_fields = ["service", "site"]
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active"]}),
        (pgettext_lazy("of a rule", "When"), {"fields": ["source", "matchers"]}),
        (pgettext_lazy("of a rule", "Then"), {"fields": ["ignores", "group_by", "impact", "urgency"]}),
        (_lazy("It concerns"), {"fields": [("service", "service_label"), "category", ("site", "site_label")]}),
        (_lazy("When it is over"), {"fields": ["resolves", "quiet_minutes", "reopen_minutes"]}),
    ]

    @admin.display(description=pgettext_lazy("of a rule", "When"))
    def matches(self, rule: AlertRule) -> str:
        parts = [_("source is {source}").format(source=rule.source) if rule.source else "", *rule.matchers.split("\n")]
        return _(" and ").join(part.strip() for part in parts if part.strip()) or _("every alert")

    @admin.display(description=pgettext_lazy("of a rule", "Then"))
    def becomes(self, rule: AlertRule) -> str:
        if rule.ignores:
            return _("nothing")
        if not rule.group_by:
            return _("one incident for each alert")
        return _("one incident for each {labels}").format(labels=_(" and ").join(rule.group_by))
