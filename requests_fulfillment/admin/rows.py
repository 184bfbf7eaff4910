"""The questions and steps under an item as they are typed: each slip of the form and the plan beside its field."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.people.models import Workgroup
from desk.people.names import PlainWords
from desk.sla.admin.policy_form import without_ways_out
from desk.sla.admin.rows import SpokenFormSet
from workorders.template_forms import NumbersField

from .. import publishing
from ..blueprint import Blueprint, Fault, faults
from ..models import ItemField, ItemStep
from .fields import ConditionField, key_from, offers


class RowForm(forms.ModelForm):
    """A row with a condition: which question must have which answer."""

    key_name, value_name = "", ""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        row = self.instance
        self.initial["condition"] = ConditionField.join(getattr(row, self.key_name), getattr(row, self.value_name))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        key, value = data.get("condition") or ("", "")
        setattr(self.instance, self.key_name, key)
        setattr(self.instance, self.value_name, value)
        return data


class QuestionForm(RowForm):
    key_name, value_name = "shown_if_key", "shown_if_value"

    key = forms.CharField(
        max_length=40,
        required=False,
        label=_("Key"),
        help_text=_("By which {instructions} name it. Empty: made from the question."),
    )
    condition = ConditionField(label=_("Asked only if"))

    class Meta:
        model = ItemField
        fields: ClassVar[Any] = ["position", "label", "kind", "required", "key", "help", "choices"]
        labels: ClassVar[Any] = {
            "label": _("Question"),
            "kind": _("Answer is"),
            "position": pgettext_lazy("place in a sequence", "Order"),
            "choices": _("Answers"),
        }
        help_texts: ClassVar[Any] = {"choices": _("For one of several: one answer per line.")}
        widgets: ClassVar[Any] = {
            "label": forms.TextInput(attrs={"size": 40}),
            "help": forms.TextInput(attrs={"size": 60}),
            "choices": forms.Textarea(attrs={"rows": 3, "cols": 40}),
        }


class ItemStepForm(RowForm):
    key_name, value_name = "only_if_key", "only_if_value"

    position = forms.IntegerField(label=_("Number"), min_value=1, max_value=99, help_text=_("By which others name it."))
    needs = NumbersField(label=_("Comes after"), required=False, help_text=_("Numbers of steps, such as 1, 2."))
    condition = ConditionField(label=_("Done only if"))

    class Meta:
        model = ItemStep
        fields: ClassVar[Any] = [
            "position", "title", "needs", "work_type", "workgroup", "start_after_hours", "hours", "instructions",
            "checklist",
        ]  # fmt: skip
        labels: ClassVar[Any] = {
            "title": _("What is to be done"),
            "start_after_hours": _("Planned after (hours)"),
            "hours": _("Takes (hours)"),
        }
        widgets: ClassVar[Any] = {
            "title": forms.TextInput(attrs={"size": 60}),
            "instructions": forms.Textarea(attrs={"rows": 3, "cols": 80}),
            "checklist": forms.Textarea(attrs={"rows": 3, "cols": 80}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["workgroup"]
        kinds = ("work_order", "work_order.on_site", "work_order.technical")
        fitting = [group.pk for group in Workgroup.objects.all() if any(map(group.takes_kind, kinds))]
        field.queryset = Workgroup.objects.filter(Q(pk__in=fitting) | Q(pk=self.instance.workgroup_id))
        field.empty_label = _("– by the routing rules, or by skill –")


class RowsFormSet(SpokenFormSet):
    """The rows in the order in which they count, and what is wrong with them beside the field."""

    part, renamed = "", ""  # what the check calls these rows, and their condition

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["condition"].widget.choices = self.offers()

    def offers(self) -> list[Any]:
        """The answers on which a condition can look."""
        raise NotImplementedError

    def kept(self) -> list[Any]:
        """The forms of the rows that stay, in the order in which they count; asked after `full_clean`."""
        there = [
            form
            for form in self.forms
            if hasattr(form, "cleaned_data")
            and not form.cleaned_data.get("DELETE")
            and (form.has_changed() or form.instance.pk)
        ]
        return sorted(there, key=lambda form: form.instance.position or 0)

    def rows(self) -> list[Any]:
        """The rows as they are typed, saved or not."""
        return [form.instance for form in self.kept()]

    def found(self) -> list[Fault]:
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        if not self.instance.is_active:
            return  # a draft may be unfinished
        kept = self.kept()
        for fault in self.found():
            field = "condition" if fault.field == self.renamed else fault.field
            if fault.part == self.part and field not in kept[fault.place].errors:
                kept[fault.place].add_error(field, fault.words)

    def _as_sent(self, row: Any) -> dict[str, str]:
        form: Any = self.form
        said = ConditionField.join(getattr(row, form.key_name), getattr(row, form.value_name))
        return {**super()._as_sent(row), "condition": said}


class QuestionsFormSet(RowsFormSet):
    part, renamed = "question", "shown_if"

    def offers(self) -> list[Any]:
        if self.is_bound and self.management_form.is_valid():
            total = min(self.management_form.cleaned_data["TOTAL_FORMS"] or 0, self.absolute_max or 0)
            sent = [row for row in map(self._sent, range(total)) if not row.get("DELETE")]
            said = [
                (row.get("key") or key_from(row.get("label", ""), ()), *map(row.get, ("label", "kind", "choices")))
                for row in sent
                if row.get("label")
            ]
        else:
            said = [(row.key, row.label, row.kind, row.choices) for row in self.get_queryset()]
        return offers(said)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Questions without a key get one, before anything is said of it."""
        taken = [form.instance.key for form in self.kept() if form.instance.key]
        for form in self.kept():
            if not form.instance.key:
                form.instance.key = key_from(form.instance.label, taken)
                taken.append(form.instance.key)
        super().clean()

    def found(self) -> list[Fault]:
        return faults(Blueprint(publishing.blueprint_of(self.instance, self.rows(), []).questions))


class ItemStepsFormSet(RowsFormSet):
    part, renamed = "step", "only_if"
    questions: QuestionsFormSet | None = None  # given by the page, which has both

    def offers(self) -> list[Any]:
        return self.questions.offers() if self.questions is not None else [("", "")]

    def found(self) -> list[Fault]:
        asked = []
        if self.questions is not None:
            assert self.questions.errors is not None  # they are cleaned first
            asked = self.questions.rows()
        return publishing.faults_of(self.instance, asked, self.rows())


class Rows(PlainWords, admin.StackedInline):
    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return without_ways_out(super().formfield_for_dbfield(db_field, request, **kwargs))


class Questions(Rows):
    model = ItemField
    form = QuestionForm
    formset = QuestionsFormSet
    verbose_name = _("question")
    verbose_name_plural = _("questions: what people are asked when they order it")
    fields = (("position", "label"), ("kind", "required", "condition"), "choices", "help", "key")


class Steps(Rows):
    model = ItemStep
    form = ItemStepForm
    formset = ItemStepsFormSet
    verbose_name = _("step")
    verbose_name_plural = _("plan: each step becomes a work order once it is approved")
    fields = (
        ("position", "title"),
        ("needs", "condition"),
        ("work_type", "workgroup"),
        ("start_after_hours", "hours"),
        "instructions",
        "checklist",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ItemStep]:
        return super().get_queryset(request).select_related("workgroup")
