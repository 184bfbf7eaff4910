"""Standing in: somebody answers for somebody else who is away."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from desk.people.models import User
from desk.tickets import flow
from desk.tickets.errors import Refused

from . import count, times
from .models import Delegation


def delegate(*, by: User, to: User, start: datetime, end: datetime, user: User | None = None) -> Delegation:
    """Let `to` answer for `by` (or, where an administrator says so, for `user`) from start to end.

    What waits already is shown to them, and they are told, at once when it has begun, otherwise within a minute of its
    start.
    """
    whom = user or by
    with transaction.atomic():
        flow.serialise(f"delegation of {whom.pk}")
        if whom != by and not by.is_superuser:
            raise PermissionDenied(_("Everybody chooses their own stand-in; administrators may for others."))
        if to == whom:
            raise Refused(_("Nobody stands in for themselves: choose somebody else."), field="to")
        if not to.is_active or to.is_automation:
            raise Refused(_("{person} can't sign in, and so can't answer for you.").format(person=to), field="to")
        if end <= start:
            raise Refused(_("It has to end after it starts."), field="end")
        if end <= flow.clock():
            raise Refused(_("That is over already."), field="end")
        other = Delegation.objects.filter(user=whom, start__lt=end, end__gt=start).select_related("to").first()
        if other is not None:
            words = _("{person} answers for you within that time already; take that back first.")
            raise Refused(words.format(person=other.to), field="to")
        made = Delegation.objects.create(user=whom, to=to, start=start, end=end)
        count.forget([to.pk])
    times.hand_over(user=whom)
    return made


@transaction.atomic
def take_back(*, delegation: Delegation, by: User) -> None:
    """End it now; what has not begun goes away. What was answered meanwhile stays."""
    if delegation.user_id != by.pk and not by.is_superuser:
        raise PermissionDenied(_("Only whoever chose a stand-in may take that back."))
    now = flow.clock()
    count.forget([delegation.to_id])
    if delegation.start >= now:
        delegation.delete()
    elif delegation.end > now:
        delegation.end = now
        delegation.save()
