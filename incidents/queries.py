"""The incident of an event, and lists of incidents: mine, and those that nobody confirmed in time."""

from datetime import timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from desk.people.models import User
from desk.services.models import Service
from desk.tickets.models import Event, Ticket, Visibility
from desk.tickets.queries import in_reach, visible_to
from desk.tickets.rules import STILL_NEWS

from .lifecycle import CLOSED_STATES, State
from .models import Incident, Outage, Raised


def incident_of(event: Event) -> Incident:
    """The incident as the move that wrote this event left it, without asking; read where the event itself was read."""
    moved: Incident | None = event.__dict__.get("ticket_now")
    return moved or Incident.objects.get(pk=event.ticket_id)


def mine(user: User) -> QuerySet[Incident]:
    """What the person requested, by themselves or through an analyst, the last touched first."""
    return (
        Incident.objects.filter(requester=user)
        .select_related("service", "pending_reason")
        .order_by("-updated_at", "-pk")
    )


def mine_open(user: User) -> QuerySet[Incident]:
    """Of `mine`, what isn't over yet."""
    return mine(user).exclude(state__in=CLOSED_STATES)


def mine_at_a_glance(user: User, most: int = 10) -> list[Incident]:
    """The first of `mine_open`, and before all others those that wait for a word of this person."""
    waits = Q(state=State.RESOLVED) | Q(state=State.PENDING, pending_reason__waits_for_requester=True)
    first = list(mine_open(user).filter(waits)[:most])
    others = mine_open(user).exclude(pk__in=[incident.pk for incident in first])
    return first + list(others[: most - len(first)])


def mine_page(user: User, number: str) -> Page[Incident]:
    """A page of `mine`; any odd page number gives the nearest page there is."""
    return Paginator(mine(user), 25).get_page(number)


def same_words_lately(user: User, title: str, description: str) -> Incident | None:
    """What the person logged with the very same words in the last ten minutes, and is not over yet."""
    return (
        Incident.objects.filter(reporter=user, title=title, description=description)
        .filter(created_at__gt=Now() - timedelta(minutes=10))
        .exclude(state__in=CLOSED_STATES)
        .first()
    )


def numbered(user: User, number: str) -> Incident | None:
    """The incident of this number, if the person may see it."""
    if "\x00" in number:
        return None
    found: Incident | None = visible_to(user, Incident).filter(number=number.upper()).first()
    return found


def major_numbered(number: str) -> Incident | None:
    """The major incident of this number, whoever has it: that there is one is told to everybody."""
    return Incident.objects.filter(number=number, is_major=True).first() if "\x00" not in number else None


FOUND = 10  # incidents that a list of suggestions offers


def suggested(user: User, words: str, but: str = "") -> list[Incident]:
    """Open incidents of the person's queues whose number or title holds each word, the newest first; all `but` one."""
    rows = (
        Incident.objects.filter(in_reach(user))
        .exclude(state__in=CLOSED_STATES)
        .exclude(number=but)
        .select_related("requester", "workgroup")
    )
    for word in words.replace("\x00", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(number__icontains=word))
    return list(rows.order_by("-pk")[:FOUND])


def unanswered(*, since: timedelta) -> QuerySet[Incident]:
    """Resolved longer ago than this, and the requester's side has been silent ever since; the oldest first.

    Whoever wrote back has answered, if not by a button: a person must read that before anything is closed.
    """
    answered = Event.objects.filter(
        ticket=OuterRef("pk"),
        kind="comment.added",
        visibility=Visibility.PUBLIC,
        data__side="requester",
        at__gte=OuterRef("resolved_at"),
    )
    resolved = Incident.objects.filter(~Exists(answered), state=State.RESOLVED, resolved_at__lt=Now() - since)
    return resolved.order_by("resolved_at")


def raised_for(source: Ticket, user: User) -> tuple[list[tuple[Raised, bool]], bool]:
    """The incidents raised for what went wrong with this ticket, each with whether one may see it; is one more owed?

    Whoever sees the ticket may know their numbers. One is owed when the ticket has told of trouble for which there is none
    yet: a worker is about to raise it.
    """
    rows = list(Raised.objects.filter(source_id=source.pk).select_related("incident").order_by("pk"))
    news = source.events.filter(recorded_at__lt=F("at") + STILL_NEWS).exclude(
        source="import"
    )  # as `rules.is_news` says
    told = news.filter(inside__has_key="trouble").order_by()
    there = {(row.code, row.occurrence) for row in rows}
    owed = set(told.values_list("inside__trouble__code", "inside__trouble__occurrence")) - there
    if not rows:
        return [], bool(owed)
    seen = set(visible_to(user, Incident).filter(pk__in=[row.incident_id for row in rows]).values_list("pk", flat=True))
    return [(row, row.incident_id in seen) for row in rows], bool(owed)


def outages() -> QuerySet[Outage]:
    """What is degraded or down now, the longest first."""
    return Outage.objects.filter(ended_at=None).select_related("service", "incident").order_by("started_at")


def incidents_behind(service: Service, user: User) -> list[tuple[Incident, bool]]:
    """The incidents by which a service isn't up now, the oldest first, each with whether the person may see it."""
    found = list(Incident.objects.filter(outages__service=service, outages__ended_at=None).order_by("pk"))
    seen = set(visible_to(user, Incident).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    return [(one, one.pk in seen) for one in found]
