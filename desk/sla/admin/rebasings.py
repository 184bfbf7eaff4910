"""The page of re-basing: how many open tickets are held to other terms than are published, and the order to change that."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.tickets.admin import LookOnly
from desk.tickets.errors import Refused

from .. import drift, rebasing
from ..models import Policy, Rebasing
from .asked import number
from .published import tickets

SHOWN = 20  # past ones on the page


class RebasingForm(forms.Form):
    """Which tickets, and why."""

    policy = forms.ModelChoiceField(
        Policy.objects.all(), label=_lazy("Policy"), required=False, empty_label=_lazy("– all –")
    )
    reason = forms.CharField(
        label=_lazy("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": _lazy("Say why. The reason stands in the history of each ticket.")},
        help_text=_lazy("Stands in the history of each ticket, with your name."),
    )  # fmt: skip


@admin.register(Rebasing)
class RebasingAdmin(LookOnly, admin.ModelAdmin):
    """One page: what would change, the order, the one that is under way, and past ones."""

    fields = readonly_fields = (
        "reason", "policy", "by", "made_at", "started_at", "done_at", "total", "changed", "failed", "last_error",
    )  # fmt: skip

    class Media:
        css: ClassVar[Any] = {"all": ["css/admin/sla.css"]}
        js = ("js/admin/progress.js",)

    def has_view_permission(self, request: HttpRequest, obj: Rebasing | None = None) -> bool:
        """Who may change policies may re-base, and see what was."""
        return request.user.has_perm("sla.change_policy")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rebasing]:
        return super().get_queryset(request).select_related("by", "policy")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RebasingForm(request.POST or None, initial={"policy": _asked(request)})
        if request.method == "POST" and form.is_valid() and self._order(request, form):
            return redirect("admin:sla_rebasing_changelist")
        policy = Policy.objects.filter(pk=_asked(request)).first()
        changes = drift.changes(policy)
        rows = self.get_queryset(request)
        running = rows.filter(done_at=None).first()
        context = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, "form": form}
        context |= {
            "title": _("Re-base open tickets"),
            "changes": changes,
            "count": sum(one.tickets for one in changes),
        }
        context |= {"running": running, "past": rows.exclude(done_at=None)[:SHOWN], "only": policy}
        return TemplateResponse(request, "admin/sla/rebasing.html", context)

    def _order(self, request: HttpRequest, form: RebasingForm) -> bool:
        assert isinstance(request.user, User)
        data = form.cleaned_data
        try:
            made = rebasing.order(by=request.user, reason=data["reason"], policy=data["policy"])
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentences)
            return False
        self.log_addition(request, made, f"Re-basing ordered: {made.reason}")
        said = _("Ordered for {tickets}. You can leave this page and come back.").format(tickets=tickets(made.total))
        self.message_user(request, said, messages.SUCCESS)
        return True


def _asked(request: HttpRequest) -> int:
    """The id of the policy whose tickets are shown; 0: all."""
    asked = (request.POST if request.method == "POST" else request.GET).get("policy", "")
    return number(asked) or 0
