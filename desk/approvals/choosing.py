"""Whom a rule asks: the first rule that matches, and for each of its steps the people and why they."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from desk.people.models import User
from desk.tickets.errors import Refused

from .models import ApprovalRule, ApprovalStep, ApproverGroup, Quorum

if TYPE_CHECKING:
    from desk.services.models import Service


@dataclass(frozen=True)
class Wish:
    """What approval is asked for: enough to find the rule, and the people."""

    kind: str
    requester: User
    variant: str = ""
    services: tuple[Service, ...] = ()
    risk: int | None = None
    item_owner: User | None = None
    authors: frozenset[int] = frozenset()  # ids of those who don't decide: it is their own

    @property
    def in_words(self) -> str:
        return f"{self.variant} {self.kind.replace('_', ' ')}".strip()


@dataclass
class Asked:
    """Somebody whom a step asks, and why; `groups` are given when they are asked as a member of these alone."""

    user: User
    reasons: list[str] = field(default_factory=list)
    groups: list[ApproverGroup] = field(default_factory=list)
    in_person: bool = False

    @property
    def because(self) -> str:
        return ", ".join(dict.fromkeys(self.reasons))


def rules() -> list[ApprovalRule]:
    """The table in its order, with all that its steps name."""
    members = Prefetch("steps__groups__members", queryset=User.objects.filter(is_active=True))
    found = ApprovalRule.objects.select_related("service")
    return list(found.prefetch_related("steps__groups", members, "steps__people"))


def why_not(rule: ApprovalRule, wish: Wish) -> str:
    """Why the rule doesn't match; empty when it does."""
    if not rule.is_active:
        return "it is not active"
    if rule.kind != wish.kind:
        return f"it is for another kind ({rule.kind.replace('_', ' ')})"
    if rule.variant and rule.variant.casefold() != wish.variant.casefold():
        return f"it is for “{rule.variant}” alone"
    if rule.service_id and rule.service_id not in {service.pk for service in wish.services}:
        return f"{rule.service} isn't affected"
    if rule.min_risk is not None and (wish.risk is None or wish.risk < rule.min_risk):
        return f"the risk is below {rule.min_risk}"
    return ""


def rule_for(wish: Wish, table: Iterable[ApprovalRule] | None = None) -> ApprovalRule:
    """The first rule that matches; Refused when none does, or when the one that does asks nobody."""
    found = next((rule for rule in (rules() if table is None else table) if not why_not(rule, wish)), None)
    if found is None:
        raise Refused(f"No approval rule fits a {wish.in_words}, so nobody can be asked; an administrator can add one.")
    if not found.steps.all():
        raise Refused(f"The approval rule “{found}” has no step, so nobody can be asked; an administrator can add one.")
    return found


def people_of(step: ApprovalStep, wish: Wish) -> list[Asked]:
    """Whom the step asks, each once with all reasons. Refused when nobody is left, or fewer than must approve."""
    found: dict[int, Asked] = {}
    missing: list[str] = []

    def ask(user: User | None, why: str, nobody: str, group: ApproverGroup | None = None) -> None:
        if user is None or not user.is_active:
            missing.append(nobody)
        elif user.pk in wish.authors:
            missing.append(f"{user} can't approve their own")
        else:
            asked = found.setdefault(user.pk, Asked(user))
            asked.reasons.append(why)
            asked.in_person |= group is None
            asked.groups += [group] if group else []

    if step.asks_manager:
        requester = wish.requester
        ask(requester.manager, f"manager of {requester}", f"{requester} has no manager who could be asked")
    if step.asks_service_owners and not wish.services:
        missing.append("no service is named whose owner could be asked")
    for service in wish.services if step.asks_service_owners else ():
        ask(service.owner, f"owner of {service}", f"{service} has no owner who could be asked")
    if step.asks_item_owner:
        ask(wish.item_owner, "owner of the item", "the item has no owner who could be asked")
    for group in step.groups.all():
        members = list(group.members.all()) if group.is_active else []
        missing.extend(
            [] if members else [f"{group} has no active member" if group.is_active else f"{group} is inactive"]
        )
        for member in members:
            ask(member, str(group), "", group)
    for person in step.people.all():
        ask(person, "named in the rule", f"{person} is inactive")
    _refuse_too_few(step, len(found), missing)
    return sorted(found.values(), key=lambda asked: str(asked.user))


def _refuse_too_few(step: ApprovalStep, count: int, missing: list[str]) -> None:
    why = f": {'; '.join(dict.fromkeys(missing))}" if missing else ""
    where = f"In the approval rule “{step.rule}”, step “{step}”,"
    if not count:
        raise Refused(f"{where} nobody is left to ask{why}.")
    if step.quorum == Quorum.COUNT and count < step.needed:
        only = "only one person is" if count == 1 else f"only {count} people are"
        raise Refused(f"{where} {step.needed} must approve, but {only} left to ask{why}.")
