"""Making workgroups, joining and leaving them: the grants follow the role."""

from django.contrib.auth.models import Group
from guardian.models import GroupObjectPermission

from desk.people.actions import ensure_role_groups, join, leave
from desk.people.models import GRANTS, Membership, Role, RoleGroup
from tests.factories import WorkgroupFactory


def groups_of(user):
    return {(held.workgroup.name, held.role) for held in RoleGroup.objects.filter(group__user=user)}


def test_a_workgroup_has_an_auth_group_per_role_with_that_roles_grants(world):
    for _ in range(2):
        ensure_role_groups(world.desk)
    assert world.desk.role_groups.count() == len(GRANTS)
    for held in world.desk.role_groups.all():
        rows = GroupObjectPermission.objects.filter(group=held.group).values_list("permission__codename", "object_pk")
        assert set(rows) == {(grant, str(world.desk.pk)) for grant in GRANTS[held.role]}


def test_two_workgroups_may_begin_alike_and_be_renamed(world):
    long = "Applications for the whole of Northwind Health, "
    first, second = (WorkgroupFactory(name=long + end, slug=end) for end in ("east", "west"))
    second.name = "Applications"
    second.save()
    ensure_role_groups(second)
    assert first.role_groups.count() == second.role_groups.count() == 3
    assert Group.objects.filter(workgroup_role__workgroup=second, name__startswith="Applications ·").count() == 3


def test_joining_again_changes_the_role(world):
    join(workgroup=world.desk, user=world.sam, role=Role.LEAD)
    assert groups_of(world.sam) == {("Service Desk", "lead")}
    assert Membership.objects.get(user=world.sam).role == Role.LEAD


def test_leaving_takes_every_group_of_that_workgroup_and_no_other(world):
    join(workgroup=world.network, user=world.sam)
    leave(workgroup=world.desk, user=world.sam)
    assert groups_of(world.sam) == {("Network", "analyst")}
    leave(workgroup=world.desk, user=world.sam)  # harmless


def test_joining_makes_the_groups_that_are_missing(world):
    Group.objects.filter(workgroup_role__workgroup=world.desk).delete()
    join(workgroup=world.desk, user=world.erin, role=Role.OBSERVER)
    assert groups_of(world.erin) == {("Service Desk", "observer")}
