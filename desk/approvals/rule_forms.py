"""The administration's forms: a rule with its steps, said beside the field when they make no sense, and the try box."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from desk.people.fields import PersonField
from desk.people.models import User
from desk.services.models import Service
from desk.tickets import kinds

from .choosing import Wish
from .models import ApprovalRule, ApprovalStep, Quorum

BY_PLACE = ("asks_manager", "asks_service_owners", "asks_item_owner")  # whom these mean, each ticket says
OUT_OF_THE_WAY = 10_000  # a position that no step has, while two exchange theirs


def kind_choices(also: str = "") -> list[tuple[str, str]]:
    """The kinds of ticket that there are, and one that a saved rule names though there is none (any more)."""
    known = {kind.name: str(kind.label) for kind in kinds.every()}
    if also and also not in known:
        known[also] = _("“{kind}” (no kind that the portal knows)").format(kind=also)
    return list(known.items())


class RuleForm(forms.ModelForm):
    """Offers the kinds of ticket that there are."""

    class Meta:
        model = ApprovalRule
        fields: ClassVar[Any] = ["name", "position", "is_active", "kind", "variant", "service", "min_risk"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "kind" in fields:
            choices = kind_choices(self.instance.kind if self.instance.pk else "")
            first = "change" if "change" in dict(choices) else choices[0][0]
            fields["kind"] = forms.ChoiceField(label=_("Kind of ticket"), choices=choices, initial=first)
        if "service" in fields:
            fields["service"].empty_label = _("– any –")


class StepForm(forms.ModelForm):
    """A step asks somebody, and enough of them."""

    class Meta:
        model = ApprovalStep
        fields: ClassVar[Any] = [
            "position", "name", "quorum", "needed", "asks_manager", "asks_service_owners", "asks_item_owner", "groups",
            "people", "remind_after_hours", "expire_after_hours",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        named = list(data.get("people") or [])
        groups = list(data.get("groups") or [])
        if not (named or groups or any(data.get(name) for name in BY_PLACE) or self.errors):
            raise ValidationError(_("Say who is asked: a group, a person, or one of the three above."))
        idle = [str(group) for group in groups if not group.is_active]
        if idle:
            self.add_error("groups", _("{names} is inactive and isn't asked.").format(names=", ".join(idle)))
        gone = [str(user) for user in named if not user.is_active]
        if gone:
            self.add_error("people", _("{names} can't sign in and isn't asked.").format(names=", ".join(gone)))
        return data

    def check_count(self) -> None:
        """Where all who are asked are known now, as many must be there as have to approve."""
        data = self.cleaned_data
        if data.get("quorum") != Quorum.COUNT or any(data.get(name) for name in BY_PLACE):
            return
        groups, named = data.get("groups") or [], data.get("people") or []
        members = User.objects.filter(approver_groups__in=groups, is_active=True).values_list("pk", flat=True)
        there = len({user.pk for user in named} | set(members))
        if (data.get("needed") or 0) > there:
            words = _("Only {there} can be asked here, so {needed} can never approve.")
            self.add_error("needed", words.format(there=there, needed=data["needed"]))

    def validate_unique(self) -> None:
        """Positions may be exchanged; the formset says which are there twice."""

    def validate_constraints(self) -> None:
        """As for `validate_unique`."""


class StepsFormSet(forms.BaseInlineFormSet):
    """The steps together: there is one, and each has a place of its own."""

    def clean(self) -> None:
        kept: list[Any] = [form for form in self.forms if self._counts(form)]
        if not any(self.errors) and not kept:
            raise ValidationError(_("Add a step: a rule without any asks nobody."))
        seen: set[Any] = set()
        for form in kept:
            place = form.cleaned_data.get("position")
            if place in seen:
                words = _("Step {step} is there twice; give each step a number of its own.")
                form.add_error("position", words.format(step=place))
            seen |= {place}
            form.check_count()

    def _counts(self, form: Any) -> bool:
        if not hasattr(form, "cleaned_data") or form in self.deleted_forms:
            return False
        return bool(form.has_changed() or form.instance.pk)

    def validate_unique(self) -> None:
        """Said by `clean`, beside the field."""

    def save(self, commit: bool = True) -> Any:
        """Steps that change their place, or go, first make way."""
        moving = [form.instance.pk for form in self.initial_forms if form.has_changed() or form in self.deleted_forms]
        ApprovalStep.objects.filter(pk__in=moving).update(position=F("position") + OUT_OF_THE_WAY)
        return super().save(commit)


class TryForm(forms.Form):
    """What one knows of a ticket when its approval is asked."""

    kind = forms.ChoiceField(label=_("Kind of ticket"), choices=kind_choices)
    variant = forms.CharField(
        label=_("Variant"), required=False, help_text=_("Such as normal, or an item's short name.")
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.filter(is_active=True), label=_("Services"), required=False
    )
    risk = forms.IntegerField(label=_("Risk"), required=False, min_value=0)
    requester = PersonField(label=_("Requester"), help_text=_("A name, username or e-mail address."))
    item_owner = PersonField(required=False, label=_("Owner of the item"), help_text=_("Only for catalogue items."))

    def wish(self) -> Wish:
        data = self.cleaned_data
        requester: User = data["requester"]
        return Wish(
            data["kind"],
            requester,
            data["variant"],
            tuple(data["services"]),
            data["risk"],
            data["item_owner"],
            frozenset({requester.pk}),
        )
