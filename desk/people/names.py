"""Names that stay where they are written: without signs that nobody sees and that turn round the rest of a line."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_LINES = "\n\r\t"  # what a text of several lines may have


def validate_plain(text: str) -> None:
    """Refuse control characters and those that override the direction of writing."""
    for sign in text:
        if (unicodedata.category(sign) == "Cc" and sign not in _LINES) or unicodedata.bidirectional(sign) in _TURNING:
            why = _("Write it without the invisible sign {sign}, which disturbs the line it is in.")
            raise ValidationError(why.format(sign=f"U+{ord(sign):04X}"))


class PlainWords:
    """For a page or a table of the administration: whatever is written in it is plain."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, forms.CharField):
            field.validators = [*field.validators, validate_plain]
        return field
