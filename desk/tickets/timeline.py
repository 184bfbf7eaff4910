"""Events in words: what the timeline shows of each, for those inside IT and for requesters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.people.language import as_spoken

from .models import LINK_BACKWARDS, Attachment, Event, LinkKind, Ticket

# What happened (by its last word, or its whole name where that word is used elsewhere too) -> (icon, words for IT, words
# for requesters). Words may use {workgroup}, {assignee}, {reason}, {code}, {number} and {because} of the event; no words
# for requesters: they are not shown such an event.
WORDS: dict[str, tuple[str, str, str]] = {
    "logged": ("circle-plus", "logged it", "reported it"),
    "started": ("play", "started work", "started to work on it"),
    "taken_back": (
        "undo-2",
        "took it back to {workgroup}: it was sent away by mistake",
        "passed it back to {workgroup}",
    ),
    "held": ("pause", "put it on hold: {reason}", "put it on hold: {text}"),
    "reminded": ("bell", "asked again whether it is solved", "asked you again whether it is solved"),
    "resumed": ("play", "resumed it", "went on with it"),
    "resolved": ("circle-check", "resolved it: {code}", "says it is solved"),
    "closed": ("thumbs-up", "closed it", "closed it"),
    "reopened": ("rotate-ccw", "reopened it for {workgroup}", "reopened it"),
    "cancelled": ("circle-x", "cancelled it", "cancelled it"),
    "corrected": ("wrench", "corrected the state", ""),
    "changed": ("pencil", "edited it", ""),
    # work orders: their own lines, and those on their parent's timeline
    "released": ("play", "let it begin", ""),
    "completed": ("circle-check", "completed it", ""),
    "failed": ("circle-x", "gave it up", ""),
    "ticked": ("square-check", "ticked off: {item}", ""),
    "linked": ("link", "let it wait for {number} too", ""),
    "unlinked": ("link-2-off", "let it wait for {number} no more", ""),
    "raised": ("clipboard-list", "raised {number} “{title}”", ""),
    "moved": ("clipboard-list", "{said}", ""),
    "finished": ("clipboard-check", "finished the last of its work orders", ""),
    "asked": ("circle-question-mark", "asks how it shall go on without {number}", ""),
    "change.logged": ("circle-plus", "drafted it", "drafted it"),
    # changes; what other kinds call by the same word means something else there
    "submitted": ("send", "submitted it", "submitted it"),
    "withdrawn": ("undo-2", "made it a draft again", "made it a draft again"),
    "approved": ("circle-check", "let it pass: it is approved", "let it pass: it is approved"),
    "rejected": ("circle-x", "turned it down: it is rejected", "turned it down: it is rejected"),
    "reconsidered": ("rotate-ccw", "took the approval back", "took the approval back"),
    "scheduled": ("calendar-check", "scheduled it: {window}", "scheduled it: {window}"),
    "implemented": ("circle-check", "finished it: {outcome}", "finished it: {outcome}"),
    "change.failed": ("circle-x", "says it failed and was {outcome}", "says it failed and was {outcome}"),
    "reviewed": ("clipboard-check", "reviewed it", "reviewed it"),
    "service_interrupted": ("zap-off", "reports that it interrupts a service", "reports that it interrupts a service"),
    "implemented_incorrectly": ("triangle-alert", "says it was implemented incorrectly", ""),
    "merged": ("merge", "closed it as a duplicate of {number}", "found that it is the same as {number}"),
    "unmerged": (
        "undo-2",
        "opened it again: it is no duplicate of {number}",
        "opened it again: it is a matter of its own",
    ),
    "family.asked": ("users", "{said}", ""),
    "family.went_on": ("users", "{said}", ""),
    "family.done": ("users", "{said}", ""),
    "trouble.raised": ("siren", "raised {number} because of this", "raised {number} because of this"),
    "trouble.told": ("siren", "told those who have to know of it, because of {source}", ""),
    "major.proposed": ("siren", "proposes it as a major incident", ""),
    "major.declined": ("circle-x", "says it is no major incident", ""),
    "major.declared": ("siren", "declared it a major incident", ""),
    "major.updated": ("megaphone", "tells everybody: {headline}", "tells everybody: {headline}"),
    "major.solved": ("megaphone", "tells everybody that it is solved", "tells everybody that it is solved"),
    "major.ended": (
        "megaphone",
        "tells everybody that it is no major incident any more",
        "tells everybody that it is no major incident any more",
    ),
    "major.back": ("megaphone", "tells everybody that it is back", "tells everybody that it is back"),
    "major.withdrawn": ("undo-2", "took the flag of a major incident back", ""),
    "major.reviewed": ("clipboard-check", "wrote the review of the major incident", ""),
    # what leads do with the words of a rating
    "rating.answered": ("message-circle-reply", "answered the rating", "answered your rating"),
    "rating.hidden": ("eye-off", "hid the words of the rating", "hid the words of your rating"),
    "rating.shown": ("eye", "shows the words of the rating again", "shows the words of your rating again"),
    "burst.lapsed": ("hourglass", "put the question away, whether this is a major incident: {said}", ""),
    "burst.proposed": ("siren", "asks whether this is a major incident: {said}", ""),
    "burst.accepted": ("siren", "made it the major incident: {said}", ""),
    "burst.dismissed": ("siren", "says it is no major incident: {said}", ""),
    "assignment.nobody": ("user-round-x", "found nobody to give it to: {said}", ""),
    "alert.fired": ("siren", "{said}", ""),
    "alert.resolved": ("circle-check", "{said}", ""),
    # service requests
    "request.logged": ("shopping-cart", "ordered it", "ordered it"),
    "request.started": ("play", "set its plan in motion", "began to prepare it"),
    "awaited": ("stamp", "let it wait for approval", "let it wait for approval"),
    "fulfilled": ("package-check", "delivered it", "says it is delivered"),
    "fulfilment_failed": ("circle-x", "says the fulfilment failed", "says that something went wrong with it"),
    "retried": ("rotate-ccw", "went on after the failure", "went on with it"),
    "refused": ("undo-2", "says it is not what was ordered", "says it is not what was ordered"),
    "request.service_disrupted": ("zap-off", "says that it disrupts a service", ""),
    "request.stuck": ("circle-alert", "could not set its plan in motion: {note}", ""),
    # approvals are everybody's business who sees the ticket
    "approval.asked": ("stamp", "asked for approval: “{round}”", "asked for approval: “{round}”"),
    "approval.answered": ("stamp", "{said}", "{said}"),
    "approval.approved": ("circle-check", "had the last word: it is approved", "had the last word: it is approved"),
    "approval.rejected": ("circle-x", "had the last word: it is rejected", "had the last word: it is rejected"),
    "approval.objected": ("octagon-alert", "{said}: the approval is blocked", "{said}: the approval is blocked"),
    "approval.withdrawn": ("undo-2", "{said}", "{said}"),
    "approval.replied": ("message-circle-reply", "{said}", "{said}"),
    "approval.voided": ("ban", "made the approval void", "made the approval void"),
    "approval.reminded": ("bell", "{said}", ""),
    "approval.expired": (
        "calendar-x",
        "noted that “{round}” expired undecided",
        "noted that “{round}” expired undecided",
    ),
    "approval.stuck": ("circle-alert", "noted that nobody is left to decide “{round}”", ""),
    # what clocks tell is IT's own business
    "targeted": ("timer", "set the targets: “{policy}”, version {version}", ""),
    "rebased": ("timer-reset", "re-based the clocks: “{policy}”, version {version}", ""),
    "warned": ("hourglass", "noted that {percent}% of the {clock} time is used", ""),
    "breached": ("alarm-clock", "noted that the {clock} target is missed", ""),
    "overdue": ("alarm-clock", "noted that {percent}% of the {clock} time is used", ""),
    "escalated": ("siren", "{said}, at {percent}% of the {clock} time", ""),
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
    inside = as_spoken(event.inside) if internal else {}
    words = (for_it if internal else for_requesters).format_map(_Blank({**as_spoken(event.data), **inside}))
    if not words:
        return None
    return Entry(
        "event" if is_hidden else _look(event, ticket),
        icon,
        words=words.removesuffix(": ").removesuffix(" for "),
        text="" if is_hidden else _text(event, ticket),
        details=_details(event, inside),
        changes=_changes(inside),
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


def _details(event: Event, inside: dict[str, Any]) -> list[str]:
    """Small print: which rule chose the workgroup, why a choice was made, an internal note."""
    found = []
    if inside.get("rule"):
        found.append(f"To {inside['workgroup']} by the rule “{inside['rule']}”: {inside['because']}.")
    elif inside.get("because"):
        found.append(str(inside["because"]))
    if event.data.get("because"):
        found.append(str(event.data["because"]))
    if "recipients" not in inside:  # otherwise the text is a message to them
        found += [str(inside[key]) for key in ("note", "text") if inside.get(key)]
    if inside.get("effort_minutes") is not None:
        found.append(f"Effort: {inside['effort_minutes']} min")
    if inside.get("violation"):
        found.append(f"The target was missed: {inside['violation']}")
    if event.kind.endswith(".corrected"):
        found.insert(0, f"{event.data.get('from', '')} → {event.data.get('to', '')}".replace("_", " "))
    return found


# What the sentence of a move says already, or what is bookkeeping.
_SAID = {"resolved_at", "closed_at", "reassignment_count", "reopen_count", "assignee", "workgroup", "pending_reason"}
_SAID |= {"resolution_code", "solution", "rating", "rating_comment", "result", "effort_minutes", "finished_at"}
_SAID |= {"actual_start", "actual_end", "late_reason", "outcome", "done", "was_backed_out", "interruptions"}
_SAID |= {"review", "reviewed_at", "reviewed_by", "fulfilled_at", "failures", "disruptions", "disrupts_service"}
_SAID |= {"merged_into", "is_major"}


def _changes(inside: dict[str, Any]) -> list[dict[str, Any]]:
    told = [change for change in inside.get("changes", []) if change["field"] not in _SAID]
    return [{part: change[part] for part in ("field", "label", "old", "new")} for change in told]


def _assigned(event: Event, common: dict[str, Any], internal: bool) -> Entry | None:
    inside, group = event.inside if internal else {}, event.data.get("workgroup")
    if not internal:
        return Entry("event", "arrow-right", words=f"passed it to {group}", **common) if group else None
    who = inside.get("assignee")
    took = who == str(event.actor)
    to = " and ".join(filter(None, [inside.get("workgroup") if inside.get("moved") else "", who or ""]))
    words = "took it" if took and not inside.get("moved") else f"assigned it to {to or 'the workgroup’s queue'}"
    details = [inside["text"]] if inside.get("text") else []
    if inside.get("because") and not took:
        details.append(f"{'' if event.actor.is_automation else 'Suggested: '}{inside['because']}")
    return Entry("event", "user-round", words=words, details=details, **common)


def _linked(event: Event, common: dict[str, Any]) -> Entry:
    kind = LinkKind(event.inside["kind"])
    words = kind.label if event.inside["forward"] else LINK_BACKWARDS[kind]
    icon, did = ("link", "linked it") if event.kind == "link.added" else ("link-2-off", "removed the link")
    return Entry("event", icon, words=f"{did}: {words} {event.inside['number']}", **common)


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
    order = list(ticket.kind_info.public_path)
    words = ticket.kind_info.public_words
    reached: dict[str, datetime] = {}
    for _, state, at in trail:
        if state in words:
            reached[words[state]] = at
    now = words[ticket.state]
    now = words[min(ticket.kind_info.working)] if now == "On hold" else now
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
