"""Who may do what with a ticket, as rules that answer (yes or no) and explain (the sentence shown when it is no)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from desk.people.rules import may_view_queue, may_work_queue, reach

if TYPE_CHECKING:
    from desk.people.models import User

    from .models import Event, Ticket


@dataclass(frozen=True)
class Rule:
    """A question about (ticket, user) with the sentence that says why the answer is no.

    `because` may hold {braces} that are filled from the ticket: {ticket.assignee}. Two rules joined with `|`
    hold when either does; their sentence names both, when both say `who`. `reads` are those of them to whom such a
    sentence is of use: whoever reads it is a person, so that the portal itself is left out beside others.
    """

    test: Callable[[Any, Any], bool]
    because: str
    who: str = ""
    reads: str = ""

    def __call__(self, ticket: Any, user: Any) -> bool:
        return self.test(ticket, user)

    def __or__(self, other: Rule) -> Rule:
        def either(ticket: Any, user: Any) -> bool:
            return self(ticket, user) or other(ticket, user)

        if self.who and other.who:
            reads = " or ".join(map(str, filter(None, (self.reads, other.reads))))
            return only(f"{self.who} or {other.who}", reads)(either)
        return Rule(either, self.because)

    def why_not(self, ticket: Ticket) -> str:
        return self.because.format(ticket=ticket)


@dataclass(frozen=True)
class Condition:
    """A question about the ticket alone, asked by django-fsm before a transition, with the sentence for a no."""

    test: Callable[[Any], bool]
    because: str

    def __call__(self, ticket: Any) -> bool:
        return self.test(ticket)

    def why_not(self, ticket: Ticket) -> str:
        return self.because.format(ticket=ticket)


def rule(because: str) -> Callable[[Callable[[Any, Any], bool]], Rule]:
    """Make a Rule of the predicate below."""
    return lambda test: Rule(test, because)


def only(who: str, reads: str | None = None) -> Callable[[Callable[[Any, Any], bool]], Rule]:
    """Make a Rule of the predicate below, from the words for those who may; `reads` where not all of them are persons."""
    reads = who if reads is None else reads
    return lambda test: Rule(test, f"Only {reads or who} may do this.", who, reads)


def condition(because: str) -> Callable[[Callable[[Any], bool]], Condition]:
    """Make a Condition of the predicate below."""
    return lambda test: Condition(test, because)


@only("an analyst of {ticket.workgroup}")
def works_on_it(ticket: Ticket, user: User) -> bool:
    return may_work_queue(user, ticket.workgroup_id)


@only("the requester, {ticket.requester},")
def is_requester(ticket: Ticket, user: User) -> bool:
    return ticket.requester_id == user.pk


@rule("{ticket.assignee} has it. Assign it to yourself first, or ask.")
def nobody_else_has_it(ticket: Ticket, user: User) -> bool:
    return ticket.assignee_id in (None, user.pk)


@only("the portal's own timers", reads="")
def is_automation(ticket: Ticket, user: User) -> bool:
    return user.is_automation


@rule("Only people who take part in this ticket may see it.")
def takes_part(ticket: Ticket, user: User) -> bool:
    """Requester, reporter, watcher, or anybody of IT where the kind is open to them: sees the ticket's public side."""
    if ticket.kind_info.open_to_it and reach(user).view:
        return True
    return user.pk in (ticket.requester_id, ticket.reporter_id) or ticket.watchers.filter(user=user).exists()


@only("whoever oversees such tickets")
def oversees(ticket: Ticket, user: User) -> bool:
    """Works in a workgroup that oversees tickets of this kind, whichever workgroup has them."""
    return ticket.kind in reach(user).oversee


@rule("Only {ticket.workgroup} may see what is internal.")
def may_see_internal(ticket: Ticket, user: User) -> bool:
    """Whoever may see the workgroup's queue sees notes, reasons and field changes too; so does the parent's workgroup."""
    if may_view_queue(user, ticket.workgroup_id) or oversees(ticket, user):
        return True
    if ticket.parent is None or not ticket.kind_info.shared_with_parent:
        return False
    return may_view_queue(user, ticket.parent.workgroup_id)


@only("an analyst of the workgroup that raised it, {ticket.parent.workgroup},")
def works_on_parent(ticket: Ticket, user: User) -> bool:
    """Those for whom it is done: they follow it, and what is asked on it is asked of them."""
    shared = ticket.parent is not None and ticket.kind_info.shared_with_parent
    return shared and ticket.parent is not None and may_work_queue(user, ticket.parent.workgroup_id)


@rule("You can't see this ticket.")
def may_view(ticket: Ticket, user: User) -> bool:
    """The twin of `queries.visible_to`: one ticket, one answer."""
    return may_see_internal(ticket, user) or takes_part(ticket, user)


def may_see_event(event: Event, user: User) -> bool:
    """The twin of `queries.events_visible_to`: of a ticket one may see, internal events only with what is internal.

    What is told to everybody is for whoever hears of it, and shows nothing else of the ticket.
    """
    if event.is_told_to_all:
        return True
    return (may_see_internal if event.is_internal else may_view)(event.ticket, user)


@rule("Only the people of this ticket and the analysts of {ticket.workgroup} may write here.")
def may_reply(ticket: Ticket, user: User) -> bool:
    return works_on_it(ticket, user) or takes_part(ticket, user) or works_on_parent(ticket, user)


def last_touch(ticket: Ticket) -> Event | None:
    """The newest event by which a person did something about it, or by which the portal changed it.

    What the requester writes meanwhile, and what clocks merely note, touches nothing.
    """
    by_requester = Q(kind="comment.added", actor=ticket.requester_id)
    touched = Q(inside__has_key="changes") | (Q(actor__is_automation=False) & ~by_requester)
    return ticket.events.filter(touched).order_by("-at", "-pk").first()


def _sent_it_away(ticket: Ticket, user: User) -> bool:
    """Their move from a workgroup of theirs is the last thing that happened to it, so undoing it harms nobody."""
    if ticket.assignee_id is not None or not ticket.reassignment_count:
        return False
    last = last_touch(ticket)
    if last is None or last.actor_id != user.pk or not last.inside.get("moved"):
        return False
    came_from = {change["field"]: change.get("old_id") for change in last.inside["changes"]}
    return may_work_queue(user, came_from["workgroup"])


sent_it_away = Rule(
    _sent_it_away,
    "Only whoever sent it to {ticket.workgroup} may do this, and only while nobody there has touched it.",
    who="whoever sent it to {ticket.workgroup}, while nobody there has touched it",
    reads="whoever sent it to {ticket.workgroup}, while nobody there has touched it",
)


@only("the requester, {ticket.requester}, while it is a draft,")
def drafts_it(ticket: Ticket, user: User) -> bool:
    """Whoever asks for it still writes it."""
    return ticket.requester_id == user.pk and ticket.state in ticket.kind_info.author_edits


may_edit = works_on_it | oversees | drafts_it
may_note = works_on_it | oversees
may_link = works_on_it | oversees


def denied(rule: Rule, ticket: Ticket) -> PermissionDenied:
    """The 403 to raise for a rule that said no, with its sentence."""
    return PermissionDenied(rule.why_not(ticket))


STILL_NEWS = timedelta(days=1)  # what is written down later than this after it happened is history


def is_news(event: Event) -> bool:
    """Whether anybody is to be called for it: neither for imported history, nor for what was noticed a day late."""
    return event.source != "import" and event.recorded_at - event.at < STILL_NEWS
