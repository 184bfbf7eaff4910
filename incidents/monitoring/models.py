"""Tables of monitoring: who may send alerts, the rules that say what they become, and the alerts behind an incident."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from desk.tickets.models import Impact, Urgency

from . import matching

MOST_MINUTES = 7 * 24 * 60


class AlertSource(models.Model):
    """A monitoring system that may send alerts. Its token is shown once; only what it hashes to is kept."""

    name = models.CharField(max_length=80, unique=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(default=True, help_text=_("An inactive source is turned away like a stranger."))
    per_minute = models.PositiveIntegerField(
        default=600,
        validators=[MinValueValidator(1)],
        help_text=_("Posts it may send in a minute; what is more is asked to come again later."),
    )
    service = models.ForeignKey(
        "services.Service", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text=_("Where neither the rule nor a label names one."),
    )  # fmt: skip
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text=_("Where the rule names none."),
    )  # fmt: skip
    site = models.ForeignKey(
        "services.Site", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text=_("Where neither the rule nor a label names one."),
    )  # fmt: skip
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """What alerts become; the first rule that matches wins."""

    position = models.PositiveIntegerField(default=100, help_text=_("Lower comes first; the first match wins."))
    name = models.CharField(max_length=120, unique=True, help_text=_("Shown on the incident's page."))
    is_active = models.BooleanField(default=True)
    source = models.ForeignKey(
        AlertSource, null=True, blank=True, on_delete=models.CASCADE, help_text=_("Empty: alerts of every source.")
    )
    matchers = models.TextField(
        blank=True,
        help_text=_(
            'One per line, as Alertmanager writes them: severity="critical", instance=~"core-.*", env!="test", '
            'job!~"x|y". All must hold; none match every alert.'
        ),
    )
    ignores = models.BooleanField(_("ignore"), default=False, help_text=_("Such alerts become nothing at all."))
    group_by = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text=_(
            "Comma-separated labels. Alerts with the same values are one incident, however many they are: “service” "
            "makes a storm on one service one incident. Empty: each alert is an incident of its own."
        ),
    )
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    service_label = models.CharField(
        max_length=80,
        blank=True,
        help_text=_("The label that holds the service's name; it goes before the service above."),
    )
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    site = models.ForeignKey("services.Site", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    site_label = models.CharField(
        max_length=80, blank=True, help_text=_("The label that holds the site's name; it goes before the site above.")
    )
    impact = models.PositiveSmallIntegerField(
        choices=Impact.choices, null=True, blank=True, help_text=_("Empty: by the label “severity”, or the service.")
    )
    urgency = models.PositiveSmallIntegerField(
        choices=Urgency.choices, null=True, blank=True, help_text=_("Empty: by the label “severity”, or the service.")
    )
    resolves = models.BooleanField(
        _("resolve by itself"),
        default=True,
        help_text=_("When all its alerts are over, and nobody has touched it."),
    )
    quiet_minutes = models.PositiveIntegerField(
        default=5,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("How long it must stay quiet before it resolves by itself. 0: at once."),
    )
    reopen_minutes = models.PositiveIntegerField(
        default=60,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_(
            "What fires again this soon after it was resolved reopens the incident, instead of making a new one."
        ),
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            matching.parse(self.matchers)
        except ValueError as error:
            raise ValidationError({"matchers": str(error)}) from None


class AlertGroup(models.Model):
    """The alerts behind one incident. `key` is what they have in common; one group of a key is the current one.

    `heard` counts every word that said “firing”, `flaps` how often something fired again that was over, `recoveries` the
    words that said “resolved”, and `calms` how often all was quiet. `settles_at`: when it resolves, if it stays so.
    """

    source = models.ForeignKey(AlertSource, on_delete=models.PROTECT, related_name="groups")
    rule = models.ForeignKey(AlertRule, null=True, on_delete=models.SET_NULL, related_name="groups")
    key = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    incident = models.OneToOneField("incidents.Incident", on_delete=models.PROTECT, related_name="alert_group")
    is_current = models.BooleanField(default=True)
    heard = models.PositiveIntegerField(default=0)
    flaps = models.PositiveIntegerField(default=0)
    recoveries = models.PositiveIntegerField(default=0)
    calms = models.PositiveIntegerField(default=0)
    settles_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key"], condition=models.Q(is_current=True), name="incidents_one_current_group"
            )
        ]
        indexes = [
            models.Index(fields=["settles_at"], name="incidents_settling", condition=models.Q(settles_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"Alerts of {self.incident}"


class Alert(models.Model):
    """One alert of an incident, by its fingerprint: when it was heard first and last, how often, and how it stands."""

    group = models.ForeignKey(AlertGroup, on_delete=models.CASCADE, related_name="alerts")
    fingerprint = models.CharField(max_length=64)
    is_firing = models.BooleanField(default=True)
    summary = models.CharField(max_length=200)
    labels = models.JSONField(default=dict)
    url = models.CharField(max_length=1000, blank=True)
    starts_at = models.DateTimeField(null=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-is_firing", "first_seen", "pk"]
        constraints = [models.UniqueConstraint(fields=["group", "fingerprint"], name="incidents_alert_once")]
        indexes = [
            models.Index(fields=["fingerprint"], name="incidents_alert_firing", condition=models.Q(is_firing=True))
        ]

    def __str__(self) -> str:
        return self.summary
