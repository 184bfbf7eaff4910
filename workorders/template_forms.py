"""Forms for the administration of templates and rules: every slip is answered by a sentence beside its field."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from desk.people.language import in_a_sentence
from desk.people.models import Workgroup
from desk.services.models import Category, Service, Site
from desk.services.queries import category_choices
from desk.tickets import kinds
from desk.tickets.models import Ticket

from . import queries
from .forms import checklist_lines
from .models import CreationRule, TemplateStep, WorkType

OUT_OF_THE_WAY = 10_000  # where steps stand while their numbers are exchanged
MOST_STEPS = 99


class NumbersField(forms.Field):
    """Numbers of steps, written with commas between: “1, 2”; cleans to a sorted list without repetition."""

    widget = forms.TextInput(attrs={"size": 10})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(number) for number in value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[int]:
        words = str(value or "").replace(",", " ").split()
        if odd := next((word for word in words if not (word.isascii() and word.isdecimal() and len(word) < 4)), None):
            raise ValidationError(
                _("“{word}” is no number of a step; write numbers with commas between, such as 1, 2.").format(
                    word=odd[:20]
                )
            )
        return sorted({int(word) for word in words})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(self.prepare_value(data) or "")


class StepForm(forms.ModelForm):
    """One step; what it must have in common with the others is asked by `StepsFormSet`."""

    position = forms.IntegerField(
        label=_("Number"), min_value=1, max_value=MOST_STEPS, help_text=_("By which other steps name it.")
    )
    title = forms.CharField(label=_("What is to be done"), max_length=200, widget=forms.TextInput(attrs={"size": 60}))
    needs = NumbersField(
        label=_("Comes after"),
        required=False,
        help_text=_("Numbers of the steps that must be over before, such as 1, 2."),
    )

    class Meta:
        model = TemplateStep
        fields: ClassVar[Any] = [
            "position", "title", "needs", "work_type", "workgroup", "start_after_hours", "hours", "instructions",
            "checklist",
        ]  # fmt: skip
        widgets: ClassVar[Any] = {
            "instructions": forms.Textarea(attrs={"rows": 3, "cols": 80}),
            "checklist": forms.Textarea(attrs={"rows": 4, "cols": 80}),
        }
        labels: ClassVar[Any] = {"start_after_hours": _("Planned after (hours)"), "hours": _("Takes (hours)")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "workgroup" in self.fields:
            field: Any = self.fields["workgroup"]
            fitting = [
                pk for kind in WorkType.values for pk in queries.workgroups_that_take(kind).values_list("pk", flat=True)
            ]
            field.queryset = Workgroup.objects.filter(Q(pk__in=fitting) | Q(pk=self.instance.workgroup_id))
            field.empty_label = _("– by the routing rules, or by skill –")

    def clean_checklist(self) -> str:
        return "\n".join(checklist_lines(self.cleaned_data["checklist"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        workgroup, work_type = data.get("workgroup"), data.get("work_type")
        if workgroup and work_type and not workgroup.takes_kind(f"{queries.KIND}.{work_type}"):
            words = _("{workgroup} doesn't take work orders of this type ({kind}).")
            kind = in_a_sentence(WorkType(work_type).label)
            self.add_error("workgroup", words.format(workgroup=workgroup, kind=kind))
        return data

    def validate_unique(self) -> None:
        """Numbers may be exchanged; the formset says which are there twice."""

    def validate_constraints(self) -> None:
        """As for `validate_unique`."""


class StepsFormSet(forms.BaseInlineFormSet):
    """The steps together: every number once, every need there, and no circle."""

    def clean(self) -> None:
        kept = [form for form in self.forms if self._counts(form)]
        if not any(self.errors) and not kept:
            raise ValidationError(_("Add a step: a template without any raises nothing."))
        places: dict[int, Any] = {}
        for form in kept:
            place = form.cleaned_data.get("position")
            if place in places:
                words = _("Step {step} is there twice; give each step a number of its own.")
                form.add_error("position", words.format(step=place))
            elif place:
                places[place] = form
        for place, form in places.items():
            self._check_needs(place, form, places)
        edges = [(place, need) for place, form in places.items() for need in form.cleaned_data.get("needs") or []]
        if circle := sorted(queries.circle_in([edge for edge in edges if edge[0] != edge[1]])):
            words = _("Steps {steps} and {last} would wait for one another in a circle.")
            others = ", ".join(map(str, circle[:-1]))
            places[circle[0]].add_error("needs", words.format(steps=others, last=circle[-1]))

    def _counts(self, form: Any) -> bool:
        """Whether it is a step that stays, as far as one can tell: neither deleted nor an empty row."""
        if not hasattr(form, "cleaned_data") or form in self.deleted_forms:
            return False
        return bool(form.has_changed() or form.instance.pk)

    @staticmethod
    def _check_needs(place: int, form: Any, places: dict[int, Any]) -> None:
        needs = form.cleaned_data.get("needs") or []
        if place in needs:
            form.add_error("needs", _("A step can't come after itself."))
        if missing := [str(need) for need in needs if need not in places]:
            steps = _(" and no step ").join(missing)
            form.add_error("needs", _("There is no step {steps}.").format(steps=steps))

    def validate_unique(self) -> None:
        """Said by `clean`, beside the field."""

    def save(self, commit: bool = True) -> Any:
        """Numbers that change, or go, first make way, so that two steps may exchange theirs."""
        moving = [form.instance.pk for form in self.initial_forms if form.has_changed() or form in self.deleted_forms]
        TemplateStep.objects.filter(pk__in=moving).update(position=F("position") + OUT_OF_THE_WAY)
        return super().save(commit)


def parent_choices() -> list[tuple[str, str]]:
    """The kinds of ticket for which rules raise work orders: those that come in, not those that follow from another."""
    return [(kind.name, str(kind.label)) for kind in kinds.every() if not kind.shared_with_parent]


class RuleForm(forms.ModelForm):
    """Offers the kinds of ticket that there are, and categories by their trail."""

    kind = forms.ChoiceField(label=_("Kind of ticket"), choices=parent_choices, initial="incident")

    class Meta:
        model = CreationRule
        fields: ClassVar[Any] = ["name", "position", "is_active", "kind", "when", "service", "category", "template"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "service" in fields:
            fields["service"].empty_label = _("– any –")
        if "category" in fields:
            fields["category"].choices = [("", _("– any –")), *category_choices(inactive=True)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "service" in self.fields and not (data.get("service") or data.get("category") or self.errors):
            self.add_error("service", _("Say for which service or category."))
        return data

    def validate_constraints(self) -> None:
        """Said by `clean`, beside the field."""


class TryForm(forms.Form):
    """What one knows of a ticket when it comes in."""

    kind = forms.ChoiceField(label=_("Kind of ticket"), choices=parent_choices)
    when = forms.ChoiceField(label=_("When"), choices=CreationRule.When.choices, initial=CreationRule.When.TRIAGED)
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True), label=_("Service"), required=False, empty_label=_("– none –")
    )
    category = forms.TypedChoiceField(
        label=_("Category"),
        choices=lambda: [("", _("– none –")), *category_choices()],
        required=False,
        coerce=int,
        empty_value=None,
    )
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), label=_("Site"), required=False, empty_label=_("– none –")
    )

    def ticket(self) -> Ticket:
        """Such a ticket, unsaved."""
        data = self.cleaned_data
        category = Category.objects.filter(pk=data["category"]).first() if data["category"] else None
        return Ticket(kind=data["kind"], service=data["service"], category=category, site=data["site"])
