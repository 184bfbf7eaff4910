"""What the business uses and where: services, the category tree, sites."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode

from desk.people.models import validate_time_zone


class Criticality(models.IntegerChoices):
    """How much the business leans on a service."""

    VITAL = 1, _("Vital: work stops without it")
    IMPORTANT = 2, _("Important: work slows down without it")
    USEFUL = 3, _("Useful: work goes on without it")


class Service(models.Model):
    """A service as its users know it."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, help_text=_("In users' words: what one does with it."))
    criticality = models.PositiveSmallIntegerField(choices=Criticality.choices, default=Criticality.IMPORTANT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_services"
    )
    depends_on = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="needed_by",
        help_text=_("Services that it can't do without; a change of theirs is felt here."),
    )  # fmt: skip
    is_active = models.BooleanField(default=True, help_text=_("Inactive services are not offered any more."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Category(TreeNode):
    """What kind of trouble it is: a tree, such as Network › VPN."""

    name = models.CharField(max_length=120)
    skill = models.ForeignKey(
        "people.Skill",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="categories",
        help_text=_("The skill that helps here; used to suggest analysts."),
    )
    also_skills = models.ManyToManyField(
        "people.Skill",
        blank=True,
        related_name="also_for",
        verbose_name=_("further skills"),
        help_text=_(
            "Skills that are asked for here as well. A category that names none takes those of the one above it."
        ),
    )
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="services_category_name_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name

    def trail(self) -> str:
        """The names from the root to here, such as “Network › VPN”."""
        return " › ".join(node.name for node in self.ancestors(include_self=True))


class Site(models.Model):
    """A place where people work and things stand."""

    name = models.CharField(max_length=120, unique=True)
    address = models.TextField(blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
