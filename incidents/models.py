"""The incident: a ticket for an unplanned interruption or loss of quality of a service."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.people.language import Kept, keep
from desk.sla.times import in_words
from desk.tickets.models import LinkKind, Ticket
from workorders.queries import open_in_words

from . import rules
from .importing.models import ImportedIncident, ImportedUpdate
from .lifecycle import NEXT_WORDS, OVER_FOR_GOOD, IncidentLifecycle, State
from .monitoring import models as monitoring

__all__ = [
    "Episode",
    "ImportedIncident",
    "ImportedUpdate",
    "Incident",
    "Outage",
    "Raised",
    "ResolutionCode",
    "monitoring",
]

if TYPE_CHECKING:
    from datetime import datetime

    from desk.people.models import User


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
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="duplicates",
        help_text=_("The incident that it is the same as."),
    )  # fmt: skip
    is_major = models.BooleanField(
        _("major incident"), default=False, editable=False, help_text=_("A lead says so; others are related to it.")
    )

    class Meta:
        indexes = [
            models.Index(fields=["resolved_at"], name="incidents_unconfirmed", condition=models.Q(closed_at=None)),
            models.Index(fields=["is_major"], name="incidents_major", condition=models.Q(is_major=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)), name="incidents_rating_range"
            )
        ]

    @cached_property
    def open_orders(self) -> str:
        """Its open work orders by number, title and state, for a sentence; empty when there is none. Asked once."""
        return open_in_words(self)

    @cached_property
    def family(self) -> list[tuple[int, int]]:
        """(child, parent) by id of each tie that it has with a parent or children; asked once."""
        return [(source, target) for source, target, kind in self.ties if kind == LinkKind.CHILD_OF]

    @cached_property
    def parent_incident(self) -> Incident | None:
        """The incident that it is a child of."""
        parents = [parent for _, parent in self.family if parent != self.pk]
        return Incident.objects.select_related("workgroup").get(pk=parents[0]) if parents else None

    @property
    def has_children(self) -> bool:
        return any(parent == self.pk for _, parent in self.family)

    @property
    def same_as(self) -> Incident | None:
        """The incident that stays in its place; where that was merged in turn, the last of them."""
        found = self.merged_into
        while found is not None and found.merged_into is not None:
            found = found.merged_into
        return found

    @property
    def what_next(self) -> str:
        """What happens next, in a sentence for the requester."""
        if self.same_as is not None:
            return _("This is the same as {number}; follow it there.").format(number=self.same_as.number)
        if self.pending_reason is not None:
            return self.pending_reason.public_text
        if self.reopening_is_over and self.state == State.CLOSED:
            return str(OVER_FOR_GOOD)
        until = rules.reopen_until(self)
        return NEXT_WORDS[self.state].format(
            days=settings.INCIDENT_CONFIRM_DAYS, until=date_format(localtime(until), str(_("j F"))) if until else ""
        )

    @property
    def reopening_is_over(self) -> bool:
        """Whether the same trouble is a new incident now; the rule asked by page and action."""
        return rules.reopening_is_over(self)

    @classmethod
    def new(cls, **fields: object) -> Incident:
        """An unsaved incident in its first state; `flow.open_ticket` saves it."""
        return cls(state=State.LOGGED, **fields)


class Episode(models.Model):
    """One run of an incident, from logged or reopened to solved, closed or called off, and what was so when it was solved.

    Written by events (`episodes`), the first when it ends. What is kept here stays, whatever becomes of the incident
    later: so what was counted of a month that is over stays as it is. The rating is the episode's.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="episodes")
    number = models.PositiveIntegerField(help_text=_("1 for the first."))
    began_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text=_("Closed, or called off."))
    reopened_at = models.DateTimeField(null=True, help_text=_("When the next episode began."))
    workgroup = models.ForeignKey("people.Workgroup", null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey("services.Category", null=True, on_delete=models.PROTECT, related_name="+")
    resolution_code = models.ForeignKey(ResolutionCode, null=True, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)
    comment_event = models.BigIntegerField(null=True, help_text=_("The event by which it was rated."))
    hidden_at = models.DateTimeField(null=True, help_text=_("A lead hid the comment."))
    hidden_why = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)

    may_answer: bool  # these two for the reader; filled in for the page
    seen: bool

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="incidents_episode_once")]
        indexes = [
            models.Index(fields=["resolved_at"], name="incidents_episodes_resolved"),
            models.Index(fields=["reopened_at"], name="incidents_episodes_reopened"),
            models.Index(fields=["workgroup", "-ended_at"], name="incidents_rated", condition=~models.Q(rating=None)),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}, episode {self.number}"


class Raised(models.Model):
    """Which trouble of which ticket an incident was raised for: one incident for each, whoever came first.

    `heard` holds the ids of the events that told of it, so that none is told twice.
    """

    source = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="raised")
    code = models.CharField(max_length=60, help_text=_("Trigger code, such as change.failed."))
    occurrence = models.PositiveIntegerField(help_text=_("Which time it was, from 1 on."))
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="raised_for")
    heard = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code", "occurrence"], name="incidents_one_for_each_trouble")
        ]

    def __str__(self) -> str:
        return f"{self.incident} for {self.code} {self.occurrence}"


class Outage(models.Model):
    """A service that is degraded or down for the reason that an incident gives; it is up again when that is solved."""

    class Level(models.TextChoices):
        DEGRADED = "degraded", _("Degraded")
        DOWN = "down", pgettext_lazy("of a service", "Down")

    service = models.ForeignKey("services.Service", on_delete=models.PROTECT, related_name="outages")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="outages")
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.DEGRADED)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "incident"], condition=models.Q(ended_at=None), name="incidents_one_open_outage"
            )
        ]
        indexes = [models.Index(fields=["service"], name="incidents_outages", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.service} {self.get_level_display()}"

    @property
    def lasted_in_words(self) -> str:
        """How long it was away, by the clock on the wall; until now where it still is."""
        return in_words((self.ended_at or timezone.now()) - self.started_at)


class MajorIncident(models.Model):
    """That an incident is a major one: who thought so and who decided, what everybody is told, and what was learnt.

    `headline` and `words` are public; all the rest is IT's. The row stays when the flag is taken back.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        DECLARED = "declared", _("Declared")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="major")
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.TextField(blank=True, help_text=_("Why it was proposed, or what the last decision was for."))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text=_("Of the last proposal or decision."))
    headline = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)
    said_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, help_text=_("When the next word is due."))
    what_happened = models.TextField(blank=True)
    why_it_happened = models.TextField(blank=True)
    what_we_change = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    mine: Joined | None  # whether the reader has joined; filled in for the page

    def __str__(self) -> str:
        return f"{self.incident} {self.get_state_display()}"

    @property
    def is_late(self) -> bool:
        """A word was promised by now."""
        return self.next_at is not None and self.next_at < timezone.now()

    def put(self, **fields: object) -> None:
        """Set these fields and save."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.save()


class Joined(models.Model):
    """Somebody who has the trouble of a major incident too, and joined it instead of logging the same.

    They are told what everybody may read of it, and see nothing of the incident itself.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="joined")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "user"], name="incidents_joined_once")]

    def __str__(self) -> str:
        return f"{self.user_id} joined {self.incident_id}"


class BurstProposal(models.Model):
    """Many user incidents on one service or site in a short time: is that a major incident? A lead of the workgroup decides.

    `count` within `minutes`, where `expected` are usual, which by chance would happen with `chance`: as it was when found.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a question", "Open")
        ACCEPTED = "accepted", _("Accepted")
        DISMISSED = "dismissed", _("Dismissed")
        LAPSED = "lapsed", _("Lapsed")

    service = models.ForeignKey("services.Service", null=True, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("services.Site", null=True, on_delete=models.PROTECT, related_name="+")
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.PROTECT, related_name="+")
    incidents = models.ManyToManyField(Incident, related_name="bursts")
    minutes = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    expected = models.FloatField()
    chance = models.FloatField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    major = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")

    shown: list[Incident]  # those that the reader may see; filled in for the page

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(service=None, site__isnull=False) | models.Q(service__isnull=False, site=None),
                name="incidents_burst_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["service", "site"], condition=models.Q(state="open"), nulls_distinct=False,
                name="incidents_one_open_burst",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.in_words

    @property
    def in_words(self) -> str:
        """“7 people reported trouble with Network and Wi-Fi within 15 minutes”."""
        return self.said.spoken()

    @property
    def said(self) -> Kept:
        """The same, for what is written down."""
        numbers = {"count": self.count, "minutes": self.minutes}
        if self.service:
            return keep(
                "{count} people reported trouble with {service} within {minutes} minutes",
                service=self.service,
                **numbers,
            )
        return keep("{count} people reported trouble in {site} within {minutes} minutes", site=self.site, **numbers)

    @property
    def why(self) -> str:
        """What is usual, and how likely this is by chance."""
        return self.odds.spoken()

    @property
    def odds(self) -> Kept:
        """The same, for what is written down."""
        odds = keep("practically never")
        if self.chance >= 1e-9:
            odds = keep("less than once in {times:,} such times", times=10 ** int(-math.log10(self.chance)))
        return keep(
            "At this hour of this weekday {usual} are usual; by chance there would be so many {odds}.",
            usual=f"{self.expected:.1f}" if self.expected >= 0.1 else keep("hardly any"),
            odds=odds,
        )

    def decide(self, state: str, by: User | None, at: datetime) -> None:
        """Write down who decided, and how; nobody did where it lapsed."""
        self.state, self.decided_by, self.decided_at = state, by, at
        self.save(update_fields=["state", "decided_by", "decided_at"])
