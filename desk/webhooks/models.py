"""Subscriptions of other programs to events, and one row for each event that one of them is told."""

from __future__ import annotations

import base64
import secrets
import uuid
from fnmatch import fnmatchcase

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SECRET = "whsec_"


def new_secret() -> str:
    """24 random bytes, written as the Standard Webhooks specification does: `whsec_` and Base64."""
    return SECRET + base64.b64encode(secrets.token_bytes(24)).decode()


def check_address(url: str) -> None:
    """Refuse an address that names no host, or signs in by what stands before its @."""
    URLValidator(schemes=["http", "https"])(url)
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValidationError(_("Leave out user name and password: the signature says who sends."))


class Subscription(models.Model):
    """What another program wants to be told, and where.

    `kinds` are names of events (docs/events.md), with * for any part: `incident.*`. None of them means every event.
    """

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(
        _("address"), max_length=500, validators=[check_address], help_text=_("Where to: https://example.com/hook")
    )
    kinds = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("events"),
        help_text=_("Names with commas between them; * stands for any part: incident.*, change.failed. Empty: all."),
    )
    workgroup = models.ForeignKey(
        "people.Workgroup",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Only of tickets in this workgroup’s queue. Empty: of all tickets."),
    )
    sees_internal = models.BooleanField(
        _("sees what is internal"),
        default=False,
        help_text=_("Internal notes, assignees and reasons too. Otherwise only what requesters may read."),
    )
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def wants(self, kind: str) -> bool:
        """Whether an event of this name is among those asked for."""
        return not self.kinds or any(fnmatchcase(kind, pattern) for pattern in self.kinds)


class Call(models.Model):
    """An event that a subscription is told: written with the event, sent by a worker, and kept as the log of it.

    `key` is the same however often it is sent, so that the receiver can tell a repetition from news.
    """

    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="calls")
    event = models.ForeignKey("tickets.Event", on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text=_("Not sent before this moment."))
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, help_text=_("The last answer’s HTTP status."))
    answer = models.TextField(blank=True, help_text=_("How the last answer began."))
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True, help_text=_("Given up after too many failures."))

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["subscription", "event"], name="webhooks_call_once")]
        indexes = [
            models.Index(fields=["subscription", "due_at"], name="webhooks_call_left", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.event.kind if self.event else 'ping'} to {self.subscription}"
