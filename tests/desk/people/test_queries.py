"""Finding people: by part of a name, by exactly one name, who is away, whose queue it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from desk.people.models import Absence, Role, User
from desk.people.queries import (
    absent,
    analysts_of,
    automation,
    find_people,
    person_named,
    workgroups_for,
)
from tests.factories import WorkgroupFactory, analyst, person


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("eri", ["erin"]),
        ("ERIN", ["erin"]),
        ("erin bl", ["erin"]),
        ("bl erin", ["erin"]),
        ("erin@north", ["erin"]),
        ("zz", []),
    ],
)
def test_people_are_found_by_parts_of_what_they_are_called(world, words, found):
    User.objects.filter(pk=world.erin.pk).update(last_name="Blake")
    assert [user.username for user in find_people(words)] == found


def test_who_left_and_the_automation_are_not_found(world):
    automation()
    User.objects.filter(pk=world.omar.pk).update(is_active=False)
    assert find_people("automation") == find_people("omar") == []
    assert person_named("automation") is person_named("omar") is None


def test_at_most_ten_are_found(world):
    for n in range(12):
        person(f"guest{n}")
    assert len(find_people("guest")) == 10


@pytest.mark.parametrize("words", ["%", "_", "\\", "'; DROP TABLE", "🔥", " " * 9, "x" * 80])
def test_signs_are_only_signs(world, words):
    assert find_people(words) == [] or not words.strip()
    assert person_named(words) is None


def test_a_name_must_mean_one_person(world):
    for username in ("blake1", "blake2"):
        person(username, first_name="Erin", last_name="Blake")
    assert person_named("Erin Blake") is None
    assert person_named(" Blake1 ").username == "blake1"
    assert person_named("BLAKE2@northwind.example").username == "blake2"


def test_the_automation_is_one_and_cant_sign_in(db):
    assert automation() == automation()
    assert not automation().has_usable_password()


def test_who_works_a_queue(world):
    analyst("olga", world.desk, Role.OBSERVER)
    gone = analyst("gone", world.desk)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert set(analysts_of(world.desk)) == {world.sam, world.lena}


def test_who_is_away_now(world):
    now = timezone.now()
    Absence.objects.create(user=world.sam, start=now - timedelta(days=1), end=now + timedelta(days=1))
    Absence.objects.create(user=world.lena, start=now - timedelta(days=2), end=now - timedelta(days=1))
    assert set(absent([world.sam, world.lena])) == {world.sam.pk}
    assert absent([world.sam], at=now + timedelta(days=1)) == {}  # its end is not in it


def test_workgroups_by_what_they_take(world):
    field = WorkgroupFactory(name="Field Service", takes=["work_order"])
    WorkgroupFactory(name="Shut", is_active=False)
    assert set(workgroups_for("incident")) == {world.desk, world.network}
    assert field in workgroups_for("work_order")
