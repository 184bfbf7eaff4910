"""Replays the updates of one incident through the same actions as real work, with their own times and people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from desk.people.language import Kept, keep, keep_n
from desk.people.models import User
from desk.people.rules import may_work_queue
from desk.tickets import actions as ticket_actions
from desk.tickets import flow
from desk.tickets.audit import snapshot
from desk.tickets.errors import Refused
from desk.tickets.models import Impact, Urgency, Visibility
from incidents import actions
from incidents.lifecycle import State
from incidents.models import ImportedIncident, ImportedUpdate, Incident

from .cast import Cast
from .updates import FACTS, Update

SOURCE = "import"
SYSTEM = "ServiceNow"
QUESTION = "Asked in ServiceNow; the imported trail doesn't hold the words."
WAITING = {State.LOGGED, State.REOPENED}
OVER = {State.RESOLVED, State.CLOSED}
OVER_THERE = {"Resolved", "Closed"}


@dataclass
class Outcome:
    """What became of an incident's updates; the lists hold (line, reason)."""

    is_new: bool = False
    rows: int = 0
    known: int = 0
    events: int = 0
    corrections: list[tuple[int, str]] = field(default_factory=list)
    late: list[tuple[int, str]] = field(default_factory=list)
    differences: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def replay(number: str, updates: Iterable[Update], *, cast: Cast, file: str) -> Outcome:
    """Replay what is new among an incident's updates, which come in order; all of it or nothing.

    A second import waits here for the first, and then finds its updates done.
    """
    flow.serialise(f"import {SYSTEM} {number}")
    outcome = Outcome()
    imported = ImportedIncident.objects.select_related("incident").filter(system=SYSTEM, number=number).first()
    done = set(imported.updates.values_list("key", flat=True)) if imported else set()
    story = Story(cast, outcome, imported) if imported else None
    before = imported.incident.events.count() if imported else 0
    fresh = []
    for update in updates:
        if update.key in done:
            outcome.known += 1
        elif story and update.at < story.at:
            reason = f"Older than what was imported already (up to {story.at:%d-%m-%Y %H:%M} UTC)."
            outcome.late.append((update.line, reason))
        else:
            story = story or Story.begin(update, cast, outcome)
            story.follow(update)
            done.add(update.key)
            fresh.append((update.key, update.line))
    if story and fresh:
        story.finish(imported, fresh, file)
        outcome.events = story.incident.events.count() - before
    outcome.is_new, outcome.rows = imported is None, len(fresh)
    cast.dismiss()
    return outcome


class Story:
    """An incident while its trail is followed. `last` is the update before, as the trail told it; `at` its moment."""

    def __init__(self, cast: Cast, outcome: Outcome, imported: ImportedIncident):
        self.cast, self.outcome = cast, outcome
        self.incident: Incident = imported.incident
        self.last: dict[str, Any] = imported.trail
        self.at: datetime = imported.last_at

    @classmethod
    def begin(cls, first: Update, cast: Cast, outcome: Outcome) -> Story:
        """Log the incident as the first update shows it, at the time it was opened."""
        by = cast.reporter(first.opened_by)
        opened = first.opened_at or first.at
        if opened > first.at:
            # What happened before it was opened needs something to happen to.
            reason = "The trail opens it after its first update; it is logged with that."
            outcome.differences.append((first.line, reason))
            opened = first.at
        told = {name: value for name, value in first.facts.items() if value is not None}
        incident = actions.log(
            by=by,
            requester=cast.person(first.caller),
            title=first.title,
            description=f"Imported from {SYSTEM} {first.number}"
            + (f"; it came in by {first.contact.lower()}." if first.contact else "."),
            impact=first.impact or Impact.MEDIUM,
            urgency=first.urgency or Urgency.MEDIUM,
            category=cast.category(first.category, first.subcategory),
            site=cast.site(first.location),
            workgroup=cast.group(first.group),
            at=opened,
            source=SOURCE,
            inside={"imported": {"system": SYSTEM, "number": first.number, **told}},
        )
        start = {"title": first.title, "facts": first.facts}
        return cls(cast, outcome, ImportedIncident(incident=incident, trail=start, last_at=opened))

    def follow(self, update: Update) -> None:
        """Make the moves that lead from the incident as it is to what this update shows."""
        self.at, self.update = update.at, update.filled(self.last)
        self.actor = self.cast.first_of((update.updated_by, update.assigned_to))
        self._edit()
        if self.incident.state in OVER and update.state not in OVER_THERE:
            self._reopen()
        self._place()
        self._reach_state()
        self._settle_numbers()
        self._note_facts()
        self.last = self.update.trail

    def finish(self, imported: ImportedIncident | None, fresh: list[tuple[str, int]], file: str) -> None:
        """Remember how far we came."""
        imported = imported or ImportedIncident(system=SYSTEM, number=self.update.number, incident=self.incident)
        imported.rows += len(fresh)
        imported.corrections += len(self.outcome.corrections)
        imported.file, imported.trail, imported.last_at = file[-255:], self.last, self.at
        imported.save()
        ImportedUpdate.objects.bulk_create(
            [ImportedUpdate(imported=imported, key=key, line=line) for key, line in fresh], batch_size=500
        )

    # -- who and how -------------------------------------------------------------------------

    def _as_member(self, person: User) -> User:
        if may_work_queue(person, self.incident.workgroup_id):
            return person
        return self.cast.enlist(person, self.incident.workgroup)

    def _move(self, verb: Callable[..., Incident], *, by: User, otherwise: dict[str, Any], **inputs: Any) -> None:
        """Do it as real work is done; where our rules refuse, set it all the same and say why we couldn't."""
        try:
            self.incident = verb(incident=self.incident, by=self._as_member(by), at=self.at, source=SOURCE, **inputs)
        except (Refused, PermissionDenied) as refusal:
            said = keep("{refusal} The trail says “{state}” all the same.", refusal=refusal, state=self.update.state)
            self._correct(said, **otherwise)

    def _correct(self, reason: str, **what: Any) -> None:
        self.incident = flow.correct(
            self.incident, by=self.cast.automation, at=self.at, reason=reason, source=SOURCE, **what
        )
        self.outcome.corrections.append((self.update.line, reason))

    # -- fields ------------------------------------------------------------------------------

    def _edit(self) -> None:
        """What the trail tells anew about the incident itself. What it doesn't know any more stays as it was."""
        update, incident = self.update, self.incident
        told: dict[str, Any] = {
            "requester": self.cast.person(update.caller),
            "category": self.cast.category(update.category, update.subcategory),
            "site": self.cast.site(update.location),
            "impact": update.impact,
            "urgency": update.urgency,
            "title": update.title if self.last["title"] == incident.title else None,  # not one that people wrote
        }
        # By id: the incident is fresh after every move, and each of its neighbours would be one more query.
        here = snapshot(incident)
        new = {name: to for name, to in told.items() if to is not None and here[name] != getattr(to, "pk", to)}
        if new:
            how: dict[str, Any] = {"by": self._as_member(self.actor), "at": self.at, "source": SOURCE}
            edited = ticket_actions.edit(ticket=incident, seen=incident.version, **how, **new)
            assert isinstance(edited, Incident)
            self.incident = edited

    def _note_facts(self) -> None:
        """Put on the timeline what changed in the facts that our incidents have no field for."""
        before, now = self.last["facts"], self.update.facts
        changes = [
            {"field": name, "label": label, "old": before.get(name), "new": now[name]}
            for name, label in FACTS.items()
            if before.get(name) != now[name]
        ]
        if changes:
            flow.write_event(
                self.incident, "field.changed", by=self.actor, at=self.at, source=SOURCE,
                inside={"changes": changes}, visibility=Visibility.INTERNAL,
            )  # fmt: skip

    def _settle_numbers(self) -> None:
        """Where the source's counts and moments still differ from what the moves made, the source's stand."""
        update, incident = self.update, self.incident
        told = {"reassignment_count": update.reassignments, "reopen_count": update.reopens}
        for name, moment in (("resolved_at", update.resolved_at), ("closed_at", update.closed_at)):
            if moment == update.at and update.state in OVER_THERE and getattr(incident, name) is not None:
                told[name] = moment  # type: ignore[assignment]
        wrong = {name: value for name, value in told.items() if value is not None and getattr(incident, name) != value}
        if wrong:
            first, *others = (self._why(name, value) for name, value in wrong.items())
            self._correct(
                reduce(lambda said, more: keep("{said} {more}", said=said, more=more), others, first), **wrong
            )

    def _why(self, name: str, value: Any) -> Kept:
        if name.endswith("_at"):
            return keep("The trail gives a later moment for “{name}”.", name=name.removesuffix("_at"))
        if name == "reassignment_count":
            times = keep_n("{n} reassignment", "{n} reassignments", value)
        else:
            times = keep_n("{n} reopening", "{n} reopenings", value)
        if "state" not in self.last:
            return keep("The trail begins with {times} that it doesn't show.", times=times)
        shown = getattr(self.incident, name)
        return keep("The trail counts {times}, where the moves it shows make {shown}.", times=times, shown=shown)

    # -- where it is and who has it ------------------------------------------------------------

    def _place(self) -> None:
        """Workgroup and analyst, by one assignment. Only what the trail changed: whom our own moves chose stays."""
        update, incident = self.update, self.incident
        group = self.cast.group(update.group)
        moved = group.pk != incident.workgroup_id
        person = self.cast.person(update.assigned_to)
        has_it = person.pk if person else None
        if not moved and (self.last.get("assigned_to") == update.assigned_to or has_it == incident.assignee_id):
            return
        if person is not None:
            self.cast.enlist(person, group)
        to = update.group or "a group that it doesn't name"
        why = f"The trail shows the move to {to}, not its reason." if moved else ""
        set_all_the_same: dict[str, Any] = {"workgroup": group, "assignee": person}
        if moved:
            set_all_the_same["reassignment_count"] = incident.reassignment_count + 1
        self._move(
            actions.assign, by=self.actor, workgroup=group, assignee=person, reason=why, otherwise=set_all_the_same
        )

    # -- states --------------------------------------------------------------------------------

    def _reach_state(self) -> None:
        wanted = self.update.meaning
        if self.incident.state in wanted.same:
            return
        steps = {
            State.LOGGED: self._to_logged,
            State.IN_PROGRESS: self._to_in_progress,
            State.PENDING: self._to_pending,
            State.RESOLVED: self._to_resolved,
            State.CLOSED: self._to_closed,
        }
        steps[State(wanted.state)]()

    def _to_logged(self) -> None:
        if self.incident.state != State.LOGGED:
            reason = keep(
                "Nothing leads back from {state} to Logged, yet the trail says “New” again.",
                state=State(self.incident.state).label,
            )
            self._correct(reason, to=State.LOGGED, pending_reason=None)

    def _to_in_progress(self) -> None:
        """Whoever has it works on it; where the trail names nobody, whoever wrote the update."""
        if self.incident.state == State.PENDING:
            self._move(actions.resume, by=self.actor, otherwise={"to": State.IN_PROGRESS, "pending_reason": None})
        if self.incident.state != State.IN_PROGRESS:
            worker = self.incident.assignee or self.actor
            self._move(actions.start, by=worker, otherwise={"to": State.IN_PROGRESS})

    def _to_pending(self) -> None:
        reason = self.cast.reason(self.update.meaning.reason)
        if self.incident.state == State.PENDING:
            if self.incident.pending_reason_id == reason.pk:
                return
            self._move(actions.resume, by=self.actor, otherwise={"to": State.ASSIGNED, "pending_reason": None})
        if self.incident.state in WAITING:
            # Only what somebody has triaged can wait.
            self._move(actions.assign, by=self.actor, assignee=self.incident.assignee, otherwise={"to": State.ASSIGNED})
        message = QUESTION if reason.waits_for_requester else ""
        held = {"to": State.PENDING, "pending_reason": reason}
        self._move(actions.hold, by=self.actor, reason=reason, message=message, otherwise=held)

    def _to_resolved(self) -> None:
        update, code = self.update, self.cast.code(self.update.code)
        if self.incident.state == State.RESOLVED:
            return
        # `resolved_by` is filled into every row, and names who resolved it last.
        resolver = self.actor
        if update.resolved_at in (None, update.at):
            resolver = self.cast.first_of((update.resolved_by, update.updated_by, update.assigned_to))
        if self.incident.state in WAITING:
            self._move(actions.start, by=self.incident.assignee or resolver, otherwise={"to": State.ASSIGNED})
        solution = f"Resolved in {SYSTEM} ({update.code})." if update.code else f"Resolved in {SYSTEM}."
        over = {"to": State.RESOLVED, "resolved_at": self.at, "closed_at": None, "pending_reason": None}
        over |= {"resolution_code": code, "solution": solution}
        self._move(actions.resolve, by=resolver, code=code, solution=solution, otherwise=over)

    def _to_closed(self) -> None:
        if self.incident.state == State.CLOSED:
            return
        over: dict[str, Any] = {"to": State.CLOSED, "closed_at": self.at, "pending_reason": None}
        if self.incident.state != State.RESOLVED:
            over |= {"resolved_at": self.at, "resolution_code": self.cast.code(self.update.code)}
            over["solution"] = f"Closed in {SYSTEM}; the trail shows no resolution."
        because = keep("closed in {system}", system=SYSTEM)
        self._move(actions.confirm, by=self.actor, because=because, otherwise=over)

    def _reopen(self) -> None:
        """A new episode. Its workgroup stays for now, so that a move to another is a reassignment of its own."""
        afresh = {
            "to": State.REOPENED, "reopen_count": self.incident.reopen_count + 1, "assignee": None, "solution": "",
            "resolution_code": None, "resolved_at": None, "closed_at": None,
        }  # fmt: skip
        reason = keep("The trail shows that it was reopened, not why.")
        self._move(actions.reopen, by=self.actor, reason=reason, otherwise=afresh)
        # The trail goes on naming whoever had it before, and our reopening takes it from them.
        self.last = {**self.last, "assigned_to": None}
