"""Saved views: which a person has, with what is in each, and the verbs on them: save, delete, begin with one."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people import circles
from desk.people.models import User, Workgroup
from desk.people.rules import ask_analyst, reach
from desk.tickets import text
from desk.tickets.errors import Refused

from . import counts, habits, live
from .models import FirstView, SavedView

FOR_IT = _lazy("have views of queues")
MOST = 12  # views whose tickets are counted
LONGEST = 2000  # characters of an address that is kept: one cut short would ask something else


def offered_to(user: User) -> QuerySet[SavedView]:
    """Their own, those of the workgroups whose queue they see, and those for everybody of IT; by name."""
    place = Q(place=None) | Q(place__in=reach(user).view)
    return SavedView.objects.filter(circles.offered_to(user, reach(user).view), place).select_related(
        "place", "workgroup"
    )


@dataclass(frozen=True)
class Shelf:
    """A view as its reader has it: how many tickets are in it, in words, and what they may do with it."""

    view: SavedView
    count: str
    may_change: bool
    is_first: bool


def shelf(request: HttpRequest, groups: tuple[Workgroup, ...]) -> list[Shelf]:
    """The reader's views, those that they see first counted, by the same question that their list asks."""
    from .asked import read  # reads what views hold; views hold what it reads

    user: User = request.user  # type: ignore[assignment]  # whoever is here is signed in
    first = FirstView.objects.filter(user=user).values_list("view", flat=True).first()
    revision = live.queues_stand([group.pk for group in groups])
    found = []
    for place, view in enumerate(offered_to(user)):
        whose = groups if view.place is None else tuple(group for group in groups if group.pk == view.place_id)
        count = ""
        if place < MOST and whose:
            listing = read(request, whose, one=view.place is not None, query=QueryDict(view.query)).listing
            asks = f"{view.place_id}|{view.query}"
            count = counts.of_list(listing, asks=asks, revision=revision) if listing.groups else "0"
        found.append(Shelf(view, count, circles.may_change(view, user), view.pk == first))
    return found


def names(user: User) -> list[habits.Name]:
    """The reader's views, without asking what is in them."""
    return habits.views_of(user, lambda: list(offered_to(user)[:100]))


def first_of(user: User) -> SavedView | None:
    """The view with which this person's queues open, if it is still theirs to see."""
    return offered_to(user).filter(pk__in=FirstView.objects.filter(user=user).values("view")).first()


def save(
    *, by: User, name: str, query: str, place: Workgroup | None = None, workgroup: Workgroup | None = None,
    view: SavedView | None = None,
) -> SavedView:  # fmt: skip
    """Keep a list's address under a name: for oneself, or for a workgroup that one leads; `view` is kept anew.

    Refused, beside the field, where the name is taken in the same circle; and where the address is too long.
    """
    ask_analyst(by, FOR_IT)
    found = view or SavedView(owner=by)
    if not circles.may_change(found, by):
        raise PermissionDenied(_("Only whoever it belongs to may change “{name}”.").format(name=found))
    if view is None or view.owner_id or view.workgroup_id:
        found.workgroup, found.owner = workgroup, None if workgroup else by
    if not circles.may_change(found, by):
        why = _("Only a lead of {workgroup} saves views for all of it.")
        raise Refused(why.format(workgroup=workgroup), field="workgroup")
    found.name = text.clean(name, field="name", required=_("Please give it a name."), limit=60)
    if len(query) > LONGEST:
        raise Refused(_("The address of this list is too long to be kept. Narrow it by fewer filters."))
    found.query, found.place = query, place
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        why = _("There is a “{name}” for {whose} already.").format(name=found.name, whose=found.whose)
        raise Refused(why, field="name") from None
    habits.forget(by)
    return found


def delete(*, view: SavedView, by: User) -> None:
    """Nobody has it any more; whose queues began with it begin with the whole list again."""
    if not circles.may_change(view, by):
        raise PermissionDenied(_("Only whoever it belongs to may delete “{name}”.").format(name=view))
    view.delete()
    habits.forget(by)


def begin_with(*, by: User, view: SavedView | None) -> None:
    """From now on this person's queues open with this view; None: with the whole list."""
    if view is None:
        FirstView.objects.filter(user=by).delete()
    else:
        FirstView.objects.update_or_create(user=by, defaults={"view": view})
    habits.forget(by)
