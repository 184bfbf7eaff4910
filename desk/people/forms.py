"""The forms of a person: an absence (from, to, and why), and how they like the portal to behave."""

from typing import Any

from django import forms

from .models import User

MOMENT = "%Y-%m-%dT%H:%M"


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"])


class AbsenceForm(forms.Form):
    """From–to, on the viewer's own clock."""

    start = _moment("Away from")
    end = _moment("Back at")
    reason = forms.CharField(
        required=False,
        max_length=120,
        help_text="Such as holiday or training. Only the person and their leads read it.",
    )


class PreferencesForm(forms.ModelForm):
    """How a person likes the portal to behave."""

    class Meta:
        model = User
        fields = ["single_keys"]


class OneCircleForm(forms.ModelForm):
    """What is for one person, for a workgroup, or for everybody of IT: in the administration, never for two at once."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("owner") and cleaned.get("workgroup"):
            self.add_error("workgroup", "It is for one person or for a workgroup; leave the other empty.")
        return cleaned
