"""Explained choices: the first workgroup of a new ticket, and the analysts one might give it to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q
from django.utils import timezone

from desk.people.models import Skill, User, UserSkill, Workgroup
from desk.people.queries import absent, analysts_of
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket
from desk.tickets.queries import at_work, count_of

from .models import RoutingRule

if TYPE_CHECKING:
    from desk.services.models import Category, Service, Site


class NoCatchAll(Refused):
    """Nobody set up where tickets of this kind go when no rule matches."""


@dataclass(frozen=True)
class Route:
    """Where a ticket goes first, by which rule, and why, in a sentence."""

    workgroup: Workgroup
    rule: str
    because: str
    is_catch_all: bool = False


def route(
    kind: str,
    *,
    text: str,
    service: Service | None = None,
    category: Category | None = None,
    site: Site | None = None,
    takes_as: str = "",
) -> Route:
    """The first rule, in the table's order, that matches. Raises NoCatchAll when not even a catch-all is there.

    With `takes_as` (`work_order.on_site`) the rules of workgroups that don't take such a ticket are passed over.
    """
    branch = {node.pk for node in category.ancestors(include_self=True)} if category else set()
    # The catch-all counts even when its workgroup is inactive: a ticket must have somewhere to go.
    rules = RoutingRule.objects.filter(
        Q(workgroup__is_active=True) | Q(is_catch_all=True), kind=kind, is_active=True
    ).select_related("workgroup", "service", "category", "site")
    for rule in rules:
        if takes_as and not rule.workgroup.takes_kind(takes_as):
            continue
        reasons = _match(rule, text, service, branch, site)
        if reasons is not None:
            because = " and ".join(reasons) or "no other rule matched"
            return Route(rule.workgroup, rule.name, because, rule.is_catch_all)
    raise NoCatchAll(f"No routing rule takes this {kind}, and there is no catch-all; an administrator can add one.")


def _match(
    rule: RoutingRule, text: str, service: Service | None, branch: set[int], site: Site | None
) -> list[str] | None:
    """Why the rule matches, part by part; None when it doesn't."""
    reasons = []
    if rule.service_id:
        if service is None or rule.service_id != service.pk:
            return None
        reasons.append(f"service is {rule.service}")
    if rule.category_id:
        if rule.category_id not in branch:
            return None
        reasons.append(f"category is in {rule.category}")
    if rule.site_id:
        if site is None or rule.site_id != site.pk:
            return None
        reasons.append(f"site is {rule.site}")
    if rule.words:
        word = next((w for w in rule.words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.IGNORECASE)), None)
        if word is None:
            return None
        reasons.append(f"the text says “{word}”")
    return reasons


@dataclass(frozen=True)
class Candidate:
    """An analyst who might take the ticket: how many they have open, and a line that says why or why not."""

    user: User
    open_count: int
    skill_level: int
    away_until: str
    because: str


def candidates(ticket: Ticket, workgroup: Workgroup) -> list[Candidate]:
    """The workgroup's analysts, the best suited first: here before absent, skilled before not, then least loaded.

    The same input always gives the same order (ties go by name and id).
    """
    load_of_one = count_of(at_work(Ticket.objects.filter(assignee=OuterRef("pk"))))
    people = list(analysts_of(workgroup).annotate(load=load_of_one))
    load = {person.pk: person.load for person in people}
    skill = _skill_wanted(ticket)
    skilled = UserSkill.objects.filter(skill=skill, user__in=people) if skill else UserSkill.objects.none()
    levels = dict(skilled.values_list("user_id", "level"))
    away = absent(people)
    found = [
        Candidate(
            user=person,
            open_count=load.get(person.pk, 0),
            skill_level=levels.get(person.pk, 0),
            away_until=f"{timezone.localtime(away[person.pk].end):%d %b %H:%M}" if person.pk in away else "",
            because=_because(levels.get(person.pk, 0), skill, load.get(person.pk, 0), person.pk in away),
        )
        for person in people
    ]
    return sorted(found, key=lambda c: (bool(c.away_until), -c.skill_level, c.open_count, str(c.user), c.user.pk))


def _skill_wanted(ticket: Ticket) -> Skill | None:
    """The skill of the ticket's category, or of the nearest ancestor that names one."""
    if ticket.category is None:
        return None
    line = ticket.category.ancestors(include_self=True).select_related("skill")
    return next((node.skill for node in reversed(list(line)) if node.skill), None)


def _because(level: int, skill: Skill | None, load: int, is_away: bool) -> str:
    words = [f"{load} open"]
    if skill:
        words.insert(0, f"{skill} {level}/3" if level else f"no {skill}")
    if is_away:
        words.append("away")
    return ", ".join(words)
