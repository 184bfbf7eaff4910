"""The verbs of notifications: tell people of an event, mark as read, send the mail that is owed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import Truncator

from desk.people.language import speaking_to, spoken
from desk.people.models import User
from desk.people.rules import read_reach
from desk.reactions.owed import Debt, only_one, wake_for
from desk.tickets.models import Event
from desk.tickets.rules import is_news

from . import count, mail, queries, rules
from .models import Message

SEND = "notifications.send_mail"  # the task that is woken
MAILS = Debt(
    Message,
    due="mail_due_at",
    attempts="mail_attempts",
    done="mail_sent_at",
    dead="mail_dead_at",
    error="mail_error",
    # Longer than any conversation with a mail server may last (EMAIL_TIMEOUT is for each of its dozen steps): the row
    # isn't locked meanwhile, so that its reader can mark it as read.
    lease=timedelta(minutes=3),
    lost="The worker was lost each time this mail was to be sent.",
)


def tell(*, event: Event, recipients: Iterable[int], subject: str, text: str) -> list[int]:
    """Write a message about the event to each of these people (by user id) who may see it; returns who they were.

    To be called in the event's own transaction; telling twice tells once. Kept words are said in each one's language.
    Left out are the inactive, whoever did it, and whoever may not see the event; of imported history nobody is told.
    Who has an address is owed a mail as well: after the commit a worker is woken, and when the wake-up is lost, the
    sweep finds the rows.
    """
    if not is_news(event):
        return []
    named = list(User.objects.filter(pk__in=set(recipients)))
    read_reach(named)
    people = [user for user in named if rules.may_be_told(event, user)]
    _write([Message(event=event, recipient=user, **_said_to(user, subject=subject, text=text)) for user in people])
    return sorted(user.pk for user in people)


def tell_it(*, recipients: Iterable[User], topic: str, address: str, subject: str, text: str) -> None:
    """Write a message about a matter of IT's own, which is no ticket, to these people; it leads to the address."""
    said = {"topic": topic, "subject": subject, "text": text}
    rows = [Message(recipient=user, address=address, **_said_to(user, **said)) for user in recipients]
    _write([row for row in rows if rules.may_read(row, row.recipient)])


def _said_to(user: User, **words: str) -> dict[str, str]:
    """Kept words in this person's language."""
    with speaking_to(user):
        return {name: str(spoken(said)) for name, said in words.items()}


def _write(rows: list[Message]) -> None:
    """Save them; who has an address, and wants mails, is owed one."""
    now = timezone.now()
    for row in rows:
        row.subject, row.text = one_line(row.subject), row.text.strip()
        row.mail_due_at = now if row.recipient.email and row.recipient.mails else None
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    count.forget(row.recipient_id for row in rows)
    if any(row.mail_due_at for row in rows):
        transaction.on_commit(partial(wake_for, SEND))


def one_line(subject: str) -> str:
    """The subject as one line of at most 250 characters, without characters that break or turn a line."""
    plain = "".join(" " if _breaks(letter) else letter for letter in subject)
    return Truncator(" ".join(plain.split())).chars(250)


def _breaks(letter: str) -> bool:
    # Control characters, line and paragraph separators, and those that turn the direction of what follows.
    return unicodedata.category(letter) in {"Cc", "Zl", "Zp"} or unicodedata.bidirectional(letter) in {
        "LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip


def mark_read(*, message: Message) -> None:
    """Mark it as read, if it isn't yet."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=Now())
    count.forget([message.recipient_id])


def mark_all_read(*, by: User, newest: int) -> int:
    """Mark as read what the person may read, up to the message with this id; returns how many."""
    marked = queries.unread(by).filter(pk__lte=newest).update(read_at=Now())
    count.forget([by.pk])
    return marked


def send_due(limit: int = 200) -> int:
    """Send the mails that are owed and due, one by one; returns how many were tried.

    One worker at a time, and a failure ends the round: a mail server that hangs must not keep the workers from what
    else they have to do. The next round is seconds away.
    """
    with only_one(SEND) as mine:
        return MAILS.work_off(_send, limit, stop_at_failure=True) if mine else 0


def _send(pk: int) -> None:
    """Send one claimed mail, unless its recipient may not see the event any more, or has no address any more.

    A worker that dies after the mail server took the mail and before the next line is written sends it once more
    after the lease, with the same Message-ID.
    """
    found = MAILS.unfinished(pk).select_related("recipient", "event__ticket", "event__actor").first()
    if found is None:
        return
    told = rules.may_read(found, found.recipient)
    if told and found.recipient.email:
        mail.compose(found).send()
        Message.objects.filter(pk=pk, mail_sent_at=None).update(mail_sent_at=Now(), mail_error="")
    else:
        Message.objects.filter(pk=pk).update(mail_due_at=None, mail_withheld=not told, mail_error="")


def send_again(*, message: Message) -> bool:
    """Offer a dead mail again at once, with a fresh count of attempts; False when it isn't dead."""
    if message.mail_dead_at is None or not MAILS.offer_again(message.pk):
        return False
    transaction.on_commit(partial(wake_for, SEND))
    return True
