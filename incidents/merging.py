"""Closing an incident as a duplicate of another: who follows which, what is refused, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from desk.people.models import User
from desk.tickets import actions as ticket_actions
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.flow import perform
from desk.tickets.models import Link, LinkKind, Watcher
from desk.tickets.rules import may_see_internal, may_view

from . import families
from .models import Incident


@dataclass(frozen=True)
class Preview:
    """What merging will do: which one goes, which one stays, who will follow that, and what stands in the way."""

    goes: Incident
    stays: Incident
    followers: list[User]
    children: int
    obstacles: list[str]
    sees_inside: bool  # whether the person may see what is internal of the one that stays


def preview(*, goes: Incident, stays: Incident, by: User) -> Preview:
    """What would happen now."""
    return Preview(
        goes,
        stays,
        _followers(goes, stays),
        Link.objects.filter(target=goes, kind=LinkKind.CHILD_OF).count(),
        why_not(goes, stays, by),
        may_see_internal(stays, by),
    )


def why_not(goes: Incident, stays: Incident, by: User) -> list[str]:
    """The sentences that stand in the way of merging the one into the other, whatever the first one's own state is."""
    if goes.pk == stays.pk:
        return [_("{number} can't be a duplicate of itself.").format(number=goes.number)]
    if not may_view(stays, by):
        return [_("There is no {number} that you may see.").format(number=stays.number)]
    if stays.same_as is not None:
        if stays.same_as.pk == goes.pk:
            return [
                _("{number} was closed as a duplicate of {other}, so that one stays.").format(
                    number=stays.number, other=goes.number
                )
            ]
        return [
            _("{number} is itself a duplicate of {other}. Merge into that one.").format(
                number=stays.number, other=stays.same_as.number
            )
        ]
    if stays.is_over:
        return [
            _("{number} is {state}, so nobody would solve it there. Choose one that is open.").format(
                number=stays.number, state=stays.state_label.lower()
            )
        ]
    return []


def _followers(goes: Incident, stays: Incident) -> list[User]:
    """The people of the one that goes who don't yet take part in the one that stays."""
    people = {goes.requester_id, goes.reporter_id, *goes.watchers.values_list("user", flat=True)}
    there = {stays.requester_id, stays.reporter_id, *stays.watchers.values_list("user", flat=True)}
    return list(User.objects.filter(pk__in=people - there, is_active=True, is_automation=False).order_by("pk"))


@transaction.atomic
def merge(*, incident: Incident, by: User, into: Incident, **how: Any) -> Incident:
    """Close it as a duplicate: its people follow the one that stays, and its children become children of that one.

    Its events and files stay where they are. Who merge at the same time wait here for one another, so that no two
    incidents ever end in each other.
    """
    flow.serialise("merging incidents")
    goes, stays = families.lock(incident, into)
    flow.ask_permission(goes, "merge", by)
    if obstacles := why_not(goes, stays, by):
        raise Refused(*obstacles, field="into")
    followers = _followers(goes, stays)
    for user in followers:
        ticket_actions.watch(ticket=stays, user=user)
    told = {"at": how.get("at")}
    merged = perform(goes, "merge", by=by, into=stays, followers=tuple(user.pk for user in followers), **how)
    ticket_actions.link(source=merged, target=stays, kind=LinkKind.DUPLICATE_OF, by=by, **told)
    _hand_over_children(merged, stays, by, **told)
    return merged


def _hand_over_children(goes: Incident, stays: Incident, by: User, at: Any) -> None:
    """Its children are the children of the one that stays; and it is nobody's child any more."""
    family = Link.objects.filter(Q(source=goes) | Q(target=goes), kind=LinkKind.CHILD_OF)
    ties = list(family.select_related("source", "target").order_by("source"))
    for link in ties:
        ticket_actions.unlink(link=link, by=by, at=at)
    parent = Incident.objects.get(pk=stays.pk).parent_incident or stays
    for link in ties:
        if link.target_id == goes.pk and link.source_id not in (stays.pk, parent.pk):
            ticket_actions.link(source=link.source, target=parent, kind=LinkKind.CHILD_OF, by=by, at=at)


@transaction.atomic
def unmerge(*, incident: Incident, by: User, **how: Any) -> Incident:
    """It is no duplicate after all: it is open again, and those who came over with it follow the other one no more.

    Whoever also reported the same by another duplicate goes on following.
    """
    flow.serialise("merging incidents")
    stays = Incident.objects.filter(duplicates=incident).first()
    goes = families.lock(*filter(None, (incident, stays)))[0]
    flow.ask_permission(goes, "unmerge", by)
    came = goes.events.filter(kind="incident.merged").order_by("-at", "-pk").first()
    back = perform(goes, "unmerge", by=by, **how)
    if stays is not None and came is not None:
        gone = set(came.inside["followers"]) - _reported_too(stays)
        Watcher.objects.filter(ticket=stays, user__in=gone).delete()
        for link in Link.objects.filter(source=back, target=stays, kind=LinkKind.DUPLICATE_OF):
            ticket_actions.unlink(link=link, by=by, at=how.get("at"))
    return back


def _reported_too(stays: Incident) -> set[int]:
    """Who reported it by a duplicate that still is one."""
    return {pk for pair in stays.duplicates.values_list("requester", "reporter") for pk in pair}
