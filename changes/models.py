"""The change, the templates of standard changes, freezes, and the private addresses of calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.language import Kept, keep
from desk.services.models import Criticality, Service
from desk.sla.times import MONTHS, kept_day
from desk.tickets.models import Ticket
from workorders.queries import open_in_words

from .lifecycle import ChangeLifecycle, Outcome, State
from .risk import Experience, Risk, TriedOut, Undoing, assess


class ChangeType(models.TextChoices):
    """How it gets its approval."""

    STANDARD = "standard", _("Standard: from a template that was approved beforehand")
    NORMAL = "normal", _("Normal: its approvers decide")
    EMERGENCY = "emergency", _("Emergency: one approver, now; reviewed afterwards")


class Answers(models.Model):
    """The plan of a change and the answers that its risk follows from; what a template and a change have alike."""

    reason = models.TextField(_("reason"), blank=True, help_text=_("Why is it needed, and what if it isn't done?"))
    implementation_plan = models.TextField(blank=True, help_text=_("The steps, and who takes them."))
    test_plan = models.TextField(blank=True, help_text=_("How you will know that it works."))
    backout_plan = models.TextField(_("back-out plan"), blank=True, help_text=_("How you get back when it doesn't."))
    experience = models.PositiveSmallIntegerField(
        _("has it been done before"), choices=Experience.choices, null=True, blank=True
    )
    tried_out = models.PositiveSmallIntegerField(_("was it tried out"), choices=TriedOut.choices, null=True, blank=True)
    undoing = models.PositiveSmallIntegerField(_("can it be undone"), choices=Undoing.choices, null=True, blank=True)

    class Meta:
        abstract = True


PLAN = ("reason", "implementation_plan", "test_plan", "backout_plan")
ASKED = ("experience", "tried_out", "undoing")
# What approvers decided on: when one of these is edited, what they said is void.
DECIDED_ON = frozenset({*PLAN, *ASKED, "title", "description", "planned_start", "planned_end", "impact", "change_type"})
DECIDED_ON |= {"services", "service"}


class ChangeTemplate(Answers):
    """A standard change: what is done the same way each time, approved once for all times. Editing it undoes that."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, help_text=_("What it is for, in a sentence or two."))
    services = models.ManyToManyField("services.Service", blank=True, related_name="change_templates")
    workgroup = models.ForeignKey("people.Workgroup", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    impact = models.PositiveSmallIntegerField(choices=[(1, _("High")), (2, _("Medium")), (3, _("Low"))], default=3)
    minutes = models.PositiveIntegerField(default=60, help_text=_("How long it usually takes."))
    is_active = models.BooleanField(default=True)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_offered(self) -> bool:
        return self.is_active and self.approved_at is not None


class Change(ChangeLifecycle, Answers, Ticket):
    """A change. Its states and moves are in `lifecycle`; `service` is the first of the `services` it touches."""

    change_type = models.CharField(_("type"), max_length=10, choices=ChangeType.choices, default=ChangeType.NORMAL)
    template = models.ForeignKey(
        ChangeTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    services = models.ManyToManyField("services.Service", blank=True, related_name="changes")
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    risk = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text=_("1 (least) to 9 (most), as `risk.assess` came to.")
    )
    actual_start = models.DateTimeField(null=True, editable=False)
    actual_end = models.DateTimeField(null=True, editable=False)
    late_reason = models.TextField(_("reason for starting outside of the window"), blank=True, editable=False)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, editable=False)
    done = models.TextField(_("what was done"), blank=True, editable=False)
    was_backed_out = models.BooleanField(_("backed out"), null=True, editable=False)
    interruptions = models.PositiveSmallIntegerField(
        _("service interruptions"), default=0, editable=False, help_text=_("How often it interrupted a service.")
    )
    review = models.TextField(blank=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["planned_start", "planned_end"], name="changes_window"),
            models.Index(fields=["finished_at"], name="changes_finished", condition=~Q(outcome="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_end=None) | Q(planned_end__gt=F("planned_start")),
                name="changes_window_ends_after_start",
                violation_error_message=_("The planned window ends after it starts."),
            ),
            models.CheckConstraint(condition=Q(risk=None) | Q(risk__range=(1, 9)), name="changes_risk_range"),
        ]

    @classmethod
    def new(cls, **fields: object) -> Change:
        """An unsaved change in its first state; `flow.open_ticket` saves it."""
        return cls(**{"state": State.DRAFT, **fields})

    @property
    def type_in_words(self) -> str:
        """Its type in a word: what stands before the colon."""
        return str(ChangeType(self.change_type).label).partition(":")[0]

    @property
    def is_standard(self) -> bool:
        return self.change_type == ChangeType.STANDARD

    @property
    def is_emergency(self) -> bool:
        return self.change_type == ChangeType.EMERGENCY

    @property
    def touched(self) -> list[Service]:
        """The services it touches; asked once for each object, and again after they were set."""
        models.prefetch_related_objects([self], "services")
        return list(self.services.all())

    @property
    def assessed(self) -> Risk | None:
        """Its risk with the reasons; None until the questions are answered."""
        if self.experience is None or self.tried_out is None or self.undoing is None:
            return None
        return assess(
            noticed=self.impact,
            experience=self.experience,
            tried_out=self.tried_out,
            undoing=self.undoing,
            vital=[str(service) for service in self.touched if service.criticality == Criticality.VITAL],
        )

    @property
    def missing(self) -> list[str]:
        """What a change must say before it can be decided on, and this one doesn't yet; an emergency may go untested."""
        wanted = [name for name in PLAN if not (name == "test_plan" and self.is_emergency)]
        found = [str(self._meta.get_field(name).verbose_name) for name in wanted if not getattr(self, name).strip()]  # type: ignore[union-attr]
        if self.planned_start is None or self.planned_end is None:
            found.append(gettext("planned window"))
        if not self.touched:
            found.append(gettext("services"))
        return found if self.assessed else [*found, gettext("the questions on risk")]

    @property
    def missing_in_words(self) -> str:
        return ", ".join(self.missing)

    @property
    def window_in_words(self) -> str:
        if self.planned_start is None or self.planned_end is None:
            return gettext("not planned")
        start, end = timezone.localtime(self.planned_start), timezone.localtime(self.planned_end)
        if start.date() == end.date():
            return f"{date_format(start, gettext('D d M Y, H:i'))} – {date_format(end, 'H:i')}"
        return f"{date_format(start, gettext('D d M, H:i'))} – {date_format(end, gettext('D d M, H:i'))}"

    @property
    def window_to_keep(self) -> Kept:
        """The same for what is written down."""
        if self.planned_start is None or self.planned_end is None:
            return keep("not planned")
        start, end = timezone.localtime(self.planned_start), timezone.localtime(self.planned_end)
        if start.date() == end.date():
            day: dict[str, Any] = {"weekday": WEEKDAYS_ABBR[start.weekday()], "day": kept_day(start)}
            return keep("{weekday} {day}, {start} – {end}", **day, start=f"{start:%H:%M}", end=f"{end:%H:%M}")
        return Kept("{start} – {end}", start=_kept(start), end=_kept(end))

    @cached_property
    def frozen_in_words(self) -> str:
        """The freeze that refuses its window, in a sentence; empty when none does. Asked once."""
        from .planning import refused_by

        return refused_by(self)

    @property
    def follows_its_template(self) -> bool:
        """Approved, still offered, with the same plan and answers, and on no other services than it was approved for."""
        template = self.template
        if template is None or not template.is_offered:
            return False
        if not set(self.touched) <= set(template.services.all()):
            return False
        return all(getattr(self, name) == getattr(template, name) for name in (*PLAN, *ASKED, "impact"))

    @property
    def approved_beforehand(self) -> Kept | str:
        """By whom and when its template was approved, to be kept."""
        template = self.template
        if template is None or template.approved_at is None:
            return ""
        day = kept_day(timezone.localtime(template.approved_at))
        by = {"template": template, "person": template.approved_by, "day": day}
        return keep("template “{template}”, approved by {person} on {day}", **by)

    @cached_property
    def open_orders(self) -> str:
        """Its open work orders by number, title and state, for a sentence; empty when there is none. Asked once."""
        return open_in_words(self)

    @property
    def needs_review_because(self) -> str:
        """Why it must be reviewed before it is closed; empty when it needn't be."""
        if self.is_emergency:
            return gettext("It was an emergency.")
        if self.outcome in (Outcome.FAILED, Outcome.INCORRECT):
            failed = self.outcome == Outcome.FAILED
            return gettext("It failed.") if failed else gettext("It was implemented incorrectly.")
        return gettext("It interrupted a service.") if self.interruptions else ""

    @property
    def plan_in_words(self) -> list[tuple[str, str]]:
        """(heading, text) of each part of the plan."""
        return [(capfirst(str(self._meta.get_field(name).verbose_name)), getattr(self, name)) for name in PLAN]  # type: ignore[union-attr]

    @property
    def what_next(self) -> str:
        """What happens next, in a sentence."""
        return NEXT_WORDS[State(self.state)].format(window=self.window_in_words)


def _kept(moment: datetime) -> Kept:
    said: dict[str, Any] = {"weekday": WEEKDAYS_ABBR[moment.weekday()], "month": MONTHS[moment.month - 1]}
    return keep("{weekday} {day} {month}, {time}", **said, day=f"{moment:%d}", time=f"{moment:%H:%M}")


NEXT_WORDS = {
    State.DRAFT: _("It is being written; nobody is asked yet."),
    State.SUBMITTED: _("Its approvers decide on it."),
    State.APPROVED: _("It can be scheduled."),
    State.REJECTED: _("It won't be done like this. It can be written anew, or cancelled."),
    State.SCHEDULED: _("It will be done in its window: {window}."),
    State.IMPLEMENTING: _("It is being done."),
    State.IMPLEMENTED: _("It is done."),
    State.FAILED: _("It couldn't be done."),
    State.CLOSED: _("Nothing more happens here."),
    State.CANCELLED: _("It was cancelled; nothing more happens here."),
}


class Freeze(models.Model):
    """A time in which services should not be changed: it refuses changes, or warns of them. Emergencies are warned."""

    class Effect(models.TextChoices):
        REFUSE = "refuse", _("Refuse: no change can be submitted or scheduled into it")
        WARN = "warn", _("Warn: whoever plans into it is told")

    name = models.CharField(max_length=120)
    reason = models.TextField(blank=True, help_text=_("Shown to whoever plans a change into it."))
    start = models.DateTimeField()
    end = models.DateTimeField()
    effect = models.CharField(max_length=8, choices=Effect.choices, default=Effect.REFUSE)
    services = models.ManyToManyField(
        "services.Service", blank=True, related_name="freezes", help_text=_("None chosen: every service.")
    )
    is_active = models.BooleanField(default=True, help_text=_("Switched off it refuses and warns no longer."))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="changes_freeze_ends_after_start",
                violation_error_message=_("A freeze ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class CalendarFeed(models.Model):
    """A private address under which a calendar program reads the changes of a service, as its owner may see them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    service = models.ForeignKey(
        "services.Service", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text=_("Empty: all services."),
    )  # fmt: skip
    nonce = models.CharField(max_length=32, help_text=_("Part of the signed address; a new one makes the old useless."))
    created_at = models.DateTimeField(auto_now_add=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    seal = models.CharField(
        max_length=64, blank=True, help_text=_("Of what was read last: programs ask for news only.")
    )
    changed_at = models.DateTimeField(null=True, blank=True, help_text=_("When what it says became as it is."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "service"], name="changes_one_feed", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.service_name}"

    @property
    def service_name(self) -> str:
        """The service, or all of them, as it stands in a sentence."""
        return str(self.service or gettext("all services"))
