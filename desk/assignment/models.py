"""Routing rules: which workgroup gets a new ticket first."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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
    workgroup = models.ForeignKey("people.Workgroup", on_delete=models.PROTECT, related_name="routing_rules")
    is_catch_all = models.BooleanField(
        default=False, help_text=_("Takes whatever no other rule takes. There is exactly one per kind of ticket.")
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
        narrowed = self.service_id or self.category_id or self.site_id or self.words
        if self.is_catch_all and narrowed:
            raise ValidationError(_("A catch-all takes everything: leave service, category, site and words empty."))
        if self.is_catch_all and not self.is_active:
            raise ValidationError(_("The catch-all must stay active, or tickets would have nowhere to go."))
        if not self.is_catch_all and not narrowed:
            raise ValidationError(_("Say what this rule matches: a service, a category, a site or words."))
        if self.workgroup_id and not self.workgroup.takes_some(self.kind):
            raise ValidationError({"workgroup": _("This workgroup is inactive, or doesn't take this kind of ticket.")})
