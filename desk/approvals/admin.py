"""Administration: groups of approvers, the rules in their order with a box to try them, stand-ins, rounds to look at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from desk.people.language import in_a_sentence, spoken
from desk.people.names import PlainWords
from desk.tickets.admin import LookOnly
from desk.tickets.errors import Refused

from . import choosing, quorum
from .models import ApprovalRule, ApprovalStep, ApproverGroup, Delegation, Quorum, Round, Seat
from .rule_forms import RuleForm, StepForm, StepsFormSet, TryForm


@admin.register(ApproverGroup)
class ApproverGroupAdmin(PlainWords, admin.ModelAdmin):
    """People who are asked together; never deleted, since the seats of their members hang on it."""

    list_display = ["name", "how_many", "asked_by", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "description", "members__username"]
    autocomplete_fields = ["members"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "description", "members", "is_active"],
                "description": _(
                    "A group is never deleted, because what its members were asked names it. Make it "
                    "inactive: it isn't asked any more, and what it was asked goes on."
                ),
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApproverGroup]:
        active = Count("members", filter=Q(members__is_active=True), distinct=True)
        return super().get_queryset(request).annotate(there=active).prefetch_related("steps__rule")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("Members"), ordering="there")
    def how_many(self, group: ApproverGroup) -> int:
        return group.there  # type: ignore[attr-defined]

    @admin.display(description=_("Asked by the rules"))
    def asked_by(self, group: ApproverGroup) -> str:
        return ", ".join(sorted({str(step.rule) for step in group.steps.all()})) or "–"


class Steps(admin.StackedInline):
    """The steps of a rule: each is asked when the one before it is approved."""

    model = ApprovalStep
    form = StepForm
    formset = StepsFormSet
    extra = 0
    verbose_name = _("step")
    verbose_name_plural = _("steps: asked one after the other; nobody is asked about their own")
    autocomplete_fields = ["groups", "people"]
    fields = (
        ("position", "name"),
        ("quorum", "needed"),
        ("asks_manager", "asks_service_owners", "asks_item_owner"),
        "groups",
        "people",
        ("remind_after_hours", "expire_after_hours"),
    )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Without the icons that lead elsewhere: a step chooses among the groups and people that there are."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget: Any = field.widget if field else None
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalStep]:
        return super().get_queryset(request).prefetch_related("groups", "people")


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(PlainWords, admin.ModelAdmin):
    """The rules in the order in which they are asked: the first match says whose approval is needed."""

    form = RuleForm
    change_list_template = "admin/approvals/rules.html"
    list_display = ["name", "when", "asks", "position", "is_active"]
    list_editable = ["position", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "variant", "steps__name"]
    sortable_by = ()
    inlines = [Steps]
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active"]}),
        (
            _("When"),
            {
                "fields": ["kind", "variant", "service", "min_risk"],
                "description": _("All that is filled in must be true; what is empty matches everything."),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalRule]:
        found = super().get_queryset(request).select_related("service")
        return found.prefetch_related("steps__groups", "steps__people")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.try_view)
        return [path("try/", view, name="approvals_approvalrule_try"), *super().get_urls()]

    @admin.display(description=_("When"))
    def when(self, rule: ApprovalRule) -> str:
        parts = [
            choosing.kind_in_words(rule.kind, rule.variant),
            gettext("{service} is affected").format(service=rule.service) if rule.service else "",
            gettext("risk {risk} or more").format(risk=rule.min_risk) if rule.min_risk is not None else "",
        ]
        return gettext(" and ").join(part for part in parts if part)

    @admin.display(description=_("Then asks"))
    def asks(self, rule: ApprovalRule) -> str:
        asked = gettext("; then ").join(step_in_words(step) for step in rule.steps.all())
        return asked or gettext("nobody: add a step")

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Who would be asked, by which rule, and why not by the others? Asks nobody."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = TryForm(request.GET if "requester" in request.GET else None)
        context: dict[str, Any] = {"form": form, "opts": self.opts, "media": self.media}
        if form.is_bound and form.is_valid():
            context |= _answered(form)
        context |= {**self.admin_site.each_context(request), "title": gettext("Who would be asked?")}
        return TemplateResponse(request, "admin/approvals/try.html", context)


def step_in_words(step: ApprovalStep) -> str:
    """“Change advisory board: CAB (2 must approve)”."""
    whom = [
        gettext("the manager") if step.asks_manager else "",
        gettext("service owners") if step.asks_service_owners else "",
        gettext("the item's owner") if step.asks_item_owner else "",
        *map(str, step.groups.all()),
        *map(str, step.people.all()),
    ]
    many = (
        ngettext("{n} must approve", "{n} must approve", step.needed).format(n=step.needed)
        if step.quorum == Quorum.COUNT
        else in_a_sentence(str(Quorum(step.quorum).label).split(":")[0])
    )
    return f"{step.name}: {', '.join(part for part in whom if part)} ({many})"


def _answered(form: TryForm) -> dict[str, Any]:
    """The rule that matches, whom each of its steps asks, what is missing, and why not the others."""
    wish, table = form.wish(), choosing.rules()
    reasons = {rule.pk: choosing.why_not(rule, wish) for rule in table}
    chosen = next((rule for rule in table if not reasons[rule.pk]), None)
    earlier = gettext("“{rule}” comes before it").format(rule=chosen)
    others = [(rule, reasons[rule.pk] or earlier) for rule in table if rule != chosen]
    problem, steps = "", []
    try:
        for step in choosing.rule_for(wish, table).steps.all():
            people = choosing.people_of(step, wish)
            steps.append((step, spoken(quorum.in_words(step.quorum, step.needed, len(people))), people))
    except Refused as refusal:
        problem = str(refusal)
    return {"asked": True, "chosen": chosen, "steps": steps, "problem": problem, "others": others}


@admin.register(Delegation)
class DelegationAdmin(admin.ModelAdmin):
    """Who answers for whom; people choose that themselves under “My approvals”, and here an administrator does."""

    list_display = ["user", "to", "start", "end"]
    list_select_related = ["user", "to"]
    list_filter = ["start", "end"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "to__username", "to__first_name"]
    autocomplete_fields = ["user", "to"]
    date_hierarchy = "start"


class Seats(LookOnly, admin.TabularInline):
    model = Seat
    fields = readonly_fields = ("user", "why", "answer", "text", "answered_by", "answered_at")

    @admin.display(description=_("because"))
    def why(self, seat: Seat) -> str:
        return seat.why

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        return super().get_queryset(request).select_related("user", "answered_by")


@admin.register(Round)
class RoundAdmin(LookOnly, admin.ModelAdmin):
    """Rounds to look at: what was asked, of whom, and what became of it. They are answered on the ticket's page."""

    list_display = ["name", "ticket", "stage", "rule_name", "opened_at", "decided_at", "expires_at"]
    list_filter: ClassVar[Any] = ["stage", "rule_name", "opened_at"]
    list_select_related = ["ticket"]
    search_fields = ["ticket__number", "name", "rule_name"]
    ordering = ["-pk"]
    inlines: ClassVar[Any] = [Seats]
    exclude = ["step", "authors"]
