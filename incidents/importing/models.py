"""Where imported incidents come from, and how far their history has been replayed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportedIncident(models.Model):
    """Where an imported incident comes from: its number there, and how far its history has been replayed.

    `trail` is the last update as the source told it; a longer trail, imported later, goes on from there.
    """

    system = models.CharField(max_length=40, default="ServiceNow")
    number = models.CharField(max_length=40, help_text=_("Its number in that system."))
    incident = models.OneToOneField("incidents.Incident", on_delete=models.PROTECT, related_name="imported")
    file = models.CharField(max_length=255, help_text=_("The file it was last read from."))
    rows = models.PositiveIntegerField(default=0, help_text=_("Updates replayed."))
    corrections = models.PositiveIntegerField(default=0, help_text=_("Updates that no move could follow."))
    last_at = models.DateTimeField(help_text=_("The last update's moment."))
    trail = models.JSONField(default=dict)
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="incidents_imported_once")]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"


class ImportedUpdate(models.Model):
    """One update that has been replayed, so that it never is again."""

    imported = models.ForeignKey(ImportedIncident, on_delete=models.CASCADE, related_name="updates")
    key = models.CharField(max_length=32, help_text=_("What tells this update from every other of its incident."))
    line = models.PositiveIntegerField(help_text=_("Its line in the file."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["imported", "key"], name="incidents_update_once")]

    def __str__(self) -> str:
        return f"{self.imported}, line {self.line}"
