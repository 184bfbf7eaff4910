"""Who is told what: everybody named who may see it, once, and nobody else."""

from datetime import timedelta

import pytest
from celery import Celery
from django.db import IntegrityError, transaction
from django.utils import timezone

from desk.notifications import actions, queries
from desk.notifications.models import Message
from desk.people.actions import leave
from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets.actions import watch
from desk.tickets.flow import write_event
from desk.tickets.models import Visibility
from tests.factories import analyst, incident, person

from .news import SUBJECT, TEXT, escalate


@pytest.fixture
def ticket(world):
    return incident(world.erin)


@pytest.fixture
def everybody(world):
    """The world, with Olga who observes the queue and Wanda who will watch the ticket."""
    world.olga, world.wanda = analyst("olga", world.desk, Role.OBSERVER), person("wanda")
    return world


def told():
    return set(Message.objects.values_list("recipient__username", flat=True))


def all_of(world):
    return [user for user in vars(world).values() if hasattr(user, "username")]


def test_an_internal_event_is_told_to_those_alone_who_see_what_is_internal(everybody, ticket):
    watch(ticket=ticket, user=everybody.wanda)
    escalate(ticket, *all_of(everybody))
    assert told() == {"sam", "lena", "olga", "admin"}


def test_a_public_event_is_told_to_those_alone_who_see_the_ticket(everybody, ticket):
    watch(ticket=ticket, user=everybody.wanda)
    escalate(ticket, *all_of(everybody), visibility=Visibility.PUBLIC)
    assert told() == {"erin", "wanda", "sam", "lena", "olga", "admin"}


def test_neither_the_inactive_nor_whoever_did_it_nor_the_portals_own_hand_are_told(world, ticket):
    gone = analyst("gone", world.desk, is_active=False)
    escalate(ticket, world.sam, world.lena, gone, automation(), by=world.sam)
    assert told() == {"lena"}


def test_only_those_who_are_named_are_told_and_unknown_ids_are_nobody(world, ticket):
    event = escalate(ticket, world.lena)
    assert actions.tell(event=event, recipients=[world.lena.pk, 999_999_999], subject="x", text="") == [world.lena.pk]
    assert told() == {"lena"}


def test_one_event_tells_one_person_once(world, ticket):
    event = escalate(ticket, world.lena, world.lena)
    actions.tell(event=event, recipients=[world.lena.pk, world.sam.pk], subject="Again", text="")
    assert sorted(Message.objects.values_list("recipient__username", "subject")) == [
        ("lena", SUBJECT),
        ("sam", "Again"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(event=event, recipient=world.lena, subject="Twice")


def test_what_is_told_is_kept_as_it_was_said(world, ticket):
    escalate(ticket, world.lena)
    message = Message.objects.get()
    assert (message.subject, message.text, message.read_at, message.mail_state) == (SUBJECT, TEXT, None, "owed")


def test_an_event_that_rolls_back_tells_nobody(world, ticket):
    with pytest.raises(RuntimeError), transaction.atomic():
        escalate(ticket, world.lena)
        raise RuntimeError
    assert told() == set()


def test_an_event_that_names_nobody_or_says_nothing_tells_nobody(world, ticket):
    by = automation()
    for inside in ({}, {"recipients": [], "subject": "x"}, {"recipients": [world.lena.pk]}):
        write_event(ticket, "sla.escalated", by=by, inside=inside, visibility=Visibility.INTERNAL)
    assert told() == set()


def test_other_events_tell_nobody_whatever_they_carry(world, ticket):
    inside = {"recipients": [world.lena.pk], "subject": "x"}
    write_event(ticket, "comment.added", by=world.sam, data={"text": "Hello"}, inside=inside)
    assert told() == set()


def test_history_tells_nobody(world, ticket):
    now = timezone.now()
    escalate(ticket, world.lena, source="import")
    escalate(ticket, world.lena, at=now - timedelta(days=1, minutes=1))
    assert told() == set()
    escalate(ticket, world.lena, at=now - timedelta(hours=23))  # a worker that was away for a night
    assert told() == {"lena"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Down\nBcc: all@northwind.example", "Down Bcc: all@northwind.example"),
        ("Down\r\n\r\n<b>body</b>", "Down <b>body</b>"),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\tj", "a b c d e f g j"),
        ("\u202eevil\u202c\u2066x\u2069", "evil x"),
        ("Drücker 🖨️ über", "Drücker 🖨️ über"),
        ("x" * 400, "x" * 249 + "…"),
    ],
)
def test_a_subject_is_one_line(world, ticket, typed, kept):
    escalate(ticket, world.lena, subject=typed)
    assert Message.objects.get().subject == kept


def test_who_has_no_address_is_owed_no_mail(world, ticket):
    world.lena.email = ""
    world.lena.save()
    escalate(ticket, world.lena)
    message = Message.objects.get()
    assert (message.mail_due_at, message.mail_state) == (None, "no_address")
    assert list(queries.readable(world.lena)) == [message]


@pytest.mark.parametrize(("address", "woken"), [("lena@northwind.example", ["notifications.send_mail"]), ("", [])])
def test_a_commit_wakes_a_worker_when_a_mail_is_owed(
    world, ticket, monkeypatch, django_capture_on_commit_callbacks, address, woken
):
    sent = []
    monkeypatch.setattr(Celery, "send_task", lambda self, name, **how: sent.append(name))
    world.lena.email = address
    world.lena.save()
    with django_capture_on_commit_callbacks(execute=True):
        escalate(ticket, world.lena)
        assert sent == []
    assert sent == woken


def test_marking_all_as_read_leaves_what_came_in_meanwhile_and_what_is_not_ones_own(world, ticket):
    escalate(ticket, world.lena, world.sam)
    newest = queries.inbox_page(world.lena).newest
    escalate(ticket, world.lena, subject="Later")
    assert actions.mark_all_read(by=world.lena, newest=newest) == 1
    assert list(queries.unread(world.lena).values_list("subject", flat=True)) == ["Later"]
    assert queries.unread(world.sam).count() == 1


def test_what_cannot_be_seen_is_not_marked_as_read(world, ticket):
    escalate(ticket, world.sam)
    leave(workgroup=world.desk, user=world.sam)
    assert actions.mark_all_read(by=world.sam, newest=Message.objects.get().pk) == 0
    assert Message.objects.get().read_at is None
