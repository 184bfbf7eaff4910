"""The catalogue as it is edited and as it was published, drafts of orders, and the service request."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pgtrigger import Delete, Protect, Update

from desk.approvals.models import Seat, Stage
from desk.tickets.models import Ticket
from workorders.models import WorkType
from workorders.queries import open_in_words

from .blueprint import KINDS, Blueprint, Question, said
from .lifecycle import NEXT_WORDS, RequestLifecycle, State


class CatalogueGroup(models.Model):
    """A shelf of the catalogue, in users' words, such as “A new colleague starts”."""

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200, blank=True)
    icon = models.SlugField(max_length=40, default="package", help_text=_("Name of a lucide icon, such as laptop."))
    position = models.PositiveIntegerField(default=100)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class CatalogueItem(models.Model):
    """Something that people can order. Its form and plan are edited in rows, and published as numbered versions."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=80, unique=True, help_text=_("Its address: /catalogue/<slug>/"))
    group = models.ForeignKey(CatalogueGroup, on_delete=models.PROTECT, related_name="items")
    summary = models.CharField(max_length=160, help_text=_("One line, in users' words."))
    description = models.TextField(blank=True, help_text=_("What one gets, and what not. Markdown."))
    icon = models.SlugField(max_length=40, default="package", help_text=_("Name of a lucide icon, such as laptop."))
    position = models.PositiveIntegerField(default=100)
    is_active = models.BooleanField(default=True, help_text=_("Inactive items can't be ordered any more."))
    cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True, help_text=_("Empty: free."))
    cost_note = models.CharField(
        max_length=80, blank=True, help_text=_("Such as “a month” or “from your cost centre”.")
    )
    departments = ArrayField(
        models.CharField(max_length=120), default=list, blank=True,
        help_text=_("Who may order it, by department, comma-separated. Empty: everybody."),
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_items"
    )
    workgroup = models.ForeignKey(
        "people.Workgroup", on_delete=models.PROTECT, related_name="+", help_text=_("Sees to it that it is delivered.")
    )
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approval_rule = models.ForeignKey(
        "approvals.ApprovalRule", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Whose yes it needs. Empty: nobody's."),

    )  # fmt: skip
    disrupts = models.ForeignKey(
        "services.Service", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text=_("A failed fulfilment counts as a disruption of this service. Empty: the analyst is asked."),

    )  # fmt: skip
    current = models.ForeignKey("ItemVersion", null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["group__position", "group__name", "position", "name"]

    def __str__(self) -> str:
        return self.name


class ItemField(models.Model):
    """One question of an item's form."""

    item = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField(default=10)
    key = models.CharField(max_length=40, help_text=_("Small letters; how conditions and {instructions} name it."))
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=list(KINDS.items()), default="text")
    required = models.BooleanField(default=True)
    help = models.CharField(max_length=200, blank=True)
    choices = models.TextField(blank=True, help_text=_("For a choice: one answer per line."))
    shown_if_key = models.CharField(
        _("shown only if"), max_length=40, blank=True, help_text=_("Key of a question before it.")
    )
    shown_if_value = models.CharField(
        _("is"), max_length=120, blank=True, help_text=_("The answer; for yes or no: yes, no.")
    )

    class Meta:
        verbose_name = _("question")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label


class ItemStep(models.Model):
    """One work order of an item's plan; texts may use {answers} by their keys."""

    item = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("number"), default=1, help_text=_("By which other steps name it."))
    title = models.CharField(max_length=160)
    instructions = models.TextField(blank=True)
    work_type = models.CharField(_("type of work"), max_length=10, choices=WorkType.choices, default=WorkType.TECHNICAL)
    workgroup = models.ForeignKey(
        "people.Workgroup", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Empty: as the routing rules for work orders say."),

    )  # fmt: skip
    needs = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True,
        help_text=_("Numbers of the steps that must be over before, comma-separated."),
    )  # fmt: skip
    start_after_hours = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Planned so long after approval.")
    )
    hours = models.PositiveIntegerField(default=1, help_text=_("How long it is planned to take."))
    checklist = models.TextField(blank=True, help_text=_("One item per line; a line in (brackets) may be left out."))
    only_if_key = models.CharField(_("done only if"), max_length=40, blank=True, help_text=_("Key of a question."))
    only_if_value = models.CharField(_("is"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("step")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class ItemVersion(models.Model):
    """An item's form and plan as they were published; never altered or deleted. Requests hold on to theirs."""

    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="requests_item_version_once")]
        triggers = [Protect(name="item_version_stays", operation=Update | Delete)]

    def __str__(self) -> str:
        return gettext("{item}, version {number}").format(item=self.item, number=self.number)

    @cached_property
    def says(self) -> Blueprint:
        return Blueprint.read(self.content)


class OrderDraft(models.Model):
    """What somebody has typed into an item's form and not sent yet; it outlives the session and the device."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="order_drafts")
    item = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="drafts")
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="requests_one_draft")]

    def __str__(self) -> str:
        return gettext("{item} by {person}").format(item=self.item, person=self.user)


class ServiceRequest(RequestLifecycle, Ticket):
    """A service request: an item of the catalogue, ordered. Its states and moves are in `lifecycle`."""

    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="requests")
    version_ordered = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="requests")
    answers = models.JSONField(
        default=dict, editable=False, help_text=_("By key, as text; those alone that were asked.")
    )
    fulfilled_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    disrupts_service = models.BooleanField(
        null=True, editable=False, help_text=_("Whether its failure disrupts a service; empty: not said yet.")
    )
    disruptions = models.PositiveSmallIntegerField(default=0, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text=_("How often fulfilment failed."))
    rating = models.PositiveSmallIntegerField(
        null=True, editable=False, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rating_comment = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["item", "fulfilled_at"], name="requests_of_item"),
            models.Index(fields=["fulfilled_at"], name="requests_unconfirmed", condition=models.Q(closed_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)), name="requests_rating_range"
            )
        ]

    @classmethod
    def new(cls, **fields: object) -> ServiceRequest:
        """An unsaved request in its first state; `flow.open_ticket` saves it."""
        return cls(**{"state": State.SUBMITTED, **fields})

    @property
    def blueprint(self) -> Blueprint:
        return self.version_ordered.says

    @property
    def answered(self) -> list[tuple[Question, str]]:
        """(question, answer in words) for everything that was asked."""
        return [(q, said(q, self.answers.get(q.key, ""))) for q in self.blueprint.asked(self.answers)]

    @cached_property
    def open_orders(self) -> str:
        """Its open work orders by number, title and state, for a sentence; empty when there is none. Asked once."""
        return open_in_words(self)

    @cached_property
    def is_begun(self) -> bool:
        """Whether somebody has begun, or done, any of its work orders."""
        return self.children.exclude(state__in=["waiting", "open", "assigned", "cancelled"]).exists()

    @cached_property
    def awaited(self) -> str:
        """Whose approval is awaited, by name and why they are asked; “its approvers” when nobody is left."""
        return ", ".join(f"{seat.user} ({seat.why})" for seat in self._seats("none")) or gettext("Its approvers")

    @cached_property
    def asked_back(self) -> str:
        """Which of its approvers wait for an answer, by name; empty when none does."""
        if self.state != State.AWAITING_APPROVAL:
            return ""
        return ", ".join(str(seat.user) for seat in self._seats("ask"))

    def _seats(self, answer: str) -> QuerySet[Seat]:
        """Those who are asked at the moment and have given this answer."""
        return Seat.objects.filter(round__ticket=self, round__stage=Stage.OPEN, answer=answer).select_related("user")

    @cached_property
    def progress(self) -> tuple[int, int]:
        """(done, all) of its work orders; what was cancelled, gone without or tried again doesn't count. Asked once."""
        states = list(self.children.exclude(state__in=["cancelled", "failed"]).values_list("state", flat=True))
        return states.count("completed"), len(states)

    @property
    def what_next(self) -> str:
        """What happens next, in a sentence for the requester."""
        if self.pending_reason is not None:
            return self.pending_reason.public_text
        if self.asked_back:
            return gettext("{people} wants to know something before deciding.").format(people=self.asked_back)
        who = self.awaited if self.state == State.AWAITING_APPROVAL else ""
        return NEXT_WORDS[State(self.state)].format(days=settings.REQUEST_CONFIRM_DAYS, who=who)
