"""The forms by which a program subscribes to events, and changes that."""

from __future__ import annotations

from typing import Any

from django import forms

from desk.people.models import Workgroup

from .models import Subscription, check_address

NAME_TAKEN = "There is a subscription of this name."


class NamesField(forms.MultipleChoiceField):
    """Several short texts, whichever they are."""

    def valid_value(self, value: str) -> bool:
        return True


class SubscriptionForm(forms.Form):
    """A subscription; `kinds` are names of events."""

    name = forms.CharField(max_length=100)
    url = forms.CharField(max_length=500, validators=[check_address])
    kinds = NamesField(required=False, help_text="Names of events; * stands for any part. None: every event.")
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.all(), required=False, help_text="Only of tickets in this workgroup's queue. Empty: of all."
    )
    sees_internal = forms.BooleanField(required=False, help_text="Internal notes, assignees and reasons too.")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.others().filter(name=name).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean_kinds(self) -> list[str]:
        names = [name for given in self.cleaned_data["kinds"] if (name := given.strip())]
        if too_long := [name for name in names if len(name) > 60]:
            raise forms.ValidationError(f"There is no event of so long a name: {too_long[0][:60]}…")
        return list(dict.fromkeys(names))

    def others(self) -> Any:
        """Those whose names are taken."""
        return Subscription.objects.all()


class ChangeForm(SubscriptionForm):
    """What can be changed of one, beginning with how it stands."""

    is_active = forms.BooleanField(required=False, help_text="False: it is paused.")

    def __init__(self, data: Any, *, subscription: Subscription):
        self.subscription = subscription
        begins = {name: getattr(subscription, name) for name in self.base_fields}
        super().__init__(data, initial=begins)

    def others(self) -> Any:
        return super().others().exclude(pk=self.subscription.pk)
