"""Administration of tokens: all there are, revoking one, and making one for an account of a program."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from . import actions
from .forms import ServiceTokenForm
from .models import Token


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """A token for a program's account is shown once, after saving. People make their own on their profile page."""

    form = ServiceTokenForm
    list_display = ["name", "user", "state", "opens", "last_used_at", "expires_at", "made_by"]
    list_filter = ["revoked_at"]
    list_select_related = ["user", "made_by"]
    search_fields = ["name", "user__username", "ending"]
    autocomplete_fields = ["user"]
    actions = ["revoke"]

    @admin.display(description=_lazy("Opens"))
    def opens(self, token: Token) -> str:
        return "; ".join(token.opens_in_words)

    @admin.display(description=_lazy("State"))
    def state(self, token: Token) -> str:
        return {"works": _("works"), "expired": _("expired"), "revoked": _("revoked")}[token.state]

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        """Through the verb, which keeps only what the token hashes to."""
        given = {name: form.cleaned_data[name] for name in ("user", "name", "expires_at")}
        me: Any = request.user
        made, text = actions.make_token(by=me, opens=form.cleaned_data["scopes"], **given)
        obj.pk = made.pk
        obj.refresh_from_db()
        said = format_html(_("The token “{}” of {}, shown this once: <code>{}</code>"), obj.name, obj.user, text)
        self.message_user(request, said, messages.WARNING)

    @admin.action(description=_lazy("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        me: Any = request.user
        for token in queryset:
            actions.revoke(token=token, by=me)
            self.log_change(request, token, _("Revoked."))
        self.message_user(request, _("They open nothing any more."))

    def get_readonly_fields(self, request: HttpRequest, obj: Token | None = None) -> list[str]:
        shown = [
            "user",
            "name",
            "state",
            "opens",
            "ending",
            "made_by",
            "created_at",
            "last_used_at",
            "expires_at",
            "revoked_at",
        ]
        return shown if obj else []

    def get_fields(self, request: HttpRequest, obj: Token | None = None) -> Any:
        return self.get_readonly_fields(request, obj) or ["user", "name", "scopes", "expires_at"]

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        """What a token opens stays as it was made; it can be revoked."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)
