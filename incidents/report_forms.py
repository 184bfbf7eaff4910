"""What the report on reopenings can be asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.sla.reporting.report_form import MonthsForm

from .reopening import BY


class ReopeningForm(MonthsForm):
    """Told apart by what, over which months."""

    by = forms.ChoiceField(label=_("By"), choices=list(BY.items()))
    field_order = ["by", "first", "last"]
    usual = {"by": "workgroup"}
