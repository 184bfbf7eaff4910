"""What somebody else saved since a form was opened: it is shown beside what was typed, and nothing is saved unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ..models import Version
from .fields import Spoken

YOURS = _lazy("What you wrote is kept; save again to put it in its place.")


class SeenForm(forms.ModelForm):
    """A form that carries, as `seen`, what stood in the row when it was opened, and compares it when it is sent.

    A hidden field, written from `now` by the page's template, so that a form that was refused carries what it showed.
    """

    rows_in_content: ClassVar[tuple[str, ...]]  # under which keys of a version's content its inline rows stand
    differences: Callable[[list[Any]], Iterable[list[str]]]  # given by the administration's page

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._before = self.instance.current_id if self.instance.pk else None

    @property
    def now(self) -> str:
        """What stands in the row, as JSON: its published version, and each field as the form shows it."""
        return json.dumps({"version": self._before, **self._stored()})

    def _stored(self) -> dict[str, str]:
        names = [name for name in self.fields if name != "why"]
        return {name: str(self.fields[name].prepare_value(self[name].initial)) for name in names}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._compare(_read(self.data.get("seen", "")))
        return data

    def _compare(self, seen: dict[str, Any]) -> None:
        """Refuse what would write over something that the author never saw."""
        stored = self._stored()
        changed = self.changed_data
        lost = [name for name, value in stored.items() if seen.get(name) != value and name in changed]
        published = self._published_since(seen.get("version"))
        rows = len(published) > 1 and any(
            published[0].content[name] != published[-1].content[name] for name in self.rows_in_content
        )
        if not lost and not rows:
            return
        for name in lost:
            self.add_error(
                name, f"{_('Meanwhile this became {value}.').format(value=self._words(name, stored[name]))} {YOURS}"
            )
        why = _("Nothing is saved yet: “{name}” was changed while you edited it.")
        self.add_error(None, [why.format(name=self.initial.get("name", ""))])
        if len(published) > 1:
            newest = published[0]
            said = next(iter(self.differences([newest, published[-1]])), [])
            told = _("Version {number}, published by {person}: {differences}.").format(
                number=newest.number, person=newest.made_by, differences="; ".join(said)
            )
            self.add_error(None, [told, str(YOURS)] if said else [str(YOURS)])

    def _published_since(self, seen: Any) -> list[Version]:
        """The version that is published and the one that was when the form was opened, in this order."""
        if not isinstance(seen, int) or seen == self._before:
            return []
        return list(
            self.instance.versions.filter(pk__in=[seen, self._before]).select_related("made_by").order_by("-number")
        )

    def _words(self, name: str, shown: str) -> str:
        field: Any = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("ticked") if shown == "True" else _("not ticked")
        choices = {str(value): str(label) for value, label in getattr(field, "choices", ())}
        return _("“{words}”").format(words=choices.get(shown, shown)) if shown not in ("", "None") else _("empty")


class SeenLineForm(Spoken):
    """A line of a list with fields to edit: what wasn't touched stays as others left it, what both changed is shown."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in [name for name in data if name in self.initial and self.fields[name].show_hidden_initial]:
            seen, stored = self._seen(name), self.initial[name]
            if seen in (stored, data[name]):
                data[name] = stored if seen == data[name] else data[name]
            elif data[name] != stored:
                became = _("Meanwhile this became {value}.").format(value=_("“{words}”").format(words=stored))
                self.add_error(name, f"{became} {YOURS}")
                shown: Any = self.data.copy()  # type: ignore[attr-defined]
                shown[self.add_initial_prefix(name)] = str(stored)
                self.data = shown
        return data

    def _seen(self, name: str) -> Any:
        try:
            return self.fields[name].to_python(self.data.get(self.add_initial_prefix(name)))
        except forms.ValidationError:
            return None


def _read(text: str) -> dict[str, Any]:
    """What the form showed; nothing when it can't be read, and then whatever differs was never seen."""
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
