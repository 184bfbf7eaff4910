"""What is for one person, for a workgroup, or for everybody of IT, such as a saved view: who has it, and who may change it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from .models import User, Workgroup
from .rules import may_lead_queue, reach


class Kept(Protocol):
    """A row with an `owner` or a `workgroup`, or neither: then it is for everybody of IT."""

    owner_id: int | None
    workgroup_id: int | None
    workgroup: Any
    _meta: ClassVar[Any]


def offered_to(user: User, workgroups: Iterable[int]) -> Q:
    """Their own, those of these workgroups (by id), and those for everybody of IT."""
    return Q(owner=None, workgroup=None) | Q(owner=user) | Q(workgroup__in=workgroups)


def may_change(kept: Kept, user: User) -> bool:
    """One's own; those of a workgroup its leads; those for everybody whoever may in the administration."""
    if kept.owner_id is not None:
        return kept.owner_id == user.pk
    if kept.workgroup_id is not None:
        return may_lead_queue(user, kept.workgroup_id)
    return user.has_perm(f"{kept._meta.app_label}.change_{kept._meta.model_name}")


def led_by(user: User) -> QuerySet[Workgroup]:
    """The workgroups for all of which the person may keep something."""
    return Workgroup.objects.filter(pk__in=reach(user).lead, is_active=True)


def in_words(kept: Kept) -> str:
    """For whom it is."""
    return _("only you") if kept.owner_id else str(kept.workgroup) if kept.workgroup else _("everybody of IT")
