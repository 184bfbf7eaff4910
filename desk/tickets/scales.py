"""What a ticket is measured by and may wait for: impact, urgency, priority and their matrix, reasons for being on hold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Impact(models.IntegerChoices):
    """How many are affected."""

    HIGH = 1, _("High: the whole organisation, or many people")
    MEDIUM = 2, _("Medium: a team or a site")
    LOW = 3, _("Low: one person")


class Urgency(models.IntegerChoices):
    """How long it can wait."""

    HIGH = 1, _("High: work has stopped")
    MEDIUM = 2, _("Medium: work goes on with difficulty")
    LOW = 3, _("Low: a nuisance")


class Priority(models.IntegerChoices):
    """The order of work, from impact × urgency; P1 comes first."""

    P1 = 1, _("P1 Critical")
    P2 = 2, _("P2 High")
    P3 = 3, _("P3 Medium")
    P4 = 4, _("P4 Low")
    P5 = 5, _("P5 Minor")


class PriorityCell(models.Model):
    """One cell of the matrix impact × urgency → priority, edited by admins."""

    impact = models.PositiveSmallIntegerField(choices=Impact.choices)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices)

    class Meta:
        ordering = ["impact", "urgency"]
        verbose_name = _("priority matrix cell")
        verbose_name_plural = _("priority matrix")
        constraints = [models.UniqueConstraint(fields=["impact", "urgency"], name="tickets_one_priority_per_cell")]

    def __str__(self) -> str:
        told = {"impact": self.impact, "urgency": self.urgency, "priority": self.priority}
        return gettext("impact {impact} × urgency {urgency} → P{priority}").format(**told)


class PendingReason(models.Model):
    """Why work on a ticket waits, and what that does to clocks and to a requester's reply."""

    name = models.CharField(max_length=80, unique=True, help_text=_("For analysts: “Waiting for the vendor”."))
    public_text = models.CharField(
        max_length=160, help_text=_("For the requester: “We are waiting for a spare part from the vendor.”")
    )
    waits_for_requester = models.BooleanField(
        default=False, help_text=_("Shown to the requester as “Waiting for you”; a question to them is required.")
    )
    resumes_on_reply = models.BooleanField(default=False, help_text=_("A reply by the requester resumes the ticket."))
    pauses_response = models.BooleanField(default=False, help_text=_("The response clock stops meanwhile."))
    resumes_on_orders = models.BooleanField(
        default=False, help_text=_("When its last open work order is over, or one has failed, the ticket resumes.")
    )
    pauses_resolution = models.BooleanField(default=True, help_text=_("The resolution clock stops meanwhile."))
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def pauses(self) -> list[str]:
        """The kinds of clock that stand still meanwhile."""
        stands = {"response": self.pauses_response, "resolution": self.pauses_resolution}
        return [kind for kind, paused in stands.items() if paused]
