"""Administration of the routing table: to try it, to run an edited rule on the past, and to take what history proposes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from desk.tickets import kinds
from desk.tickets.models import Priority

from . import dry_run, history, learning
from .models import RoutingRule
from .queries import NoCatchAll, Table
from .rule_forms import NO_PROPOSAL, RuleForm, TryForm, kind_choices, never_saved

DRY_RUN = "_dry_run"


def must_stay(rule: RoutingRule) -> bool:
    """Without its catch-all, tickets of this kind would have nowhere to go."""
    return rule.is_catch_all and not kinds.get(rule.kind).rules_only_propose


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin):
    """The table in the order in which it is read: the first match wins, the catch-all comes last."""

    form = RuleForm
    change_list_template = "admin/assignment/rules.html"
    change_form_template = "admin/assignment/rule_form.html"
    list_display = ["name", "kind_label", "matches", "workgroup", "position", "is_active"]
    list_editable = ["position", "is_active"]
    list_filter = ["kind", "workgroup", "is_active"]
    list_select_related = ["workgroup", "service", "category", "site"]
    search_fields = ["name", "words", "workgroup__name"]
    autocomplete_fields = ["service", "site", "workgroup"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "position", "is_active"]}),
        (
            pgettext_lazy("of a rule", "When"),
            {
                "fields": ["service", "category", "site", "department", "priority", "words"],
                "description": _("All that is filled in must be true; what is empty matches everything."),
            },
        ),
        (pgettext_lazy("of a rule", "Then"), {"fields": ["workgroup", "is_catch_all", "asks_words"]}),
    ]

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_label(self, rule: RoutingRule) -> str:
        return dict(kind_choices()).get(rule.kind, rule.kind)

    @admin.display(description=pgettext_lazy("of a rule", "When"))
    def matches(self, rule: RoutingRule) -> str:
        if rule.is_catch_all:
            if rule.asks_words:
                return gettext(
                    "no other rule matched (read last, whatever its position); the words of earlier tickets are asked first"
                )
            return gettext("no other rule matched (read last, whatever its position)")
        words = gettext(" or ").join(f"“{word}”" for word in rule.words)
        said = gettext("priority is {priority} or more urgent")
        parts = [
            gettext("service is {name}").format(name=rule.service) if rule.service else "",
            gettext("category is in {name}").format(name=rule.category) if rule.category else "",
            gettext("site is {name}").format(name=rule.site) if rule.site else "",
            gettext("department is {name}").format(name=rule.department) if rule.department else "",
            said.format(priority=Priority(rule.priority).label) if rule.priority else "",
            gettext("the text says {words}").format(words=words) if words else "",
        ]
        return gettext(" and ").join(part for part in parts if part)

    def get_readonly_fields(self, request: HttpRequest, obj: RoutingRule | None = None) -> list[str]:
        """The catch-all keeps what makes it one; only its workgroup, name and place may change."""
        return ["kind", "is_active", "is_catch_all"] if obj is not None and must_stay(obj) else []

    def has_delete_permission(self, request: HttpRequest, obj: RoutingRule | None = None) -> bool:
        if obj is not None and must_stay(obj):
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Neither does a catch-all go away among others that were ticked in the list."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        said = gettext("“{rule}” takes whatever no other rule takes, and must stay")
        kept = [said.format(rule=rule) for rule in objs if must_stay(rule)]
        if kept and self.has_delete_permission(request):
            missing = set()  # it isn't the person who may not
        return found, counts, missing, [*protected, *kept]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingRule]:
        return super().get_queryset(request).select_related("workgroup", "service", "category", "site")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("try/", view(self.try_view), name="assignment_routingrule_try"),
            path("proposals/", view(self.proposals_view), name="assignment_routingrule_proposals"),
            *super().get_urls(),
        ]

    # -- an edited rule on the past, before it is saved

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """While it is only tried, the form is never good enough to be saved: so Django shows it again."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return never_saved(form) if DRY_RUN in request.POST else form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if DRY_RUN in request.POST and not context["errors"]:
            edited = context["adminform"].form.instance
            before = Table.saved(edited.kind)
            context["ran"] = dry_run.compare(before, before.with_rule(edited))
        return super().render_change_form(request, context, *args, **kwargs)

    # -- pages beside the table

    def _context(self, request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
        shared = {"opts": self.opts, "title": title, "media": self.media}
        return {**self.admin_site.each_context(request), **shared, **more}

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Where would such a ticket go? Asks only; logs nothing."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = TryForm(request.GET if "title" in request.GET else None)
        answer, nowhere, only_proposes, told = None, "", False, []
        if form.is_bound and form.is_valid():
            data, only_proposes = form.cleaned_data, form.only_proposes
            told = learning.told_by_words(data["title"], data["description"], data["kind"])[:3]
            try:
                answer = form.answer()
            except NoCatchAll as missing:
                nowhere = str(NO_PROPOSAL) if only_proposes else str(missing)
        context = self._context(
            request, gettext("Where would such a ticket go?"), form=form, answer=answer, nowhere=nowhere
        )
        context |= {"only_proposes": only_proposes, "told": told, "learnt": learning.learnt_from()}
        return TemplateResponse(request, "admin/assignment/try.html", context)

    def proposals_view(self, request: HttpRequest) -> HttpResponse:
        """Rules that history asks for; one click makes one."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._accept(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "POST"])
        found = history.proposals()
        context = self._context(
            request, gettext("Rules that history proposes"), proposals=found, may_add=self.has_add_permission(request)
        )
        return TemplateResponse(request, "admin/assignment/proposals.html", context | {"days": history.DAYS})

    def _accept(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        wanted = next((one for one in history.proposals() if one.key == request.POST.get("key")), None)
        if wanted is None:
            self.message_user(request, gettext("That isn't proposed any more."), messages.WARNING)
        else:
            rule = history.accept(wanted)
            self.log_addition(request, rule, f"Accepted from history: {wanted.there} of {wanted.of} ended there.")
            said = gettext("The rule “{rule}” is in the table.").format(rule=rule)
            self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:assignment_routingrule_proposals")
