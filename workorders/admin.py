"""Administration: work orders for looking only, templates with their steps, and the rules that raise them by themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.language import spoken
from desk.tickets.admin import LinksOut, LookOnly, TicketLook, Watchers

from . import queries
from .models import ChecklistItem, CreationRule, Dependency, OrderTemplate, TemplateStep, WorkOrder
from .template_forms import RuleForm, StepForm, StepsFormSet, TryForm


class Checklist(LookOnly, admin.TabularInline):
    model = ChecklistItem
    verbose_name_plural = _("checklist")
    fields = readonly_fields = ("text", "is_required", "done_at", "done_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChecklistItem]:
        return super().get_queryset(request).select_related("done_by")


class Needs(LookOnly, admin.TabularInline):
    """The orders that must be over before this one."""

    model = Dependency
    fk_name = "order"
    verbose_name_plural = _("waits for")
    fields = readonly_fields = ("other", "its_state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dependency]:
        return super().get_queryset(request).select_related("order", "needs")

    def end(self, row: Dependency) -> WorkOrder:
        return row.needs

    @admin.display(description=_("Work order"))
    def other(self, row: Dependency) -> SafeString:
        order = self.end(row)
        page = reverse("admin:workorders_workorder_change", args=[order.pk])
        return format_html('<a href="{}">{}</a> {}', page, order.number, order.title)

    @admin.display(description=_("State"))
    def its_state(self, row: Dependency) -> str:
        return self.end(row).state_label


class NeededBy(Needs):
    """The orders that can't begin before this one is over."""

    fk_name = "needs"
    verbose_name_plural = _("is waited for by")

    def end(self, row: Dependency) -> WorkOrder:
        return row.order


@admin.register(WorkOrder)
class WorkOrderAdmin(TicketLook):
    """A work order changes on its page, by its transitions; here one finds and reads it."""

    list_display = [*TicketLook.list_display[:2], "parent", *TicketLook.list_display[2:]]
    list_filter: ClassVar[Any] = [*TicketLook.list_filter, "work_type", "planned_start"]
    list_select_related = ["workgroup", "assignee", "parent"]
    inlines: ClassVar[Any] = [Checklist, Needs, NeededBy, LinksOut, Watchers]
    fieldsets: ClassVar[Any] = [
        *TicketLook.fieldsets[:3],
        (_("The work"), {"fields": ["parent", "work_type", "planned_start", "planned_end", "raised_by_rule"]}),
        (_("How it ended"), {"fields": ["result", "effort_minutes", "finished_at"]}),
        TicketLook.fieldsets[3],
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("parent", "raised_by_rule")


class Steps(admin.StackedInline):
    """The orders of a template, each with the numbers of those it needs."""

    model = TemplateStep
    form = StepForm
    formset = StepsFormSet
    extra = 0
    verbose_name = _("step")
    verbose_name_plural = _("steps: each becomes a work order")
    fields = (
        ("position", "needs"),
        "title",
        ("work_type", "workgroup"),
        ("start_after_hours", "hours"),
        "instructions",
        "checklist",
    )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Without the icons that lead elsewhere: a step chooses among the workgroups that there are."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget: Any = field.widget if field else None
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateStep]:
        return super().get_queryset(request).select_related("workgroup")


@admin.register(OrderTemplate)
class OrderTemplateAdmin(admin.ModelAdmin):
    """Sets of work orders that are raised as a whole; what was raised from one stays when it changes."""

    list_display = ["name", "description", "step_count", "rule_count", "is_active"]
    list_editable = ["is_active"]
    search_fields = ["name", "description", "steps__title"]
    readonly_fields = ["sequence"]
    inlines = [Steps]
    fieldsets = [(None, {"fields": ["name", "description", "is_active", "sequence"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderTemplate]:
        counted = {"how_many": Count("steps", distinct=True), "by_rules": Count("rules", distinct=True)}
        return super().get_queryset(request).annotate(**counted)

    @admin.display(description=_("Steps"), ordering="how_many")
    def step_count(self, template: OrderTemplate) -> int:
        return template.how_many  # type: ignore[attr-defined]

    @admin.display(description=_("Rules that raise it"), ordering="by_rules")
    def rule_count(self, template: OrderTemplate) -> int:
        return template.by_rules  # type: ignore[attr-defined]

    @admin.display(description=_("Sequence"))
    def sequence(self, template: OrderTemplate) -> SafeString | str:
        """The saved steps in the order in which they can be done; those of a line don't wait for one another."""
        if template.pk is None:
            return gettext("Save the template first; then the order of its steps is drawn here.")
        rows = [
            (
                gettext("At once") if number == 0 else gettext("Then"),
                format_html_join(", ", "<strong>{}</strong> {}{}", [_said(step) for step in stage]),
            )
            for number, stage in enumerate(queries.stages(template))
        ]
        return (
            format_html("<ol>{}</ol>", format_html_join("", "<li>{}: {}</li>", rows))
            if rows
            else gettext("No step yet.")
        )


def _said(step: TemplateStep) -> tuple[int, str, str]:
    after = gettext(" and ").join(str(need) for need in step.needs)
    return step.position, step.title, " " + gettext("(after {steps})").format(steps=after) if after else ""


@admin.register(CreationRule)
class CreationRuleAdmin(admin.ModelAdmin):
    """The rules in the order in which they are asked: the first match raises its template, once for each ticket."""

    form = RuleForm
    change_list_template = "admin/workorders/rules.html"
    list_display = ["name", "when_in_words", "template", "position", "is_active"]
    list_editable = ["position", "is_active"]
    list_filter = ["template", "is_active"]
    search_fields = ["name", "template__name"]
    sortable_by = ()
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active"]}),
        (
            _("When"),
            {
                "fields": ["kind", "when", "service", "category"],
                "description": _("All that is filled in must be true; a service or a category is needed."),
            },
        ),
        (_("Then"), {"fields": ["template"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreationRule]:
        return super().get_queryset(request).select_related("service", "category", "template")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.try_view)
        return [path("try/", view, name="workorders_creationrule_try"), *super().get_urls()]

    @admin.display(description=_("When"))
    def when_in_words(self, rule: CreationRule) -> str:
        parts = [
            str(rule.get_when_display()),
            gettext("service is {service}").format(service=rule.service) if rule.service else "",
            gettext("category is in {category}").format(category=rule.category) if rule.category else "",
        ]
        return gettext(" and ").join(part for part in parts if part)

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Which work orders would be raised for such a ticket, by which rule, and why not by the others? Asks only."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = TryForm(request.GET if "when" in request.GET else None)
        context: dict[str, Any] = {"form": form, "opts": self.opts, "media": self.media}
        if form.is_bound and form.is_valid():
            context |= _answered(form)
        context |= {**self.admin_site.each_context(request), "title": gettext("Which work orders would be raised?")}
        return TemplateResponse(request, "admin/workorders/try.html", context)


def _answered(form: forms.Form) -> dict[str, Any]:
    ticket = form.ticket()  # type: ignore[attr-defined]
    answers = queries.creation_answers(ticket, form.cleaned_data["when"])
    chosen = next((answer.rule for answer in answers if not answer.why_not), None)
    earlier = gettext("“{rule}” comes before it").format(rule=chosen)
    others = [(answer.rule, answer.why_not or earlier) for answer in answers if answer.rule != chosen]
    orders = (
        [(step, *_who(ticket, step)) for step in chosen.template.steps.select_related("workgroup")] if chosen else []
    )
    return {"asked": True, "chosen": chosen, "orders": orders, "others": others}


def _who(ticket: Any, step: TemplateStep) -> tuple[Any, str]:
    if step.workgroup is not None:
        return step.workgroup, gettext("as the template says")
    workgroup, because = queries.propose(ticket, work_type=step.work_type, text=step.title)
    return workgroup, spoken(because)
