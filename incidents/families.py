"""An incident and its children: attaching and detaching them, and doing to all children at once what is done to the parent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, When
from django.utils.translation import gettext as _

from desk.notifications.actions import tell
from desk.people.language import Kept, in_english, keep, keep_n
from desk.people.models import User
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Link, LinkKind, Visibility
from desk.tickets.queries import visible_to
from desk.tickets.rules import may_view, works_on_it

from .lifecycle import State
from .models import Incident

AT_ONCE = 50  # more children than this are a worker's job, not a request's
CHUNK = 25  # so many a worker does in one transaction, which holds the parent
OVER = {State.RESOLVED, State.CLOSED, State.CANCELLED}

# A worker is to do it, from what stands inside; it did some and is to go on with the others; and what came of it.
ASKED = "family.asked"
WENT_ON = "family.went_on"
DONE = "family.done"


def children_of(incident: Incident) -> QuerySet[Incident]:
    """Its children, the oldest first."""
    children = Incident.objects.filter(links_out__target=incident.pk, links_out__kind=LinkKind.CHILD_OF)
    return children.select_related("workgroup", "requester").order_by("pk")


def open_children(incident: Incident) -> QuerySet[Incident]:
    """Of those, what is neither solved nor over."""
    return children_of(incident).exclude(state__in=OVER)


def seen_children(incident: Incident, user: User, most: int) -> tuple[list[Incident], int, int]:
    """The first children that the person may see, open ones before others; how many they see, and how many there are."""
    children = children_of(incident)
    seen = Q(pk__in=visible_to(user, Incident).values("pk"))
    open_first = Case(When(state__in=OVER, then=1), default=0)
    counts = children.order_by().aggregate(seen=Count("pk", filter=seen), all=Count("pk"))
    return list(children.filter(seen).order_by(open_first, "pk")[:most]), counts["seen"], counts["all"]


# -- belonging together ---------------------------------------------------------------------------


@transaction.atomic
def attach(*, child: Incident, parent: Incident, by: User, at: datetime | None = None) -> None:
    """Make it a child of another: by an analyst of its workgroup, who gives it into the hands of those who have the parent.

    The parent must be one that they may see; a major incident may be named by everybody in IT. There are two
    generations and no more: a parent is no child, and a child has none.
    """
    parent, child = lock(parent, child)
    if not (works_on_it(child, by) or by.is_automation):
        raise PermissionDenied(works_on_it.why_not(child))
    if obstacles := _why_not(child, parent, by):
        raise Refused(*obstacles, field="number")
    ticket_actions.link(source=child, target=parent, kind=LinkKind.CHILD_OF, by=by, at=at)


def _why_not(child: Incident, parent: Incident, by: User) -> list[str]:
    if child.pk == parent.pk:
        return [_("{number} can't be a child of itself.").format(number=child.number)]
    if not (parent.is_major or may_view(parent, by) or by.is_automation):
        return [_("There is no {number} that you may see.").format(number=parent.number)]
    if child.parent_incident is not None and child.parent_incident.pk != parent.pk:
        return [
            _("{number} is a child of another incident already. Detach it there first.").format(number=child.number)
        ]
    if parent.parent_incident is not None:
        return [
            _("{number} is itself a child of another incident. Attach it to that one.").format(number=parent.number)
        ]
    if child.is_major or children_of(child).exists():
        return [
            _("{number} has children of its own, or is a major incident, so it can't be a child of another.").format(
                number=child.number
            )
        ]
    if child.is_over or parent.state in OVER:
        over = child if child.is_over else parent
        return [
            _("{number} is {state}; only open incidents belong together.").format(
                number=over.number, state=over.state_label.lower()
            )
        ]
    return []


@transaction.atomic
def detach(*, child: Incident, by: User) -> None:
    """It is nobody's child any more: by an analyst of its workgroup, or of the parent's. Twice does nothing."""
    parent = Incident.objects.get(pk=child.pk).parent_incident
    if parent is None:
        return
    parent, child = lock(parent, child)
    if not (works_on_it(child, by) or works_on_it(parent, by)):
        raise PermissionDenied(works_on_it.why_not(child))
    for link in Link.objects.filter(source=child, target=parent, kind=LinkKind.CHILD_OF):
        ticket_actions.unlink(link=link, by=by)


def lock(*incidents: Incident) -> list[Incident]:
    """These, locked, with the parents that they have now: what is no child first, and each sort by age.

    Whoever does something to all children holds the parent before it goes to them. One order for everybody, so that two
    who begin at either end never wait for each other.
    """
    asked = [incident.pk for incident in incidents]
    ties = dict(Link.objects.filter(source__in=asked, kind=LinkKind.CHILD_OF).values_list("source", "target"))
    every = sorted({*asked, *ties.values()}, key=lambda pk: (pk in ties, pk))
    known = {incident.pk: incident for incident in incidents} | Incident.objects.in_bulk(set(every) - set(asked))
    found = {pk: flow.lock(known[pk]) for pk in every}
    return [found[pk] for pk in asked]


# -- doing it to all children ------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """For how many children it was done, and each refusal as a sentence; or how many a worker was asked to do."""

    done: int
    refusals: list[str]
    asked: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.done + other.done, [*self.refusals, *other.refusals])

    def in_words(self, what: str) -> Kept:
        """“resolved 11 of its 12 children”."""
        if self.asked:
            return keep("{said}: under way", said=_did(what, self.asked))
        every = self.done + len(self.refusals)
        return _did(what, every) if every == self.done else _did_some(what, self.done, every)


def _did(what: str, n: int) -> Kept:
    if what == "resolve":
        return keep_n("resolved its {n} child", "resolved its {n} children", n)
    return keep_n("sent the reply to its {n} child", "sent the reply to its {n} children", n)


def _did_some(what: str, done: int, n: int) -> Kept:
    if what == "resolve":
        return keep_n("resolved {done} of its {n} child", "resolved {done} of its {n} children", n, done=done)
    return keep_n(
        "sent the reply to {done} of its {n} child", "sent the reply to {done} of its {n} children", n, done=done
    )


@transaction.atomic
def resolve_children(*, parent: Incident, by: User, at: datetime | None = None) -> Outcome:
    """Resolve every open child like the parent, which has been resolved just now; what can't be is listed with the reason."""
    return _to_all(parent, by, "resolve", {}, at)


@transaction.atomic
def reply_to_children(*, parent: Incident, by: User, message: str) -> Outcome:
    """Send a public reply to every open child as well, as an event of its own; their requesters are told."""
    message = text.clean(message, field="message", required=_("Please write something."))
    return _to_all(parent, by, "reply", {"message": message})


def _to_all(parent: Incident, by: User, what: str, told: dict[str, str], at: datetime | None = None) -> Outcome:
    parent = flow.lock(parent)
    if not works_on_it(parent, by):
        raise PermissionDenied(works_on_it.why_not(parent))
    children = list(open_children(parent))
    if not children:
        return Outcome(0, [])
    if len(children) <= AT_ONCE:
        return _tell(parent, by, what, _each(parent, children, by, what, {"at": at, **told}), at)
    outcome = Outcome(0, [], asked=len(children))
    inside = {**told, "what": what, "children": [child.pk for child in children], "said": outcome.in_words(what)}
    flow.write_event(parent, ASKED, by=by, inside=inside, visibility=Visibility.INTERNAL)
    return outcome


@transaction.atomic
def do_what_was_asked(event: Event) -> Outcome:
    """What a request left to a worker, for the next few children: those that are still open, and still children.

    The event that asks for the others is written in the same transaction, and has a delivery of its own. So whoever is
    killed when, each child is done once, it goes on where it stood, and between two steps others get hold of the parent.
    """
    parent = flow.lock(Incident.objects.get(pk=event.ticket_id))
    asked = event.inside
    now, later = asked["children"][:CHUNK], asked["children"][CHUNK:]
    before = Outcome(asked.get("done", 0), asked.get("refusals", []))
    told = {"message": asked["message"]} if asked.get("message") else {}
    outcome = before + _each(parent, open_children(parent).filter(pk__in=now), event.actor, asked["what"], told)
    if not later:
        return _tell(parent, event.actor, asked["what"], outcome)
    every = asked.get("of", len(asked["children"]))
    said = keep("{said} so far", said=_did_some(asked["what"], outcome.done, every))
    going_on = {"done": outcome.done, "refusals": outcome.refusals, "of": every}
    inside = {**told, "what": asked["what"], "children": later, "said": said, **going_on}
    flow.write_event(parent, WENT_ON, by=event.actor, inside=inside, visibility=Visibility.INTERNAL)
    return outcome


def _each(parent: Incident, children: Iterable[Incident], by: User, what: str, told: dict[str, Any]) -> Outcome:
    """Each child for itself: one refusal neither stops nor undoes the others, and none is lost."""
    done, refusals = 0, []
    for child in children:
        try:
            with transaction.atomic(), in_english():  # a refusal is kept for all who read the parent's timeline
                VERBS[what](child, parent, by, **told)
            done += 1
        except (Refused, PermissionDenied) as refusal:
            refusals.append(_sentence(child, parent, refusal))
    return Outcome(done, refusals)


def _tell(parent: Incident, by: User, what: str, outcome: Outcome, at: datetime | None = None) -> Outcome:
    """The line on the parent's timeline; none where nothing was left to do, since they were over meanwhile."""
    if outcome.done or outcome.refusals:
        inside = {"said": outcome.in_words(what), "note": "\n".join(outcome.refusals)}
        flow.write_event(parent, DONE, by=by, at=at, inside=inside, visibility=Visibility.INTERNAL)
    return outcome


def _sentence(child: Incident, parent: Incident, refusal: Exception) -> str:
    """The reason, with the child's number in front where it doesn't name it.

    A reason may name what is internal to the child's workgroup, such as its work orders; others who read the parent's
    timeline learn whom to ask.
    """
    if child.workgroup_id != parent.workgroup_id:
        return f"{child.number}: something stands in the way there; {child.workgroup} knows more."
    said = " ".join(getattr(refusal, "sentences", [str(refusal)]))
    return said if child.number in said else f"{child.number}: {said}"


def _resolve(child: Incident, parent: Incident, by: User, at: datetime | None = None) -> None:
    flow.perform(child, "follow_parent", by=by, at=at)


def _reply(child: Incident, parent: Incident, by: User, message: str, at: datetime | None = None) -> None:
    """By right of the parent: whoever works on that was given this child."""
    fresh = flow.lock(child)
    if fresh.is_over:
        raise Refused(
            _("{number} is {state}, so nobody would read a reply there.").format(
                number=fresh.number, state=fresh.state_label.lower()
            )
        )
    data, inside = {"text": message, "side": "it"}, {"with": parent.number}
    event = flow.write_event(fresh, "comment.added", by=by, at=at, data=data, inside=inside, news=True)
    people = {fresh.requester_id, fresh.reporter_id}
    tell(
        event=event,
        recipients=people,
        subject=keep("News of {number}: {title}", number=fresh.number, title=fresh.title),
        text=message,
    )


VERBS: dict[str, Callable[..., None]] = {"resolve": _resolve, "reply": _reply}
