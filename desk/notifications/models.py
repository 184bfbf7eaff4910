"""What somebody was told of an event: a line in their inbox, and the mail that goes with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """What has become of a message's mail."""

    OWED = "owed", _("Owed")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Dead: given up")
    NO_ADDRESS = "no_address", _("No address")
    WITHHELD = "withheld", _("Withheld: they may not see it any more")


# State -> the rows in it; the one place that says so, beside `Message.mail_state`.
IN_STATE: dict[str, Q] = {
    MailState.SENT: Q(mail_sent_at__isnull=False),
    MailState.DEAD: Q(mail_sent_at=None, mail_dead_at__isnull=False),
    MailState.OWED: Q(mail_sent_at=None, mail_dead_at=None, mail_due_at__isnull=False),
    MailState.WITHHELD: Q(mail_sent_at=None, mail_dead_at=None, mail_due_at=None, mail_withheld=True),
    MailState.NO_ADDRESS: Q(mail_sent_at=None, mail_dead_at=None, mail_due_at=None, mail_withheld=False),
}


class Message(models.Model):
    """One event (or a matter of IT's own), told to one person, once. Shown and mailed only while they may see that."""

    event = models.ForeignKey(
        "tickets.Event", null=True, on_delete=models.PROTECT, related_name="messages", db_index=False,
        help_text=_("Empty: of IT's own matters, such as an article; for those who see a queue."),
    )  # fmt: skip
    address = models.CharField(max_length=200, blank=True, help_text=_("Without an event: where it leads."))
    topic = models.CharField(max_length=40, blank=True, help_text=_("Without an event: what it is about."))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    subject = models.CharField(max_length=250, help_text=_("One line."))
    text = models.TextField(blank=True, help_text=_("Plain sentences."))
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    mail_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Not offered to a worker before this moment; empty: no mail is owed.")
    )
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_sent_at = models.DateTimeField(null=True, blank=True)
    mail_dead_at = models.DateTimeField(null=True, blank=True, help_text=_("Given up after too many failures."))
    mail_withheld = models.BooleanField(
        default=False, help_text=_("When its mail was to leave, they could not see the event any more.")
    )
    mail_error = models.TextField(blank=True)

    place: str  # the address that it leads its reader to; filled in by `queries.placed`

    class Meta:
        ordering = ["-pk"]
        permissions = [("read_mailbox", "Can read the mails in the mail folder")]
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="notifications_told_once"),
            models.CheckConstraint(
                condition=Q(event__isnull=False) | ~Q(address=""), name="notifications_leads_somewhere"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notifications_inbox"),
            models.Index(fields=["recipient"], name="notifications_unread", condition=Q(read_at=None)),
            models.Index(
                fields=["mail_due_at"],
                name="notifications_mail_owed",
                condition=Q(mail_sent_at=None, mail_dead_at=None, mail_due_at__isnull=False),
            ),
            models.Index(
                fields=["mail_dead_at"],
                name="notifications_mail_dead",
                condition=Q(mail_sent_at=None, mail_dead_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def leads_to(self) -> str:
        """Where one goes to see what it tells of."""
        return self.event.ticket.get_absolute_url() if self.event else self.address

    @property
    def about(self) -> str:
        """The ticket's number, or what else it is about."""
        return self.event.ticket.number if self.event else self.topic

    @property
    def mail_state(self) -> MailState:
        if self.mail_sent_at:
            return MailState.SENT
        if self.mail_dead_at:
            return MailState.DEAD
        if self.mail_due_at:
            return MailState.OWED
        return MailState.WITHHELD if self.mail_withheld else MailState.NO_ADDRESS
