"""Canned replies in the administration: above all those for everybody of IT."""

from __future__ import annotations

from django import forms
from django.contrib import admin

from desk.people.forms import OneCircleForm

from . import placeholders
from .models import CannedReply


class CheckedForm(OneCircleForm):
    """Refuses what nothing would fill in."""

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if complaint := placeholders.complaint(text):
            raise forms.ValidationError(complaint)
        return text


@admin.register(CannedReply)
class CannedReplyAdmin(admin.ModelAdmin):
    form = CheckedForm
    list_display = ["name", "workgroup", "owner"]
    list_filter = ["workgroup"]
    search_fields = ["name", "text"]
    autocomplete_fields = ["owner", "workgroup"]
