"""What can be done with many tickets at once: each verb's words, and how it is done with one ticket.

Each does with every ticket what its page would do: by the room's own action, through the one door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User, Workgroup
from desk.tickets import actions, flow, kinds, rules
from desk.tickets.errors import Refused
from desk.tickets.models import PendingReason, Priority, Ticket
from desk.tickets.queries import priority_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FOR_IT = _lazy("do things with many tickets at once")
Act = Callable[[Ticket, User, dict[str, Any]], bool]  # False: there was nothing to change
May = Callable[[Ticket, User], list[str]]  # the sentences that stand in the way already


@dataclass(frozen=True)
class Verb:
    """`label` names it, `begin` stands on the button, `done` says what was done to each; `may` looks ahead, `act` does it."""

    name: str
    label: StrOrPromise
    begin: StrOrPromise
    done: StrOrPromise
    icon: str
    may: May
    act: Act


def _named(kind: kinds.Kind) -> str:
    """A kind within a sentence: small, but not where nouns are written large everywhere."""
    label = str(kind.label)
    return label if (get_language() or "").startswith("de") else label.lower()


def _move(name: str, done: StrOrPromise) -> May:
    """What stands in the way of a transition, without asking for its inputs."""

    def may(ticket: Ticket, by: User) -> list[str]:
        step = flow.transition_of(ticket, name)
        if step is None:
            return [_("A {kind} can't be {done}.").format(kind=_named(ticket.kind_info), done=done)]
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
        raise Refused(_("A {kind} has no such move.").format(kind=_named(kind)))
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
        raise Refused(_("What was waited for isn't a reason any more."))
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


# What may be said of several tickets: “3 of 4 put on hold”, “None of them can be put on hold”.
_ASSIGNED = pgettext_lazy("tickets", "assigned")
_HELD = pgettext_lazy("tickets", "put on hold")
_CANCELLED = pgettext_lazy("tickets", "cancelled")
VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "take", pgettext_lazy("tickets", "Take"), _lazy("Take them"), pgettext_lazy("tickets", "taken"),
            "hand", _move("assign", _ASSIGNED), _take,
        ),
        Verb(
            "assign", pgettext_lazy("tickets", "Assign"), _lazy("Assign them"), _ASSIGNED,
            "user-round-plus", _move("assign", _ASSIGNED), _assign,
        ),
        Verb(
            "hold", pgettext_lazy("tickets", "Put on hold"), _lazy("Put them on hold"), _HELD,
            "pause", _move("hold", _HELD), _hold,
        ),
        Verb(
            "prioritise", _lazy("Prioritise"), _lazy("Prioritise them"), _lazy("prioritised"),
            "signal", _by_rule(rules.may_edit), _prioritise,
        ),
        Verb(
            "note", _lazy("Add a note"), _lazy("Add the note"), _lazy("given a note"),
            "lock", _by_rule(rules.may_note), _note,
        ),
        Verb(
            "cancel", pgettext_lazy("tickets", "Cancel"), _lazy("Cancel them"), _CANCELLED,
            "circle-x", _move("cancel", _CANCELLED), _cancel,
        ),
    )
}  # fmt: skip


def priority_in_words(impact: int | None, urgency: int | None) -> str:
    """“P2 High” where both are said; otherwise what is said."""
    if impact and urgency:
        return str(Priority(priority_for(impact, urgency)).label)
    return _("impact {n}").format(n=impact) if impact else _("urgency {n}").format(n=urgency)
