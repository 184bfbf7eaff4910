"""Saved views in the administration: above all those for everybody of IT."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import QueryDict
from django.utils.translation import gettext as _

from desk.people.forms import OneCircleForm

from .filters import TicketFilter
from .models import SavedView
from .ordering import ORDERS
from .queries import TABS

KNOWN = {*TicketFilter.base_filters, "tab", "order"}


class CheckedForm(OneCircleForm):
    """Refuses what no list would understand."""

    def clean_query(self) -> str:
        given: str = self.cleaned_data["query"].strip().lstrip("?")
        query = QueryDict(given)
        if unknown := sorted(set(query) - KNOWN):
            why = _("A list can't be narrowed by {names}. Copy the end of a list's address.")
            raise forms.ValidationError(why.format(names=", ".join(unknown)))
        if query.get("tab", "all") not in TABS or query.get("order", "breach") not in ORDERS:
            raise forms.ValidationError(_("There is no such tab or order. Copy the end of a list's address."))
        return query.urlencode()


@admin.register(SavedView)
class SavedViewAdmin(admin.ModelAdmin):
    form = CheckedForm
    list_display = ["name", "workgroup", "owner", "place", "query"]
    list_filter = ["workgroup"]
    search_fields = ["name"]
    autocomplete_fields = ["owner", "workgroup", "place"]
