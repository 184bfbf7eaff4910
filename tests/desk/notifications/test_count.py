"""The number beside the bell is remembered, and follows whatever is told, read, given or taken."""

import pytest
from django.core.cache import cache

from desk.notifications import actions, count, queries
from desk.notifications.models import Message
from desk.people.actions import join, leave
from desk.people.models import Role, User
from incidents.actions import assign
from tests.factories import incident

from .news import escalate


@pytest.fixture
def ticket(world):
    return incident(world.erin)


def number(user):
    """As the next request sees it."""
    return count.remembered(User.objects.get(pk=user.pk))


def test_it_is_asked_once(world, ticket, django_assert_num_queries):
    escalate(ticket, world.lena)
    lena = User.objects.get(pk=world.lena.pk)
    assert number(lena) == "1"
    with django_assert_num_queries(1):  # her queues
        assert count.remembered(lena) == "1"


def test_it_follows_what_is_told_and_read(world, ticket):
    assert number(world.lena) == ""
    escalate(ticket, world.lena, world.sam)
    escalate(ticket, world.lena)
    assert (number(world.lena), number(world.sam)) == ("2", "1")
    actions.mark_read(message=Message.objects.filter(recipient=world.lena).first())
    assert (number(world.lena), number(world.sam)) == ("1", "1")
    actions.mark_all_read(by=world.lena, newest=queries.inbox_page(world.lena).newest)
    assert (number(world.lena), number(world.sam)) == ("", "1")


def test_it_follows_the_queues_that_one_sees(world, ticket):
    escalate(ticket, world.sam)
    assert number(world.sam) == "1"
    leave(workgroup=world.desk, user=world.sam)
    assert number(world.sam) == ""
    join(workgroup=world.desk, user=world.sam, role=Role.OBSERVER)
    assert number(world.sam) == "1"


def test_a_ticket_that_moved_is_gone_from_the_inbox_at_once_and_from_the_number_in_time(world, ticket, forget):
    escalate(ticket, world.lena)
    assert number(world.lena) == "1"
    assign(incident=ticket, by=world.sam, workgroup=world.network, reason="It is the network")
    assert queries.inbox_page(world.lena).rows == []
    forget()
    assert number(world.lena) == ""


def test_a_number_that_was_asked_before_the_commit_is_forgotten_after_it(
    world, ticket, django_capture_on_commit_callbacks
):
    """Somebody else's request asks while the event isn't committed, and remembers what it was."""
    with django_capture_on_commit_callbacks(execute=True):
        escalate(ticket, world.lena)
        cache.set(f"notifications.unread.{world.lena.pk}", ([world.desk.pk], ""), 30)
    assert number(world.lena) == "1"


def test_without_a_cache_people_are_told_all_the_same(world, ticket, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "itsm.cache.Cache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    escalate(ticket, world.lena)
    assert number(world.lena) == "1"
