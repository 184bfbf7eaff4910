"""Mail leaves once, whoever competes and whatever breaks; what can't leave is put off, given up, and sent on demand."""

import threading
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from desk.notifications import actions, tasks
from desk.notifications.models import Message
from desk.people.actions import leave
from desk.reactions.owed import BACK_OFF, only_one
from incidents.actions import assign
from tests.factories import incident

from .news import escalate

HERE = "tests.desk.notifications.test_sending"


class Away(EmailBackend):
    """A mail server that nobody reaches."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed \x00 \udcff")


class RefusesLena(EmailBackend):
    """A mail server that has never heard of Lena."""

    def send_messages(self, messages):
        if "lena@northwind.example" in messages[0].to:
            raise ValueError("550 No such user")
        return super().send_messages(messages)


class KillsItsWorker(EmailBackend):
    """Takes the mail; the worker dies before it can say so."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise SystemExit


@pytest.fixture
def ticket(world):
    return incident(world.erin)


@pytest.fixture
def owed(world, ticket):
    """Lena is told by inbox and mail."""
    escalate(ticket, world.lena)
    return Message.objects.get()


def make_due():
    Message.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - timedelta(seconds=1))


def fate():
    """(attempts, state) by recipient."""
    return {row.recipient.username: (row.mail_attempts, row.mail_state.value) for row in Message.objects.all()}


def test_a_mail_is_sent_once(owed):
    tasks.send_mail()
    assert [letter.to for letter in mail.outbox] == [["lena@northwind.example"]]
    assert fate() == {"lena": (1, "sent")}
    make_due()
    assert actions.send_due() == 0


def test_a_claimed_mail_is_left_alone_for_the_lease_and_sent_after_it(owed):
    """The worker was killed between its claim and the mail server."""
    assert actions.MAILS.claim() == owed.pk
    assert actions.send_due() == 0
    make_due()
    assert actions.send_due() == 1
    assert len(mail.outbox) == 1
    assert fate() == {"lena": (2, "sent")}


def test_a_mail_whose_worker_died_after_sending_comes_again_under_the_same_id(owed, settings):
    settings.EMAIL_BACKEND = f"{HERE}.KillsItsWorker"
    with pytest.raises(SystemExit):
        actions.send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make_due()
    actions.send_due()
    first, second = (letter.message()["Message-ID"] for letter in mail.outbox)
    assert first == second
    assert fate() == {"lena": (2, "sent")}


def test_a_mail_that_kills_each_worker_is_given_up(owed, settings):
    settings.REACTION_MAX_ATTEMPTS = 2
    for _ in range(2):
        assert actions.MAILS.claim() == owed.pk
        make_due()
    actions.send_due()
    assert fate() == {"lena": (2, "dead")}
    assert "worker was lost" in Message.objects.get().mail_error
    assert mail.outbox == []


def test_a_server_that_is_away_is_asked_ever_later_and_then_given_up(owed, settings):
    settings.EMAIL_BACKEND, settings.REACTION_MAX_ATTEMPTS = f"{HERE}.Away", 3
    for attempt in (1, 2):
        before = timezone.now()
        actions.send_due()
        row = Message.objects.get()
        assert fate() == {"lena": (attempt, "owed")}
        assert (
            timedelta(0) <= row.mail_due_at - before - timedelta(seconds=BACK_OFF[attempt - 1]) < timedelta(seconds=5)
        )
        assert actions.send_due() == 0
        make_due()
    actions.send_due()
    assert fate() == {"lena": (3, "dead")}
    assert "Connection unexpectedly closed" in Message.objects.get().mail_error
    make_due()
    assert actions.send_due() == 0


def test_a_failure_ends_the_round_so_that_workers_are_not_kept(world, ticket, settings):
    settings.EMAIL_BACKEND = f"{HERE}.Away"
    escalate(ticket, world.lena, world.sam, world.admin)
    assert actions.send_due() == 1


def test_one_bad_address_does_not_hold_up_the_others(world, ticket, settings):
    settings.EMAIL_BACKEND = f"{HERE}.RefusesLena"
    escalate(ticket, world.lena)
    escalate(ticket, world.sam)
    actions.send_due()
    actions.send_due()
    assert fate() == {"lena": (1, "owed"), "sam": (1, "sent")}


def test_who_left_meanwhile_gets_no_mail(world, owed):
    leave(workgroup=world.desk, user=world.lena)
    actions.send_due()
    assert mail.outbox == []
    assert fate() == {"lena": (1, "withheld")}


def test_of_a_ticket_that_moved_meanwhile_nothing_is_mailed(world, ticket, owed):
    assign(incident=ticket, by=world.sam, workgroup=world.network, reason="It is the network")
    actions.send_due()
    assert mail.outbox == []
    assert fate() == {"lena": (1, "withheld")}


def test_who_was_deactivated_or_lost_their_address_gets_no_mail(world, ticket):
    escalate(ticket, world.lena, world.sam)
    world.lena.is_active, world.sam.email = False, ""
    world.lena.save()
    world.sam.save()
    actions.send_due()
    assert mail.outbox == []
    assert fate() == {"lena": (1, "withheld"), "sam": (1, "no_address")}


def test_sending_again_is_for_the_dead_alone(world, ticket):
    escalate(ticket, world.lena, world.sam, world.admin)
    Message.objects.filter(recipient=world.lena).update(mail_dead_at=timezone.now(), mail_attempts=8)
    Message.objects.filter(recipient=world.sam).update(mail_sent_at=timezone.now())
    again = {row.recipient.username: actions.send_again(message=row) for row in Message.objects.all()}
    assert again == {"lena": True, "sam": False, "admin": False}
    assert fate() == {"lena": (0, "owed"), "sam": (0, "sent"), "admin": (0, "owed")}


# -- with real commits ------------------------------------------------------------------------


def in_threads(number, work):
    def one():
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_forty_mails_once_each(world, ticket, monkeypatch):
    """Without the rule of one sender, so that the claims themselves are put to the test."""
    for n in range(40):
        escalate(ticket, world.lena, subject=f"Mail {n}")
    in_threads(4, lambda: actions.MAILS.work_off(actions._send))
    assert sorted(letter.subject for letter in mail.outbox) == sorted(f"{ticket.number}: Mail {n}" for n in range(40))
    assert set(Message.objects.values_list("mail_attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_sends_the_others_do_something_else(world, ticket):
    escalate(ticket, world.lena)
    tried = []
    with only_one(actions.SEND) as mine:
        assert mine
        in_threads(3, lambda: tried.append(actions.send_due()))
    assert tried == [0, 0, 0]
    assert actions.send_due() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reader_does_not_wait_for_the_mail_server(world, ticket, settings):
    """While the server takes its time, the message can be marked as read."""
    settings.EMAIL_BACKEND = f"{HERE}.ReadMeanwhile"
    escalate(ticket, world.lena)
    assert actions.send_due() == 1
    message = Message.objects.get()
    assert message.read_at is not None
    assert message.mail_state == "sent"


class ReadMeanwhile(EmailBackend):
    def send_messages(self, messages):
        reading = threading.Thread(target=self._read)
        reading.start()
        reading.join(5)
        assert not reading.is_alive()
        return super().send_messages(messages)

    @staticmethod
    def _read():
        actions.mark_read(message=Message.objects.get())
        connection.close()
