"""Forms of what people keep: a view's name, and the moment until which a ticket is put aside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people import circles
from desk.people.models import User, Workgroup

from .models import SavedView
from .snoozing import in_words, moments


class ViewForm(forms.Form):
    """A name, and for whom."""

    name = forms.CharField(
        label=_lazy("Name"), max_length=60, help_text=_lazy("Such as “VPN, at risk”."),
        error_messages={"required": _lazy("Please give it a name.")},
    )  # fmt: skip
    workgroup = forms.ModelChoiceField(
        Workgroup.objects.none(), required=False, label=_lazy("For whom?"), empty_label=_lazy("Only me")
    )

    def __init__(self, *args: Any, user: User, view: SavedView | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        led = circles.led_by(user)
        if not led or (view is not None and view.owner_id is None and view.workgroup_id is None):
            del self.fields["workgroup"]
        else:
            self.fields["workgroup"].queryset = led  # type: ignore[attr-defined]


class SnoozeForm(forms.Form):
    """One of the moments that are offered, or one's own; on the reader's clock."""

    choice = forms.ChoiceField(
        label=_lazy("Until when?"), widget=forms.RadioSelect,
        error_messages={"invalid_choice": _lazy("That moment is over meanwhile. Please choose another one.")},
    )  # fmt: skip
    until = forms.DateTimeField(
        label=_lazy("Which moment?"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _lazy("Please give a day and a time.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offered = moments(timezone.now())
        self.offered = {one.key: one.at for one in offered}  # by name: others may be offered by when it is sent
        choices = [(one.key, f"{one.words}, {in_words(one.at)}") for one in offered]
        self.fields["choice"].choices = [*choices, ("own", _("At a moment of my own"))]  # type: ignore[attr-defined]
        self.fields["choice"].initial = choices[-1][0]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("choice") == "own":
            if not cleaned.get("until") and "until" not in self.errors:
                self.add_error("until", _("Please give a day and a time."))
        elif "choice" in cleaned:
            cleaned["until"] = self.offered[cleaned["choice"]]
        return cleaned
