"""Editing a change: what follows from it, what of it is history, and what may not be lost once approvers are asked."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from desk.people.language import in_a_sentence
from desk.people.models import User
from desk.tickets import actions as ticket_actions
from desk.tickets import flow, text
from desk.tickets.audit import as_given, held
from desk.tickets.errors import Refused

from . import queries, rules
from .models import DECIDED_ON, PLAN, Change

# As true after an edit as they were when it was submitted, with the field that the sentence belongs to.
STILL_TRUE = ((rules.is_complete, ""), (rules.window_is_ahead, "planned_end"), (rules.is_not_frozen, "planned_start"))


@transaction.atomic
def edit(*, ticket: Change, by: User, seen: int, **fields: Any) -> Change:
    """Edit what was planned, as every ticket is edited; risk and priority follow. See `desk.tickets.actions.edit`.

    What approvers decided on (plan, window, risk, services) voids their answers when it is edited after submitting:
    the reaction to `field.changed` says so, and asks them again. It stays complete, ahead and out of freezes then.
    """
    change = flow.lock(ticket)
    fields = {name: text.clean(value, field=name) if name in PLAN else value for name, value in fields.items()}
    if change.state not in queries.EDITABLE_IN and (shut := DECIDED_ON & _wanted(change, fields)):
        names = ", ".join(str(Change._meta.get_field(name).verbose_name) for name in sorted(shut))  # type: ignore[union-attr]
        said = {"number": change.number, "state": in_a_sentence(change.state_label), "fields": names}
        raise Refused(_("{number} is {state}; its {fields} can't be edited any more.").format(**said))
    if services := list(fields.get("services", ())):
        fields["service"] = services[0]
    was = {name: held(change, name) for name in DECIDED_ON}
    _save(change, by, seen, fields)
    edited = flow.lock(change)  # as the reactions to the edit left it
    flow.change_fields(edited, by=by, at=fields.get("at"), **_what_follows(edited, was["change_type"]))
    fresh = Change.objects.get(pk=edited.pk)
    if fresh.state in queries.DECIDED and was != {name: held(fresh, name) for name in DECIDED_ON}:
        _refuse_what_none_would_submit(fresh)
    return fresh


def _wanted(change: Change, fields: dict[str, Any]) -> set[str]:
    """Of what approvers decide on, the fields that these values would change."""
    return {n for n, value in fields.items() if n in DECIDED_ON and held(change, n) != as_given(change, n, value)}


def _save(change: Change, by: User, seen: int, fields: dict[str, Any]) -> None:
    """The edit itself. Two people may each move one end of the window, and only together make it a wrong one."""
    try:
        with transaction.atomic():
            ticket_actions.edit(ticket=change, by=by, seen=seen, **fields)
    except IntegrityError as error:
        if "changes_window_ends_after_start" not in str(error):
            raise
        raise Refused(_("The planned window ends after it starts."), field="planned_end") from None


def _what_follows(edited: Change, old_type: str) -> dict[str, Any]:
    """The risk as it is assessed now; and what became an emergency can't wait, or can again."""
    risk = edited.assessed
    follows: dict[str, Any] = {"risk": risk.score if risk else None}
    if edited.change_type != old_type:
        follows |= queries.how_soon(edited.change_type, edited.impact)
    return follows


def _refuse_what_none_would_submit(change: Change) -> None:
    for true, field in STILL_TRUE:
        if not true(change):
            raise Refused(true.why_not(change), field=field)
