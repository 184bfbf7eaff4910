"""The verbs of tables: try one, start it, and log its rows, each in a transaction of its own."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import speaking_to
from desk.people.models import User, Workgroup
from desk.people.rules import ask_analyst
from desk.reactions.owed import Debt, wake_for
from desk.services.models import Category, Service, Site
from desk.tickets import flow
from desk.tickets.errors import Refused
from incidents import actions as incidents

from .models import Row, Sheet
from .reading import BYTES, Table, read

WORK = "incidents.import_sheets"  # the task that is woken
FOR_IT = _lazy("bring incidents in a table")
ROWS = Debt(
    Row, due="due_at", attempts="attempts", done="done_at", dead="dead_at", error="last_error",
    lease=timedelta(seconds=30), lost="The worker was lost each time it came to this row.",
)  # fmt: skip
KEPT = timedelta(days=30)
MODELS: dict[str, Any] = {
    "requester": User, "service": Service, "category": Category, "site": Site, "workgroup": Workgroup,
}  # fmt: skip


GONE = {
    "requester": _lazy("The requester isn't there any more."), "service": _lazy("The service isn't there any more."),
    "category": _lazy("The category isn't there any more."), "site": _lazy("The site isn't there any more."),
    "workgroup": _lazy("The workgroup isn't there any more."),
}  # fmt: skip


@transaction.atomic
def look(*, by: User, name: str, raw: bytes) -> Sheet:
    """Read the table and keep it, tried: nothing is logged yet. Refused when it can't be read as one."""
    ask_analyst(by, str(FOR_IT))
    if len(raw) > BYTES:
        raise Refused(_("It is larger than {size} MB.").format(size=BYTES // 1024 // 1024), field="file")
    table: Table = read(raw)
    sheet = Sheet.objects.create(by=by, name=name[:200], left_out=table.left_out[:50])
    Row.objects.bulk_create(
        Row(sheet=sheet, line=one.number, said=one.said, fields=one.fields, problems=one.problems)
        for one in table.lines
    )
    return sheet


@transaction.atomic
def start(*, sheet: Sheet, by: User) -> Sheet:
    """Log the rows in which nothing is wrong; started once, however often it is sent. A worker does it."""
    fresh = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if fresh.by_id != by.pk:
        raise PermissionDenied(_("Only whoever brought it starts it."))
    ask_analyst(by, str(FOR_IT))
    if fresh.started_at is None:
        if not fresh.rows.filter(problems=[]).update(due_at=Now()):
            raise Refused(_("No row of it can be logged."))
        fresh.started_at = flow.clock()
        fresh.save(update_fields=["started_at"])
        transaction.on_commit(lambda: wake_for(WORK))
    return fresh


def work_off(limit: int = 200) -> int:
    """Log what is owed of all tables, row by row; returns how many were tried."""
    return ROWS.work_off(_log, limit)


def _log(pk: int) -> None:
    """One row: its incident and its end in one transaction, so that it is logged once whoever is killed when."""
    with transaction.atomic():
        row = ROWS.unfinished(pk).select_for_update(of=("self",)).select_related("sheet__by").first()
        if row is None or row.due_at is None:
            return
        try:
            with transaction.atomic(), speaking_to(row.sheet.by):
                row.incident, row.problems = _logged(row), []
        except (Refused, PermissionDenied) as refusal:
            row.problems = list(getattr(refusal, "sentences", [str(refusal)]))
        Row.objects.filter(pk=pk).update(done_at=Now(), incident=row.incident, problems=row.problems, last_error="")


def _logged(row: Row) -> Any:
    fields = dict(row.fields)
    for name, model in MODELS.items():
        if name in fields:
            fields[name] = model.objects.filter(pk=fields[name]).first()
            if fields[name] is None:
                raise Refused(str(GONE[name]))
    ask_analyst(row.sheet.by, str(FOR_IT))
    token = uuid.uuid5(row.sheet.token, str(row.line))
    return incidents.log(by=row.sheet.by, submission=token, source="import", **fields)


def sweep() -> int:
    """Forget tables of long ago; what they logged stays."""
    return Sheet.objects.filter(created_at__lt=Now() - KEPT).delete()[0]
