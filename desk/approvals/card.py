"""How a ticket's approval looks to one person: its rounds with their seats, and what that person may do at each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from desk.people.language import spoken
from desk.people.models import User
from desk.tickets.models import Ticket

from . import queries, quorum, rules
from .models import Answer, Delegation, Round, Seat, Stage


@dataclass(frozen=True)
class Line:
    """A seat, and which of its buttons are this person's: answer, object, withdraw, reply; `for_other` as a stand-in."""

    seat: Seat
    here: bool
    answers: bool = False
    objects: bool = False
    withdraws: bool = False
    replies: bool = False
    for_other: bool = False

    @property
    def is_decided(self) -> bool:
        return self.seat.answer not in (Answer.NONE, Answer.ASK)


@dataclass(frozen=True)
class Shown:
    """A round as it stands; `adds`: this person may ask somebody else too."""

    round: Round
    lines: list[Line]
    adds: bool = False

    @cached_property
    def tally(self) -> quorum.Tally:
        return queries.tally_of(self.round)

    @property
    def wants(self) -> str:
        """The quorum in words, of those who have a voice."""
        voices = sum(line.here for line in self.lines)
        return str(spoken(quorum.in_words(self.round.quorum, self.round.needed, voices)))

    @property
    def look(self) -> str:
        """The stage; an open round that can't go on says so."""
        standing = self.tally.outcome
        return standing if self.round.is_open and standing in (quorum.BLOCKED, quorum.STUCK) else self.round.stage

    @property
    def word(self) -> str:
        return {"blocked": _("Blocked"), "stuck": _("Nobody left to ask")}.get(
            self.look, self.round.get_stage_display()
        )


@dataclass(frozen=True)
class Card:
    """`rounds` of the present asking, `later` steps that aren't asked yet, `earlier` ones that are void or over."""

    rounds: list[Shown] = field(default_factory=list)
    later: list[Shown] = field(default_factory=list)
    earlier: list[Shown] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return len(self.rounds) + len(self.later)


class Viewer:
    """Somebody who looks at approvals, with all that their buttons depend on, read once."""

    def __init__(self, user: User):
        self.user = user

    @cached_property
    def stands_in_for(self) -> set[int]:
        return set(Delegation.objects.filter(queries.running(), to=self.user).values_list("user_id", flat=True))

    def shown(self, found: Round, ticket: Ticket) -> Shown:
        """The round with its lines; its seats are read already, with `here`."""
        found.ticket = ticket
        seats = list(found.seats.all())
        works = rules.may_manage(ticket, self.user)
        counts = ticket.state in ticket.kind_info.awaiting
        lines = [self._line(seat, seats, found, works=works, counts=counts) for seat in seats]
        return Shown(
            found, lines, adds=works and rules.may_add(found, self.user) and found.stage in (Stage.OPEN, Stage.WAITING)
        )

    def _line(self, seat: Seat, seats: list[Seat], found: Round, *, works: bool, counts: bool) -> Line:
        here: bool = seat.here  # type: ignore[attr-defined]
        own = rules.is_own(found, self.user)
        holds = counts and here and not own and (seat.user_id == self.user.pk or self._for_other(seat, seats))
        return Line(
            seat,
            here,
            answers=holds and found.is_open,
            objects=holds and found.stage == Stage.APPROVED,
            withdraws=holds and found.is_open and seat.answer != Answer.NONE,
            replies=found.is_open and seat.answer == Answer.ASK and (own or works),
            for_other=seat.user_id != self.user.pk,
        )

    def _for_other(self, seat: Seat, seats: list[Seat]) -> bool:
        """May this person speak for somebody else: only with no voice of their own in the round, and once."""
        me = self.user.pk
        others = (one for one in seats if one != seat)
        spoken = any(one.answered_by_id == me and one.answer != Answer.NONE for one in others)
        return seat.user_id in self.stands_in_for and not spoken and me not in {one.user_id for one in seats}


def card_of(ticket: Ticket, user: User) -> Card:
    """The ticket's approval as this person sees it; one query where nothing was ever asked, three otherwise."""
    rounds, viewer = queries.rounds_of(ticket), Viewer(user)
    if not rounds:
        return Card()
    last = rounds[-1].asking
    present = [one for one in rounds if one.asking == last and one.stage != Stage.VOID]
    past = [one for one in rounds if (one.asking != last or one.stage == Stage.VOID) and one.opened_at is not None]

    def shown(some: list[Round]) -> list[Shown]:
        return [viewer.shown(one, ticket) for one in some]

    return Card(
        shown([one for one in present if one.stage != Stage.WAITING]),
        shown([one for one in present if one.stage == Stage.WAITING]),
        shown(past[::-1]),
    )


def one_line(seat: Seat, user: User) -> Line:
    """A single seat as this person sees it; its round's ticket is read already."""
    return lines_of([seat], user)[0]


def lines_of(seats: Iterable[Seat], user: User) -> list[Line]:
    """Each of these seats as this person sees it; their rounds' tickets are read already. Two queries, however many."""
    wanted, viewer = list(seats), Viewer(user)
    around: dict[int, list[Seat]] = {}
    for one in queries.seats().filter(round__in={seat.round_id for seat in wanted}):
        around.setdefault(one.round_id, []).append(one)
    found = []
    for seat in wanted:
        here = next(one for one in around[seat.round_id] if one == seat)
        here.round = seat.round
        ticket = seat.round.ticket
        works, counts = rules.may_manage(ticket, user), ticket.state in ticket.kind_info.awaiting
        found.append(viewer._line(here, around[seat.round_id], seat.round, works=works, counts=counts))
    return found
