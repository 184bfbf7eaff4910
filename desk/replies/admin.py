"""Canned replies in the administration: above all those for everybody of IT."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from . import placeholders
from .models import CannedReply


class CheckedForm(forms.ModelForm):
    """Refuses what nothing would fill in."""

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := placeholders.unknown_in(text):
            listed = ", ".join(f"{{{one}}}" for one in unknown)
            raise forms.ValidationError(f"Nothing fills in {listed}. Use {placeholders.in_words()}.")
        return text

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("owner") and cleaned.get("workgroup"):
            self.add_error("workgroup", "It is for one person or for a workgroup; leave the other empty.")
        return cleaned


@admin.register(CannedReply)
class CannedReplyAdmin(admin.ModelAdmin):
    form = CheckedForm
    list_display = ["name", "workgroup", "owner"]
    list_filter = ["workgroup"]
    search_fields = ["name", "text"]
    autocomplete_fields = ["owner", "workgroup"]
