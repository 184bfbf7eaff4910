"""Who works here: users, workgroups, membership by role, skills, shifts and absences."""

import zoneinfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .shifts import Window

NOWHERE = frozenset({"Factory", "localtime"})  # names that are shipped beside the zones, and are no place's clock


def validate_time_zone(name: str) -> None:
    """Refuse what is not an IANA time zone name."""
    if name in NOWHERE or name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is no IANA time zone, such as Europe/Berlin."), params={"name": name})


def languages() -> list[tuple[str, str]]:
    """Those that the portal speaks, each in its own words."""
    return list(settings.LANGUAGES)


class User(AbstractUser):
    """A person who can sign in, or the portal's own automation (which can't)."""

    department = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], help_text=_("IANA name; empty: the portal's zone.")
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, choices=languages, help_text=_("Empty: as the browser says.")
    )
    is_vip = models.BooleanField(_("VIP"), default=False, help_text=_("Analysts see a mark beside the name."))
    single_keys = models.BooleanField(
        _("single-key shortcuts"),
        default=True,
        help_text=_("Keys such as t or r act on the ticket at hand. Switch them off when you speak to your computer."),
    )
    mails = models.BooleanField(
        _("tell me by e-mail too"), default=True, help_text=_("Whatever you are told stands in your inbox as well.")
    )
    is_automation = models.BooleanField(
        default=False, editable=False, help_text=_("The portal's own hand: timers and imports. It can't sign in.")
    )

    manager = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
        help_text=_("Is asked where a rule wants the approval of the requester's manager."),
    )

    class Meta(AbstractUser.Meta):
        ordering = ["first_name", "last_name", "username"]
        constraints = [
            models.UniqueConstraint(
                F("is_automation"), condition=Q(is_automation=True), name="people_one_automation_user"
            ),
            models.CheckConstraint(condition=~Q(manager=F("id")), name="people_not_ones_own_manager"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def clean(self) -> None:
        super().clean()
        if (
            self.pk is not None and self.manager_id == self.pk
        ):  # no form knows the constraint: it has no id among its fields
            raise ValidationError(
                {"manager": _("Nobody is their own manager: choose somebody else, or leave it empty.")}
            )

    @property
    def public_name(self) -> str:
        """What those outside IT read: the portal's own hand is just the portal to them."""
        return gettext("The portal") if self.is_automation else str(self)

    @property
    def initials(self) -> str:
        """One or two letters for the round picture beside a name."""
        words = str(self).split()
        return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()

    @property
    def colour_index(self) -> int:
        """Which of the six avatar colours this person has."""
        return (self.pk or 0) % 6


class Role(models.TextChoices):
    """What a member may do in a workgroup; each includes the one before it."""

    OBSERVER = "observer", _("Observer: sees the queue")
    ANALYST = "analyst", _("Analyst: works the queue")
    LEAD = "lead", _("Lead: also moves other people's work")


# Role -> the grants on the workgroup; the one place where roles and permissions meet.
GRANTS: dict[str, tuple[str, ...]] = {
    Role.OBSERVER: ("view_queue",),
    Role.ANALYST: ("view_queue", "work_queue"),
    Role.LEAD: ("view_queue", "work_queue", "lead_queue"),
}


class AutoAssign(models.TextChoices):
    """How a workgroup's new tickets find their analyst by themselves."""

    OFF = "off", _("Off: people take or assign them")
    ROUND_ROBIN = "round_robin", _("In turn: one after the other")
    LEAST_LOADED = "least_loaded", _("Least loaded: whoever has the least open, urgent work counting more")
    BEST_MATCH = "best_match", _("Best match: skill against load")


class Workgroup(models.Model):
    """People who work one queue together, and the kinds of ticket they take."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True, help_text=_("The queue's address: /queues/<slug>/"))
    description = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    takes = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text=_("Kinds of ticket it takes, such as incident or work_order. Empty: every kind."),
    )
    oversees = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text=_("Kinds of ticket that its analysts see and steer in whichever workgroup they are, such as change."),
    )
    is_active = models.BooleanField(default=True, help_text=_("An inactive workgroup gets no new tickets."))
    auto_assign = models.CharField(
        _("automatic assignment"),
        max_length=12,
        choices=AutoAssign.choices,
        default=AutoAssign.OFF,
        help_text=_(
            "Tickets that come into the queue are given to an analyst who is on shift and not away. "
            "What lies there already stays as it is."
        ),
    )

    class Meta:
        ordering = ["name"]
        permissions = [
            ("view_queue", "Can see the workgroup's queue"),
            ("work_queue", "Can work the workgroup's tickets"),
            ("lead_queue", "Can move other people's work in the workgroup"),
        ]

    def __str__(self) -> str:
        return self.name

    def takes_kind(self, kind: str) -> bool:
        """Whether tickets of this kind may be put into this queue; `work_order.on_site` is a kind within a kind."""
        return self.is_active and (not self.takes or bool({kind, kind.partition(".")[0]} & set(self.takes)))

    def takes_some(self, kind: str) -> bool:
        """Whether tickets of this kind, or of a kind within it, may be put into this queue."""
        return self.takes_kind(kind) or (self.is_active and any(taken.startswith(f"{kind}.") for taken in self.takes))


class RoleGroup(models.Model):
    """The auth group that holds one role's grants on one workgroup (guardian's rows hang on it)."""

    workgroup = models.ForeignKey(Workgroup, on_delete=models.CASCADE, related_name="role_groups")
    role = models.CharField(max_length=10, choices=Role.choices)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="workgroup_role")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workgroup", "role"], name="people_one_group_per_role")]

    def __str__(self) -> str:
        return f"{self.workgroup}: {self.role}"


class Membership(models.Model):
    """A person's role in a workgroup; saving it moves the person into the role's auth group."""

    workgroup = models.ForeignKey(Workgroup, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ANALYST)

    class Meta:
        ordering = ["workgroup__name", "user__first_name"]
        constraints = [models.UniqueConstraint(fields=["workgroup", "user"], name="people_one_membership")]

    def __str__(self) -> str:
        return f"{self.user} in {self.workgroup} ({self.role})"


class Skill(models.Model):  # type: ignore[django-manager-missing]
    """Something that people can do, such as VPN or Oracle."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserSkill(models.Model):
    """How well a person can do something: 1 knows it, 2 works with it, 3 teaches it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="people")
    level = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(3)])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "skill"], name="people_one_level_per_skill")]

    def __str__(self) -> str:
        return f"{self.user}: {self.skill} {self.level}/3"


WEEKDAYS = list(WEEKDAYS_ABBR.items())  # (0, “Mon”), …


class Shift(models.Model):
    """A weekly time of work, on the person's own clock. Whoever has none counts as working at any time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shifts")
    weekdays = ArrayField(models.PositiveSmallIntegerField(choices=WEEKDAYS), help_text=_("On which it begins."))
    start = models.TimeField(_("from"))
    end = models.TimeField(_("to"), help_text=_("Not later than “from”: on the next day."))

    class Meta:
        ordering = ["user", "start", "pk"]
        constraints = [models.CheckConstraint(condition=Q(weekdays__len__gt=0), name="people_shift_on_some_day")]

    def __str__(self) -> str:
        days = " ".join(str(name) for number, name in WEEKDAYS if number in self.weekdays)
        return f"{days} {self.start:%H:%M}–{self.end:%H:%M}"

    @property
    def window(self) -> Window:
        return Window(frozenset(self.weekdays), self.start, self.end)


class Absence(models.Model):
    """A time in which a person is not proposed for work; from start (included) to end (not)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="people_absence_ends_after_start",
                violation_error_message=_("An absence ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        first, last = (date_format(moment, gettext("d M")) for moment in (self.start, self.end))
        return f"{self.user} {first} – {last}"
