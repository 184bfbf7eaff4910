"""Calendars and policies, as they are edited and as they were published; the clocks of tickets; violation reasons."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update

from desk.people.models import validate_time_zone
from desk.tickets.models import Priority, Ticket

from .times import TIME_HELP
from .versions import CalendarContent, PolicyContent

YEARS = range(1970, 2101)  # of which calendars may know special days


class Version(models.Model):
    """A published state, never altered or deleted: what it says, who published it when, and why."""

    number = models.PositiveIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["-number"]


class Calendar(models.Model):
    """When time counts: the working hours of a week in one time zone, with holidays and half-days."""

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_time_zone], help_text=_("IANA name, such as Europe/Berlin.")
    )
    current = models.ForeignKey(
        "CalendarVersion", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Weekday(models.IntegerChoices):
    """As in ISO 8601, counted from 0."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class CalendarHours(models.Model):
    """The hours of one weekday, such as “08:00–12:00, 13:00–17:00”; several windows, overnight ones too."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    times = models.CharField(max_length=120, blank=True, help_text=TIME_HELP)

    class Meta:
        ordering = ["weekday"]
        verbose_name = _("weekday")
        verbose_name_plural = _("week")
        constraints = [models.UniqueConstraint(fields=["calendar", "weekday"], name="sla_weekday_once")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}: {self.times or gettext('closed')}"


class SpecialDay(models.Model):
    """A date with other hours than its weekday: a holiday (none), or a half-day."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="special_days")
    date = models.DateField()
    name = models.CharField(max_length=80, help_text=_("Shown in explanations, such as “Christmas Day”."))
    times = models.CharField(max_length=120, blank=True, help_text=_("Empty: closed all day."))

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="sla_special_day_once")]

    def __str__(self) -> str:
        return f"{date_format(self.date, gettext('d M Y'))} {self.name}"


class CalendarVersion(Version):
    """A calendar as it was published; clocks hold on to it."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="sla_calendar_version_once")]
        triggers = [Protect(name="calendar_version_stays", operation=Update | Delete)]

    def __str__(self) -> str:
        return gettext("{name}, version {number}").format(name=self.calendar, number=self.number)

    @property
    def says(self) -> CalendarContent:
        return CalendarContent.read(self.content)


class Policy(models.Model):
    """One line of the policy table: which tickets, what is promised. The first that matches, in order, wins."""

    class OnReopen(models.TextChoices):
        CONTINUE = "continue", _("Go on with the time that was left")
        FRESH = "fresh", _("Start again with the full time")

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveIntegerField(default=100, help_text=_("Lower comes first; the first match wins."))
    is_active = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, default="incident", help_text=_("Kind of ticket, such as incident."))
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Itself and all below it."),
    )  # fmt: skip
    priority = models.PositiveSmallIntegerField(null=True, blank=True, choices=Priority.choices)
    workgroup = models.ForeignKey("people.Workgroup", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(
        max_length=120, blank=True, help_text=_("The requester's department, as their profile has it.")
    )
    vip = models.BooleanField(_("VIP only"), default=False, help_text=_("Only tickets whose requester is a VIP."))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="policies")
    response_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Business minutes until somebody starts or answers. Empty: best effort."),
    )  # fmt: skip
    resolution_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Business minutes until it is resolved. Empty: best effort."),
    )  # fmt: skip
    warn_at = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(99)]),
        default=list, blank=True,
        help_text=_("Percent of the target at which a warning is written, comma-separated, such as 50, 80."),
    )  # fmt: skip
    on_reopen = models.CharField(max_length=10, choices=OnReopen.choices, default=OnReopen.CONTINUE)
    current = models.ForeignKey("PolicyVersion", null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return self.name


class EscalationStep(models.Model):
    """What is done when a clock has used up a share of its target."""

    class Clock(models.TextChoices):
        BOTH = "both", _("Response and resolution")
        RESPONSE = "response", _("Response")
        RESOLUTION = "resolution", _("Resolution")

    class Do(models.TextChoices):
        ASSIGNEE = "assignee", _("Notify the assignee (nobody yet: the leads)")
        LEADS = "leads", _("Notify the workgroup's leads")
        PERSON = "person", _("Notify a person")
        GROUP = "group", _("Notify everybody of a workgroup")
        RAISE = "raise", _("Raise the priority by one")
        MOVE = "move", _("Move it to another workgroup")

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    percent = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Percent of the target; 100 is the breach, 150 is half as long again."),
    )  # fmt: skip
    clock = models.CharField(max_length=10, choices=Clock.choices, default=Clock.BOTH)
    do = models.CharField(max_length=10, choices=Do.choices, default=Do.LEADS)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    workgroup = models.ForeignKey("people.Workgroup", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["percent", "pk"]

    def __str__(self) -> str:
        return gettext("{percent}%: {does}").format(percent=self.percent, does=self.get_do_display())


class PolicyVersion(Version):
    """A policy as it was published; clocks hold on to it."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="sla_policy_version_once")]
        triggers = [Protect(name="policy_version_stays", operation=Update | Delete)]

    def __str__(self) -> str:
        return gettext("{name}, version {number}").format(name=self.policy, number=self.number)

    @property
    def says(self) -> PolicyContent:
        return PolicyContent.read(self.content)


class ViolationReason(models.Model):
    """Why a target was missed, as the analyst says when resolving."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ClockKind(models.TextChoices):
    RESPONSE = "response", _("Response")
    RESOLUTION = "resolution", _("Resolution")


class Clock(models.Model):
    """A ticket's clock for one episode; see `engine.Clock`, whose fields these are.

    A narrow table of its own, so that the sweep never rewrites a ticket. `marks` and `moments` are what is still to be
    told and when; `next_event_at` is the first of the moments.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=10, choices=ClockKind.choices)
    episode = models.PositiveSmallIntegerField(default=1)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="clocks", db_index=True)
    calendar_version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.DurationField(null=True, help_text=_("Business time allowed; empty: best effort."))
    used = models.DurationField(help_text=_("Business time counted before it last began to run."))
    carried = models.DurationField(help_text=_("Of that, what comes from the episode before."))
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    paused_since = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    is_void = models.BooleanField(default=False, help_text=_("Cancelled: neither met nor missed."))
    reached = models.PositiveSmallIntegerField(default=0, help_text=_("Highest percentage told."))
    breached_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text=_("When it breaches, while it runs."))
    marks = ArrayField(models.PositiveSmallIntegerField(), default=list)
    moments = ArrayField(models.DateTimeField(), default=list)
    next_event_at = models.DateTimeField(null=True)
    violation = models.ForeignKey(ViolationReason, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        ordering = ["ticket_id", "episode", "kind"]  # by the column: the table of tickets isn't asked
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "episode"], name="sla_clock_once"),
            models.CheckConstraint(
                condition=Q(running_since=None) | Q(paused_since=None, stopped_at=None), name="sla_clock_one_state"
            ),
        ]
        indexes = [
            models.Index(F("next_event_at"), name="sla_clock_next", condition=Q(next_event_at__isnull=False)),
            models.Index(fields=["stopped_at"], name="sla_clock_stopped", condition=Q(stopped_at__isnull=False)),
            # Those that are at risk or breached, for queues: few at any time.
            models.Index(fields=["ticket"], name="sla_clock_told", condition=Q(stopped_at=None, reached__gt=0)),
        ]

    def __str__(self) -> str:
        said = {"kind": self.get_kind_display(), "ticket": self.ticket_id, "episode": self.episode}
        return gettext("{kind} clock of {ticket}, episode {episode}").format(**said)

    @property
    def breached_here(self) -> bool:
        """The target was missed in this very episode, not in one before it."""
        return self.breached_at is not None and self.breached_at >= self.started_at

    @property
    def is_running(self) -> bool:
        return self.running_since is not None

    @property
    def is_paused(self) -> bool:
        return self.paused_since is not None

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None


class Rebasing(models.Model):
    """An order to hold open tickets to what is published now; a worker works it off, ticket by ticket."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    policy = models.ForeignKey(
        Policy, null=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Only tickets that are held to it, or would be; empty: all."),
    )  # fmt: skip
    made_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0, help_text=_("Tickets it was ordered for."))
    changed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    last_ticket = models.BigIntegerField(default=0, help_text=_("All up to this ticket's id are worked off."))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("re-basing")
        constraints = [
            models.UniqueConstraint(
                fields=["done_at"], condition=Q(done_at=None), nulls_distinct=False, name="sla_one_rebasing_at_once"
            )
        ]

    def __str__(self) -> str:
        policy = self.policy or gettext("all policies")
        return gettext("Re-basing of {policy}: {reason}").format(policy=policy, reason=self.reason)

    @property
    def worked_off(self) -> int:
        return min(self.total, self.changed + self.failed)

    @property
    def left_alone(self) -> int:
        """Tickets that were over, or held to the present terms already, when their turn came."""
        return max(0, self.total - self.changed - self.failed) if self.done_at else 0
