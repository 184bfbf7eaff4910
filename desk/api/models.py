"""Tokens by which programs say who they are, and the answers that are kept for a request that is sent again."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import scopes


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Token(models.Model):
    """By it a program acts as a user, within its scopes. It is shown once; only what it hashes to is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens",
        verbose_name=_("account"), help_text=_("What is done by it is done in this name, with these rights."),
    )  # fmt: skip
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    name = models.CharField(max_length=80, help_text=_("What it is for, such as “Nightly report”."))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(max_length=8, editable=False, help_text=_("Its last characters, to know it again."))
    scopes = ArrayField(models.CharField(max_length=40), help_text=_("Such as incidents:read, or all:write."))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: never."))
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_for_service(self) -> bool:
        """Whether somebody else than its account's owner made it."""
        return self.made_by_id != self.user_id

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "works"

    @property
    def works(self) -> bool:
        return self.state == "works"

    @property
    def opens_in_words(self) -> list[str]:
        return scopes.in_words(self.scopes)


class KeptAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key, to be answered again when it comes again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64, help_text=_("What address and content hash to."))
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_one_answer_for_a_key")]
        indexes = [models.Index(fields=["at"], name="api_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"
