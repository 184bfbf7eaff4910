"""The verbs on people: make a workgroup, give and take roles in it; plan and drop absences."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm

from .models import GRANTS, Absence, Membership, Role, RoleGroup, User, Workgroup
from .rules import forget_reach, may_plan_absence


@transaction.atomic
def ensure_role_groups(workgroup: Workgroup) -> None:
    """Give the workgroup an auth group per role, with that role's grants on it. Safe to repeat."""
    for role, grants in GRANTS.items():
        held = RoleGroup.objects.filter(workgroup=workgroup, role=role).select_related("group").first()
        # The primary key keeps the name unique when workgroups are renamed or share a beginning.
        name = f"{workgroup.name[:100]} · {role} ({workgroup.pk})"
        if held is None:
            group = Group.objects.create(name=name)
            RoleGroup.objects.create(workgroup=workgroup, role=role, group=group)
            for grant in grants:
                assign_perm(grant, group, workgroup)
        elif held.group.name != name:
            Group.objects.filter(pk=held.group_id).update(name=name)


@transaction.atomic
def join(*, workgroup: Workgroup, user: User, role: str = Role.ANALYST) -> Membership:
    """Give the person this role in the workgroup, in place of the one they had."""
    membership, _made = Membership.objects.update_or_create(workgroup=workgroup, user=user, defaults={"role": role})
    sync_groups(membership)
    forget_reach(user)  # the membership may hold another copy of the person
    return membership


@transaction.atomic
def leave(*, workgroup: Workgroup, user: User) -> None:
    """Take the person out of the workgroup, and out of all its auth groups."""
    Membership.objects.filter(workgroup=workgroup, user=user).delete()
    user.groups.remove(*Group.objects.filter(workgroup_role__workgroup=workgroup))
    forget_reach(user)


def sync_groups(membership: Membership) -> None:
    """Put the member into the auth group of the role, and out of those of the other roles."""
    workgroup, user = membership.workgroup, membership.user
    groups = _groups_by_role(workgroup)
    if len(groups) < len(GRANTS):
        ensure_role_groups(workgroup)
        groups = _groups_by_role(workgroup)
    user.groups.remove(*(group for role, group in groups.items() if role != membership.role))
    user.groups.add(groups[membership.role])
    forget_reach(user)


def _groups_by_role(workgroup: Workgroup) -> dict[str, Group]:
    return {held.role: held.group for held in workgroup.role_groups.select_related("group")}


@transaction.atomic
def plan_absence(*, person: User, start: datetime, end: datetime, reason: str = "", by: User) -> Absence:
    """From then to then the person is proposed for nothing. Refused with a sentence where it overlaps another absence."""
    _ask(person, by)
    if end <= start:
        raise ValidationError({"end": _("An absence ends after it starts.")})
    if end <= timezone.now():
        raise ValidationError({"end": _("That is over already.")})
    User.objects.select_for_update().only("pk").get(pk=person.pk)  # two at once would overlook each other
    other = Absence.objects.filter(user=person, start__lt=end, end__gt=start).first()
    if other is not None:
        until = date_format(timezone.localtime(other.end), _("d M H:i"))
        why = _("{person} is away then already, until {until}.").format(person=person, until=until)
        raise ValidationError({"start": why})
    return Absence.objects.create(user=person, start=start, end=end, reason=reason.strip())


@transaction.atomic
def drop_absence(*, absence: Absence, by: User) -> None:
    """It is off; one that has begun ends now, and stays on record."""
    _ask(absence.user, by)
    now = timezone.now()
    if absence.start < now:
        Absence.objects.filter(pk=absence.pk, end__gt=now).update(end=now)
    else:
        absence.delete()


def _ask(person: User, by: User) -> None:
    if not may_plan_absence(by, person):
        why = _("Only {person}, if they work for IT, and the leads of their workgroups plan their absences.")
        raise PermissionDenied(why.format(person=person))
