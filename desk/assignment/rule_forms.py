"""Forms of the routing table's administration: a rule, and a ticket to try the table with."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.people import takes
from desk.services.models import Category, Service, Site
from desk.services.queries import category_choices
from desk.tickets import kinds
from desk.tickets.models import Priority

from .models import RoutingRule
from .queries import Known, Route, Table

KIND_HELP = _(
    "Incidents get their first workgroup by these rules. For work orders a rule proposes one, of those that take the type "
    "of work; where no rule matches it is proposed by skill, or not at all: whoever raises the order chooses."
)
CATCH_ALL_HELP = _(
    "Takes whatever no other rule takes. Incidents always have exactly one; work orders may do without, and then nothing "
    "is proposed where no rule matches."
)
NO_PROPOSAL = _(
    "No rule takes it, so none is proposed by the rules. Where the category names a skill, the workgroup with most people "
    "who have it is proposed instead; otherwise whoever raises the work order chooses."
)


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.label)) for kind in kinds.every()]


def asked_choices() -> list[tuple[str, str]]:
    """What one may ask about: each kind within a kind, and each kind that has none within."""
    whole = {kind.name for kind in kinds.every() if kind.within}
    return [(value, words) for value, words in takes.choices() if value not in whole]


class RuleForm(forms.ModelForm):
    """Offers the kinds of ticket that there are, and categories by their trail."""

    class Meta:
        model = RoutingRule
        fields = [
            "name", "kind", "position", "is_active", "service", "category", "site", "department", "priority", "words",
            "workgroup", "is_catch_all", "asks_words",
        ]  # fmt: skip
        help_texts: ClassVar[Any] = {"is_catch_all": CATCH_ALL_HELP}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"] = forms.ChoiceField(choices=kind_choices(), initial="incident", help_text=KIND_HELP)
        if "category" in self.fields:
            field: Any = self.fields["category"]
            field.choices = [("", _("– any –")), *category_choices(inactive=True)]


def never_saved(form: Any) -> Any:
    """The class of a form that says what is wrong with it, and is never good enough to be saved."""

    class Tried(form):
        def is_valid(self) -> bool:
            super().is_valid()
            return False

    return Tried


class TryForm(forms.Form):
    """What one knows of a ticket when it is logged."""

    kind = forms.ChoiceField(label=_("Kind of ticket"), choices=asked_choices)
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}))
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4})
    )
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
    department = forms.CharField(
        required=False,
        max_length=120,
        label=_("Requester's department"),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=[("", _("– none –")), *Priority.choices],
        required=False,
        coerce=int,
        empty_value=None,
    )

    def answer(self) -> Route:
        """Where the routing table sends it; the very question that is asked when a ticket is logged."""
        data = self.cleaned_data
        kind, _, within = data["kind"].partition(".")
        known = Known(
            data["title"],
            data["description"],
            data["service"].pk if data["service"] else None,
            data["category"],
            data["site"].pk if data["site"] else None,
            department=data["department"],
            priority=data["priority"],
            takes_as=data["kind"] if within else "",
        )
        table = Table.saved(kind)
        found = table.route(known)
        return (table.by_words(known) or found) if found.is_catch_all else found

    def clean_category(self) -> int | None:
        """The choice is a number; one that is gone meanwhile is none."""
        pk: int | None = self.cleaned_data["category"]
        return pk if pk and Category.objects.filter(pk=pk).exists() else None

    @property
    def only_proposes(self) -> bool:
        return kinds.get(self.cleaned_data["kind"].partition(".")[0]).rules_only_propose
