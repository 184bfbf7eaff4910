"""The ticket that every process extends, its events, attachments, links and watchers, and what admins set for them."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin

from desk.people.language import in_english

from . import kinds, triggers
from .scales import Impact as Impact
from .scales import PendingReason as PendingReason
from .scales import Priority as Priority
from .scales import PriorityCell as PriorityCell
from .scales import Urgency as Urgency

if TYPE_CHECKING:
    from .kinds import Kind

UNFINISHED = ~Q(state__in=["closed", "cancelled"])  # for indexes; each kind says for itself what is over


class Ticket(FSMModelMixin, models.Model):
    """What every kind of ticket has. Its state changes through `flow.perform` only; a trigger refuses any other way."""

    kind = models.CharField(max_length=20, editable=False)
    number = models.CharField(max_length=20, unique=True, editable=False)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    state = FSMField(max_length=20, protected=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="requested",
        db_index=False,  # below are better ones
        help_text=_("Who has the problem."),
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reported",
        db_index=False,
        help_text=_("Who logged it."),
    )
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.PROTECT, related_name="tickets")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned"
    )
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.PROTECT)
    category = models.ForeignKey("services.Category", null=True, blank=True, on_delete=models.PROTECT)
    site = models.ForeignKey("services.Site", null=True, blank=True, on_delete=models.PROTECT)
    impact = models.PositiveSmallIntegerField(choices=Impact.choices, default=Impact.LOW)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.MEDIUM)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.P4, editable=False)
    pending_reason = models.ForeignKey(PendingReason, null=True, blank=True, on_delete=models.PROTECT)

    parent = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="children"
    )
    due_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the next of its running clocks breaches; kept by the clocks.")
    )
    reassignment_count = models.PositiveIntegerField(default=0, editable=False)
    source = models.CharField(max_length=20, default="web", editable=False, help_text=_("Where it came from."))
    submission = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text=_("The form that logged it, so that sending it twice logs once."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False, help_text=_("The last event's moment."))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(impact__range=(1, 3)), name="tickets_impact_range"),
            models.CheckConstraint(condition=Q(urgency__range=(1, 3)), name="tickets_urgency_range"),
            models.CheckConstraint(condition=Q(priority__range=(1, 5)), name="tickets_priority_range"),
        ]
        indexes = [
            # The two orders of a queue; what is over isn't in them.
            models.Index(
                "workgroup",
                F("due_at").asc(nulls_last=True),
                "priority",
                "id",
                name="tickets_by_breach",
                condition=UNFINISHED,
            ),
            models.Index(
                "workgroup",
                F("due_at").asc(nulls_last=True),
                "priority",
                "id",
                name="tickets_free_by_breach",
                condition=UNFINISHED & Q(assignee=None),
            ),
            models.Index(fields=["workgroup", "priority", "id"], name="tickets_by_priority", condition=UNFINISHED),
            models.Index(fields=["workgroup", "state", "priority"], name="tickets_queue_state"),
            models.Index(fields=["workgroup", "state"], name="tickets_unassigned", condition=Q(assignee=None)),
            models.Index(fields=["requester", "-updated_at"], name="tickets_mine"),
            # What concerns a person, counted by state; these two also serve the foreign keys.
            models.Index(fields=["requester", "state"], name="tickets_requested"),
            models.Index(fields=["reporter", "state"], name="tickets_reported"),
            models.Index(fields=["assignee", "state"], name="tickets_assigned"),
            models.Index(fields=["kind", "state"], name="tickets_kind_state"),
        ]
        triggers = triggers.TICKET

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse(f"{self.kind_info.room}:detail", args=[self.number])

    @property
    def kind_info(self) -> Kind:
        return kinds.get(self.kind)

    @property
    def takes_as(self) -> str:
        """What a workgroup must take to have it in its queue; some kinds know kinds within (`work_order.on_site`)."""
        return self.kind

    @property
    def do_url(self) -> str:
        """The name of the address of this kind's moves; takes number and move."""
        return f"{self.kind_info.room}:do"

    @property
    def take_url(self) -> str:
        return f"{self.kind_info.room}:take"

    @property
    def edit_url(self) -> str:
        return f"{self.kind_info.room}:edit"

    @property
    def state_label(self) -> str:
        return str(self.kind_info.states(self.state).label)

    def state_in_words(self, *, internal: bool) -> str:
        """The state as IT or, where `internal` is False, as end users call it."""
        return self.state_label if internal else self.public_state

    @cached_property
    def ties(self) -> list[tuple[int, int, str]]:
        """(source, target, kind) by id of each link that it has; read once."""
        return list(Link.objects.filter(Q(source=self.pk) | Q(target=self.pk)).values_list("source", "target", "kind"))

    @property
    def is_over(self) -> bool:
        """Nothing is left to do: closed or cancelled."""
        return self.state in self.kind_info.closed

    @property
    def waits_for_requester(self) -> bool:
        """Whether it goes on when its requester has answered."""
        return bool(self.pending_reason_id and self.pending_reason and self.pending_reason.waits_for_requester)

    @property
    def public_state(self) -> str:
        """The state in end users' words (DESIGN §4)."""
        return gettext("Waiting for you") if self.waits_for_requester else str(self.kind_info.public_words[self.state])

    @property
    def public_look(self) -> str:
        """How that state looks, whatever the reader's language: its English words, by which style sheets know it."""
        with in_english():
            return self.public_state

    @property
    def moment(self) -> datetime:
        """The time at which rules look at the ticket: now, or the original time while history is replayed."""
        return self.__dict__.get("_moment") or timezone.now()


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")


class Event(models.Model):
    """Something that happened to a ticket, written once with the change it describes; never altered or deleted.

    `data` is for everyone who may see the event; `inside` for those alone who may see what is internal. Both are
    JSON objects. `version` is the ticket's after the event.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(help_text=_("When it happened."))
    recorded_at = models.DateTimeField(
        auto_now_add=True, help_text=_("When it was written; later than `at` for imports.")
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    visibility = models.CharField(max_length=10, choices=Visibility.choices)
    data = models.JSONField(default=dict)
    inside = models.JSONField(default=dict)
    source = models.CharField(max_length=20, default="web")
    version = models.PositiveIntegerField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="tickets_event_timeline"),
            models.Index(fields=["kind", "at"], name="tickets_event_kind"),
        ]
        triggers = triggers.EVENT

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket_id}"

    @property
    def is_internal(self) -> bool:
        return self.visibility == Visibility.INTERNAL

    @property
    def is_told_to_all(self) -> bool:
        """Words for everybody, whoever sees the ticket: what is told of a major incident."""
        return not self.is_internal and self.kind in self.ticket.kind_info.told_to_all

    @property
    def address_for_all(self) -> str:
        """Where whoever doesn't see the ticket reads it."""
        return reverse(self.ticket.kind_info.told_at, args=[self.ticket.number])


def attachment_path(attachment: Attachment, filename: str) -> str:
    """Where the bytes lie: under a random name, so that nothing of the given name reaches the disk."""
    return f"{timezone.now():%Y/%m}/{attachment.key.hex}"


class Submission(models.Model):
    """A form that a person sent, by the token that their browser gave it, so that sending it again does nothing.

    Written in the transaction of what the form did; never removed, since a browser may keep a form for a long time.
    """

    token = models.UUIDField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "token"], name="tickets_submission_once")]

    def __str__(self) -> str:
        return f"{self.token} on {self.ticket_id}"


PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # what a browser may show as it is


class Attachment(models.Model):
    """A file that came with an event; whoever may see the event may have the file."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="attachments")
    file = models.FileField(upload_to=attachment_path, max_length=200)
    name = models.CharField(max_length=255, help_text=_("As the sender named it."))
    size = models.PositiveBigIntegerField(help_text=_("Bytes."))
    content_type = models.CharField(max_length=120, help_text=_("Sniffed from the bytes, not from the name."))

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tickets:attachment", args=[self.key])

    @property
    def is_picture(self) -> bool:
        """A bitmap that a browser may show in an <img>."""
        return self.content_type in PICTURES

    @property
    def extension(self) -> str:
        return PurePath(self.name).suffix.lstrip(".").lower()


class LinkKind(models.TextChoices):
    """How one ticket relates to another, read from → to."""

    RECURRENCE_OF = "recurrence_of", _("is a recurrence of")
    CAUSED_BY = "caused_by", _("was caused by")
    FIXED_BY = "fixed_by", _("is fixed by")
    DUPLICATE_OF = "duplicate_of", _("is a duplicate of")
    RELATED_TO = "related_to", _("is related to")
    CHILD_OF = "child_of", _("is a child of")


# How the same link reads from its other end.
LINK_BACKWARDS = {
    LinkKind.RECURRENCE_OF: _("came back as"),
    LinkKind.CAUSED_BY: _("caused"),
    LinkKind.FIXED_BY: _("fixes"),
    LinkKind.DUPLICATE_OF: _("has the duplicate"),
    LinkKind.RELATED_TO: _("is related to"),
    LinkKind.CHILD_OF: _("is the parent of"),
}
BY_VERBS = {LinkKind.CHILD_OF}  # made and untied by verbs that ask more than the form of links does


class Link(models.Model):
    """A tie between two tickets."""

    source = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="links_out")
    target = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=20, choices=LinkKind.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="tickets_link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="tickets_no_link_to_itself"),
            models.UniqueConstraint(fields=["source"], condition=Q(kind="child_of"), name="tickets_one_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class Watcher(models.Model):
    """Somebody who follows a ticket: sees its public side."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watching")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="tickets_watch_once")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.ticket_id}"
