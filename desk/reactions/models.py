"""Deliveries (one row for each event and later reaction) and the pulse that shows that workers are alive."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Delivery(models.Model):
    """A reaction that is owed to an event; written with the event, done in one transaction with its effect."""

    event = models.ForeignKey("tickets.Event", on_delete=models.CASCADE, related_name="deliveries")
    reaction = models.CharField(max_length=200, help_text=_("Dotted path of the function."))
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text=_("Not offered to a worker before this moment."))
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True, help_text=_("Given up after too many failures."))

    class Meta:
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="reactions_delivery_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="reactions_delivery_owed", condition=Q(done_at=None) & Q(dead_at=None)
            ),
            models.Index(
                fields=["dead_at"], name="reactions_delivery_dead", condition=Q(done_at=None, dead_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} for event {self.event_id}"


class Pulse(models.Model):
    """The last tick that went from beat through the broker and a worker into the database, for one run."""

    run_id = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.run_id} at {self.at:%H:%M:%S}"
