"""What people keep of the queues: saved views, the one that they begin with, and tickets put aside for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from desk.people import circles


class SavedView(models.Model):
    """A list's address under a name: for one person, for a workgroup, or (where neither is named) for everybody of IT."""

    name = models.CharField(max_length=60)
    query = models.CharField(
        max_length=2000, blank=True, help_text=_("Tab, order, words and filters, as the address has them.")
    )
    place = models.ForeignKey(
        "people.Workgroup", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text=_("The workgroup's queue that it narrows; empty: all of the reader's."),
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views",
        help_text=_("Only this person has it."),
    )  # fmt: skip
    workgroup = models.ForeignKey(
        "people.Workgroup", null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views",
        help_text=_("Everybody who sees its queue has it."),
    )  # fmt: skip

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(owner=None) | Q(workgroup=None), name="queues_view_one_circle"),
            models.UniqueConstraint(
                fields=["name", "owner", "workgroup"], nulls_distinct=False, name="queues_view_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        path = reverse("queues:queue", args=[self.place.slug]) if self.place else reverse("queues:all")
        return f"{path}?{self.query}" if self.query else path

    @property
    def whose(self) -> str:
        """For whom it is, in words."""
        return circles.in_words(self)


class FirstView(models.Model):
    """The view with which a person's queues open."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="first_view")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id} begins with {self.view_id}"


class Snooze(models.Model):
    """A ticket that a person has put aside until a moment; it comes back sooner when anything happens to it.

    `seen` is the id of the ticket's newest event when it was put aside: a newer one wakes it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snoozes")
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="snoozes")
    until = models.DateTimeField()
    seen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="queues_snooze_once")]
        indexes = [models.Index(fields=["until"], name="queues_snooze_due")]

    def __str__(self) -> str:
        return f"{self.ticket_id} until {self.until:%d %b %H:%M}"
