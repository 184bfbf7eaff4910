"""What approvals write on a ticket's timeline, and whom each event tells; always by `flow.write_event`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Any

from django.utils.translation import gettext_noop as _

from desk.people.language import Kept, keep
from desk.people.models import User
from desk.people.queries import leads_of
from desk.tickets import flow
from desk.tickets.models import Ticket, Watcher

from . import queries, quorum
from .choosing import listed
from .models import Answer, Round, Seat

ASKED = "approval.asked"
ANSWERED = "approval.answered"
APPROVED = "approval.approved"
REJECTED = "approval.rejected"
OBJECTED = "approval.objected"
WITHDRAWN = "approval.withdrawn"
REPLIED = "approval.replied"
VOIDED = "approval.voided"
REMINDED = "approval.reminded"
EXPIRED = "approval.expired"
STUCK = "approval.stuck"

# What somebody did, for the timeline: “approved “CAB””.
SAID = {
    Answer.APPROVE: _("approved “{round}”"),
    Answer.REJECT: _("rejected “{round}”"),
    Answer.ABSTAIN: _("abstained from “{round}”"),
    Answer.ASK: _("has a question before deciding on “{round}”"),
    Answer.OBJECT: _("objected in “{round}”"),
}


class Hand:
    """Who does it, when and from where: what every event of one action has in common."""

    def __init__(self, by: User, at: datetime | None, source: str):
        self.by, self.source = by, source
        self.at = at or flow.clock()

    def write(
        self,
        ticket: Ticket,
        kind: str,
        data: dict[str, Any],
        tells: Iterable[int] = (),
        subject: str = "",
        text: str = "",
    ) -> None:
        """One public event; `tells` are the ids of those who get a message of this subject and text."""
        inside: dict[str, Any] = {}
        if told := sorted(set(tells)):
            inside = {
                "recipients": told,
                "subject": keep("{number}: {subject}", number=ticket.number, subject=subject),
                "text": keep("{title}\n{said}", title=ticket.title, said=text),
            }
        flow.write_event(ticket, kind, by=self.by, at=self.at, source=self.source, data=data, inside=inside)


def asked(ticket: Ticket, found: Round, people: list[tuple[User, str]], hand: Hand) -> None:
    """These people are asked: they follow the ticket, and so do those who answer for them meanwhile."""
    stand_ins = queries.stand_ins([user for user, _ in people], hand.at)
    told = {user.pk for user, _ in people} | {one.pk for some in stand_ins.values() for one in some}
    told -= {pk for pk in told if pk in found.authors}
    let_see(ticket, told)
    names = listed(keep("{person} ({why})", person=user, why=why) for user, why in people)
    quorum_words = quorum.in_words(found.quorum, found.needed, found.seats.count())
    data = {"round": found.name, "rule": found.rule_name, "asking": found.asking, "step": found.number}
    data |= {
        "approvers": [str(user) for user, _ in people],
        "because": keep("{people}: {quorum}.", people=names, quorum=quorum_words),
    }
    text = keep(
        "Asked of {people}: {quorum}.\n{description}",
        people=names, quorum=quorum_words, description=ticket.description[:1000],
    )  # fmt: skip
    hand.write(ticket, ASKED, data, told, keep("your approval is asked ({name})", name=found.name), text)


def let_see(ticket: Ticket, people: Iterable[int]) -> None:
    """Whoever is asked must be able to read what they approve."""
    Watcher.objects.bulk_create([Watcher(ticket_id=ticket.pk, user_id=pk) for pk in people], ignore_conflicts=True)


def answered(ticket: Ticket, found: Round, seat: Seat, hand: Hand, *, late: bool) -> None:
    """What somebody said, for whom; a question and an objection tell those who can do something about it.

    `late`: an objection to what was approved already, which has an event of its own for the room to react to.
    """
    said = keep(SAID[Answer(seat.answer)], round=found.name)
    if seat.user_id != hand.by.pk:
        said = keep("{did} for {person}", did=said, person=seat.user)
    data = {"answer": seat.answer, "said": said, "round": found.name, "asking": found.asking, "seat": seat.pk}
    data |= {"text": seat.text, **({"for": str(seat.user)} if seat.user_id != hand.by.pk else {})}
    tells = askers(ticket, found) if seat.answer in (Answer.ASK, Answer.OBJECT) else set()
    if seat.answer == Answer.OBJECT:
        tells |= in_charge(ticket)
    hand.write(
        ticket, OBJECTED if late else ANSWERED, data, tells, keep("{who} {did}", who=hand.by, did=said), seat.text
    )


def about(ticket: Ticket, kind: str, found: Round, hand: Hand, subject: str, text: str = "", **data: Any) -> None:
    """Tell those who asked, and those in charge of the ticket, how the round stands."""
    tells = askers(ticket, found) | in_charge(ticket)
    hand.write(ticket, kind, {"round": found.name, "asking": found.asking, **data}, tells, subject, text)


def askers(ticket: Ticket, found: Round) -> set[int]:
    """Whose wish it is."""
    return {ticket.requester_id, ticket.reporter_id, *found.authors}


def in_charge(ticket: Ticket) -> set[int]:
    """Who works on the ticket; its workgroup's leads while nobody does."""
    if ticket.assignee_id:
        return {ticket.assignee_id}
    return set(leads_of(ticket.workgroup).values_list("pk", flat=True))


def undecided(found: Round, at: datetime) -> set[int]:
    """Whose answer is missing, and who may give it for them."""
    missing = [seat.user for seat in queries.seats().filter(round=found, answer=Answer.NONE) if seat.here]  # type: ignore[attr-defined]
    return {user.pk for user in missing} | {one.pk for some in queries.stand_ins(missing, at).values() for one in some}


def took_back(was: Answer, name: str, user: User | None) -> Kept:
    """“took back the objection in “CAB””; of somebody else, where a `user` is given."""
    sentence = {
        Answer.OBJECT: _("took back the objection in “{round}”"),
        Answer.ASK: _("took back the question in “{round}”"),
    }.get(was, _("took back the answer in “{round}”"))
    of_other = {
        Answer.OBJECT: _("took back the objection of {person} in “{round}”"),
        Answer.ASK: _("took back the question of {person} in “{round}”"),
    }.get(was, _("took back the answer of {person} in “{round}”"))
    return keep(sentence, round=name) if user is None else keep(of_other, person=user, round=name)


def by_whom(found: Round, answer: Answer) -> Kept:
    """““CAB” is approved by Omar and Chris”: those who gave this answer, as far as they still sit there."""
    rows = queries.seats().filter(queries.HERE, round=found, answer=answer)
    names = [str(row.user) for row in rows]
    approved = answer == Answer.APPROVE
    if not names:
        return keep(_("“{name}” is approved") if approved else _("“{name}” is rejected"), name=found.name)
    people = keep("{people} and {last}", people=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
    sentence = _("“{name}” is approved by {people}") if approved else _("“{name}” is rejected by {people}")
    return keep(sentence, name=found.name, people=people)


def last_words(found: Round) -> str:
    """Who said what in the round, one line each, for those who are told how it ended."""
    rows = queries.seats().filter(round=found).exclude(answer=Answer.NONE)
    lines = [
        keep("{person}: {answer}. {text}", person=row.user, answer=Answer(row.answer).label, text=row.text)
        if row.text
        else keep("{person}: {answer}.", person=row.user, answer=Answer(row.answer).label)
        for row in rows
    ]
    return reduce(lambda some, more: keep("{some}\n{more}", some=some, more=more), lines) if lines else ""
