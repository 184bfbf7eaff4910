"""The canned reply: words that analysts write often."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from desk.people import circles


class CannedReply(models.Model):
    """A text with {placeholders}, for one person, for a workgroup, or (where neither is named) for everybody of IT."""

    name = models.CharField(max_length=80, help_text=_("What you look for it by: “Ask for a screenshot”."))
    text = models.TextField(max_length=8000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="canned_replies",
        help_text=_("Only this person is offered it."),
    )  # fmt: skip
    workgroup = models.ForeignKey(
        "people.Workgroup", null=True, blank=True, on_delete=models.CASCADE, related_name="canned_replies",
        help_text=_("Its analysts are offered it."),
    )  # fmt: skip

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        constraints = [
            models.CheckConstraint(condition=Q(owner=None) | Q(workgroup=None), name="replies_one_circle"),
            models.UniqueConstraint(
                fields=["name", "owner", "workgroup"], nulls_distinct=False, name="replies_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whose(self) -> str:
        """For whom it is, in words."""
        return circles.in_words(self)
