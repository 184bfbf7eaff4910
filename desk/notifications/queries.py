"""What somebody may read of what they were told: asked anew at each look, since access comes and goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import DateTimeField, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from desk.people.models import User
from desk.people.rules import reach
from desk.tickets.queries import events_visible_to, visible_to

from .models import IN_STATE, MailState, Message

PAGE = 50  # messages of a page of the inbox
COUNT_CAP = 100  # the count in the top bar stops here and says “99+”


def readable(user: User) -> QuerySet[Message]:
    """The person's messages about what they may see now; the others are as if they didn't exist."""
    seen = Q(event__in=events_visible_to(user).values("pk"))
    return Message.objects.filter(seen | Q(event=None) if reach(user).view else seen, recipient=user)


def unread(user: User) -> QuerySet[Message]:
    return readable(user).filter(read_at=None)


def unread_words(user: User) -> str:
    """How many are unread, for the top bar; empty when none, and “99+” from a hundred on. One query."""
    count = unread(user).order_by()[:COUNT_CAP].count()
    return f"{COUNT_CAP - 1}+" if count >= COUNT_CAP else str(count or "")


def mails_in(state: MailState) -> int:
    """How many mails are owed, or were given up."""
    return Message.objects.filter(IN_STATE[state]).count()


@dataclass(frozen=True)
class Page:
    """A page of the inbox, and the key before which the next one begins (empty at the end)."""

    rows: list[Message]
    next_before: str

    @property
    def newest(self) -> int:
        """The id of the newest message that is shown."""
        return self.rows[0].pk if self.rows else 0


def dated(user: User) -> QuerySet[Message]:
    """The inbox, newest first, with what a line of it shows.

    Each message has `since`: the moment of what it tells, which may be long before it was told (workers were away).
    """
    since = Coalesce(Cast(KeyTextTransform("since", "event__inside"), DateTimeField()), F("event__at"), F("created_at"))
    rows = readable(user).annotate(since=since).select_related("event__ticket").order_by("-pk")
    return rows.defer("event__data", "event__inside", "event__ticket__description")  # long, and not shown here


def inbox_page(user: User, before: str = "") -> Page:
    """A page of the inbox by keyset."""
    rows = dated(user)
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found: list[Message] = list(rows[: PAGE + 1])
    return Page(placed(user, found[:PAGE]), str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def placed(user: User, messages: Iterable[Message]) -> list[Message]:
    """The messages, each with `place`: where it leads to, or where everybody reads it if they may not see the ticket."""
    found = list(messages)
    told = {message.event.ticket_id for message in found if message.event and message.event.is_told_to_all}
    seen = set(visible_to(user).filter(pk__in=told).values_list("pk", flat=True)) if told else set()
    for message in found:
        event = message.event
        hidden = event and event.is_told_to_all and event.ticket_id not in seen
        message.place = event.address_for_all if event and hidden else message.leads_to
    return found
