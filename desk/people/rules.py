"""Who may see, work or lead a workgroup's queue: a person's reach, and plain predicates on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from guardian.models import GroupObjectPermission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django_stubs_ext import StrOrPromise

    from .models import User

QUEUE_GRANTS = ("view_queue", "work_queue", "lead_queue")


@dataclass(frozen=True)
class Reach:
    """The ids of the workgroups whose queue a person may see, work and lead, and the kinds of ticket they oversee."""

    view: frozenset[int] = field(default_factory=frozenset)
    work: frozenset[int] = field(default_factory=frozenset)
    lead: frozenset[int] = field(default_factory=frozenset)
    oversee: frozenset[str] = field(default_factory=frozenset)


def reach(user: User | AnonymousUser) -> Reach:
    """The person's reach, read once and kept on the user object (so: once per request).

    One query over guardian's grants of the person's groups. A signed-out visitor reaches nothing; an
    administrator sees every queue, but works only those of the workgroups they belong to.
    """
    if not user.is_authenticated:
        return Reach()
    kept: Reach | None = getattr(user, "_reach", None)
    if kept is None:
        rows = _grants().filter(group__user=user).values_list("permission__codename", "object_pk", "overseen")
        every = apps.get_model("people.Workgroup").objects.values_list("pk", flat=True) if user.is_superuser else ()
        kept = _gathered(rows, also_seen=every)
        setattr(user, "_reach", kept)  # noqa: B010 (the request holds a lazy proxy of the user)
    return kept


def read_reach(users: Iterable[User]) -> None:
    """Read the reach of several people at once, for `reach` to find; one query, and one for administrators among them."""
    asked = {user.pk: user for user in users if getattr(user, "_reach", None) is None and not user.is_superuser}
    found: dict[int, list[tuple[str, str, list[str] | None]]] = {pk: [] for pk in asked}
    rows = _grants().filter(group__user__in=asked)
    for user, *row in rows.values_list("group__user", "permission__codename", "object_pk", "overseen"):
        found[user].append((row[0], row[1], row[2]))
    for person, grants in found.items():
        setattr(asked[person], "_reach", _gathered(grants))  # noqa: B010


def _grants() -> QuerySet[Any]:
    """Guardian's grants on workgroups, each with the kinds of ticket that the workgroup oversees."""
    workgroups = apps.get_model("people.Workgroup").objects
    its_own = workgroups.filter(pk=Cast(OuterRef("object_pk"), BigIntegerField()))
    return GroupObjectPermission.objects.filter(
        permission__content_type__app_label="people",
        permission__content_type__model="workgroup",
        permission__codename__in=QUEUE_GRANTS,
    ).annotate(overseen=Subquery(its_own.values("oversees")[:1]))


def _gathered(rows: Iterable[tuple[str, str, list[str] | None]], also_seen: Iterable[int] = ()) -> Reach:
    """The reach that (grant, workgroup, kinds that the workgroup oversees) come to; who works there oversees."""
    found: dict[str, set[int]] = {grant: set() for grant in QUEUE_GRANTS}
    oversee: set[str] = set()
    for grant, pk, kinds in rows:
        found[grant].add(int(pk))
        if grant == "work_queue":
            oversee.update(kinds or ())
    found["view_queue"].update(also_seen)
    view, work, lead = (frozenset(found[grant]) for grant in QUEUE_GRANTS)
    return Reach(view, work, lead, frozenset(oversee))


def forget_reach(user: User) -> None:
    """Drop what `reach` kept, after the person's memberships changed."""
    if hasattr(user, "_reach"):
        delattr(user, "_reach")


def may_view_queue(user: User | AnonymousUser, workgroup_id: int | None) -> bool:
    return workgroup_id in reach(user).view


def may_work_queue(user: User | AnonymousUser, workgroup_id: int | None) -> bool:
    return workgroup_id in reach(user).work


def may_lead_queue(user: User | AnonymousUser, workgroup_id: int | None) -> bool:
    return workgroup_id in reach(user).lead


def is_analyst(user: User | AnonymousUser) -> bool:
    """Works at least one queue."""
    return bool(reach(user).work)


def ask_analyst(user: User | AnonymousUser, what: StrOrPromise) -> None:
    """PermissionDenied, with a sentence, for everybody who doesn't work in IT; `what` is what they may not do."""
    if not is_analyst(user):
        raise PermissionDenied(_("Only people who work in IT {what}.").format(what=what))


def may_see_profile(user: User, person: User) -> bool:
    """One's own; whoever works for IT sees everybody's."""
    return person.pk == user.pk or bool(reach(user).view)


def may_plan_absence(user: User, person: User) -> bool:
    """One's own, and those of the people whose workgroup one leads."""
    if person.pk == user.pk:
        return is_analyst(person)
    return person.memberships.filter(workgroup__in=reach(user).lead, role__in=["analyst", "lead"]).exists()
