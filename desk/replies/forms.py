"""The form of a canned reply."""

from __future__ import annotations

from typing import Any

from django import forms

from desk.people import circles
from desk.people.models import User, Workgroup

from . import placeholders
from .models import CannedReply


class CannedForm(forms.Form):
    """Name, text, and for whom it is."""

    name = forms.CharField(
        label="Name", max_length=80, help_text="What you look for it by, such as “Ask for a screenshot”.",
        error_messages={"required": "Please give it a name."},
    )  # fmt: skip
    text = forms.CharField(
        label="Reply", max_length=8000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=f"Filled in when it is used: {placeholders.in_words()}.",
        error_messages={"required": "Please write the reply."},
    )  # fmt: skip
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(), required=False, label="For whom?", empty_label="Only me"
    )

    def __init__(self, *args: Any, user: User, canned: CannedReply | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        led = circles.led_by(user)
        if not led or (canned is not None and canned.owner_id is None and canned.workgroup_id is None):
            del self.fields["workgroup"]
        else:
            self.fields["workgroup"].queryset = led  # type: ignore[attr-defined]
