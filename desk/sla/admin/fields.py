"""Form fields in which administrators write as they think: opening hours, lengths of time, percentages, suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.names import validate_plain

from ..times import LENGTH_HELP, in_words, read_length, read_times, write_times
from .asked import number


class HoursField(forms.CharField):
    """“08:00–12:00, 13:00–17:00”; comes out as it is kept, and empty when closed."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"required": False, "max_length": 120, **kwargs})
        self.widget.attrs |= {"size": 40, "placeholder": _lazy("closed"), "autocomplete": "off"}

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return write_times(read_times(text))
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None


class LengthField(forms.CharField):
    """A length of business time; takes “90”, “4h” or “2 h 30”, and comes out in minutes (None: best effort)."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"required": False, "max_length": 40, "help_text": LENGTH_HELP, **kwargs})
        self.widget.attrs |= {"size": 14, "placeholder": _lazy("best effort"), "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return in_words(timedelta(minutes=value)) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value))
        try:
            return read_length(text)
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(read_length(data or "") != initial)
        except ValueError:
            return True


class PercentsField(forms.CharField):
    """“50, 80”; comes out as a list of whole numbers from 1 to 99, in order."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"required": False, "max_length": 60, **kwargs})
        self.widget.attrs |= {"size": 14, "placeholder": _lazy("none"), "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(mark) for mark in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        text = str(super().clean(value))
        found = set()
        for part in filter(None, (part.strip(" %") for part in text.replace(";", ",").split(","))):
            if not part.isdecimal() or not 1 <= int(part) <= 99:
                why = _("“{part}” is no percentage from 1 to 99. Write for example 50, 80.")
                raise forms.ValidationError(why.format(part=part))
            found.add(int(part))
        return sorted(found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != sorted(initial or [])
        except forms.ValidationError:
            return True


class WhyField(forms.CharField):
    """Why something is published; stands in the history."""

    def __init__(self, **kwargs: Any):
        words = _lazy("Optional; stands in the history beside the new version.")
        usual = {"required": False, "max_length": 200, "label": _lazy("Why"), "help_text": words}
        super().__init__(**{**usual, "validators": [validate_plain], **kwargs})
        self.widget.attrs |= {"class": "vTextField", "autocomplete": "off"}


class Spoken(forms.ModelForm):
    """A form in one row of a table, whose fields have no label of their own: each says its name to a screen reader."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = str(field.label or name.replace("_", " ").capitalize())


class Choosing(AutocompleteSelect):
    """A type-ahead that can be drawn again whatever was sent as the id of the row."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if number(str(one)) is not None], attr)


class Suggesting(forms.TextInput):
    """A line of text with suggestions; the browser searches them as one types. `offers` is asked when it is drawn."""

    def __init__(self, offers: Callable[[], Iterable[str]], attrs: dict[str, Any] | None = None):
        super().__init__({"class": "vTextField", "autocomplete": "off", **(attrs or {})})
        self.offers = offers

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{name}-offers"
        line = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((offer,) for offer in self.offers()))
        return format_html('{}<datalist id="{}">{}</datalist>', line, listed, options)
