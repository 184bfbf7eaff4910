"""The verbs on canned replies: save and delete."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people import circles
from desk.people.models import User, Workgroup
from desk.people.rules import ask_analyst
from desk.tickets import text as texts
from desk.tickets.errors import Refused

from . import placeholders
from .models import CannedReply

FOR_IT = _lazy("have canned replies")


def save(
    *, by: User, name: str, text: str, workgroup: Workgroup | None = None, canned: CannedReply | None = None
) -> CannedReply:
    """Write a new one, or `canned` anew: for oneself, or for a workgroup that one leads; one for everybody stays so.

    Refused, beside the field, where a placeholder is unknown or the name is taken in the same circle.
    """
    ask_analyst(by, FOR_IT)
    found = canned or CannedReply(owner=by)
    if not circles.may_change(found, by):
        raise PermissionDenied(_("Only whoever it belongs to may change “{name}”.").format(name=found))
    if canned is None or canned.owner_id or canned.workgroup_id:
        found.workgroup, found.owner = workgroup, None if workgroup else by
    if not circles.may_change(found, by):
        why = _("Only a lead of {workgroup} writes for all of it.")
        raise Refused(why.format(workgroup=workgroup), field="workgroup")
    found.name = texts.clean(name, field="name", required=_("Please give it a name."), limit=80)
    found.text = texts.clean(text, field="text", required=_("Please write the reply."), limit=8000)
    if complaint := placeholders.complaint(found.text):
        raise Refused(complaint, field="text")
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        why = _("There is a “{name}” for {whose} already.").format(name=found.name, whose=found.whose)
        raise Refused(why, field="name") from None
    return found


def delete(*, canned: CannedReply, by: User) -> None:
    """It is offered no more; what was written with it stays."""
    if not circles.may_change(canned, by):
        raise PermissionDenied(_("Only whoever it belongs to may delete “{name}”.").format(name=canned))
    canned.delete()
