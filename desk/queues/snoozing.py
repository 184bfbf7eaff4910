"""Tickets that a person has put aside for a while: the moments offered, the verbs, and which are asleep now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from desk.people.models import User
from desk.sla.times import day_and_time
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Ticket
from desk.tickets.rules import may_see_internal

from . import habits
from .models import Snooze

LONGEST = timedelta(days=366)
MORNING = time(9)


@dataclass(frozen=True)
class Moment:
    """A moment that is offered: its name in the form, how it is called, and when it is, timezone-aware."""

    key: str
    words: str
    at: datetime


def moments(now: datetime) -> list[Moment]:
    """In an hour, this afternoon where there still is one, tomorrow and next Monday at nine: by the reader's clock."""
    local = timezone.localtime(now)
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)

    def at(days: int, clock: time) -> datetime:
        # Made of the wall's date and time, so that nine stays nine over a night in which the clocks change.
        day = today.date() + timedelta(days=days)
        return datetime.combine(day, clock, tzinfo=local.tzinfo)

    monday = 7 - local.weekday()
    offered = [Moment("hour", _("In an hour"), now + timedelta(hours=1))]
    if local.hour < 13:
        offered.append(Moment("afternoon", _("This afternoon"), at(0, time(14))))
    if monday > 1:  # tomorrow isn't that Monday
        offered.append(Moment("tomorrow", _("Tomorrow"), at(1, MORNING)))
    return [*offered, Moment("monday", _("On Monday"), at(monday, MORNING))]


def in_words(moment: datetime) -> str:
    """“today 14:00”, “Mon 09:00”, by the reader's clock."""
    return day_and_time(timezone.localtime(moment), timezone.localdate())


def snooze(*, ticket: Ticket, by: User, until: datetime) -> Snooze:
    """Put it aside for this person until then; it leaves their lists, nobody else's, and wakes when anything happens."""
    if not may_see_internal(ticket, by):
        raise PermissionDenied(_("Only whoever sees its queue puts it aside."))
    now = timezone.now()
    if until <= now:
        raise Refused(_("That is over already. Choose a moment to come."), field="until")
    if until > now + LONGEST:
        raise Refused(_("That is more than a year away."), field="until")
    newest = Event.objects.filter(ticket=ticket.pk).aggregate(newest=Max("pk"))["newest"]
    made, _new = Snooze.objects.update_or_create(
        user=by, ticket_id=ticket.pk, defaults={"until": until, "seen": newest or 0}
    )
    habits.forget(by)
    return made


def wake(*, ticket: Ticket, by: User) -> None:
    """It stands in this person's lists again; twice does nothing."""
    Snooze.objects.filter(user=by, ticket_id=ticket.pk).delete()
    habits.forget(by)


def until(ticket: Ticket, user: User) -> datetime | None:
    """Until when this person has put it aside; None when they haven't, or it woke."""
    if not any(row.ticket == ticket.pk and row.until > timezone.now() for row in habits.aside_of(user)):
        return None
    return asleep(user).filter(ticket=ticket.pk).values_list("until", flat=True).first()


def asleep(user: User) -> QuerySet[Snooze]:
    """What the person has put aside, and is neither due nor woken by anything that happened since.

    Events are asked, and not the ticket's version: a note or a missed target changes nothing of the ticket itself.
    """
    since = Event.objects.filter(ticket=OuterRef("ticket"), pk__gt=OuterRef("seen")).order_by()
    return Snooze.objects.filter(~Exists(since), user=user, until__gt=timezone.now())


def asleep_ids(user: User) -> tuple[int, ...]:
    """The ids of those tickets, read once and kept on the user object (so: once per request)."""
    kept: tuple[int, ...] | None = getattr(user, "_asleep", None)
    if kept is None:
        due = any(row.until > timezone.now() for row in habits.aside_of(user))
        kept = tuple(asleep(user).order_by("ticket").values_list("ticket", flat=True)) if due else ()
        setattr(user, "_asleep", kept)  # noqa: B010 (the request holds a lazy proxy of the user)
    return kept


def sweep() -> int:
    """Forget what woke long ago; returns how many."""
    return Snooze.objects.filter(until__lt=timezone.now() - timedelta(days=7)).delete()[0]
