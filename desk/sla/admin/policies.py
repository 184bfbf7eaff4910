"""Administration of the policy table: in the order in which it is asked, with what each line asks and promises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User

from .. import publishing, queries, words
from ..models import Calendar, Policy, PolicyVersion
from . import dry_run
from .asked import number
from .policy_form import PolicyForm, Steps, without_ways_out
from .preview import preview_view
from .published import PublishedAdmin, opens_no_more, tickets
from .stale import SeenLineForm


class PolicyTable(ChangeList):
    """The lines, each with what the whole table says of it: whether it is reached, and how many open tickets it holds."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        hidden, held = queries.hidden(queries.policies()), queries.open_tickets_by_policy()
        for policy in self.result_list:
            policy.hidden_by, policy.held = hidden.get(policy.pk), held.get(policy.pk, 0)


@admin.register(Policy)
class PolicyAdmin(PublishedAdmin):
    """Which tickets, what is promised. The first that matches, in this order, wins."""

    form = PolicyForm
    inlines = (Steps,)
    change_list_template = "admin/sla/policies.html"
    change_form_template = "admin/sla/policy_form.html"
    list_display = ["place", "name", "when", "promise", "version", "held", "position", "is_active"]
    list_display_links = ["name"]
    list_editable = ["position", "is_active"]
    search_fields = ["name"]
    sortable_by = ()
    list_per_page = 200
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "position", "is_active"],
                "description": _lazy(
                    "A policy that was published can't be deleted, because clocks hold on to its versions. "
                    "When it is not active, it is not asked any more; what it promised stays."
                ),
            },
        ),
        (
            _lazy("When"),
            {
                "fields": ["kind", "service", "category", "priority", "workgroup", "department", "vip"],
                "description": _lazy("All that is filled in must be true; what is empty matches everything."),
            },
        ),
        (
            _lazy("Then"),
            {
                "fields": ["calendar", "response_minutes", "resolution_minutes", "warn_at", "on_reopen"],
                "description": _lazy("Lengths are business time: they pass only while the calendar is open."),
            },
        ),
    ]

    class Media:
        js = ("js/admin/order.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).select_related("current", "calendar").order_by("position", "pk")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview_view), name="sla_policy_preview"),
            path("<int:pk>/place/", view(self.place_view), name="sla_policy_place"),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return without_ways_out(super().formfield_for_dbfield(db_field, request, **kwargs))

    # -- the list

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": SeenLineForm, **kwargs})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The table; while positions are being saved it is locked, as it is while a line is moved."""
        with transaction.atomic():
            if request.method == "POST":
                list(Policy.objects.select_for_update().values_list("pk"))
            return super().changelist_view(request, {"title": _("Policies"), **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PolicyTable

    @admin.display(description=_lazy("Order"))
    def place(self, policy: Policy) -> SafeString:
        """A handle to drag by, and two buttons that need no script."""
        path = reverse("admin:sla_policy_place", args=[policy.pk])
        return format_html(
            '<span class="sla-order" data-place="{}"><span class="sla-grip" aria-hidden="true" hidden>⠿</span>'
            '<button class="sla-move" formaction="{}" name="way" value="up" aria-label="{}">↑</button>'
            '<button class="sla-move" formaction="{}" name="way" value="down" aria-label="{}">↓</button>'
            "</span>",
            path, path, _("Ask “{name}” earlier").format(name=policy), path, _("Ask “{name}” later").format(name=policy),
        )  # fmt: skip

    @admin.display(description=_lazy("When"))
    def when(self, policy: Policy) -> SafeString | str:
        if policy.current is None:
            return _("not published")
        said = words.conditions(policy.current.says)
        hidden: Policy | None = policy.hidden_by  # type: ignore[attr-defined]
        return format_html('{}<p class="sla-never">{}</p>', said, never_reached(hidden)) if hidden else said

    @admin.display(description=_lazy("Promise"))
    def promise(self, policy: Policy) -> SafeString | str:
        if policy.current is None:
            return "–"
        said = policy.current.says
        return format_html('<span class="sla-promise">{}</span>{}', words.promise(said), policy.calendar)

    @admin.display(description=_lazy("Open tickets"))
    def held(self, policy: Policy) -> SafeString | str:
        number: int = policy.held  # type: ignore[attr-defined]
        query = urlencode({"policy_version__policy__id__exact": policy.pk, "state": "open"})
        return (
            format_html('<a href="{}?{}">{}</a>', reverse("admin:sla_clock_changelist"), query, number)
            if number
            else "0"
        )

    def place_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask this policy earlier or later by one (`way`), or right before another one (`before`; empty: last)."""
        policy = get_object_or_404(Policy, pk=pk)
        if not self.has_change_permission(request, policy):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        way, wanted = request.POST.get("way"), request.POST.get("before")
        if way in ("up", "down"):
            publishing.shift_policy(policy=policy, up=way == "up")
        elif wanted is not None and (wanted == "" or number(wanted) is not None):
            before = get_object_or_404(Policy, pk=number(wanted)) if wanted else None
            publishing.place_policy(policy=policy, before=before)
        else:
            refusal = _("“{name}” stays where it is: say “up” or “down”, or before which policy it is to be asked.")
            self.message_user(request, refusal.format(name=policy), messages.ERROR)
            return redirect("admin:sla_policy_changelist")
        was = policy.position
        policy.refresh_from_db(fields=["position"])
        self.log_change(request, policy, f"Position {was} → {policy.position}")
        said = _("“{name}” has moved. New tickets are matched in the new order.").format(name=policy)
        self.message_user(request, said, messages.SUCCESS)
        self._warn(request, policy)
        return redirect("admin:sla_policy_changelist")

    # -- trying, before it is saved

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """While it is only tried, the form is never good enough to be saved: so Django shows it again."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return dry_run.never_saved(form) if dry_run.BUTTON in request.POST else form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        asked = dry_run.BUTTON in request.POST
        tried = dry_run.TriedForm(request.POST if asked else None)
        if asked and not context["errors"] and tried.is_valid():
            (steps,) = [inline.formset for inline in context["inline_admin_formsets"]]
            kept = [form.instance for form in steps.forms if not form.cleaned_data.get("DELETE")]
            assert isinstance(request.user, User)
            policy = context["adminform"].form.instance
            context["preview"] = dry_run.dry_run(policy=policy, steps=kept, by=request.user, tried=tried)
        return super().render_change_form(request, {**context, "tried": tried}, *args, **kwargs)

    # -- saving

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """What no version holds, since clocks don't hold on to it, is kept as sentences for the history."""
        super().save_model(request, obj, form, change)
        for sentence in _besides(obj, form) if change else ():
            self.log_change(request, obj, sentence)

    def publish(self, obj: Policy, by: User, reason: str) -> PolicyVersion | None:
        return publishing.publish_policy(policy=obj, by=by, reason=reason)

    def tell(self, request: HttpRequest, obj: Policy, version: Any) -> None:
        super().tell(request, obj, version)
        slower = (obj.response_minutes or 0) > obj.resolution_minutes if obj.resolution_minutes else False
        if version is not None and slower:
            said = _("The first response may take longer than the resolution.")
            self.message_user(request, said, messages.WARNING)
        if never := opens_no_more(obj.calendar):
            more = _("What “{name}” promises by it never falls due.").format(name=obj)
            self.message_user(request, f"{never} {more}", messages.WARNING)
        self._warn(request, obj)

    def promised(self, obj: Policy, version: PolicyVersion) -> str:
        said = version.says
        told = {"promise": words.promise(said), "calendar": obj.calendar, "tickets": words.conditions(said)}
        return " " + _("It promises {promise} ({calendar}) to {tickets}.").format(**told)

    def _warn(self, request: HttpRequest, policy: Policy) -> None:
        """Say which policies are never reached where this one stands now."""
        table = queries.policies()
        hidden = queries.hidden(table)
        for one in table:
            if one.pk in hidden and policy.pk in (one.pk, hidden[one.pk].pk):
                said = _("“{name}” is never reached: “{other}” comes first and asks for the same or less.")
                self.message_user(request, said.format(name=one, other=hidden[one.pk]), messages.WARNING)

    def differences(self, versions: list[PolicyVersion]) -> Iterable[list[str]]:
        says = [version.says for version in versions]
        names = dict(Calendar.objects.filter(pk__in={said.calendar_id for said in says}).values_list("pk", "name"))
        return [words.policy_differences(old, new, names) for new, old in zip(says, [*says[1:], None], strict=True)]

    def kept_because(self, obj: Policy) -> str:
        held = queries.open_tickets_by_policy().get(obj.pk, 0)
        said = _(
            "“{name}” can't be deleted: {tickets} and the history of others hold on to its versions. "
            "Take the tick from “Is active” instead, and it is not asked any more."
        )
        return said.format(name=obj, tickets=tickets(held))

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Which policy would match such a ticket, why the others don't, and when what falls due."""
        return preview_view(self, request)


def _besides(policy: Policy, form: Any) -> list[str]:
    """What a form, or a line of the list, changed of a policy's place, name and being asked."""
    was, said = form.initial, []
    if "name" in form.changed_data:
        said.append(f"Named “{was['name']}” before")
    if "position" in form.changed_data:
        said.append(f"Position {was['position']} → {policy.position}")
    if "is_active" in form.changed_data:
        said.append("Asked again" if policy.is_active else "Not asked any more")
    return said


def never_reached(hidden_by: Policy) -> str:
    return _("never reached: “{other}” comes first and asks for the same or less.").format(other=hidden_by)
