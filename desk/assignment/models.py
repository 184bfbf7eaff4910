"""Routing rules, what history says about where tickets end, the words that workgroups are known by, and who waits for whom."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from desk.tickets.models import Priority


class RoutingRule(models.Model):
    """One line of the routing table; the first that matches wins. What is left empty matches everything."""

    position = models.PositiveIntegerField(default=100, help_text=_("Lower comes first; the first match wins."))
    name = models.CharField(max_length=120, unique=True, help_text=_("Shown on the ticket's timeline."))
    kind = models.CharField(max_length=20, default="incident", help_text=_("Kind of ticket, such as incident."))
    service = models.ForeignKey("services.Service", null=True, blank=True, on_delete=models.CASCADE)
    category = models.ForeignKey(
        "services.Category", null=True, blank=True, on_delete=models.CASCADE, help_text=_("Itself and all below it.")
    )
    site = models.ForeignKey("services.Site", null=True, blank=True, on_delete=models.CASCADE)
    words = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text=_("Comma-separated; any of them in the title or description, as whole words, whatever the case."),
    )
    department = models.CharField(
        max_length=120, blank=True, help_text=_("Of the requester; in full, whatever the case.")
    )
    priority = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=Priority.choices, help_text=_("This one or a more urgent one.")
    )
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.PROTECT, related_name="routing_rules")
    is_catch_all = models.BooleanField(
        default=False, help_text=_("Takes whatever no other rule takes. There is exactly one per kind of ticket.")
    )
    asks_words = models.BooleanField(
        _("ask the words first"),
        default=False,
        help_text=_(
            "For a catch-all: where the words of a ticket speak for one workgroup with a chance of 80% or more, as "
            "learnt from earlier tickets, it goes there at once. Otherwise they are only proposed to whoever assigns it."
        ),
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["is_catch_all", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(is_catch_all=True), name="assignment_one_catch_all"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        narrowed = self.service_id or self.category_id or self.site_id or self.words or self.department or self.priority
        if self.is_catch_all and narrowed:
            raise ValidationError(_("A catch-all takes everything: leave all that it could match on empty."))
        if self.is_catch_all and not self.is_active:
            raise ValidationError(_("The catch-all must stay active, or tickets would have nowhere to go."))
        if not self.is_catch_all and not narrowed:
            raise ValidationError(_("Say what this rule matches: a service, a category, a site, words …"))
        if self.asks_words and not self.is_catch_all:
            raise ValidationError({"asks_words": _("Only a catch-all asks the words.")})
        if self.workgroup_id and not self.workgroup.takes_some(self.kind):
            raise ValidationError({"workgroup": _("This workgroup is inactive, or doesn't take this kind of ticket.")})


class Ending(models.Model):
    """How many finished tickets of a kind, service and category began in one workgroup and ended in another (or the same).

    Counted anew each night, over half a year, by `history.count`; so that no page ever counts tickets.
    """

    kind = models.CharField(max_length=20)
    service = models.ForeignKey("services.Service", null=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey("services.Category", null=True, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey("people.Workgroup", on_delete=models.CASCADE, related_name="+")
    last = models.ForeignKey("people.Workgroup", on_delete=models.CASCADE, related_name="+")
    tickets = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "category"], name="assignment_ending_category")]

    def __str__(self) -> str:
        return f"{self.tickets} from {self.first_id} to {self.last_id}"


class LearntGroup(models.Model):
    """How many tickets a workgroup's words were learnt from."""

    workgroup = models.OneToOneField("people.Workgroup", on_delete=models.CASCADE, related_name="+")
    tickets = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.workgroup_id}: {self.tickets}"


class LearntWord(models.Model):
    """In how many of a workgroup's tickets a word stood; a word of a title begins with “title:” and counts by itself."""

    word = models.CharField(max_length=40)
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.CASCADE, related_name="+")
    tickets = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "workgroup"], name="assignment_one_count_per_word")]

    def __str__(self) -> str:
        return f"{self.word}: {self.tickets}"


class Turn(models.Model):
    """Whose turn it was last in a workgroup that gives its tickets to its analysts in turn."""

    workgroup = models.OneToOneField("people.Workgroup", on_delete=models.CASCADE, related_name="+")
    last = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.workgroup_id}: {self.last_id}"


class Unattended(models.Model):
    """A ticket for which nobody was available: it was said once, and is looked at again when somebody may be."""

    ticket = models.OneToOneField("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.ticket_id} since {self.since:%d %b %H:%M}"
