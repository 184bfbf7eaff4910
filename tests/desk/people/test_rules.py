"""Who may see, work or lead a queue."""

import pytest
from django.contrib.auth.models import AnonymousUser

from desk.people.actions import join, leave
from desk.people.models import Role, User
from desk.people.rules import Reach, is_analyst, may_lead_queue, may_view_queue, may_work_queue, reach
from tests.factories import person

# role           sees works leads
ROLES = [
    (None, (False, False, False)),
    (Role.OBSERVER, (True, False, False)),
    (Role.ANALYST, (True, True, False)),
    (Role.LEAD, (True, True, True)),
]


def may(user, workgroup):
    return tuple(ask(user, workgroup.pk) for ask in (may_view_queue, may_work_queue, may_lead_queue))


@pytest.mark.parametrize(("role", "answers"), ROLES)
def test_each_role_may_exactly_its_part_and_only_in_its_workgroup(world, role, answers):
    olga = person("olga")
    if role:
        join(workgroup=world.desk, user=olga, role=role)
    assert may(olga, world.desk) == answers
    assert may(olga, world.network) == (False, False, False)
    assert is_analyst(olga) is answers[1]


def test_a_new_role_takes_the_place_of_the_old(world):
    for role, answers in [*ROLES[1:], *reversed(ROLES[1:])]:
        join(workgroup=world.network, user=world.sam, role=role)
        assert may(world.sam, world.network) == answers
    leave(workgroup=world.network, user=world.sam)
    assert may(world.sam, world.network) == (False, False, False)
    assert may(world.sam, world.desk) == (True, True, False)


def test_an_administrator_sees_every_queue_and_works_none(world):
    assert may(world.admin, world.desk) == may(world.admin, world.network) == (True, False, False)
    assert not is_analyst(world.admin)


def test_staff_alone_see_nothing(world):
    assert reach(person("clerk", is_staff=True)) == Reach()


def test_a_visitor_reaches_nothing_and_no_workgroup_is_nobodys(db, world):
    assert reach(AnonymousUser()) == Reach()
    assert not may_view_queue(world.admin, None)


def test_reach_is_read_once_for_a_person(world, django_assert_num_queries):
    sam = User.objects.get(username="sam")
    with django_assert_num_queries(1):
        for _ in range(3):
            may(sam, world.desk)
