"""The work order: a task for specialists or hands on site, tied to a parent; its checklist, order and templates."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.tickets.models import Ticket

from .lifecycle import CLOSED_STATES, NOT_STARTED, State, WorkOrderLifecycle


class WorkType(models.TextChoices):
    """Where the work is done."""

    ON_SITE = "on_site", _("On site")
    TECHNICAL = "technical", _("Technical, from afar")


class WorkOrder(WorkOrderLifecycle, Ticket):
    """A work order. Its states and moves are in `lifecycle`; its parent is any ticket, and its instructions the description."""

    work_type = models.CharField(_("type of work"), max_length=10, choices=WorkType.choices, default=WorkType.ON_SITE)
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True, editable=False, help_text=_("What was done, or why it failed."))
    effort_minutes = models.PositiveIntegerField(
        null=True, blank=True, editable=False, validators=[MaxValueValidator(60_000)]
    )
    finished_at = models.DateTimeField(null=True, editable=False)
    raised_by_rule = models.ForeignKey(
        "CreationRule", null=True, editable=False, on_delete=models.SET_NULL, related_name="raised"
    )
    needs = models.ManyToManyField("self", through="Dependency", symmetrical=False, related_name="needed_by")

    class Meta:
        indexes = [models.Index(fields=["planned_start"], name="workorders_planned")]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_end=None) | Q(planned_end__gt=F("planned_start")),
                name="workorders_window_ends_after_start",
                violation_error_message=_("The planned window ends after it starts."),
            )
        ]

    @classmethod
    def new(cls, **fields: object) -> WorkOrder:
        """An unsaved order in its first state; `flow.open_ticket` saves it."""
        return cls(**{"state": State.OPEN, **fields})

    @property
    def takes_as(self) -> str:
        return f"{self.kind}.{self.work_type}"

    @cached_property
    def waits_for(self) -> list[WorkOrder]:
        """The orders that must be over before this one; asked once (or fetched before), and forgotten with the object."""
        return sorted((order for order in self.needs.all() if order.state not in OVER), key=lambda order: order.pk)

    def is_late(self, now: datetime) -> bool:
        """Should be over by now, or should have begun where no end is planned."""
        if self.planned_end is not None:
            return self.planned_end < now
        return self.planned_start is not None and self.planned_start < now and self.state in NOT_STARTED

    @property
    def progress(self) -> tuple[int, int]:
        """How many items of the checklist are ticked off, of how many."""
        items = list(self.checklist.all())
        return sum(item.done_at is not None for item in items), len(items)

    @property
    def parent_in_words(self) -> str:
        return self.parent.number if self.parent else ""

    @property
    def is_blocked(self) -> bool:
        return bool(self.waits_for)

    @property
    def waits_for_in_words(self) -> str:
        words = gettext("{number} “{title}”")
        return ", ".join(words.format(number=order.number, title=order.title) for order in self.waits_for)

    @cached_property
    def unticked(self) -> list[ChecklistItem]:
        """What the checklist requires and nobody has ticked off."""
        return list(self.checklist.filter(is_required=True, done_at=None))

    @property
    def unticked_in_words(self) -> str:
        return ", ".join(gettext("“{title}”").format(title=item.text) for item in self.unticked)

    @property
    def what_next(self) -> str:
        """What happens next, in a sentence."""
        if self.state == State.WAITING:
            words = gettext("It waits for {others}, and starts by itself when that is over.")
            return words.format(others=self.waits_for_in_words)
        if self.pending_reason is not None:
            return self.pending_reason.public_text
        return ""


# States after which those that depend on an order go on: done, or not needed any more. A failed one holds them up.
OVER = frozenset({State.COMPLETED.value, State.CANCELLED.value})
UNFINISHED = [state.value for state in State if state.value not in CLOSED_STATES]


class Dependency(models.Model):
    """One order can't start before another of the same parent is over."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="dependents")

    class Meta:
        verbose_name_plural = _("dependencies")
        constraints = [
            models.UniqueConstraint(fields=["order", "needs"], name="workorders_dependency_once"),
            models.CheckConstraint(condition=~Q(order=F("needs")), name="workorders_needs_another"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} needs {self.needs_id}"


class ChecklistItem(models.Model):
    """Something to be done or looked at; ticked off by whoever did it."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="checklist")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=200)
    is_required = models.BooleanField(default=True, help_text=_("The order can't be completed without it."))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey("people.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class OrderTemplate(models.Model):
    """A set of work orders that is raised as a whole, such as “Replace a switch”."""

    name = models.CharField(max_length=120, unique=True)
    description = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TemplateStep(models.Model):
    """One order of a template; it may need steps before it."""

    template = models.ForeignKey(OrderTemplate, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=1, help_text=_("The number by which other steps name it."))
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    work_type = models.CharField(_("type of work"), max_length=10, choices=WorkType.choices, default=WorkType.ON_SITE)
    workgroup = models.ForeignKey(
        "people.Workgroup", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Empty: as the routing rules for work orders say."),
    )  # fmt: skip
    needs = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True,
        help_text=_("Numbers of the steps that must be over before, comma-separated."),
    )  # fmt: skip
    start_after_hours = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Planned this many hours after it is raised. Empty: not planned.")
    )
    hours = models.PositiveIntegerField(default=1, help_text=_("How long it is planned to take."))
    checklist = models.TextField(blank=True, help_text=_("One item per line; a line in (brackets) may be left out."))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["template", "position"], name="workorders_step_once")]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class CreationRule(models.Model):
    """When such a ticket is logged or triaged, its work orders are raised by themselves. The first match wins."""

    class When(models.TextChoices):
        LOGGED = "logged", _("it is logged")
        TRIAGED = "assigned", _("it is assigned to a workgroup or an analyst")

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveIntegerField(default=100, help_text=_("Lower comes first; the first match wins."))
    is_active = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, default="incident", help_text=_("Kind of ticket, such as incident."))
    when = models.CharField(max_length=10, choices=When.choices, default=When.TRIAGED)
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text=_("Itself and all below it."),
    )  # fmt: skip
    template = models.ForeignKey(OrderTemplate, on_delete=models.PROTECT, related_name="rules")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(service=None, category=None),
                name="workorders_rule_says_when",
                violation_error_message=_("Say for which service or category."),
            )
        ]

    def __str__(self) -> str:
        return self.name
