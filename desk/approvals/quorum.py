"""What the answers of a round come to: pure, without a database; the order in which they were given never matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.people.language import Kept, keep

# How many must approve.
ALL, ANY, COUNT, MAJORITY = "all", "any", "count", "majority"
# What somebody may answer; who asks or objects hasn't decided yet.
NONE, APPROVE, REJECT, ABSTAIN, ASK, OBJECT = "none", "approve", "reject", "abstain", "ask", "object"
# What the answers come to.
WAITING, BLOCKED, APPROVED, REJECTED, STUCK = "waiting", "blocked", "approved", "rejected", "stuck"


@dataclass(frozen=True)
class Tally:
    """The outcome of a round so far: `have` approvals of the `want` that are needed, and what is missing, in `words`."""

    outcome: str
    have: int
    want: int
    words: str


@dataclass(frozen=True)
class _Votes:
    approve: int
    reject: int
    undecided: int
    asking: int
    objecting: int


def tally(quorum: str, needed: int, answers: Iterable[str]) -> Tally:
    """Count the answers of those who sit in the round now; `needed` matters to the quorum COUNT alone.

    What the votes would approve is BLOCKED while somebody objects or waits for an answer to a question.
    """
    votes = _count(list(answers))
    outcome = _outcome(quorum, needed, votes)
    if outcome == APPROVED and votes.asking + votes.objecting:
        outcome = BLOCKED
    want = _wanted(quorum, needed, votes)
    return Tally(outcome, votes.approve, want, _words(outcome, votes, max(want - votes.approve, 0)))


def in_words(quorum: str, needed: int, seats: int) -> Kept:
    """The quorum as a person reads it, kept: “2 of 3 must approve”."""
    if seats == 1:
        return keep("one must approve")
    match quorum:
        case "all":
            return keep("all {n} must approve", n=seats)
        case "any":
            return keep("one of {n} must approve", n=seats)
        case "count":
            return keep("{needed} of {n} must approve", needed=needed, n=seats)
        case _:
            return keep("more than half of {n} must approve", n=seats)


def _count(answers: list[str]) -> _Votes:
    asking, objecting = answers.count(ASK), answers.count(OBJECT)
    undecided = answers.count(NONE) + asking + objecting
    return _Votes(answers.count(APPROVE), answers.count(REJECT), undecided, asking, objecting)


def _outcome(quorum: str, needed: int, votes: _Votes) -> str:
    yes, no, open_ = votes.approve, votes.reject, votes.undecided
    match quorum:
        case "all":
            approved, rejected = yes >= 1 and not open_ and not no, no >= 1
        case "any":
            approved, rejected = yes >= 1, not yes and not open_ and no >= 1
        case "count":
            approved, rejected = yes >= needed, yes + open_ < needed and no >= 1
            if not approved and not rejected and yes + open_ < needed:
                return STUCK
        case "majority":
            approved, rejected = yes > no + open_, no >= yes + open_ and no >= 1
        case _:
            raise ValueError(f"There is no quorum “{quorum}”.")
    if approved or rejected:
        return APPROVED if approved else REJECTED
    return WAITING if yes or no or open_ else STUCK


def _wanted(quorum: str, needed: int, votes: _Votes) -> int:
    voices = votes.approve + votes.reject + votes.undecided
    return {ALL: voices, ANY: 1, COUNT: needed, MAJORITY: voices // 2 + 1}[quorum]


def _words(outcome: str, votes: _Votes, missing: int) -> str:
    match outcome:
        case "approved":
            return _("Approved.")
        case "rejected":
            return _("Rejected.")
        case "stuck":
            return _("Nobody is left who could decide: somebody else has to be asked.")
        case "blocked" if votes.objecting:
            return _("Enough have approved, but an objection blocks it until it is withdrawn.")
        case "blocked":
            return _("Enough have approved, but a question waits for its answer.")
    words = ngettext("{n} more must approve.", "{n} more must approve.", missing).format(n=missing)
    if votes.objecting:
        words += " " + _("An objection blocks it until it is withdrawn.")
    if votes.asking:
        words += " " + _("A question waits for its answer.")
    return words
