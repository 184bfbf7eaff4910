"""What the catalogue says of its items, in words: how long one takes, what it costs, and whose approval it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.approvals.models import ApprovalRule, ApprovalStep, Quorum
from desk.people.models import User
from desk.sla import queries as sla
from desk.sla.engine import RESOLUTION
from desk.sla.times import in_words
from desk.sla.versions import Subject
from desk.tickets.models import Impact, Urgency
from desk.tickets.queries import priority_for

from . import queries
from .models import CatalogueGroup, CatalogueItem

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """An item on its shelf, with how long it takes (empty where nobody can say)."""

    item: CatalogueItem
    how_long: str


@dataclass(frozen=True)
class Shelf:
    group: CatalogueGroup
    offers: list[Offer]


@dataclass(frozen=True)
class Catalogue:
    """The page: its shelves, or what was found; beside them what the person, and everybody, orders."""

    shelves: list[Shelf]
    words: str = ""
    lately: list[CatalogueItem] = field(default_factory=list)
    often: list[CatalogueItem] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(shelf.offers) for shelf in self.shelves)


def catalogue(user: User, words: str = "") -> Catalogue:
    """What this person may order, by shelf; with `words`, what is found."""
    words = " ".join(words.split())[:80]
    items = list(queries.found(user, words) if words else queries.offered_to(user))
    durations = how_long(items, user)
    shelves = [
        Shelf(group, [Offer(item, durations.get(item.pk, "")) for item in found])
        for group, found in groupby(items, key=lambda item: item.group)
    ]
    if words:
        return Catalogue(shelves, words)
    return Catalogue(shelves, "", queries.ordered_lately(user), queries.ordered_often(user))


def how_long(items: Iterable[CatalogueItem], user: User) -> dict[int, str]:
    """By item “usually 2 days”, from what was delivered lately; else what is promised; nothing where neither is known."""
    items = list(items)
    usual = queries.usual_times(items)
    promised = _promised([item for item in items if item.pk not in usual], user)
    return promised | {pk: _("usually {time}").format(time=about(took)) for pk, took in usual.items()}


def about(took: timedelta) -> str:
    """A length of wall time as one says it: “1 hour”, “2 days”; rounded, and never nothing."""
    if took < 20 * HOUR:
        hours = max(1, round(took / HOUR))
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    days = max(1, round(took / DAY))
    return ngettext("{n} day", "{n} days", days).format(n=days)


def _promised(items: list[CatalogueItem], user: User) -> dict[int, str]:
    """By item the target of the policy that its request would have; two queries, whatever the number of items."""
    if not items:
        return {}
    table, priority = sla.policies(), priority_for(Impact.LOW, Urgency.LOW)
    branches = sla.branches() if any(item.category_id for item in items) else {}
    found = {}
    for item in items:
        subject = Subject(
            kind="request", priority=priority, workgroup=item.workgroup_id, service=item.service_id,
            branch=branches.get(item.category_id or 0, frozenset()),
            department=user.department, vip=user.is_vip,
        )  # fmt: skip
        policy = sla.match(subject, table).policy
        target = sla.policy_said(policy.current_id).minutes[RESOLUTION] if policy and policy.current_id else None
        if target:
            time = in_words(timedelta(minutes=target))
            found[item.pk] = _("within {time} of working time").format(time=time)
    return found


# -- one item ----------------------------------------------------------------------------------


def approval_in_words(item: CatalogueItem, user: User) -> str:
    """Whose approval an order of this person needs: “your manager, Omar Diaz; then the CAB”. Empty: nobody's."""
    wanted = item.current.says.approval or 0 if item.current else 0
    rule = ApprovalRule.objects.filter(pk=wanted).prefetch_related("steps__groups", "steps__people").first()
    if rule is None:
        return ""
    return _("; then ").join(_step_in_words(step, item, user) for step in rule.steps.all())


def _step_in_words(step: ApprovalStep, item: CatalogueItem, user: User) -> str:
    people: list[str] = []
    if step.asks_manager:
        words = _("your manager, {person}") if user.manager else _("your manager")
        people.append(words.format(person=user.manager))
    if step.asks_item_owner:
        words = _("the owner of this item, {person}") if item.owner else _("the owner of this item")
        people.append(words.format(person=item.owner))
    if step.asks_service_owners and item.service:
        people.append(_("the owner of {service}").format(service=item.service))
    people += [str(group) for group in step.groups.all()] + [str(person) for person in step.people.all()]
    joined = {Quorum.ALL: _(" and "), Quorum.ANY: _(" or ")}.get(Quorum(step.quorum), ", ")
    words = joined.join(people)
    if step.quorum != Quorum.COUNT:
        return words
    return _("{n} of {people}").format(n=step.needed, people=words)
