"""What is asked of a new work order before it is raised: whether its form was sent before, and whether it makes sense."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from desk.people.language import in_a_sentence
from desk.people.models import Workgroup
from desk.tickets import text
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket

from . import queries, rules
from .lifecycle import State
from .models import WorkOrder, WorkType


def raised_already(parent: Ticket, submission: uuid.UUID) -> WorkOrder | None:
    """The order that this form has raised before; Refused when it did something else."""
    earlier = Ticket.objects.filter(submission=submission).first()
    if earlier is None:
        return None
    if earlier.parent_id != parent.pk or earlier.kind != queries.KIND:
        raise Refused(_("This form was sent before, for something else. Please open a new one."), field="submission")
    return WorkOrder.objects.get(pk=earlier.pk)


def fields(
    parent: Ticket,
    title: str,
    instructions: str,
    work_type: str,
    workgroup: Workgroup,
    planned_start: datetime | None,
    planned_end: datetime | None,
    needs: Sequence[WorkOrder],
) -> dict[str, Any]:
    """The cleaned fields; Refused, next to the field, for what makes no sense."""
    if problem := rules.why_no_orders(parent):
        raise Refused(problem)
    title = text.clean(title, field="title", required=_("Please say what is to be done."), limit=200)
    if not workgroup.takes_kind(f"{queries.KIND}.{work_type}"):
        words = _("{workgroup} doesn't take work orders of this type ({kind}).")
        kind = in_a_sentence(WorkType(work_type).label)
        raise Refused(words.format(workgroup=workgroup, kind=kind), field="workgroup")
    if planned_end is not None and (planned_start is None or planned_end <= planned_start):
        raise Refused(_("The planned window ends after it starts."), field="planned_end")
    if strangers := [need.number for need in needs if need.parent_id != parent.pk]:
        raise Refused(_("{number} belongs to another ticket.").format(number=", ".join(strangers)), field="needs")
    if failed := [need.number for need in needs if need.state == State.FAILED]:
        words = _("{number} has failed; nothing can wait for it.")
        raise Refused(words.format(number=", ".join(failed)), field="needs")
    return {
        "title": title,
        "description": text.clean(instructions, field="instructions"),
        "work_type": work_type,
        "workgroup": workgroup,
        "planned_start": planned_start,
        "planned_end": planned_end,
    }
