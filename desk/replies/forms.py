"""The form of a canned reply."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people import circles
from desk.people.models import User, Workgroup

from . import placeholders
from .models import CannedReply


class CannedForm(forms.Form):
    """Name, text, and for whom it is."""

    name = forms.CharField(
        label=_lazy("Name"), max_length=80, help_text=_lazy("What you look for it by, such as “Ask for a screenshot”."),
        error_messages={"required": _lazy("Please give it a name.")},
    )  # fmt: skip
    text = forms.CharField(
        label=_lazy("Reply"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _lazy("Please write the reply.")},
    )  # fmt: skip
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(), required=False, label=_lazy("For whom?"), empty_label=_lazy("Only me")
    )

    def __init__(self, *args: Any, user: User, canned: CannedReply | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        help_text = _("Filled in when it is used: {names}.").format(names=placeholders.in_words())
        self.fields["text"].help_text = help_text
        led = circles.led_by(user)
        if not led or (canned is not None and canned.owner_id is None and canned.workgroup_id is None):
            del self.fields["workgroup"]
        else:
            self.fields["workgroup"].queryset = led  # type: ignore[attr-defined]
