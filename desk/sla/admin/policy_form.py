"""The form of a policy with its escalation steps: every slip is answered by a sentence beside its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.services.queries import category_choices
from desk.tickets import kinds
from desk.tickets.models import Priority

from ..models import Calendar, EscalationStep, Policy
from ..publishing import step_problem
from .fields import Choosing, LengthField, PercentsField, Spoken, Suggesting, WhyField
from .rows import SpokenFormSet
from .stale import SeenForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ANY = _lazy("– any –")
RESPONSE_WITHIN, RESOLUTION_WITHIN = _lazy("First response within"), _lazy("Resolution within")


def kind_choices() -> list[tuple[str, StrOrPromise]]:
    return [(kind.name, kind.label) for kind in kinds.every()]


def departments() -> list[str]:
    """The departments that people's profiles name."""
    named = User.objects.exclude(department="").order_by("department")
    return list(named.values_list("department", flat=True).distinct()[:500])


def without_ways_out(field: Any) -> Any:
    """A choice of related rows without buttons to add, change or delete them."""
    if isinstance(field, forms.ModelChoiceField):
        widget: Any = field.widget
        widget.can_add_related = widget.can_change_related = widget.can_delete_related = False
        widget.can_view_related = False
    return field


def offer(fields: dict[str, Any]) -> None:
    """Fill the choices of a form about a policy, of those of its fields that there are."""
    for name in fields.keys() & {"service", "workgroup"}:
        fields[name].empty_label = ANY
    if "category" in fields:
        fields["category"].choices = [("", ANY), *category_choices(inactive=True)]
    if "priority" in fields:
        fields["priority"].choices = [("", ANY), *Priority.choices]
    if "calendar" in fields:
        fields["calendar"].queryset = Calendar.objects.filter(current__isnull=False)


class PolicyForm(SeenForm):
    """What a policy asks and promises; lengths are written as people say them."""

    rows_in_content = ("steps",)

    kind = forms.ChoiceField(label=_lazy("Kind of ticket"), choices=kind_choices, initial="incident")
    response_minutes = LengthField(label=RESPONSE_WITHIN)
    resolution_minutes = LengthField(label=RESOLUTION_WITHIN)
    warn_at = PercentsField(
        label=_lazy("Warn at"), help_text=_lazy("Percent of the target, several with commas between, such as 50, 80.")
    )
    why = WhyField()

    class Meta:
        model = Policy
        fields: ClassVar[Any] = [
            "name", "position", "is_active", "kind", "service", "category", "priority", "workgroup", "department",
            "vip", "calendar", "response_minutes", "resolution_minutes", "warn_at", "on_reopen",
        ]  # fmt: skip
        widgets: ClassVar[Any] = {"department": Suggesting(departments)}
        labels: ClassVar[Any] = {
            "department": _lazy("Requester's department"),
            "on_reopen": _lazy("When reopened"),
        }
        help_texts: ClassVar[Any] = {"calendar": _lazy("The hours that count for both targets.")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self.fields)
        if self.instance.pk is None:
            last = Policy.objects.aggregate(last=Max("position"))["last"] or 0
            self.initial.setdefault("position", last + 10)


SHORT: dict[str, StrOrPromise] = {
    EscalationStep.Do.ASSIGNEE: _lazy("Notify the assignee, else leads"),
    EscalationStep.Do.LEADS: _lazy("Notify the leads"),
    EscalationStep.Do.GROUP: _lazy("Notify a whole workgroup"),
    EscalationStep.Do.MOVE: _lazy("Move to another workgroup"),
}


class StepForm(Spoken):
    """A step in one line, so its words are short."""

    clock = forms.ChoiceField(
        label=_lazy("Clock"),
        choices=[
            (value, _lazy("Both") if value == EscalationStep.Clock.BOTH else label)
            for value, label in EscalationStep.Clock.choices
        ],
        initial=EscalationStep.Clock.BOTH,
    )
    do = forms.ChoiceField(
        label=_lazy("Do"),
        choices=[(value, SHORT.get(value, label)) for value, label in EscalationStep.Do.choices],
        initial=EscalationStep.Do.LEADS,
    )

    def has_changed(self) -> bool:
        """A row that was added is a step, also when nothing in it was altered."""
        return self.instance.pk is None or super().has_changed()


class StepsFormSet(SpokenFormSet):
    """The rules for a step are those of publishing; whatever it lacks is said beside the field."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if form.errors or form.cleaned_data.get("DELETE"):
                continue
            if problem := step_problem(form.instance, self.instance.kind):
                form.add_error(*problem)


class Steps(admin.TabularInline):
    model = EscalationStep
    form = StepForm
    formset = StepsFormSet
    fields = ("percent", "clock", "do", "person", "workgroup")
    autocomplete_fields = ("person", "workgroup")
    extra = 0
    verbose_name = _lazy("step")
    verbose_name_plural = _lazy("escalation: what is done when a share of the time is used up")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Without the icons that lead elsewhere: a step chooses among the people and workgroups that there are."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return without_ways_out(field)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = Choosing(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationStep]:
        return super().get_queryset(request).select_related("person", "workgroup")
