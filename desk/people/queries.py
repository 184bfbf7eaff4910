"""Questions about people: which queues someone may see, work or lead, and who is here today."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import Absence, Role, User, Workgroup


def workgroups_for(kind: str) -> QuerySet[Workgroup]:
    """The active workgroups that take this kind of ticket."""
    wanted = [kind, kind.partition(".")[0]]
    return Workgroup.objects.filter(Q(takes=[]) | Q(takes__overlap=wanted), is_active=True)


def analysts_of(workgroup: Workgroup) -> QuerySet[User]:
    """The people who work this workgroup's queue."""
    return User.objects.filter(
        memberships__workgroup=workgroup, memberships__role__in=["analyst", "lead"], is_active=True
    ).distinct()


def leads_of(workgroup: Workgroup) -> QuerySet[User]:
    """Those who lead the workgroup, and are active."""
    leads = User.objects.filter(memberships__workgroup=workgroup, memberships__role=Role.LEAD, is_active=True)
    return leads.distinct()


def absent(users: Iterable[User], at: datetime | None = None) -> dict[int, Absence]:
    """The absence, by user id, of each of these people who is away at the moment."""
    at = at or timezone.now()
    rows = Absence.objects.filter(user__in=users, start__lte=at, end__gt=at).order_by("end")
    return {row.user_id: row for row in rows}


def find_people(words: str, limit: int = 10) -> list[User]:
    """Active people whose name, username or address begins with or contains each word."""
    people = User.objects.filter(is_active=True, is_automation=False)
    for word in words.split():
        people = people.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(email__icontains=word)
        )
    return list(people[:limit])


def person_named(words: str) -> User | None:
    """The one active person with exactly this username, address or full name; None when nobody or several."""
    words = " ".join(words.split())
    people = User.objects.filter(is_active=True, is_automation=False)
    first, _, last = words.partition(" ")
    exact = people.filter(
        Q(username__iexact=words) | Q(email__iexact=words) | Q(first_name__iexact=first, last_name__iexact=last)
    )[:2]
    return exact[0] if len(exact) == 1 else None


def automation() -> User:
    """The portal's own hand, made at first use; it can't sign in."""
    user, _ = User.objects.get_or_create(
        is_automation=True,
        defaults={"username": "automation", "first_name": "Automation", "password": "!", "is_active": True},
    )
    return user
