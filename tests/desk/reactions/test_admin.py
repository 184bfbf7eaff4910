"""The administrator sees what is owed and what is dead, and has it tried again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.reactions.admin import DeliveryAdmin
from desk.reactions.models import Delivery
from tests.factories import incident

LIST = "admin:reactions_delivery_changelist"


@pytest.fixture
def deliveries(world):
    """One delivery in each state, to the event of erin's incident."""
    event, now = incident(world.erin).events.get(), timezone.now()
    fields = {
        "owed": {},
        "done": {"done_at": now},
        "dead": {"dead_at": now, "attempts": 8, "last_error": "Boom\nKeyError: 1"},
    }
    return {
        name: Delivery.objects.create(event=event, reaction=f"room.{name}", due_at=now, **more)
        for name, more in fields.items()
    }


def shown(client, **query):
    return {row.reaction for row in client.get(reverse(LIST), query).context["cl"].result_list}


def test_deliveries_are_found_by_state(world, browse, deliveries):
    admin = browse(world.admin)
    assert shown(admin) == {"room.owed", "room.done", "room.dead"}
    for state in ("owed", "done", "dead"):
        assert shown(admin, state=state) == {f"room.{state}"}


def test_a_dead_delivery_shows_its_error_and_is_tried_again(world, browse, deliveries):
    admin, dead = browse(world.admin), deliveries["dead"]
    assert "KeyError: 1" in admin.get(reverse(LIST)).content.decode()
    chosen = {"action": "try_again", "_selected_action": [dead.pk, deliveries["done"].pk]}
    said = admin.post(reverse(LIST), chosen, follow=True).content.decode()
    assert "1 will be tried again" in said
    assert "1 had been done before" in said
    dead.refresh_from_db()
    assert (dead.attempts, dead.dead_at, dead.done_at) == (0, None, None)
    assert Delivery.objects.get(pk=deliveries["done"].pk).done_at is not None


def test_nobody_writes_a_delivery_by_hand(world, browse, deliveries):
    admin, owed = browse(world.admin), deliveries["owed"]
    forged = {"reaction": "os.system", "attempts": 0, "post": "yes"}
    assert admin.post(reverse("admin:reactions_delivery_add"), forged).status_code == 403
    for way in ("change", "delete"):
        assert admin.post(reverse(f"admin:reactions_delivery_{way}", args=[owed.pk]), forged).status_code == 403
    assert admin.get(reverse("admin:reactions_delivery_change", args=[owed.pk])).status_code == 200
    owed.refresh_from_db()
    assert owed.reaction == "room.owed"


def test_the_list_asks_the_same_number_of_questions_however_long(
    world, browse, deliveries, django_assert_max_num_queries
):
    admin = browse(world.admin)
    with django_assert_max_num_queries(20) as before:
        admin.get(reverse(LIST))
    for _ in range(6):
        event = incident(world.omar).events.get()
        Delivery.objects.create(event=event, reaction="room.owed", due_at=timezone.now())
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(reverse(LIST))


def test_how_long_each_has_been_owed_is_shown_and_the_oldest_can_come_first(world, browse, deliveries):
    Delivery.objects.filter(pk=deliveries["owed"].pk).update(created_at=timezone.now() - timedelta(hours=2))
    admin = browse(world.admin)
    assert "2\xa0hours" in admin.get(reverse(LIST), {"state": "owed"}).content.decode()
    column = DeliveryAdmin.list_display.index("age") + 1
    rows = admin.get(reverse(LIST), {"o": str(-column)}).context["cl"].result_list
    assert rows[0] == deliveries["owed"]
