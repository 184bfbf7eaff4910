"""What a browser sends of a form that is being filled in."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

ABOUT = ("token", "form")  # what says which draft it is; all else is the draft
NEVER = {"csrfmiddlewaretoken", "submission", "draft", "again", "next"}  # and whatever has “password” in its name
MOST = 200_000  # characters


class KeepForm(forms.Form):
    """Names the draft; `typed` is what stands in the other fields."""

    token = forms.UUIDField()
    form = forms.RegexField(r"^[A-Za-z0-9-]{1,60}$", max_length=60)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        data: QueryDict = self.data  # type: ignore[assignment]
        cleaned["typed"] = typed = typed_in(data, but=ABOUT)
        if sum(len(name) + sum(map(len, values)) for name, values in typed.items()) > MOST:
            raise forms.ValidationError("That is too long for a draft.")
        return cleaned


def typed_in(data: QueryDict, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The fields of a form as they were sent, without those that are no text of the person's."""
    return {
        name: [value.replace("\x00", "") for value in values]
        for name, values in data.lists()
        if name not in NEVER and name not in but and "password" not in name.lower()
    }
