"""What a lead writes about a rating: an answer, or why its comment is hidden."""

from __future__ import annotations

from django import forms


class AnswerRatingForm(forms.Form):
    words = forms.CharField(
        label="Your answer", max_length=20_000, help_text="The requester reads it, and is told.",
        error_messages={"required": "Please write an answer."},
    )  # fmt: skip


class HideRatingForm(forms.Form):
    why = forms.CharField(
        label="Why?", max_length=300, help_text="It stays on record, and the requester reads it.",
        error_messages={"required": "Please say why; it stays on record."},
    )  # fmt: skip
