"""The verbs of approvals: ask, answer, withdraw, reply, void; `adding.py`, `times.py` and `delegating.py` have more.

A ticket's state is never touched here: rooms react to the events `approval.*` in the switchboard. Each verb locks the
ticket first, so that two answers can't race; what the answers come to is `quorum`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import in_a_sentence, keep
from desk.people.models import User
from desk.services.models import Service
from desk.tickets import flow, text
from desk.tickets.errors import Refused, Stale
from desk.tickets.models import Ticket
from desk.tickets.rules import may_view

from . import choosing, count, queries, quorum, rules, telling
from .choosing import Asked, Wish
from .models import Answer, ApprovalRule, Delegation, Round, Seat, Stage
from .telling import Hand

# An asking with a round in one of these is over; with others it stands.
OVER = {Stage.REJECTED, Stage.VOID, Stage.EXPIRED}
NEEDS_WORDS = {
    Answer.REJECT: _lazy("Please say why you reject it."),
    Answer.ASK: _lazy("Please write your question."),
    Answer.OBJECT: _lazy("Please say what you object to."),
}


@transaction.atomic
def ask(
    *,
    ticket: Ticket,
    by: User,
    variant: str = "",
    services: Iterable[Service] = (),
    risk: int | None = None,
    item_owner: User | None = None,
    rule: ApprovalRule | None = None,
    authors: Iterable[User] = (),
    at: datetime | None = None,
    source: str = "web",
) -> Round:
    """Ask for the approval of this ticket by the given rule, or the first that matches; returns the first step's round, open.

    All steps are made at once, with the people whom the rule names now. Refused, with a sentence that names the rule,
    when none matches, when nobody is left to ask in a step, or when one was asked already and is neither rejected,
    expired nor void. Nobody is asked about their own: `authors`, requester and reporter get no seat. An objection to the
    last asking still stands. Whoever is asked
    follows the ticket from now on, and is told (`approval.asked`), with those who answer for them while they are away.
    """
    ticket = flow.lock(ticket)
    last = _last_asking(ticket)
    if last and not any(one.stage in OVER for one in last):
        words = (
            _("{number} is approved already.")
            if all(one.stage == Stage.APPROVED for one in last)
            else _("{number} waits for approval already.")
        )
        raise Refused(words.format(number=ticket.number))
    own = frozenset({ticket.requester_id, ticket.reporter_id, *(author.pk for author in authors)})
    named = tuple(services) or ((ticket.service,) if ticket.service else ())
    wish = Wish(ticket.kind, ticket.requester, variant, named, risk, item_owner, own)
    rule = rule or choosing.rule_for(wish)
    found = [(step, choosing.people_of(step, wish)) for step in rule.steps.all()]
    hand, asking = Hand(by, at, source), last[0].asking + 1 if last else 1
    rounds = []
    for number, (step, people) in enumerate(found, start=1):
        copied = {name: getattr(step, name) for name in _COPIED}
        made = Round.objects.create(
            ticket_id=ticket.pk,
            asking=asking,
            number=number,
            step=step,
            rule_name=rule.name,
            authors=sorted(own),
            **copied,
        )
        _seat(made, people)
        rounds.append(made)
    _keep_objections(last, rounds)
    _open(ticket, rounds[0], hand)
    return rounds[0]


_COPIED = ("name", "quorum", "needed", "remind_after_hours", "expire_after_hours")


def _seat(found: Round, people: Iterable[Asked]) -> None:
    for asked in people:
        seat = Seat.objects.create(round=found, user=asked.user, **Seat.reason(asked.because))
        if not asked.in_person:
            seat.groups.set(asked.groups)


def _keep_objections(last: list[Round], rounds: list[Round]) -> None:
    """Asked anew, an objection still blocks until whoever raised it withdraws it, if they are asked again at all."""
    for old in Seat.objects.filter(queries.HERE, round__in=last, answer=Answer.OBJECT):
        if new := Seat.objects.filter(round__in=rounds, user=old.user_id).order_by("round__number").first():
            new.answer, new.text, new.answered_by, new.answered_at = (
                old.answer,
                old.text,
                old.answered_by,
                old.answered_at,
            )
            new.save()


def _last_asking(ticket: Ticket) -> list[Round]:
    """The rounds of the last asking, in their order; all of them, whatever became of it."""
    rounds = list(ticket.approval_rounds.order_by("asking", "number"))
    return [one for one in rounds if one.asking == rounds[-1].asking]


def _open(ticket: Ticket, found: Round, hand: Hand) -> None:
    """Now the step is asked: those who sit there are told, and its times begin to run."""
    found.opened_at = hand.at
    _begin(found, hand.at)
    people = [(seat.user, seat.kept_reason) for seat in queries.seats().filter(queries.HERE, round=found)]
    telling.asked(ticket, found, people, hand)
    settle(ticket, found, hand)


def _begin(found: Round, at: datetime) -> None:
    """The round is open, from this moment on."""
    found.stage, found.decided_at, found.reminded_at = Stage.OPEN, None, None
    remind, expire = found.remind_after_hours, found.expire_after_hours
    found.remind_at = at + timedelta(hours=remind) if remind else None
    found.expires_at = at + timedelta(hours=expire) if expire else None
    found.save()
    forget(found)


def forget(found: Round) -> None:
    """What those who sit there, and may, had counted as waiting for them is counted anew."""
    people = set(found.seats.values_list("user_id", flat=True))
    count.forget(people | set(Delegation.objects.filter(user__in=people).values_list("to_id", flat=True)))


# -- answers -----------------------------------------------------------------------------------


@transaction.atomic
def answer(
    *,
    seat: Seat,
    by: User,
    answer: str,
    text: str = "",
    seen: int | None = None,
    at: datetime | None = None,
    source: str = "web",
) -> Seat:
    """Answer in a round (approve, reject, abstain, ask, object), oneself or for somebody who is away; counts at once.

    An answer may be changed while the round is open. What is approved may still be objected to, for as long as the
    ticket is in a state that `awaits` answers. `seen` is the version of the ticket that the person had before their
    eyes: nobody approves what they haven't read (Stale). Writes `approval.answered` (`approval.objected` when all was
    approved already), and, when it decides, `approval.approved` or `approval.rejected`, or asks the next step.
    """
    ticket, seat = _locked(seat)
    _refuse_answer(ticket, seat, by, answer)
    words = _words(answer, text)
    late, found = seat.round.stage == Stage.APPROVED, seat.round
    if answer == Answer.APPROVE:
        _refuse_unread(ticket, seen, by)
    if (seat.answer, seat.text, seat.answered_by_id) == (answer, words, by.pk):
        return seat
    hand = Hand(by, at, source)
    was_approved = late and queries.is_approved(ticket)
    seat.answer, seat.text, seat.answered_by, seat.answered_at = answer, words, by, hand.at
    if answer == Answer.ASK:
        seat.question, seat.reply, seat.replied_by = words, "", None
    seat.save()
    if late:
        _begin(found, hand.at)
    telling.answered(ticket, found, seat, hand, late=was_approved)
    ticket = flow.lock(ticket)  # the room may have moved it
    settle(ticket, found, hand)
    return seat


def _locked(seat: Seat) -> tuple[Ticket, Seat]:
    """The ticket, locked, and the seat as it is now; what it reads of its round's ticket is this one."""
    ticket = flow.lock(Ticket.objects.get(approval_rounds__seats=seat))
    fresh = Seat.objects.select_related("user", "round").get(pk=seat.pk)
    fresh.round.ticket = ticket
    return ticket, fresh


def _refuse_answer(ticket: Ticket, seat: Seat, by: User, answer: str) -> None:
    if why := rules.why_not_answer(seat, by):
        raise PermissionDenied(why)
    if answer not in Answer.values or answer == Answer.NONE:
        raise Refused(_("Choose what you want to answer."), field="answer")
    found = seat.round
    if ticket.state not in ticket.kind_info.awaiting:
        words = _("{number} is {state}; answers don't count any more.")
        raise Refused(words.format(number=ticket.number, state=in_a_sentence(ticket.state_label)))
    if found.stage == Stage.APPROVED and answer != Answer.OBJECT:
        raise Refused(_("“{name}” is approved already. You may still object to it.").format(name=found.name))
    if found.stage not in (Stage.OPEN, Stage.APPROVED) or _is_past(ticket, found):
        words = _("“{name}” is {stage}; answers don't count any more.")
        raise Refused(words.format(name=found.name, stage=in_a_sentence(found.get_stage_display())))
    _refuse_second_voice(seat, by)


def _refuse_second_voice(seat: Seat, by: User) -> None:
    """Whoever speaks for somebody else has no voice of their own in the round, and speaks for one alone."""
    found = seat.round
    if seat.user_id == by.pk:
        return
    if found.seats.filter(user=by).exists():
        words = _("You sit in “{name}” yourself, so you can't answer for {person} as well.")
        raise Refused(words.format(name=found.name, person=seat.user))
    if spoke_for(found, by).exclude(pk=seat.pk).exists():
        words = _("You have answered for somebody else in “{name}” already; everybody has one voice.")
        raise Refused(words.format(name=found.name))


def spoke_for(found: Round, user: User) -> QuerySet[Seat]:
    """The seats in the round that this person answered for, their own too."""
    return found.seats.filter(~Q(answer=Answer.NONE), answered_by=user)


def _is_past(ticket: Ticket, found: Round) -> bool:
    return any(one.asking != found.asking or one.stage in OVER for one in _last_asking(ticket))


def _words(answer: str, given: str) -> str:
    required = str(NEEDS_WORDS.get(Answer(answer), ""))
    return text.clean(given, field="text", required=required) if required or given.strip() else ""


def _refuse_unread(ticket: Ticket, seen: int | None, by: User) -> None:
    """Nobody approves what others changed after they read it."""
    if seen is not None and seen != ticket.version:
        news = ticket.events.filter(inside__has_key="changes", version__gt=seen).exclude(actor=by)
        if since := list(news.select_related("actor")):
            raise Stale(ticket, since)


@transaction.atomic
def withdraw(*, seat: Seat, by: User, at: datetime | None = None, source: str = "web") -> Seat:
    """Take an answer back while the round is open, so that the seat is undecided again; so an objection stops blocking.

    Writes `approval.withdrawn`, and counts again: what was blocked may be approved by this.
    """
    ticket, seat = _locked(seat)
    if why := rules.why_not_answer(seat, by):
        raise PermissionDenied(why)
    if not seat.round.is_open:
        sentence = _("“{name}” is {stage}; an answer stays as it is.")
        stage = in_a_sentence(seat.round.get_stage_display())
        raise Refused(sentence.format(name=seat.round.name, stage=stage))
    _refuse_second_voice(seat, by)
    if seat.answer == Answer.NONE:
        return seat
    hand, was = Hand(by, at, source), Answer(seat.answer)
    seat.answer, seat.text, seat.answered_by, seat.answered_at = Answer.NONE, "", None, None
    seat.question = ""
    seat.save()
    said = telling.took_back(was, seat.round.name, seat.user if seat.user_id != by.pk else None)
    data = {"answer": was, "said": said, "round": seat.round.name, "asking": seat.round.asking, "seat": seat.pk}
    tells = telling.askers(ticket, seat.round) if was in (Answer.OBJECT, Answer.ASK) else set()
    hand.write(ticket, telling.WITHDRAWN, data, tells, keep("{who} {did}", who=by, did=said))
    settle(ticket, seat.round, hand)
    return seat


@transaction.atomic
def reply(*, seat: Seat, by: User, text: str, at: datetime | None = None, source: str = "web") -> Seat:
    """Answer an approver's question: their seat is undecided again, and they are told (`approval.replied`)."""
    ticket, seat = _locked(seat)
    if not may_view(ticket, by) or not rules.may_reply(seat, by):
        raise PermissionDenied(rules.may_reply.because.format(ticket=seat))
    if seat.answer != Answer.ASK or not seat.round.is_open:
        raise Refused(_("{person} isn't waiting for an answer any more.").format(person=seat.user), field="text")
    words = _clean(text)
    asked_by = seat.answered_by_id
    seat.answer, seat.text, seat.answered_by, seat.answered_at = Answer.NONE, "", None, None
    seat.reply, seat.replied_by = words, by
    seat.save()
    hand = Hand(by, at, source)
    said = keep("answered {person}’s question", person=seat.user)
    data = {"said": said, "round": seat.round.name, "asking": seat.round.asking, "seat": seat.pk, "text": words}
    body = keep("You asked: {question}\n{who} answers: {answer}", question=seat.question, who=by, answer=words)
    subject = keep("{who} {did}", who=by, did=said)
    hand.write(ticket, telling.REPLIED, data, {seat.user_id, asked_by or seat.user_id}, subject, body)
    settle(ticket, seat.round, hand)
    return seat


def _clean(given: str) -> str:
    return text.clean(given, field="text", required=_("Please write an answer."))


# -- what answers come to ----------------------------------------------------------------------


def settle(ticket: Ticket, found: Round, hand: Hand) -> None:
    """Count, and do what follows: decide the round, ask the next step, or tell that nobody is left to decide."""
    outcome = queries.tally_of(found).outcome
    if outcome == quorum.APPROVED:
        decide(found, Stage.APPROVED, hand.at)
        _go_on(ticket, found, hand)
    elif outcome == quorum.REJECTED:
        decide(found, Stage.REJECTED, hand.at)
        leave_out(found, hand.at, keep("“{name}” was rejected", name=found.name))
        because = telling.by_whom(found, Answer.REJECT)
        words = telling.last_words(found)
        telling.about(ticket, telling.REJECTED, found, hand, keep("approval is rejected"), words, because=because)
    elif outcome == quorum.STUCK and found.stuck_at is None:
        found.stuck_at = hand.at
        said = keep(
            "In “{name}” nobody is left who could decide. Somebody else has to be asked: add an approver there.",
            name=found.name,
        )
        telling.about(ticket, telling.STUCK, found, hand, keep("nobody is left to approve it"), said)
    elif outcome != quorum.STUCK:
        found.stuck_at = None
    found.save()
    forget(found)


def decide(found: Round, stage: str, at: datetime) -> None:
    found.stage, found.decided_at, found.stuck_at = stage, at, None
    found.save()


def _go_on(ticket: Ticket, found: Round, hand: Hand) -> None:
    """After a step: ask the next one; after the last, all is approved. A step that is open again holds both up."""
    rounds = Round.objects.filter(ticket_id=ticket.pk, asking=found.asking)
    if rounds.filter(stage=Stage.OPEN).exists():
        return
    following = rounds.filter(stage=Stage.WAITING).order_by("number").first()
    if following is not None:
        _open(ticket, following, hand)
    else:
        because = telling.by_whom(found, Answer.APPROVE)
        words = telling.last_words(found)
        telling.about(ticket, telling.APPROVED, found, hand, keep("it is approved"), words, because=because)


def leave_out(found: Round, at: datetime, because: str) -> None:
    """The other steps of an asking that is over are not asked any more."""
    others = Round.objects.filter(ticket_id=found.ticket_id, asking=found.asking, stage__in=[Stage.WAITING, Stage.OPEN])
    for other in others.exclude(pk=found.pk):
        other.give_reason(because)
        decide(other, Stage.VOID, at)
        forget(other)


@transaction.atomic
def void(*, ticket: Ticket, by: User, because: str, at: datetime | None = None, source: str = "web") -> list[Round]:
    """Make void what is asked or approved, with the reason; whoever was asked is told (`approval.voided`), once.

    Returns the rounds that were standing. Nothing standing: nothing happens. The room has asked whether `by` may.
    """
    ticket = flow.lock(ticket)
    rounds = _last_asking(ticket)
    if not rounds or any(one.stage in OVER for one in rounds):
        return []
    hand = Hand(by, at, source)
    stood = [one for one in rounds if one.stage in (Stage.OPEN, Stage.APPROVED)]
    for one in rounds:
        one.give_reason(because)
        decide(one, Stage.VOID, hand.at)
        forget(one)
    tells = Seat.objects.filter(round__in=stood, user__is_active=True).values_list("user_id", flat=True)
    data = {"because": because, "asking": rounds[0].asking}
    hand.write(
        ticket, telling.VOIDED, data, tells, keep("the approval is void"), keep("{who}: {why}", who=by, why=because)
    )
    return stood
