"""Which canned replies a person is offered."""

from __future__ import annotations

from django.db.models import QuerySet

from desk.people import circles
from desk.people.models import User
from desk.people.rules import reach

from .models import CannedReply


def offered_to(user: User) -> QuerySet[CannedReply]:
    """Their own, those of the workgroups they work in, and those for everybody of IT; by name."""
    return CannedReply.objects.filter(circles.offered_to(user, reach(user).work)).select_related("workgroup")
