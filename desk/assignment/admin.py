"""Administration of the routing table, and a box to try it: where would such a ticket go?"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from desk.people import takes
from desk.services.models import Category, Service, Site
from desk.services.queries import category_choices
from desk.tickets import kinds

from .models import RoutingRule
from .queries import NoCatchAll, Route, route


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, kind.label) for kind in kinds.every()]


def asked_choices() -> list[tuple[str, str]]:
    """What one may ask about: each kind within a kind, and each kind that has none within."""
    whole = {kind.name for kind in kinds.every() if kind.within}
    return [(value, words) for value, words in takes.choices() if value not in whole]


def must_stay(rule: RoutingRule) -> bool:
    """Without its catch-all, tickets of this kind would have nowhere to go."""
    return rule.is_catch_all and not kinds.get(rule.kind).rules_only_propose


KIND_HELP = (
    "Incidents get their first workgroup by these rules. For work orders a rule proposes one, of those that take the type "
    "of work; where no rule matches it is proposed by skill, or not at all: whoever raises the order chooses."
)
CATCH_ALL_HELP = (
    "Takes whatever no other rule takes. Incidents always have exactly one; work orders may do without, and then nothing "
    "is proposed where no rule matches."
)


class RuleForm(forms.ModelForm):
    """Offers the kinds of ticket that there are, and categories by their trail."""

    class Meta:
        model = RoutingRule
        fields = [
            "name", "kind", "position", "is_active", "service", "category", "site", "words", "workgroup",
            "is_catch_all",
        ]  # fmt: skip
        help_texts: ClassVar[Any] = {"is_catch_all": CATCH_ALL_HELP}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"] = forms.ChoiceField(choices=kind_choices(), initial="incident", help_text=KIND_HELP)
        if "category" in self.fields:
            field: Any = self.fields["category"]
            field.choices = [("", "– any –"), *category_choices(inactive=True)]


NO_PROPOSAL = (
    "No rule takes it, so none is proposed by the rules. Where the category names a skill, the workgroup with most people "
    "who have it is proposed instead; otherwise whoever raises the work order chooses."
)


class TryForm(forms.Form):
    """What one knows of a ticket when it is logged."""

    kind = forms.ChoiceField(label="Kind of ticket", choices=asked_choices)
    title = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}))
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4}))
    service = forms.ModelChoiceField(Service.objects.filter(is_active=True), required=False, empty_label="– none –")
    category = forms.TypedChoiceField(
        choices=lambda: [("", "– none –"), *category_choices()], required=False, coerce=int, empty_value=None
    )
    site = forms.ModelChoiceField(Site.objects.filter(is_active=True), required=False, empty_label="– none –")

    def answer(self) -> Route:
        """Where the routing table sends it; the very question that is asked when a ticket is logged."""
        data = self.cleaned_data
        category = Category.objects.filter(pk=data["category"]).first() if data["category"] else None
        text = f"{data['title']}\n{data['description']}"
        kind, _, within = data["kind"].partition(".")
        known = {"service": data["service"], "category": category, "site": data["site"]}
        return route(kind, text=text, takes_as=data["kind"] if within else "", **known)

    @property
    def only_proposes(self) -> bool:
        return kinds.get(self.cleaned_data["kind"].partition(".")[0]).rules_only_propose


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin):
    """The table in the order in which it is read: the first match wins, the catch-all comes last."""

    form = RuleForm
    change_list_template = "admin/assignment/rules.html"
    list_display = ["name", "kind_label", "matches", "workgroup", "position", "is_active"]
    list_editable = ["position", "is_active"]
    list_filter = ["kind", "workgroup", "is_active"]
    list_select_related = ["workgroup", "service", "category", "site"]
    search_fields = ["name", "words", "workgroup__name"]
    autocomplete_fields = ["service", "site", "workgroup"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "position", "is_active"]}),
        (
            "When",
            {
                "fields": ["service", "category", "site", "words"],
                "description": "All that is filled in must be true; what is empty matches everything.",
            },
        ),
        ("Then", {"fields": ["workgroup", "is_catch_all"]}),
    ]

    @admin.display(description="Kind", ordering="kind")
    def kind_label(self, rule: RoutingRule) -> str:
        return dict(kind_choices()).get(rule.kind, rule.kind)

    @admin.display(description="When")
    def matches(self, rule: RoutingRule) -> str:
        if rule.is_catch_all:
            return "no other rule matched (read last, whatever its position)"
        words = " or ".join(f"“{word}”" for word in rule.words)
        parts = [
            f"service is {rule.service}" if rule.service else "",
            f"category is in {rule.category}" if rule.category else "",
            f"site is {rule.site}" if rule.site else "",
            f"the text says {words}" if words else "",
        ]
        return " and ".join(part for part in parts if part)

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
        kept = [f"“{rule}” takes whatever no other rule takes, and must stay" for rule in objs if must_stay(rule)]
        if kept and self.has_delete_permission(request):
            missing = set()  # it isn't the person who may not
        return found, counts, missing, [*protected, *kept]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingRule]:
        return super().get_queryset(request).select_related("workgroup", "service", "category", "site")

    def get_urls(self) -> list[Any]:
        return [
            path("try/", self.admin_site.admin_view(self.try_view), name="assignment_routingrule_try"),
            *super().get_urls(),
        ]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Where would such a ticket go? Asks only; logs nothing."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = TryForm(request.GET if "title" in request.GET else None)
        answer, nowhere, only_proposes = None, "", False
        if form.is_bound and form.is_valid():
            only_proposes = form.only_proposes
            try:
                answer = form.answer()
            except NoCatchAll as missing:
                nowhere = NO_PROPOSAL if only_proposes else str(missing)
        context = {**self.admin_site.each_context(request), "form": form, "answer": answer, "nowhere": nowhere}
        context["only_proposes"] = only_proposes
        context |= {"opts": self.opts, "title": "Where would such a ticket go?", "media": self.media}
        return TemplateResponse(request, "admin/assignment/try.html", context)
