"""The verbs on canned replies: save and delete."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from desk.people import circles
from desk.people.models import User, Workgroup
from desk.people.rules import ask_analyst
from desk.tickets import text as texts
from desk.tickets.errors import Refused

from . import placeholders
from .models import CannedReply

FOR_IT = "have canned replies"


def save(
    *, by: User, name: str, text: str, workgroup: Workgroup | None = None, canned: CannedReply | None = None
) -> CannedReply:
    """Write a new one, or `canned` anew: for oneself, or for a workgroup that one leads; one for everybody stays so.

    Refused, beside the field, where a placeholder is unknown or the name is taken in the same circle.
    """
    ask_analyst(by, FOR_IT)
    found = canned or CannedReply(owner=by)
    if not circles.may_change(found, by):
        raise PermissionDenied(f"Only whoever it belongs to may change “{found}”.")
    if canned is None or canned.owner_id or canned.workgroup_id:
        found.workgroup, found.owner = workgroup, None if workgroup else by
    if not circles.may_change(found, by):
        raise Refused(f"Only a lead of {workgroup} writes for all of it.", field="workgroup")
    found.name = texts.clean(name, field="name", required="Please give it a name.", limit=80)
    found.text = texts.clean(text, field="text", required="Please write the reply.", limit=8000)
    if complaint := placeholders.complaint(found.text):
        raise Refused(complaint, field="text")
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise Refused(f"There is a “{found.name}” for {found.whose} already.", field="name") from None
    return found


def delete(*, canned: CannedReply, by: User) -> None:
    """It is offered no more; what was written with it stays."""
    if not circles.may_change(canned, by):
        raise PermissionDenied(f"Only whoever it belongs to may delete “{canned}”.")
    canned.delete()
