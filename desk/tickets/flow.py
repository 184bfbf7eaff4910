"""The one flow: the only door through which a ticket is made or changes its state, and an event is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import FSMFieldMixin, Transition

from desk.people.language import with_recipes
from desk.people.models import User
from desk.reactions.actions import dispatch

from . import audit, kinds, rules, triggers
from .audit import changes, snapshot
from .errors import Refused, Stale
from .files import attach
from .models import Event, Ticket, Visibility

AnyTicket = TypeVar("AnyTicket", bound=Ticket)


@dataclass
class Told:
    """What a transition has to say for its event.

    `data` may be read by everyone who sees the event, `inside` by those who may see what is internal.
    `visibility` INTERNAL hides the event as a whole from requesters.
    """

    data: dict[str, Any] = field(default_factory=dict)
    inside: dict[str, Any] = field(default_factory=dict)
    visibility: str = Visibility.PUBLIC


def perform(
    ticket: AnyTicket,
    name: str,
    *,
    by: User,
    seen: int | None = None,
    at: datetime | None = None,
    source: str = "web",
    files: Iterable[UploadedFile] = (),
    **inputs: Any,
) -> AnyTicket:
    """Make the named transition, and all that belongs to it, in one transaction.

    Locks the row; asks whether this person may (PermissionDenied with the rule's sentence); compares the version
    the person has `seen` (Stale when others changed it meanwhile); asks for unmet conditions (Refused, with
    sentences); runs the django-fsm transition with `inputs`; saves with version + 1; writes the Event
    `<kind>.<custom["event"]>` with every changed field and the `files`; runs the switchboard's "now" reactions and writes the
    deliveries of the "later" ones. After the commit workers are woken.

    `at`, timezone-aware, is given when history is replayed; otherwise the database's clock says when, read
    after the lock is held, so that events of a ticket never run backwards. Returns the ticket, fresh.
    """
    with transaction.atomic():
        fresh = lock(ticket)
        moment = at or clock()
        fresh.__dict__["_moment"] = moment
        step = transition_of(fresh, name)
        if step is None:
            raise Refused(_("{kind} has no transition “{name}”.").format(kind=fresh.kind_info.label, name=name))
        ask_permission(fresh, name, by)
        _compare_version(fresh, step, seen, by)
        if obstacles := unmet(fresh, name, by):
            raise Refused(*obstacles)
        before, old_state = snapshot(fresh), fresh.state
        told: Told = getattr(fresh, name)(by=by, at=moment, **inputs) or Told()
        _save(fresh, moment)
        write_event(
            fresh,
            f"{fresh.kind}.{step.custom['event']}",
            by=by,
            at=moment,
            source=source,
            data={"from": old_state, "to": fresh.state, **told.data},
            inside={"changes": changes(before, snapshot(fresh)), **told.inside},
            visibility=told.visibility,
            files=files,
        )
        del fresh.__dict__["_moment"]
        return fresh


def open_ticket(
    ticket: AnyTicket,
    *,
    by: User,
    at: datetime | None = None,
    source: str = "web",
    data: Mapping[str, Any] | None = None,
    inside: Mapping[str, Any] | None = None,
    files: Iterable[UploadedFile] = (),
    also: Callable[[], None] = lambda: None,
) -> tuple[AnyTicket, Event]:
    """Give a new, unsaved ticket its number and first state, save it and write `<kind>.logged` with its files.

    `also` saves what hangs on the ticket, before anybody reacts to the event.
    """
    kind = next(kind for kind in kinds.every() if isinstance(ticket, kind.model))
    with transaction.atomic():
        moment = at or clock()
        ticket.kind, ticket.number, ticket.source = kind.name, _next_number(kind), source
        ticket.created_at = ticket.updated_at = moment
        with _door("new"):
            ticket.save(force_insert=True)
        also()
        event = write_event(
            ticket,
            f"{kind.name}.logged",
            by=by,
            at=moment,
            source=source,
            data={"to": ticket.state, **(data or {})},
            inside=dict(inside or {}),
            files=files,
        )
        return ticket, event


def correct(
    ticket: AnyTicket, *, by: User, at: datetime, reason: str, source: str, to: str | None = None, **fields: Any
) -> AnyTicket:
    """Set what no action leads to, as imported history demands, and say so in a `ticket.corrected` event.

    `to` is a state that no transition reaches from here; `fields` are counts, moments and the like.
    """
    with transaction.atomic():
        fresh = lock(ticket)
        before, old = snapshot(fresh), fresh.state
        if to is not None:
            state_field = fresh._meta.get_field("state")
            assert isinstance(state_field, FSMFieldMixin)
            state_field.set_state(fresh, fresh.kind_info.states(to).value)
        for name, value in fields.items():
            setattr(fresh, name, value)
        _save(fresh, at)
        write_event(
            fresh,
            "ticket.corrected",
            by=by,
            at=at,
            source=source,
            data={"from": old, "to": fresh.state},
            inside={"text": reason, "changes": changes(before, snapshot(fresh))},
            visibility=Visibility.INTERNAL,
        )
        return fresh


def change_fields(
    ticket: AnyTicket, *, by: User, at: datetime | None = None, source: str = "web", **fields: Any
) -> list[dict[str, Any]]:
    """Set fields (never the state) of a ticket that the caller has locked; writes one `field.changed` event.

    Returns the changes as [{field, label, old, new}]; empty when nothing was different, and then no event is written.
    """
    before = snapshot(ticket)
    for name, value in fields.items():
        audit.put(ticket, name, value)
    found = changes(before, snapshot(ticket))
    if found:
        moment = at or clock()
        _save(ticket, moment)
        write_event(
            ticket,
            "field.changed",
            by=by,
            at=moment,
            source=source,
            inside={"changes": found},
            visibility=Visibility.INTERNAL,
        )
    return found


def write_event(
    ticket: Ticket,
    kind: str,
    *,
    by: User,
    at: datetime | None = None,
    source: str = "web",
    data: Mapping[str, Any] | None = None,
    inside: Mapping[str, Any] | None = None,
    visibility: str = Visibility.PUBLIC,
    files: Iterable[UploadedFile] = (),
    news: bool = False,
) -> Event:
    """Write an event in the running transaction, mark the ticket as touched, and start the reactions to it.

    `news`: the ticket's version counts on although no field changed, so that a page made before is out of date.
    """
    moment = at or clock()
    ticket.version += news
    event = Event.objects.create(
        ticket_id=ticket.pk,
        at=moment,
        actor=by,
        kind=kind,
        visibility=visibility,
        data=with_recipes(data or {}),
        inside=with_recipes(inside or {}),
        source=source,
        version=ticket.version,
    )
    event.__dict__["ticket_now"] = ticket
    if files:
        attach(event, files)
    if news or ticket.updated_at < moment:
        ticket.updated_at = max(ticket.updated_at, moment)
        counted = {"version": ticket.version} if news else {}  # only who counts on has locked it, and knows the version
        Ticket.objects.filter(pk=ticket.pk).update(updated_at=ticket.updated_at, **counted)
    dispatch(event)
    return event


def serialise(what: str) -> None:
    """Let transactions that name the same thing run one after the other, until each ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def lock(ticket: AnyTicket) -> AnyTicket:
    """The ticket as it is now, as its own kind, with its row locked until the transaction ends.

    A child's parent is locked before it: what happens to one is told to the other, and two who begin at either end
    must not wait for each other.
    """
    if ticket.parent_id is not None:
        Ticket.objects.select_for_update().only("pk").get(pk=ticket.parent_id)
    model = kinds.get(ticket.kind).model
    fresh: Any = model._default_manager.select_for_update().get(pk=ticket.pk)
    return fresh


def transition_of(ticket: Ticket, name: str) -> Transition | None:
    """The declared transition of this name, whatever the present state; None when the kind has none."""
    return next((step for step in all_transitions(type(ticket)) if step.name == name), None)


@cache
def all_transitions(model: type[Ticket]) -> tuple[Transition, ...]:
    """Every declared transition (one per source state) of a kind of ticket."""
    state_field: Any = model._meta.get_field("state")
    return tuple(state_field.get_all_transitions(model))


def unmet(ticket: Ticket, name: str, user: User) -> list[str]:
    """The sentences that stand in the way of this transition now; empty when it is open."""
    step = transition_of(ticket, name)
    assert step is not None
    here = next((s for s in all_transitions(type(ticket)) if s.name == name and s.source == ticket.state), None)
    if here is None:
        label, state = (
            label_of(ticket, step, user),
            ticket.state_in_words(internal=rules.may_see_internal(ticket, user)),
        )
        sentence = _("{number} is {state}; “{move}” isn't possible from there.")
        return [sentence.format(number=ticket.number, state=state, move=label)]
    conditions: list[Any] = list(here.conditions)
    asked = [why.why_not(ticket) for why in conditions if not why(ticket)]
    return asked + [why.why_not(ticket) for why in here.custom.get("needs", ()) if not why(ticket, user)]


def label_of(ticket: Ticket, step: Transition, user: User) -> str:
    """What the move is called: in plain words for those who only see the ticket's public side."""
    plain = step.custom.get("for_requester")
    return str(plain if plain and not rules.may_see_internal(ticket, user) else step.custom["label"])


def ask_permission(ticket: Ticket, name: str, user: User) -> None:
    """PermissionDenied with the rule's sentence when the person may not, from whatever state."""
    step = transition_of(ticket, name)
    rule: Any = step.permission if step else None  # a rules.Rule; a transition without one is open to nobody
    if rule is None or not rule(ticket, user):
        raise PermissionDenied(rule.why_not(ticket) if rule else _("Nobody may “{move}” here.").format(move=name))


def _compare_version(ticket: Ticket, step: Transition, seen: int | None, by: User) -> None:
    """Stale when somebody else changed, since the version `seen`, what this person may see of the ticket.

    A transition that `heeds_replies` is also Stale when somebody else wrote a public reply meanwhile.
    """
    if seen is None or seen == ticket.version:
        return
    matters = Q(inside__has_key="changes")
    if step.custom.get("heeds_replies"):
        matters |= Q(kind="comment.added", visibility=Visibility.PUBLIC)
    news = ticket.events.filter(matters, version__gt=seen).exclude(actor=by)
    if not rules.may_see_internal(ticket, by):
        news = news.filter(visibility=Visibility.PUBLIC)
    if since := list(news.select_related("actor")):
        raise Stale(ticket, since, internal=rules.may_see_internal(ticket, by))


def _save(ticket: Ticket, moment: datetime) -> None:
    ticket.version += 1
    ticket.updated_at = max(ticket.updated_at, moment)
    with _door(str(ticket.pk)):
        ticket.save()


class _door:
    """Opens the database's door (see `triggers`) for one ticket while a state is written."""

    def __init__(self, whom: str):
        self.whom = whom

    def __enter__(self) -> None:
        self._set(self.whom)

    def __exit__(self, kind: type | None, *rest: Any) -> None:
        if kind is None:  # after an error the transaction rolls back, and the setting with it
            self._set("")

    def _set(self, value: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [triggers.DOOR, value])


def clock() -> datetime:
    """The database's clock now (not at the transaction's start), timezone-aware."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(timezone.get_default_timezone())


def _next_number(kind: kinds.Kind) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"ticket_number_{kind.prefix.lower()}"])
        return f"{kind.prefix}-{cursor.fetchone()[0]:06d}"
