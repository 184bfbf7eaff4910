"""The form by which a program subscribes to events."""

from __future__ import annotations

from django import forms

from desk.people.models import Workgroup

from .models import Subscription, check_address

NAME_TAKEN = "There is a subscription of this name."


class SubscriptionForm(forms.Form):
    """A subscription; `kinds` are names of events with commas between them."""

    name = forms.CharField(max_length=100)
    url = forms.CharField(max_length=500, validators=[check_address])
    kinds = forms.CharField(
        required=False, max_length=2000, help_text="Names with commas; * stands for any part. Empty: every event."
    )
    workgroup = forms.ModelChoiceField(Workgroup.objects.all(), required=False)
    sees_internal = forms.BooleanField(required=False)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Subscription.objects.filter(name=name).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean_kinds(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["kinds"].split(",") if name.strip()]
        if too_long := [name for name in names if len(name) > 60]:
            raise forms.ValidationError(f"There is no event of so long a name: {too_long[0][:60]}…")
        return names
