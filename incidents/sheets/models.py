"""A table of incidents that somebody brought, and its rows: what each says, what is wrong with it, what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Sheet(models.Model):
    """A table. Until it is started it has only been looked at."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, help_text=_("The file’s name."))
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    left_out = models.JSONField(default=list, help_text=_("Columns that mean nothing here."))
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class Row(models.Model):
    """A line of it. Owed from the start of the sheet until its incident is logged, or it is refused with a reason."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(help_text=_("In the file; the head is line 1."))
    fields = models.JSONField(default=dict, help_text=_("What is logged; objects by their id."))
    said = models.CharField(max_length=200, blank=True, help_text=_("Its title, as it stands in the file."))
    problems = models.JSONField(default=list, help_text=_("Sentences; a row that has some is never logged."))
    incident = models.ForeignKey("incidents.Incident", null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["sheet", "line"], name="sheets_line_once")]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="sheets_owed",
                condition=Q(done_at=None, dead_at=None, due_at__isnull=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"line {self.line} of {self.sheet_id}"
