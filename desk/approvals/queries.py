"""Questions about approvals: where a ticket's stands, and which seats somebody may answer now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Now

from desk.people.models import User
from desk.tickets import kinds
from desk.tickets.models import Ticket
from desk.tickets.queries import visible_to

from . import quorum
from .models import ApproverGroup, Delegation, Round, Seat, Stage

_SEATED_BY = Seat.groups.through.objects.filter(seat=OuterRef("pk"))
_STILL_MEMBER = _SEATED_BY.filter(approvergroup__members=OuterRef("user"))
# The twin of `rules.is_here`.
HERE = Q(user__is_active=True) & (~Q(Exists(_SEATED_BY)) | Q(Exists(_STILL_MEMBER)))


def seats() -> QuerySet[Seat]:
    """All seats, each with `here`: whether its holder still has a voice."""
    here = Case(When(HERE, then=Value(True)), default=Value(False), output_field=BooleanField())
    return Seat.objects.annotate(here=here).select_related("user", "answered_by", "replied_by").order_by("pk")


def rounds_of(ticket: Ticket) -> list[Round]:
    """All rounds of the ticket that count or counted, oldest first, with their seats; two queries."""
    return list(ticket.approval_rounds.order_by("asking", "number").prefetch_related(Prefetch("seats", seats())))


def standing(ticket: Ticket) -> list[Round]:
    """The rounds of the present asking, in their order, with seats; empty when nothing was asked, or it is void."""
    found = rounds_of(ticket)
    return [one for one in found if one.asking == found[-1].asking and one.stage != Stage.VOID]


def tally_of(found: Round) -> quorum.Tally:
    """What the answers of those who sit there now come to."""
    given = [seat.answer for seat in _seats_of(found) if seat.here]  # type: ignore[attr-defined]
    return quorum.tally(found.quorum, found.needed, given)


def _seats_of(found: Round) -> Iterable[Seat]:
    kept = getattr(found, "_prefetched_objects_cache", {})
    return kept["seats"] if "seats" in kept else seats().filter(round=found)


def is_approved(ticket: Ticket) -> bool:
    """Whether every step of the present asking is approved, and none is void or blocked again."""
    stages = _last_stages(ticket)
    return bool(stages) and set(stages) == {Stage.APPROVED}


def has_a_say(ticket: Ticket, user: User) -> bool:
    """Whether the person has approved it as it stands, also for somebody else, or may still be asked to."""
    last = ticket.approval_rounds.order_by("-asking").values("asking")[:1]
    sits = Q(user=user, round__stage__in=[Stage.OPEN, Stage.WAITING])
    spoke = Q(answer=quorum.APPROVE, answered_by=user, round__stage__in=[Stage.OPEN, Stage.APPROVED])
    return Seat.objects.filter(HERE, sits | spoke, round__ticket=ticket, round__asking=last).exists()


def who_has_a_say(ticket: Ticket) -> set[int]:
    """The ids of all those who have a say."""
    last = ticket.approval_rounds.order_by("-asking").values("asking")[:1]
    seats = Seat.objects.filter(HERE, round__ticket=ticket, round__asking=last)
    sits = seats.filter(round__stage__in=[Stage.OPEN, Stage.WAITING]).values_list("user", flat=True)
    spoke = seats.filter(answer=quorum.APPROVE, round__stage__in=[Stage.OPEN, Stage.APPROVED])
    return {*sits, *spoke.values_list("answered_by", flat=True)} - {None}


def _last_stages(ticket: Ticket) -> list[str]:
    rows = list(ticket.approval_rounds.order_by("-asking").values_list("asking", "stage"))
    return [stage for asking, stage in rows if asking == rows[0][0]]


# -- for whom what waits -----------------------------------------------------------------------


def awaiting(prefix: str = "") -> Q:
    """Tickets in a state in which answers count; the twin of `Kind.awaiting`."""
    found = Q()
    for kind in kinds.every():
        found |= Q(**{f"{prefix}kind": kind.name, f"{prefix}state__in": kind.awaiting})
    return found


def running(at: datetime | None = None) -> Q:
    """Delegations that run at the moment."""
    return Q(start__lte=at or Now(), end__gt=at or Now())


def stand_ins(people: Iterable[User], at: datetime) -> dict[int, list[User]]:
    """Who answers for each of these people (by id) at the moment."""
    found: dict[int, list[User]] = {}
    rows = Delegation.objects.filter(running(at), user__in=people, to__is_active=True).select_related("to")
    for row in rows:
        found.setdefault(row.user_id, []).append(row.to)
    return found


def _mine_or_theirs(user: User) -> Q:
    """Seats of the person, and of those for whom they answer now; one voice in each round."""
    others = Delegation.objects.filter(running(), to=user).values("user")
    sits = Seat.objects.filter(Q(user=user) | ~Q(answer=quorum.NONE) & Q(answered_by=user), round=OuterRef("round"))
    return Q(user=user) | Q(user__in=others) & ~Q(Exists(sits))


def waiting_for(user: User) -> QuerySet[Seat]:
    """The seats that wait for this person's answer, own and delegated, the most urgent first; one query.

    Whoever asked a question or objected has answered for now. Left out are tickets that the person may not see, and
    their own.
    """
    open_rounds = Round.objects.filter(awaiting("ticket__"), stage=Stage.OPEN, ticket__in=visible_to(user).values("pk"))
    own = Q(round__authors__contains=[user.pk]) | Q(round__ticket__requester=user) | Q(round__ticket__reporter=user)
    found = Seat.objects.filter(HERE, _mine_or_theirs(user), answer=quorum.NONE, round__in=open_rounds.values("pk"))
    found = found.exclude(own).select_related("user", "round__ticket__requester", "round__ticket__service")
    return found.order_by(
        "round__ticket__priority", F("round__expires_at").asc(nulls_last=True), "round__opened_at", "pk"
    )


def answered_by(user: User, limit: int = 20) -> QuerySet[Seat]:
    """What the person answered lately, for themselves or for somebody else, on tickets that they may see."""
    seen = Ticket.objects.filter(pk__in=visible_to(user).values("pk")).values("pk")
    found = Seat.objects.filter(answered_by=user, round__ticket__in=seen).exclude(answer=quorum.NONE)
    return found.select_related("user", "round__ticket").order_by("-answered_at")[:limit]


def is_approver(user: User) -> bool:
    """Whether the person was ever asked, may be as a member of a group, or answers for somebody now; one query."""
    groups = ApproverGroup.objects.filter(members=user, is_active=True).values("pk")
    others = Delegation.objects.filter(running(), to=user).values("pk")
    return groups.union(others, Seat.objects.filter(user=user).order_by().values("pk")).exists()


def delegations_of(user: User) -> QuerySet[Delegation]:
    """Who stands in for the person, now or later."""
    return Delegation.objects.filter(user=user, end__gt=Now()).select_related("to").order_by("start")


def delegated_to(user: User) -> QuerySet[Delegation]:
    """For whom the person answers, now or later."""
    return Delegation.objects.filter(to=user, end__gt=Now()).select_related("user").order_by("start")
