"""The incident: a ticket for an unplanned interruption to a service, or a reduction of its quality."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from desk.tickets.models import Ticket

from .lifecycle import IncidentLifecycle, State


class ResolutionCode(models.Model):
    """How an incident ended, for reports: “Fixed remotely”, “User error”, “Workaround”."""

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Incident(IncidentLifecycle, Ticket):
    """An incident. Its states and moves are in `lifecycle`; `resolved_at` and `closed_at` are those of this episode."""

    resolution_code = models.ForeignKey(ResolutionCode, null=True, blank=True, on_delete=models.PROTECT)
    solution = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reopen_count = models.PositiveIntegerField(default=0, editable=False, help_text=_("Episodes after the first."))
    rating = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rating_comment = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["resolved_at"], name="incidents_unconfirmed", condition=models.Q(closed_at=None))
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)), name="incidents_rating_range"
            )
        ]

    @classmethod
    def new(cls, **fields: object) -> Incident:
        """An unsaved incident in its first state; `flow.open_ticket` saves it."""
        return cls(state=State.LOGGED, **fields)
