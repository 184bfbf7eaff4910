"""The verbs that every kind of ticket shares: reply, note, edit, link, watch."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from desk.people.language import in_a_sentence
from desk.people.models import User

from . import audit, flow, rules, text
from .errors import Refused, Stale
from .models import Event, Link, LinkKind, Submission, Ticket, Visibility, Watcher
from .queries import priority_for

Done = TypeVar("Done")
EDITABLE = ("title", "description", "requester", "service", "category", "site", "impact", "urgency")


@transaction.atomic
def reply(
    *,
    ticket: Ticket,
    by: User,
    message: str,
    files: Iterable[UploadedFile] = (),
    at: datetime | None = None,
    source: str = "web",
    side: str = "",
) -> Event:
    """Write a public reply, with files. A requester's reply resumes a pending ticket where the reason says so.

    `side` ("it" or "requester") says for whom somebody speaks who is both; without it, for the requester. Counts the
    ticket's version on: who is about to resolve it has to read this first.
    """
    ticket = flow.lock(ticket)
    if not rules.may_reply(ticket, by):
        raise PermissionDenied(rules.may_reply.why_not(ticket))
    if ticket.is_over:
        sentence = _("{number} is {state}, so nobody would read a reply here.")
        state = in_a_sentence(ticket.state_label)
        raise Refused(sentence.format(number=ticket.number, state=state), field="message")
    return _say(ticket, by, message, files, at, source, Visibility.PUBLIC, side)


@transaction.atomic
def note(
    *,
    ticket: Ticket,
    by: User,
    message: str,
    files: Iterable[UploadedFile] = (),
    at: datetime | None = None,
    source: str = "web",
) -> Event:
    """Write an internal note, with files; only those who may see the workgroup's queue ever see it."""
    ticket = flow.lock(ticket)
    if not rules.may_note(ticket, by):
        raise PermissionDenied(rules.may_note.why_not(ticket))
    return _say(ticket, by, message, files, at, source, Visibility.INTERNAL)


def _say(
    ticket: Ticket,
    by: User,
    message: str,
    files: Iterable[UploadedFile],
    at: datetime | None,
    source: str,
    visibility: str,
    side: str = "",
) -> Event:
    message = text.clean(message, field="message", required=_("Please write something."))
    it_side = rules.works_on_it(ticket, by) and not rules.is_requester(ticket, by)
    return flow.write_event(
        ticket,
        "comment.added",
        by=by,
        at=at,
        source=source,
        data={"text": message, "side": side or ("it" if it_side else "requester")},
        visibility=visibility,
        files=list(files),
        news=visibility == Visibility.PUBLIC,
    )


@transaction.atomic
def edit(
    *, ticket: Ticket, by: User, seen: int, at: datetime | None = None, source: str = "web", **fields: Any
) -> Ticket:
    """Change fields; the priority follows impact and urgency.

    `seen` is the version that the person had before their eyes. A form sends every field, so one that is still as
    it was then is no wish to change it: what a colleague wrote there since stays. When both wrote the same field,
    nothing is saved and Stale tells both texts.
    """
    ticket = flow.lock(ticket)
    if not rules.may_edit(ticket, by):
        raise PermissionDenied(rules.may_edit.why_not(ticket))
    if unknown := set(fields) - {*EDITABLE, *ticket.kind_info.editable}:
        raise Refused(_("{fields} can't be edited.").format(fields=", ".join(sorted(unknown))))
    if "title" in fields:
        fields["title"] = text.clean(fields["title"], field="title", required=_("Please give it a title."), limit=200)
    if "description" in fields:
        fields["description"] = text.clean(fields["description"], field="description")
    since = list(ticket.events.filter(version__gt=seen).select_related("actor").order_by("version", "pk"))
    fields = _meant(ticket, since, fields)
    _refuse_collision(ticket, since, fields)
    if {"impact", "urgency"} & set(fields):
        impact, urgency = fields.get("impact", ticket.impact), fields.get("urgency", ticket.urgency)
        fields["priority"] = priority_for(impact, urgency)
    flow.change_fields(ticket, by=by, at=at, source=source, **fields)
    return ticket


@transaction.atomic
def set_priority(*, ticket: Ticket, by: User, priority: int, at: datetime | None = None, source: str = "web") -> Ticket:
    """Set the priority past the matrix: an escalation raises it, or an analyst of the workgroup knows better.

    It stays until impact or urgency are edited. Whatever hangs on the priority follows the event.
    """
    ticket = flow.lock(ticket)
    if not (by.is_automation or rules.may_edit(ticket, by)):
        raise PermissionDenied(rules.may_edit.why_not(ticket))
    flow.change_fields(ticket, by=by, at=at, source=source, priority=priority)
    return ticket


def _meant(ticket: Ticket, since: list[Event], fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that the person changed: neither as they are now, nor as they were when the page was made."""
    was: dict[str, Any] = {}
    for event in since:
        for change in event.inside.get("changes", []):
            was.setdefault(change["field"], change["old"])
    return {
        name: value
        for name, value in fields.items()
        if audit.held(ticket, name) != audit.as_given(ticket, name, value)
        and not (name in was and audit.in_words(ticket, name, value) == was[name])
    }


def _refuse_collision(ticket: Ticket, since: list[Event], fields: dict[str, Any]) -> None:
    """Stale when a field about to be written was written by somebody in these events."""
    touched = {change["field"] for event in since for change in event.inside.get("changes", [])}
    both = touched & set(fields)
    if both:
        newer = [e for e in since if both & {c["field"] for c in e.inside.get("changes", [])}]
        raise Stale(
            ticket,
            newer,
            theirs={name: audit.shown(ticket, name, getattr(ticket, name)) for name in both},
            mine={name: audit.shown(ticket, name, fields[name]) for name in both},
            meant=set(fields),
        )


@transaction.atomic
def link(*, source: Ticket, target: Ticket, kind: str, by: User, at: datetime | None = None) -> Link:
    """Tie two tickets together, once; both timelines say so, by number: the title is for those who may see the other."""
    if source.pk == target.pk:
        raise Refused(_("{number} can't be linked to itself.").format(number=source.number), field="number")
    made, is_new = Link.objects.get_or_create(source=source, target=target, kind=kind)
    if is_new:
        _tell_both(made, "link.added", by, at)
    return made


@transaction.atomic
def unlink(*, link: Link, by: User, at: datetime | None = None) -> None:
    """Untie two tickets; both timelines say so. Twice does nothing."""
    if Link.objects.filter(pk=link.pk).delete()[0]:
        _tell_both(link, "link.removed", by, at)


def _tell_both(link: Link, event: str, by: User, at: datetime | None) -> None:
    ends = [(link.source, link.target, True), (link.target, link.source, False)]
    both = [link.source_id, link.target_id]
    children = set(Link.objects.filter(source__in=both, kind=LinkKind.CHILD_OF).values_list("source", flat=True))
    # In the order in which families are locked (a whole before its parts), so that no two wait for each other.
    for here, there, forward in sorted(ends, key=lambda end: (end[0].pk in children, end[0].pk)):
        inside = {"kind": LinkKind(link.kind).value, "forward": forward, "number": there.number}
        flow.write_event(here, event, by=by, at=at, inside=inside, visibility=Visibility.INTERNAL)


@transaction.atomic
def once(*, ticket: Ticket, by: User, token: uuid.UUID | None, act: Callable[[], Done]) -> Done | None:
    """Act, unless this person's form with this token has done so before: then nothing happens, and None comes back.

    The ticket's lock makes those who send the same form at the same time wait for each other. What is refused isn't
    remembered: the form may be mended and sent again. Without a token it is done each time.
    """
    if token is None:
        return act()
    flow.lock(ticket)
    if Submission.objects.filter(by=by, token=token).exists():
        return None
    found = act()
    Submission.objects.create(by=by, token=token, ticket_id=ticket.pk)
    return found


def watch(*, ticket: Ticket, user: User) -> None:
    """Let somebody follow the ticket's public side."""
    Watcher.objects.get_or_create(ticket=ticket, user=user)
