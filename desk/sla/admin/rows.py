"""The rows under a calendar or a policy as they are sent with its form: special days, escalation steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _


class SpokenFormSet(forms.BaseInlineFormSet):
    """Rows as they were sent, laid anew when others added or deleted some meanwhile; the box for deleting says so too.

    A row that is gone becomes a new one (unless it was to be deleted), and a row that was never seen is shown as it is.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        super().__init__(data, *args, **kwargs)
        if self.is_bound and self.instance.pk and self.management_form.is_valid():
            self._lay_anew()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete")

    def _lay_anew(self) -> None:
        there = {str(row.pk): row for row in self.get_queryset()}
        total = self.management_form.cleaned_data["TOTAL_FORMS"] or 0
        sent = [self._sent(number) for number in range(min(total, self.absolute_max or total))]
        kept = [row for row in sent if row.get("id") in there]
        unseen = [row for pk, row in there.items() if pk not in {one.get("id") for one in kept}]
        gone = [row for row in sent if row.get("id") and row not in kept]
        if not gone and not unseen:
            return
        new = [{**row, "id": ""} for row in sent if row not in kept and not (row.get("id") and row.get("DELETE"))]
        old = [*kept, *map(self._as_sent, unseen)]
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name in [name for name in data if name.startswith(f"{self.prefix}-")]:
            del data[name]
        counts = {"TOTAL_FORMS": len(old) + len(new), "INITIAL_FORMS": len(old)}
        data.update({f"{self.prefix}-{name}": str(count) for name, count in counts.items()})
        for number, row in enumerate([*old, *new]):
            data.update({f"{self.prefix}-{number}-{name}": value for name, value in row.items()})
        self.data = data
        del self.management_form

    def _sent(self, number: int) -> dict[str, str]:
        start = f"{self.prefix}-{number}-"
        return {name.removeprefix(start): self.data[name] for name in self.data if name.startswith(start)}

    def _as_sent(self, row: Any) -> dict[str, str]:
        values = model_to_dict(row)
        said = {name: field.prepare_value(values.get(name)) for name, field in self.form.base_fields.items()}
        said |= {"id": row.pk, self.fk.name: self.instance.pk}
        return {name: "" if value is None else str(value) for name, value in said.items()}
