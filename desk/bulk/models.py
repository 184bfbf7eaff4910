"""A bulk run: one verb for many tickets, and how far it has come with each of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Run(models.Model):
    """What somebody chose to do with many tickets at once. Until it is started it is a mere selection."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bulk_runs")
    verb = models.CharField(max_length=20, blank=True, help_text=_("Empty until it is started."))
    inputs = models.JSONField(default=dict, help_text=_("What was typed for it, by field; objects by their id."))
    said = models.CharField(max_length=300, blank=True, help_text=_("What is done, in words."))
    back = models.CharField(max_length=2000, blank=True, help_text=_("The list that it was chosen from."))
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True, help_text=_("Whoever began it stopped it while something was left."))

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["by", "-id"], name="bulk_runs_of")]

    def __str__(self) -> str:
        return self.said or str(_("A selection"))


class Row(models.Model):
    """One ticket of a run. It is owed from the start of the run until it is done, refused with a reason, or stopped."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        SAME = "same", _("Nothing to change")
        REFUSED = "refused", _("Refused")
        STOPPED = "stopped", _("Not done: stopped before")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rows")
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    why = models.TextField(blank=True, help_text=_("The sentences of a refusal."))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "ticket"], name="bulk_ticket_once")]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="bulk_owed",
                condition=Q(done_at=None, dead_at=None, due_at__isnull=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ticket_id} of run {self.run_id}"

    @property
    def why_not(self) -> str:
        """The reason without the number of its ticket, which stands above it."""
        return after_number(self.ticket.number, self.why).lstrip(": ")


def after_number(number: str, sentence: str) -> str:
    """The sentence as it goes on after a number that stands before it, so that none is said twice."""
    if sentence.startswith(number):
        return sentence.removeprefix(number)
    return f": {sentence}" if sentence else ""
