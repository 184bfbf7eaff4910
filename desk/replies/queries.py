"""Which canned replies a person is offered, and for whom they may write one."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from desk.people.models import User, Workgroup
from desk.people.rules import reach

from .models import CannedReply


def offered_to(user: User) -> QuerySet[CannedReply]:
    """Their own, those of the workgroups they work in, and those for everybody of IT; by name."""
    for_all = Q(owner=None, workgroup=None)
    seen = for_all | Q(owner=user) | Q(workgroup__in=reach(user).work)
    return CannedReply.objects.filter(seen).select_related("workgroup")


def workgroups_led(user: User) -> QuerySet[Workgroup]:
    """The workgroups for which the person may write one."""
    return Workgroup.objects.filter(pk__in=reach(user).lead, is_active=True)
