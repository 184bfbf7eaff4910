"""Drafts: what somebody typed into a form and has not sent yet, whatever the form."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

GIST = ("title", "message", "note", "description")  # fields that tell what a draft is about, the best first


class Draft(models.Model):
    """One form that somebody has begun, by the token that the form carries; it outlives the session and the device.

    Once it is sent or thrown away its text is gone, and the row stays for a while (`over_at`): what a browser still
    had on its way must not bring it back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    token = models.UUIDField()
    form = models.CharField(max_length=60, help_text="Which form, such as incident-new or INC-000123-reply.")
    fields = models.JSONField(default=dict, help_text="By name, each a list of values, as a form sends them.")
    updated_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token"], name="drafts_token_once")]
        indexes = [models.Index(fields=["user", "form", "-updated_at"], name="drafts_open", condition=Q(over_at=None))]

    def __str__(self) -> str:
        return f"{self.form} of {self.user_id}"

    @property
    def initial(self) -> dict[str, Any]:
        """As a form's `initial`."""
        return {name: values[-1] for name, values in self.fields.items() if values}

    @property
    def gist(self) -> str:
        """The first words that were typed."""
        typed = (self.initial.get(name, "").strip() for name in GIST)
        words = " ".join(next((text for text in typed if text), "").split())
        return words if len(words) <= 80 else words[:79].rstrip() + "…"
