"""What the report can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Self

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ..models import ClockKind
from .report import BY, MOST_MONTHS, Wanted, months_back


class MonthField(forms.DateField):
    """A month, such as 2026-03; its first day."""

    widget = forms.DateInput(attrs={"type": "month", "placeholder": "2026-03", "size": 8}, format="%Y-%m")
    default_error_messages = {"invalid": _lazy("Give a month, such as 2026-03.")}

    def __init__(self, **more: Any):
        super().__init__(input_formats=["%Y-%m"], **more)


class MonthsForm(forms.Form):
    """Over which months, for every report that counts by month; `usual` is what an address that leaves it out means."""

    first = MonthField(label=_lazy("From"))
    last = MonthField(label=_lazy("Until"), help_text="")
    usual: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def asked(cls, data: Mapping[str, Any]) -> Self:
        """What the address asks for; what it leaves out is the usual, in the last six months."""
        first, last = months_back(timezone.localdate(timezone=timezone.get_default_timezone()))
        usual = {**cls.usual, "first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"}
        return cls({name: data.get(name) or value for name, value in usual.items()})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("It ends before it begins."))
        elif first and last and _months(first, last) > MOST_MONTHS:
            self.add_error("first", _("Ask for at most {n} months at once.").format(n=MOST_MONTHS))
        elif last and last.year > 9000:
            self.add_error("last", _("That is too far away."))
        return found


class ReportForm(MonthsForm):
    """Which clocks, told apart by what, over which months; usually the resolution, by workgroup."""

    clock = forms.ChoiceField(label=_lazy("Clock"), choices=ClockKind.choices)
    by = forms.ChoiceField(label=_lazy("By"), choices=list(BY.items()))
    field_order = ["clock", "by", "first", "last"]
    usual = {"clock": ClockKind.RESOLUTION.value, "by": "workgroup"}

    @property
    def wanted(self) -> Wanted:
        found = self.cleaned_data
        return Wanted(found["clock"], found["by"], found["first"], found["last"])


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1
