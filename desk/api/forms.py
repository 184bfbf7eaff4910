"""The form in which somebody makes a token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from . import scopes
from .models import Token
from .rules import why_no_service_token

EXPIRES = [("30", _lazy("In 30 days")), ("90", _lazy("In 90 days")), ("365", _lazy("In a year")), ("0", _lazy("Never"))]
MAY = [("", _lazy("Nothing")), ("read", pgettext_lazy("a right", "Read")), ("write", _lazy("Read and write"))]
ADMINISTER = ("admin", _lazy("Administer"))
AREA = "area_"  # before an area's name in the name of its field


class TokenForm(forms.Form):
    """What a token is for, what it opens, and for how long."""

    name = forms.CharField(
        label=_lazy("What is it for?"), max_length=80, help_text=_lazy("Such as “Nightly report”."),
        error_messages={"required": _lazy("Please say what it is for, so that you know it again.")},
    )  # fmt: skip
    expires = forms.ChoiceField(label=_lazy("It expires"), choices=EXPIRES, initial="90")

    def __init__(self, *args: Any, administers: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        levels = [*MAY, ADMINISTER] if administers else MAY
        for area, words in {scopes.ALL: _("Everything"), **scopes.areas()}.items():
            if area != scopes.ADMINISTRATION or administers:
                self.fields[AREA + area] = forms.ChoiceField(label=words, choices=levels, required=False)

    @property
    def areas(self) -> list[forms.BoundField]:
        """What it may do in each area, everything first."""
        return [self[name] for name in self.fields if name.startswith(AREA)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.opens:
            self.add_error(
                AREA + scopes.ALL, _("A token that opens nothing is of no use. Please choose what it may do.")
            )
        return data

    @property
    def opens(self) -> list[str]:
        chosen = (
            (name.removeprefix(AREA), level) for name, level in self.cleaned_data.items() if name.startswith(AREA)
        )
        return [f"{area}:{level}" for area, level in chosen if level]

    @property
    def expires_at(self) -> datetime | None:
        days = int(self.cleaned_data["expires"])
        return timezone.now() + timedelta(days=days) if days else None


class ServiceTokenForm(forms.ModelForm):
    """The admin's: a token for an account of a program."""

    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label=_lazy("Scopes"), help_text=_lazy("What it opens.")
    )

    class Meta:
        model = Token
        fields = ["user", "name", "scopes", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("scopes")
        if field is not None:
            field.choices = [(scope, words) for scope in scopes.every() for words in scopes.in_words([scope])]

    def clean_user(self) -> Any:
        user = self.cleaned_data["user"]
        if why := why_no_service_token(user):
            raise forms.ValidationError(why)
        return user
