"""Form fields for items: an icon chosen from pictures, departments in a line, a condition chosen from what can be answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from desk.people.models import User

from ..icons import OFFERED, names, why_not

ALWAYS = _("– always –")
SAID = {"yes": _("yes"), "no": _("no")}  # the answers to a yes or no


class IconInput(forms.TextInput):
    """A name, its picture, and the pictures that fit most catalogues."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        line = super().render(name, value, {**(attrs or {}), "data-icon-name": "on"}, renderer)
        shown = value if value in names() else ""
        return render_to_string(
            "admin/requests_fulfillment/icon.html", {"line": line, "shown": shown, "offered": OFFERED}
        )


class IconField(forms.CharField):
    """The name of an icon that there is."""

    widget = IconInput

    def __init__(self, **kwargs: Any):
        words = _("Choose a picture, or write the name of any icon of lucide.dev.")
        super().__init__(**{"max_length": 40, "initial": "package", "label": _("Icon"), "help_text": words, **kwargs})

    def clean(self, value: Any) -> str:
        name = str(super().clean(value)).strip().lower()
        if words := why_not(name):
            raise forms.ValidationError(words)
        return name


def known_departments() -> list[str]:
    """The departments that people's profiles name."""
    named = User.objects.exclude(department="").filter(is_active=True).order_by("department")
    return list(named.values_list("department", flat=True).distinct()[:200])


class DepartmentsField(forms.CharField):
    """Departments with commas between, as people's profiles write them; one that nobody is in is refused.

    Unless it is `kept`: it stood there before, and its last member has left.
    """

    kept: Iterable[str] = ()

    def __init__(self, **kwargs: Any):
        super().__init__(**{"required": False, "max_length": 2000, **kwargs})
        self.widget.attrs |= {"class": "vTextField", "autocomplete": "off", "placeholder": _("everybody")}

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = str(super().clean(value))
        known = {name.casefold(): name for name in [*self.kept, *known_departments()]}
        found: list[str] = []
        for part in filter(None, (part.strip() for part in text.replace(";", ",").replace("\n", ",").split(","))):
            if part.casefold() not in known:
                there = ", ".join(known.values()) or _("none yet")
                words = _("Nobody is in a department “{name}”. There are: {others}.")
                raise forms.ValidationError(words.format(name=part, others=there))
            found.append(known[part.casefold()])
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(self.prepare_value(data) or "")


class ConditionSelect(forms.Select):
    """Offers every answer that can be foreseen; one that is chosen and can't be given any more stays, and says so."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        chosen = value[0] if value else ""
        offered = {answer for group, rows in self.choices for answer, words in (rows if isinstance(rows, list) else [])}
        before = self.choices
        if chosen and chosen not in offered:
            key, equals, answer = chosen.partition("=")
            words = _("“{key}” is “{answer}” (can't be answered any more)")
            gone = (chosen, words.format(key=key, answer=answer))
            self.choices = [*before, gone]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = before


class ConditionField(forms.CharField):
    """“model=Big”: holds when the question with this key has this answer. Whether that can be, the item's check says."""

    widget = ConditionSelect(choices=[("", ALWAYS)])

    def __init__(self, **kwargs: Any):
        super().__init__(**{"required": False, "max_length": 170, **kwargs})
        self.widget.attrs["data-condition"] = "on"

    @staticmethod
    def join(key: str, value: str) -> str:
        return f"{key}={value}" if key else ""

    def clean(self, value: Any) -> tuple[str, str]:
        key, equals, answer = str(super().clean(value)).partition("=")
        if len(key) > 40 or len(answer) > 120:
            raise forms.ValidationError(_("Choose one of the answers that are offered."))
        return key, answer


def offers(questions: Iterable[tuple[str, str, str, str]]) -> list[Any]:
    """The choices of a condition for these questions (key, label, kind, choices in lines), grouped by question."""
    found: list[Any] = [("", ALWAYS)]
    for key, label, kind, choices in questions:
        answers = ["yes", "no"] if kind == "yes_no" else _lines(choices) if kind == "choice" else []
        if key and answers:
            said = SAID if kind == "yes_no" else {}
            found.append((label or key, [(f"{key}={one}", f"{label or key}: {said.get(one, one)}") for one in answers]))
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def key_from(label: str, taken: Iterable[str]) -> str:
    """A key made of the label, one that no other question has."""
    words = slugify(label).replace("-", "_").strip("_")[:34]
    key = words if words[:1].isalpha() else f"q_{words}".rstrip("_")
    used, number, found = set(taken), 2, key
    while found in used:
        found, number = f"{key}_{number}", number + 1
    return found
