"""A form field for one person, typed or picked from the type-ahead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import User
from .queries import person_named


class PersonField(forms.CharField):
    """Takes a username, an e-mail address or a full name, and cleans to that active User (or None when empty)."""

    also: User | None = None  # who may stay, though no longer active

    def clean(self, value: Any) -> User | None:
        words = super().clean(value)
        if not words:
            return None
        found = self.also if self.also is not None and words == self.also.username else person_named(words)
        if found is None:
            why = _("Nobody is known as “{words}”. Type a username, an e-mail address or a full name.")
            raise ValidationError(why.format(words=words))
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.username if isinstance(value, User) else value
