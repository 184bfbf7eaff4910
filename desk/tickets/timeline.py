"""Events in words: what the timeline shows of each, for those inside IT and for requesters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.people.language import as_spoken, in_a_sentence

from .models import LINK_BACKWARDS, Attachment, Event, LinkKind, Ticket

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What happened (by its last word, or its whole name where that word is used elsewhere too) -> (icon, words for IT, words
# for requesters). Words may use {workgroup}, {assignee}, {reason}, {code}, {number} and {because} of the event; no words
# for requesters: they are not shown such an event.
WORDS: dict[str, tuple[str, StrOrPromise, StrOrPromise]] = {
    "logged": ("circle-plus", _("logged it"), _("reported it")),
    "started": ("play", _("started work"), _("started to work on it")),
    "taken_back": (
        "undo-2",
        _("took it back to {workgroup}: it was sent away by mistake"),
        _("passed it back to {workgroup}"),
    ),
    "held": ("pause", _("put it on hold: {reason}"), _("put it on hold: {text}")),
    "reminded": ("bell", _("asked again whether it is solved"), _("asked you again whether it is solved")),
    "resumed": ("play", _("resumed it"), _("went on with it")),
    "resolved": ("circle-check", _("resolved it: {code}"), _("says it is solved")),
    "closed": ("thumbs-up", _("closed it"), _("closed it")),
    "reopened": ("rotate-ccw", _("reopened it for {workgroup}"), _("reopened it")),
    "cancelled": ("circle-x", _("cancelled it"), _("cancelled it")),
    "corrected": ("wrench", _("corrected the state"), ""),
    "changed": ("pencil", _("edited it"), ""),
    # work orders: their own lines, and those on their parent's timeline
    "released": ("play", _("let it begin"), ""),
    "completed": ("circle-check", _("completed it"), ""),
    "failed": ("circle-x", _("gave it up"), ""),
    "ticked": ("square-check", _("ticked off: {item}"), ""),
    "linked": ("link", _("let it wait for {number} too"), ""),
    "unlinked": ("link-2-off", _("let it wait for {number} no more"), ""),
    "raised": ("clipboard-list", _("raised {number} “{title}”"), ""),
    "moved": ("clipboard-list", "{said}", ""),
    "finished": ("clipboard-check", _("finished the last of its work orders"), ""),
    "asked": ("circle-question-mark", _("asks how it shall go on without {number}"), ""),
    "change.logged": ("circle-plus", _("drafted it"), _("drafted it")),
    # changes; what other kinds call by the same word means something else there
    "submitted": ("send", _("submitted it"), _("submitted it")),
    "withdrawn": ("undo-2", _("made it a draft again"), _("made it a draft again")),
    "approved": ("circle-check", _("let it pass: it is approved"), _("let it pass: it is approved")),
    "rejected": ("circle-x", _("turned it down: it is rejected"), _("turned it down: it is rejected")),
    "reconsidered": ("rotate-ccw", _("took the approval back"), _("took the approval back")),
    "scheduled": ("calendar-check", _("scheduled it: {window}"), _("scheduled it: {window}")),
    "implemented": ("circle-check", _("finished it: {outcome}"), _("finished it: {outcome}")),
    "change.failed": ("circle-x", _("says it failed and was {outcome}"), _("says it failed and was {outcome}")),
    "reviewed": ("clipboard-check", _("reviewed it"), _("reviewed it")),
    "service_interrupted": (
        "zap-off",
        _("reports that it interrupts a service"),
        _("reports that it interrupts a service"),
    ),
    "implemented_incorrectly": ("triangle-alert", _("says it was implemented incorrectly"), ""),
    "merged": ("merge", _("closed it as a duplicate of {number}"), _("found that it is the same as {number}")),
    "unmerged": (
        "undo-2",
        _("opened it again: it is no duplicate of {number}"),
        _("opened it again: it is a matter of its own"),
    ),
    "family.asked": ("users", "{said}", ""),
    "family.went_on": ("users", "{said}", ""),
    "family.done": ("users", "{said}", ""),
    "trouble.raised": ("siren", _("raised {number} because of this"), _("raised {number} because of this")),
    "trouble.told": ("siren", _("told those who have to know of it, because of {source}"), ""),
    "major.proposed": ("siren", _("proposes it as a major incident"), ""),
    "major.declined": ("circle-x", _("says it is no major incident"), ""),
    "major.declared": ("siren", _("declared it a major incident"), ""),
    "major.updated": ("megaphone", _("tells everybody: {headline}"), _("tells everybody: {headline}")),
    "major.solved": ("megaphone", _("tells everybody that it is solved"), _("tells everybody that it is solved")),
    "major.ended": (
        "megaphone",
        _("tells everybody that it is no major incident any more"),
        _("tells everybody that it is no major incident any more"),
    ),
    "major.back": ("megaphone", _("tells everybody that it is back"), _("tells everybody that it is back")),
    "major.withdrawn": ("undo-2", _("took the flag of a major incident back"), ""),
    "major.reviewed": ("clipboard-check", _("wrote the review of the major incident"), ""),
    # what leads do with the words of a rating
    "rating.answered": ("message-circle-reply", _("answered the rating"), _("answered your rating")),
    "rating.hidden": ("eye-off", _("hid the words of the rating"), _("hid the words of your rating")),
    "rating.shown": ("eye", _("shows the words of the rating again"), _("shows the words of your rating again")),
    "burst.lapsed": ("hourglass", _("put the question away, whether this is a major incident: {said}"), ""),
    "burst.proposed": ("siren", _("asks whether this is a major incident: {said}"), ""),
    "burst.accepted": ("siren", _("made it the major incident: {said}"), ""),
    "burst.dismissed": ("siren", _("says it is no major incident: {said}"), ""),
    "assignment.nobody": ("user-round-x", _("found nobody to give it to: {said}"), ""),
    "alert.fired": ("siren", "{said}", ""),
    "alert.resolved": ("circle-check", "{said}", ""),
    # service requests
    "request.logged": ("shopping-cart", _("ordered it"), _("ordered it")),
    "request.started": ("play", _("set its plan in motion"), _("began to prepare it")),
    "awaited": ("stamp", _("let it wait for approval"), _("let it wait for approval")),
    "fulfilled": ("package-check", _("delivered it"), _("says it is delivered")),
    "fulfilment_failed": ("circle-x", _("says the fulfilment failed"), _("says that something went wrong with it")),
    "retried": ("rotate-ccw", _("went on after the failure"), _("went on with it")),
    "refused": ("undo-2", _("says it is not what was ordered"), _("says it is not what was ordered")),
    "request.service_disrupted": ("zap-off", _("says that it disrupts a service"), ""),
    "request.stuck": ("circle-alert", _("could not set its plan in motion: {note}"), ""),
    # approvals are everybody's business who sees the ticket
    "approval.asked": ("stamp", _("asked for approval: “{round}”"), _("asked for approval: “{round}”")),
    "approval.answered": ("stamp", "{said}", "{said}"),
    "approval.approved": (
        "circle-check",
        _("had the last word: it is approved"),
        _("had the last word: it is approved"),
    ),
    "approval.rejected": ("circle-x", _("had the last word: it is rejected"), _("had the last word: it is rejected")),
    "approval.objected": ("octagon-alert", _("{said}: the approval is blocked"), _("{said}: the approval is blocked")),
    "approval.withdrawn": ("undo-2", "{said}", "{said}"),
    "approval.replied": ("message-circle-reply", "{said}", "{said}"),
    "approval.voided": ("ban", _("made the approval void"), _("made the approval void")),
    "approval.reminded": ("bell", "{said}", ""),
    "approval.expired": (
        "calendar-x",
        _("noted that “{round}” expired undecided"),
        _("noted that “{round}” expired undecided"),
    ),
    "approval.stuck": ("circle-alert", _("noted that nobody is left to decide “{round}”"), ""),
    # what clocks tell is IT's own business
    "targeted": ("timer", _("set the targets: “{policy}”, version {version}"), ""),
    "rebased": ("timer-reset", _("re-based the clocks: “{policy}”, version {version}"), ""),
    "warned": ("hourglass", _("noted that {percent}% of the {clock} time is used"), ""),
    "breached": ("alarm-clock", _("noted that the {clock} target is missed"), ""),
    "overdue": ("alarm-clock", _("noted that {percent}% of the {clock} time is used"), ""),
    "escalated": ("siren", _("{said}, at {percent}% of the {clock} time"), ""),
}


@dataclass(frozen=True)
class Entry:
    """One row of the timeline. `look`: event | theirs | ours | note; `text` is what somebody wrote, in Markdown."""

    look: str
    icon: str
    actor: Any
    who: str  # the actor's name, as this reader knows it
    at: datetime
    words: str
    text: str = ""
    details: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    rating: int | None = None
    source: str = ""


HIDING = ("rating.hidden", "rating.shown")


def hidden_by(events: Iterable[Event]) -> set[int]:
    """The ids of the events whose words a lead hid, as these events (in their order) tell; see HIDING."""
    hidden: set[int] = set()
    for event in events:
        if event.kind == "rating.hidden":
            hidden.add(event.data["hides"])
        elif event.kind == "rating.shown":
            hidden.discard(event.data["hides"])
    return hidden


def entries(ticket: Ticket, events: Iterable[Event], *, internal: bool, hidden: set[int] | None = None) -> list[Entry]:
    """The rows of the timeline, oldest first; `internal` False leaves out all that only IT may see.

    `hidden`: of which events the words aren't shown, where `events` are not the newest and can't tell.
    """
    events = list(events)
    hidden = hidden_by(events) if hidden is None else hidden
    rows = (_entry(ticket, event, internal, is_hidden=event.pk in hidden) for event in events)
    return [row for row in rows if row is not None]


def _entry(ticket: Ticket, event: Event, internal: bool, is_hidden: bool = False) -> Entry | None:
    what = event.kind.rpartition(".")[2]
    common: dict[str, Any] = {
        "actor": event.actor,
        "who": str(event.actor) if internal else event.actor.public_name,
        "at": event.at,
        "source": event.source,
        "files": list(event.attachments.all()),
    }
    if event.kind == "comment.added":
        look = "note" if event.is_internal else "ours" if event.data.get("side") == "it" else "theirs"
        return Entry(look, "", words="", text=event.data["text"], **common)
    if event.kind in ("link.added", "link.removed"):
        return _linked(event, common) if internal else None
    if what == "assigned":
        return _assigned(event, common, internal)
    unknown = ("circle-dot", what.replace("_", " "), "")
    icon, for_it, for_requesters = WORDS.get(event.kind) or WORDS.get(what, unknown)
    data, inside = as_spoken(event.data), as_spoken(event.inside) if internal else {}
    words = str(for_it if internal else for_requesters).format_map(_Blank({**data, **inside}))
    if not words:
        return None
    return Entry(
        "event" if is_hidden else _look(event, ticket),
        icon,
        words=words.removesuffix(": ").removesuffix(gettext(" for ")),
        text="" if is_hidden else _text(event, ticket),
        details=_details(ticket, event, data, inside),
        changes=_changes(ticket, inside),
        rating=event.data.get("rating"),
        **common,
    )


class _Blank(dict[str, Any]):
    """Words may name what an event doesn't tell."""

    def __missing__(self, key: str) -> str:
        return ""


def _look(event: Event, ticket: Ticket) -> str:
    """Whose words they are, where the event carries some; otherwise a plain line."""
    if not _text(event, ticket):
        return "event"
    theirs = event.actor_id in (ticket.requester_id, ticket.reporter_id)
    return "ours" if event.kind.endswith(".resolved") or not theirs else "theirs"


def _text(event: Event, ticket: Ticket) -> str:
    """What was written with the event; the description as it is now, since edits have rows of their own."""
    if event.kind == "request.logged":
        return ""  # what was ordered has a card of its own
    if event.kind.endswith(".logged"):
        return ticket.description
    if event.kind.endswith(".held"):
        return ""  # the reason's own words; what was asked of the requester is a reply of its own
    return str(event.data.get("text") or "")


def _details(ticket: Ticket, event: Event, data: dict[str, Any], inside: dict[str, Any]) -> list[str]:
    """Small print: which rule chose the workgroup, why a choice was made, an internal note."""
    found = []
    if inside.get("rule"):
        told = {name: inside[name] for name in ("workgroup", "rule", "because")}
        found.append(gettext("To {workgroup} by the rule “{rule}”: {because}.").format(**told))
    elif inside.get("because"):
        found.append(str(inside["because"]))
    if data.get("because"):
        found.append(str(data["because"]))
    if "recipients" not in inside:  # otherwise the text is a message to them
        found += [str(inside[key]) for key in ("note", "text") if inside.get(key)]
    if inside.get("effort_minutes") is not None:
        found.append(gettext("Effort: {minutes} min").format(minutes=inside["effort_minutes"]))
    if inside.get("violation"):
        found.append(gettext("The target was missed: {why}").format(why=inside["violation"]))
    if event.kind.endswith(".corrected"):
        found.insert(0, f"{_state(ticket, data.get('from', ''))} → {_state(ticket, data.get('to', ''))}")
    return found


def _state(ticket: Ticket, value: str) -> str:
    """A state within a line; one that the kind doesn't know any more as it was saved."""
    known = dict(ticket.kind_info.states.choices)
    return in_a_sentence(str(known[value])) if value in known else value.replace("_", " ")


# What the sentence of a move says already, or what is bookkeeping.
_SAID = {"resolved_at", "closed_at", "reassignment_count", "reopen_count", "assignee", "workgroup", "pending_reason"}
_SAID |= {"resolution_code", "solution", "rating", "rating_comment", "result", "effort_minutes", "finished_at"}
_SAID |= {"actual_start", "actual_end", "late_reason", "outcome", "done", "was_backed_out", "interruptions"}
_SAID |= {"review", "reviewed_at", "reviewed_by", "fulfilled_at", "failures", "disruptions", "disrupts_service"}
_SAID |= {"merged_into", "is_major"}


def _changes(ticket: Ticket, inside: dict[str, Any]) -> list[dict[str, Any]]:
    """The changed fields in the reader's language: what a site typed as it was, the portal's own words as they are said."""
    return [_change(ticket, one) for one in inside.get("changes", []) if one["field"] not in _SAID]


def _change(ticket: Ticket, saved: dict[str, Any]) -> dict[str, Any]:
    try:
        column: Any = ticket._meta.get_field(saved["field"])
    except FieldDoesNotExist:
        return {part: saved[part] for part in ("field", "label", "old", "new")}
    label = str(getattr(column, "verbose_name", saved["label"]))
    return {"field": saved["field"], "label": label, **{part: _value(column, saved, part) for part in ("old", "new")}}


def _value(column: Any, saved: dict[str, Any], part: str) -> Any:
    """A choice or a moment as the reader says it; they are kept in English (see `audit`)."""
    value = saved[part]
    if getattr(column, "choices", None):
        return str(dict(column.flatchoices).get(saved.get(f"{part}_id"), value)) if value is not None else None
    if isinstance(column, DateTimeField) and isinstance(value, str):
        try:
            return date_format(datetime.strptime(value, "%d %b %Y, %H:%M"), gettext("d M Y, H:i"))  # noqa: DTZ007
        except ValueError:
            return value
    return value


def _assigned(event: Event, common: dict[str, Any], internal: bool) -> Entry | None:
    inside, group = as_spoken(event.inside) if internal else {}, event.data.get("workgroup")
    if not internal:
        words = gettext("passed it to {workgroup}").format(workgroup=group)
        return Entry("event", "arrow-right", words=words, **common) if group else None
    who, workgroup = inside.get("assignee"), inside.get("workgroup") if inside.get("moved") else ""
    took = who == str(event.actor)
    details = [inside["text"]] if inside.get("text") else []
    if inside.get("because") and not took:
        suggested = "{because}" if event.actor.is_automation else gettext("Suggested: {because}")
        details.append(suggested.format(because=inside["because"]))
    words = gettext("took it") if took and not workgroup else _given(workgroup, who)
    return Entry("event", "user-round", words=words, details=details, **common)


def _given(workgroup: str | None, who: str | None) -> str:
    if workgroup and who:
        return gettext("assigned it to {workgroup} and {person}").format(workgroup=workgroup, person=who)
    if workgroup or who:
        return gettext("assigned it to {whom}").format(whom=workgroup or who)
    return gettext("assigned it to the workgroup’s queue")


def _linked(event: Event, common: dict[str, Any]) -> Entry:
    kind = LinkKind(event.inside["kind"])
    how = str(kind.label if event.inside["forward"] else LINK_BACKWARDS[kind])
    is_new = event.kind == "link.added"
    icon, words = "link" if is_new else "link-2-off", gettext("removed the link: {how} {number}")
    words = gettext("linked it: {how} {number}") if is_new else words
    return Entry("event", icon, words=words.format(how=how, number=event.inside["number"]), **common)


def question(events: Iterable[Event]) -> str:
    """What IT asked when it began to wait: the last public word of IT's side since the last hold; empty without one."""
    asked = ""
    for event in events:
        if event.kind.endswith(".held"):
            asked = ""
        elif event.kind == "comment.added" and not event.is_internal and event.data.get("side") == "it":
            asked = str(event.data["text"])
    return asked


@dataclass(frozen=True)
class Step:
    """One step of the plain path that requesters see."""

    word: str
    at: datetime | None
    look: str  # done | current | ""


def public_steps(ticket: Ticket, trail: Iterable[tuple[str, str, datetime]]) -> list[Step]:
    """Received → In progress → Solved → Closed, or as the kind goes, with the time each was last reached.

    `trail` comes from `queries.trail`. Where the ticket has left the usual way, the path ends where it stands.
    """
    order = [str(word) for word in ticket.kind_info.public_path]
    words = {state: str(word) for state, word in ticket.kind_info.public_words.items()}
    reached: dict[str, datetime] = {}
    for _from, state, at in trail:
        if state in words:
            reached[words[state]] = at
    now = words[ticket.state]
    now = words[min(ticket.kind_info.working)] if ticket.state == "pending" else now
    if now not in order:
        order = [*(word for word in order if word in reached), now]
    place = order.index(now)
    return [
        Step(
            ticket.public_state if index == place else word,
            reached.get(word) if index <= place else None,
            "done" if index < place else "current" if index == place else "",
        )
        for index, word in enumerate(order)
    ]
