"""Whom a rule asks: the first rule that matches, and for each of its steps the people and why they."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from desk.people.language import keep, spoken
from desk.people.models import User
from desk.tickets.errors import Refused

from .models import ApprovalRule, ApprovalStep, ApproverGroup, Quorum

if TYPE_CHECKING:
    from desk.services.models import Service


# Kinds of ticket as they stand in a sentence; one that isn't here is called by its name.
KINDS = {
    "incident": pgettext_lazy("kind of ticket", "incident"),
    "request": pgettext_lazy("kind of ticket", "request"),
    "change": pgettext_lazy("kind of ticket", "change"),
    "work_order": pgettext_lazy("kind of ticket", "work order"),
}


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
        return kind_in_words(self.kind, self.variant)


@dataclass
class Asked:
    """Somebody whom a step asks, and why; `groups` are given when they are asked as a member of these alone."""

    user: User
    reasons: list[str] = field(default_factory=list)
    groups: list[ApproverGroup] = field(default_factory=list)
    in_person: bool = False

    @property
    def because(self) -> str:
        """Kept words, where its reasons are."""
        return listed(dict.fromkeys(self.reasons))

    @property
    def why(self) -> str:
        """The same in the reader's language."""
        return str(spoken(self.because))


def listed(words: Iterable[str]) -> str:
    """These words with commas between, kept; empty when there are none."""
    found = list(words)
    return reduce(lambda some, more: keep("{some}, {more}", some=some, more=more), found) if found else ""


def kind_in_words(kind: str, variant: str = "") -> str:
    """“normal change”: the kind of ticket as it stands in a sentence, with its variant."""
    return f"{variant} {KINDS.get(kind) or kind.replace('_', ' ')}".strip()


def rules() -> list[ApprovalRule]:
    """The table in its order, with all that its steps name."""
    members = Prefetch("steps__groups__members", queryset=User.objects.filter(is_active=True))
    found = ApprovalRule.objects.select_related("service")
    return list(found.prefetch_related("steps__groups", members, "steps__people"))


def why_not(rule: ApprovalRule, wish: Wish) -> str:
    """Why the rule doesn't match; empty when it does."""
    if not rule.is_active:
        return _("it is not active")
    if rule.kind != wish.kind:
        return _("it is for another kind ({kind})").format(kind=kind_in_words(rule.kind))
    if rule.variant and rule.variant.casefold() != wish.variant.casefold():
        return _("it is for “{variant}” alone").format(variant=rule.variant)
    if rule.service_id and rule.service_id not in {service.pk for service in wish.services}:
        return _("{service} isn't affected").format(service=rule.service)
    if rule.min_risk is not None and (wish.risk is None or wish.risk < rule.min_risk):
        return _("the risk is below {risk}").format(risk=rule.min_risk)
    return ""


def rule_for(wish: Wish, table: Iterable[ApprovalRule] | None = None) -> ApprovalRule:
    """The first rule that matches; Refused when none does, or when the one that does asks nobody."""
    found = next((rule for rule in (rules() if table is None else table) if not why_not(rule, wish)), None)
    if found is None:
        words = _("No approval rule fits a {kind}, so nobody can be asked; an administrator can add one.")
        raise Refused(words.format(kind=wish.in_words))
    if not found.steps.all():
        words = _("The approval rule “{rule}” has no step, so nobody can be asked; an administrator can add one.")
        raise Refused(words.format(rule=found))
    return found


def people_of(step: ApprovalStep, wish: Wish) -> list[Asked]:
    """Whom the step asks, each once with all reasons. Refused when nobody is left, or fewer than must approve."""
    found: dict[int, Asked] = {}
    missing: list[str] = []

    def ask(user: User | None, why: str, nobody: str, group: ApproverGroup | None = None) -> None:
        if user is None or not user.is_active:
            missing.append(nobody)
        elif user.pk in wish.authors:
            missing.append(_("{person} can't approve their own").format(person=user))
        else:
            asked = found.setdefault(user.pk, Asked(user))
            asked.reasons.append(why)
            asked.in_person |= group is None
            asked.groups += [group] if group else []

    if step.asks_manager:
        requester = wish.requester
        nobody = _("{person} has no manager who could be asked").format(person=requester)
        ask(requester.manager, keep("manager of {person}", person=requester), nobody)
    if step.asks_service_owners and not wish.services:
        missing.append(_("no service is named whose owner could be asked"))
    for service in wish.services if step.asks_service_owners else ():
        nobody = _("{service} has no owner who could be asked").format(service=service)
        ask(service.owner, keep("owner of {service}", service=service), nobody)
    if step.asks_item_owner:
        ask(wish.item_owner, keep("owner of the item"), _("the item has no owner who could be asked"))
    for group in step.groups.all():
        members = list(group.members.all()) if group.is_active else []
        if not members:
            words = _("{group} has no active member") if group.is_active else _("{group} is inactive")
            missing.append(words.format(group=group))
        for member in members:
            ask(member, str(group), "", group)
    for person in step.people.all():
        ask(person, keep("named in the rule"), _("{group} is inactive").format(group=person))
    _refuse_too_few(step, len(found), missing)
    return sorted(found.values(), key=lambda asked: str(asked.user))


def _refuse_too_few(step: ApprovalStep, count: int, missing: list[str]) -> None:
    why = f": {'; '.join(dict.fromkeys(missing))}" if missing else ""
    if not count:
        words = _("In the approval rule “{rule}”, step “{step}”, nobody is left to ask{why}.")
        raise Refused(words.format(rule=step.rule, step=step, why=why))
    if step.quorum == Quorum.COUNT and count < step.needed:
        words = ngettext(
            "In the approval rule “{rule}”, step “{step}”, {needed} must approve, but only one person is left to ask{why}.",
            "In the approval rule “{rule}”, step “{step}”, {needed} must approve, but only {n} people are left to ask{why}.",
            count,
        )
        raise Refused(words.format(rule=step.rule, step=step, needed=step.needed, n=count, why=why))
