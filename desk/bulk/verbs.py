"""What can be done with many tickets at once: each verb's words, and how it is done with one ticket.

Each does with every ticket what its page would do: by the room's own action, through the one door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from desk.people.models import User, Workgroup
from desk.tickets import actions, flow, rules
from desk.tickets.errors import Refused
from desk.tickets.models import PendingReason, Priority, Ticket
from desk.tickets.queries import priority_for

FOR_IT = "do things with many tickets at once"
Act = Callable[[Ticket, User, dict[str, Any]], bool]  # False: there was nothing to change
May = Callable[[Ticket, User], list[str]]  # the sentences that stand in the way already


@dataclass(frozen=True)
class Verb:
    """`label` names it, `begin` stands on the button, `done` says what was done to each; `may` looks ahead, `act` does it."""

    name: str
    label: str
    begin: str
    done: str
    icon: str
    may: May
    act: Act


def _move(name: str, words: str) -> May:
    """What stands in the way of a transition, without asking for its inputs."""

    def may(ticket: Ticket, by: User) -> list[str]:
        step = flow.transition_of(ticket, name)
        if step is None:
            return [f"A {ticket.kind_info.label.lower()} can't be {words}."]
        permission: Any = step.permission
        denied = [] if permission(ticket, by) else [permission.why_not(ticket)]
        return denied or flow.unmet(ticket, name, by)

    return may


def _by_rule(rule: rules.Rule) -> May:
    return lambda ticket, by: [] if rule(ticket, by) else [rule.why_not(ticket)]


def _do(ticket: Ticket, name: str, by: User, **inputs: Any) -> bool:
    """The room's own action of this name; Refused where the kind has none."""
    kind = ticket.kind_info
    verb = getattr(kind.actions, name, None)
    if verb is None:
        raise Refused(f"A {kind.label.lower()} has no such move.")
    verb(**{kind.name: ticket}, by=by, **inputs)
    return True


def _take(ticket: Ticket, by: User, inputs: dict[str, Any]) -> bool:
    return ticket.assignee_id != by.pk and _do(ticket, "take", by)


def _assign(ticket: Ticket, by: User, inputs: dict[str, Any]) -> bool:
    """Nobody named and the same workgroup leaves it as it is; a named person must work for where it goes."""
    workgroup, assignee = inputs["workgroup"] or ticket.workgroup, inputs["assignee"]
    if workgroup.pk == ticket.workgroup_id and (assignee is None or assignee.pk == ticket.assignee_id):
        return False
    return _do(ticket, "assign", by, workgroup=workgroup, assignee=assignee, reason=inputs["reason"])


def _hold(ticket: Ticket, by: User, inputs: dict[str, Any]) -> bool:
    if inputs["pending"] is None:
        raise Refused("What was waited for isn't a reason any more.")
    return _do(ticket, "hold", by, reason=inputs["pending"], message=inputs["message"], note=inputs["note"])


def _cancel(ticket: Ticket, by: User, inputs: dict[str, Any]) -> bool:
    orders = {} if ticket.kind in ("request", "work_order") else {"orders": inputs["orders"]}
    return _do(ticket, "cancel", by, reason=inputs["reason"], **orders)


def _prioritise(ticket: Ticket, by: User, inputs: dict[str, Any]) -> bool:
    """Impact and urgency as said; what already is as important as they make it, by the same two, stays as it is."""
    given = {name: inputs[name] for name in ("impact", "urgency") if inputs[name]}
    if all(getattr(ticket, name) == value for name, value in given.items()):
        return False
    edit = getattr(ticket.kind_info.actions, "edit", actions.edit)
    edit(ticket=ticket, by=by, seen=ticket.version, **given)
    return True


def _note(ticket: Ticket, by: User, inputs: dict[str, Any]) -> bool:
    actions.note(ticket=ticket, by=by, message=inputs["note"])
    return True


NAMED: dict[str, type[Model]] = {"workgroup": Workgroup, "assignee": User, "pending": PendingReason}


def restored(inputs: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the verbs take it: with the objects that it names; None where one is gone."""
    return {
        name: NAMED[name]._default_manager.filter(pk=value).first() if name in NAMED else value
        for name, value in inputs.items()
    }


VERBS = {
    verb.name: verb
    for verb in (
        Verb("take", "Take", "Take them", "taken", "hand", _move("assign", "assigned"), _take),
        Verb("assign", "Assign", "Assign them", "assigned", "user-round-plus", _move("assign", "assigned"), _assign),
        Verb("hold", "Put on hold", "Put them on hold", "put on hold", "pause", _move("hold", "put on hold"), _hold),
        Verb(
            "prioritise",
            "Prioritise",
            "Prioritise them",
            "prioritised",
            "signal",
            _by_rule(rules.may_edit),
            _prioritise,
        ),
        Verb("note", "Add a note", "Add the note", "given a note", "lock", _by_rule(rules.may_note), _note),
        Verb("cancel", "Cancel", "Cancel them", "cancelled", "circle-x", _move("cancel", "cancelled"), _cancel),
    )
}


def priority_in_words(impact: int | None, urgency: int | None) -> str:
    """“P2 High” where both are said; otherwise what is said."""
    if impact and urgency:
        return str(Priority(priority_for(impact, urgency)).label)
    return f"impact {impact}" if impact else f"urgency {urgency}"
