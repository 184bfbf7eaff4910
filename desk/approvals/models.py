"""Whose approval is asked, by which rule; the rounds of a ticket with a seat for everybody who is asked; stand-ins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.language import SPOKEN, as_spoken, kept_of, with_recipes

from . import quorum


class ApproverGroup(models.Model):
    """People who are asked together, such as the change advisory board (CAB)."""

    name = models.CharField(max_length=80, unique=True, help_text=_("Shown beside those who are asked: “CAB”."))
    description = models.TextField(blank=True, help_text=_("What they decide about, for other administrators."))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="approver_groups",
        help_text=_(
            "Who is taken out loses the seats that they have as a member alone; who is added is asked from then on."
        ),
    )
    is_active = models.BooleanField(default=True, help_text=_("An inactive group isn't asked any more."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApprovalRule(models.Model):
    """One line of the table that says whose approval is needed; the first that matches wins."""

    position = models.PositiveIntegerField(default=100, help_text=_("Lower comes first; the first match wins."))
    name = models.CharField(max_length=120, unique=True, help_text=_("Shown where a round is asked, and in refusals."))
    is_active = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, default="change", help_text=_("Kind of ticket, such as change."))
    variant = models.CharField(
        max_length=80,
        blank=True,
        help_text=_(
            "What the ticket's page calls it: normal, emergency, or a catalogue item's short name. Empty: every."
        ),
    )
    service = models.ForeignKey(
        "services.Service",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        help_text=_("Matches when it is among the services affected. Empty: every."),
    )
    min_risk = models.PositiveSmallIntegerField(
        _("risk from"), null=True, blank=True, help_text=_("Matches from this risk on. Empty: whatever the risk.")
    )

    class Meta:
        verbose_name = _("approval rule")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Quorum(models.TextChoices):
    """How many of those who are asked must approve."""

    ALL = quorum.ALL, _("All: everybody must approve, one rejection rejects")
    ANY = quorum.ANY, _("Any: one approval is enough")
    COUNT = quorum.COUNT, _("A number of them")
    MAJORITY = quorum.MAJORITY, _("Majority: more than half")


def _hours(words: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)], help_text=words)


class ApprovalStep(models.Model):
    """One step of a rule; the steps are asked one after the other, and each opens a round."""

    rule = models.ForeignKey(ApprovalRule, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField(default=1, help_text=_("Lower is asked first."))
    name = models.CharField(max_length=120, help_text=_("For those who are asked: “Change advisory board”."))
    quorum = models.CharField(max_length=10, choices=Quorum.choices, default=Quorum.ALL)
    needed = models.PositiveSmallIntegerField(
        default=0, help_text=_("How many must approve; only for “A number of them”.")
    )
    asks_manager = models.BooleanField(_("the requester's manager"), default=False)
    asks_service_owners = models.BooleanField(_("the owners of the services affected"), default=False)
    asks_item_owner = models.BooleanField(_("the owner of the catalogue item"), default=False)
    groups = models.ManyToManyField(ApproverGroup, blank=True, related_name="steps")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    remind_after_hours = _hours(_("Hours by the clock, nights and weekends included. Empty: nobody is reminded."))
    expire_after_hours = _hours(_("Hours by the clock, after which the round is over undecided. Empty: never."))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "position"], name="approvals_step_position_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.quorum == Quorum.COUNT and not self.needed:
            raise ValidationError({"needed": _("Say how many must approve.")})
        if self.quorum != Quorum.COUNT and self.needed:
            raise ValidationError({"needed": _("A number is only for “A number of them”; leave it 0 here.")})
        remind, expire = self.remind_after_hours, self.expire_after_hours
        if remind and expire and remind >= expire:
            raise ValidationError({"remind_after_hours": _("A reminder comes before the round expires.")})


class Delegation(models.Model):
    """While it runs, somebody answers for somebody else who is away; from start (included) to end (not)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegated", verbose_name=_("answers for them")
    )
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="approvals_delegation_ends_after_start",
                violation_error_message=_("It has to end after it starts."),
            ),
            models.CheckConstraint(
                condition=~Q(user=F("to")),
                name="approvals_delegation_to_another",
                violation_error_message=_("Nobody stands in for themselves: choose somebody else."),
            ),
        ]

    def __str__(self) -> str:
        words = gettext("{stand_in} for {person}, {start} – {end}")
        start, end = (date_format(at, gettext("d M")) for at in (self.start, self.end))
        return words.format(stand_in=self.to, person=self.user, start=start, end=end)


class KeptReason(models.Model):
    """Why something is so, in English, and how those words were made, so that everybody reads them in their language."""

    because_made = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True

    @property
    def why(self) -> str:
        """`because` in the reader's language."""
        return str(as_spoken({"because": self.because, SPOKEN: self.because_made})["because"])  # type: ignore[attr-defined]

    @property
    def kept_reason(self) -> str:
        """`because`, to be kept elsewhere too."""
        return kept_of({"because": self.because, SPOKEN: self.because_made}, "because")  # type: ignore[attr-defined]

    def give_reason(self, words: str) -> None:
        """Set both fields; kept words or plain."""
        for name, value in self.reason(words).items():
            setattr(self, name, value)

    @staticmethod
    def reason(words: str) -> dict[str, Any]:
        """The two fields for these words, kept or plain."""
        kept = with_recipes({"because": words})
        return {"because": str(words), "because_made": kept.get(SPOKEN, {})}


class Stage(models.TextChoices):
    """Where a round stands. Waiting: the step before it isn't decided yet."""

    WAITING = "waiting", _("Not asked yet")
    OPEN = "open", _("Waiting for answers")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    VOID = "void", _("Void")
    EXPIRED = "expired", _("Expired")


class Round(KeptReason):
    """One step of one asking, as its rule said then: a rule that is edited later changes no round that exists.

    The rounds of one `asking` of a ticket are made together; its last asking is the one that counts.
    """

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="approval_rounds")
    asking = models.PositiveIntegerField(help_text=_("The first, second … time that this ticket's approval is asked."))
    number = models.PositiveIntegerField(help_text=_("The step within it, from 1 on."))
    step = models.ForeignKey(ApprovalStep, null=True, on_delete=models.SET_NULL, related_name="+")
    rule_name = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    quorum = models.CharField(max_length=10, choices=Quorum.choices)
    needed = models.PositiveSmallIntegerField(default=0)
    authors = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text=_("Whose own wish it is; they never answer."),
    )
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    because = models.TextField(blank=True, help_text=_("Why it is void."))
    remind_after_hours = models.PositiveIntegerField(null=True)
    expire_after_hours = models.PositiveIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    stuck_at = models.DateTimeField(null=True, help_text=_("Since when nobody is left who could decide."))

    class Meta:
        ordering = ["ticket", "asking", "number"]
        constraints = [models.UniqueConstraint(fields=["ticket", "asking", "number"], name="approvals_round_once")]
        indexes = [
            models.Index(fields=["remind_at"], name="approvals_remind", condition=Q(stage="open", reminded_at=None)),
            models.Index(fields=["expires_at"], name="approvals_expire", condition=Q(stage="open")),
            models.Index(fields=["ticket"], name="approvals_open", condition=Q(stage="open")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_stage_display()})"

    @property
    def is_open(self) -> bool:
        return self.stage == Stage.OPEN


class Answer(models.TextChoices):
    """What somebody may say in a round."""

    NONE = quorum.NONE, _("No answer yet")
    APPROVE = quorum.APPROVE, _("Approved")
    REJECT = quorum.REJECT, _("Rejected")
    ABSTAIN = quorum.ABSTAIN, _("Abstained")
    ASK = quorum.ASK, _("Asked a question")
    OBJECT = quorum.OBJECT, _("Objected")


class Seat(KeptReason):
    """Somebody who is asked in a round, why, and the answer that counts now; all answers ever are in the ticket's events."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approval_seats")
    because = models.TextField(help_text=_("“owner of Mail”, “manager of Erin Example”, “CAB”."))
    groups = models.ManyToManyField(
        ApproverGroup, related_name="+", help_text=_("Asked as a member of these alone: who leaves them has no seat.")
    )
    has_left = models.BooleanField(default=False, help_text=_("Noticed that its holder has left, and counted anew."))
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.NONE)
    text = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    question = models.TextField(blank=True, help_text=_("What they asked last."))
    reply = models.TextField(blank=True, help_text=_("What was answered to that."))
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="approvals_one_seat_each")]
        indexes = [models.Index(fields=["user", "answer"], name="approvals_seat_of")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_answer_display()}"
