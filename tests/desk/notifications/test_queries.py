"""What is read is asked for anew: who has lost sight of a ticket sees neither text, number nor count."""

import pytest

from desk.notifications import queries, rules
from desk.notifications.models import IN_STATE, MailState, Message
from desk.people.actions import join, leave
from desk.people.models import Role, User
from desk.tickets.actions import watch
from desk.tickets.models import Visibility
from incidents.actions import assign
from tests.factories import incident, person

from .news import escalate


@pytest.fixture
def ticket(world):
    return incident(world.erin)


def seen_by(user):
    fresh = User.objects.get(pk=user.pk)  # as the next request finds them
    return [message.subject for message in queries.readable(fresh)], queries.unread_words(fresh)


def test_who_leaves_the_workgroup_sees_it_no_more_and_sees_it_again_on_return(world, ticket):
    escalate(ticket, world.sam, subject="Mine")
    assert seen_by(world.sam) == (["Mine"], "1")
    leave(workgroup=world.desk, user=world.sam)
    assert seen_by(world.sam) == ([], "")
    join(workgroup=world.desk, user=world.sam, role=Role.OBSERVER)
    assert seen_by(world.sam) == (["Mine"], "1")


def test_a_ticket_that_moves_to_another_workgroup_takes_its_messages_along(world, ticket):
    escalate(ticket, world.lena, world.sam, subject="Ours")
    assign(incident=ticket, by=world.sam, workgroup=world.network, reason="It is the network")
    assert seen_by(world.lena) == ([], "")


def test_a_watcher_keeps_what_was_public_only(world, ticket):
    escalate(ticket, world.nadia, subject="Not for her")
    watch(ticket=ticket, user=world.nadia)
    escalate(ticket, world.nadia, subject="For all", visibility=Visibility.PUBLIC)
    assert seen_by(world.nadia) == (["For all"], "1")
    ticket.watchers.all().delete()
    assert seen_by(world.nadia) == ([], "")


def test_may_be_told_and_readable_agree_for_everybody(world, ticket):
    """The single answer and the list are twins."""
    watch(ticket=ticket, user=world.omar)
    nadias = incident(world.omar, workgroup=world.network)
    people = [world.erin, world.omar, world.sam, world.lena, world.nadia, world.admin]
    for found in (ticket, nadias):
        for visibility in Visibility.values:
            event = escalate(found, visibility=visibility)
            for user in people:
                Message.objects.create(event=event, recipient=user, subject="As if told")
    answers = set()
    for user in people:
        listed = set(queries.readable(user).values_list("pk", flat=True))
        for message in Message.objects.filter(recipient=user):
            answers.add((rules.may_be_told(message.event, user), message.pk in listed))
    assert answers == {(True, True), (False, False)}


def test_the_count_stops_at_ninety_nine(world, ticket):
    def more(number):
        events = [escalate(ticket) for _ in range(number)]
        Message.objects.bulk_create(Message(event=event, recipient=world.lena, subject="!") for event in events)

    assert queries.unread_words(world.lena) == ""
    more(99)
    assert queries.unread_words(world.lena) == "99"
    more(2)
    assert queries.unread_words(world.lena) == "99+"


def test_pages_follow_each_other_without_gap_or_double(world, ticket):
    event_pks = []
    for n in range(queries.PAGE + 3):
        event_pks.append(escalate(ticket, world.lena, subject=f"Message {n}").pk)
    first = queries.inbox_page(world.lena)
    second = queries.inbox_page(world.lena, first.next_before)
    assert [row.event_id for row in [*first.rows, *second.rows]] == event_pks[::-1]
    assert (len(first.rows), len(second.rows), second.next_before) == (queries.PAGE, 3, "")
    for odd in ("x", "-1", "1.5", "9" * 40, "²"):
        assert len(queries.inbox_page(world.lena, odd).rows) == queries.PAGE


def test_every_message_is_in_exactly_one_state_of_mail(world, ticket):
    event = escalate(ticket)
    moment = event.at
    rows = {
        "owed": {"mail_due_at": moment},
        "sent": {"mail_due_at": moment, "mail_sent_at": moment},
        "dead": {"mail_due_at": moment, "mail_dead_at": moment},
        "no_address": {},
        "withheld": {"mail_withheld": True},
    }
    for name, fields in rows.items():
        Message.objects.create(event=event, recipient=person(name), subject=name, **fields)
    assert set(rows) == set(MailState.values)
    for state in MailState:
        assert list(Message.objects.filter(IN_STATE[state]).values_list("subject", flat=True)) == [state]
    assert {message.mail_state.value: message.subject for message in Message.objects.all()} == {n: n for n in rows}
