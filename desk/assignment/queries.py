"""The routing table: which workgroup a ticket goes to first, by which rule, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from desk.people.language import keep, keep_joined
from desk.people.models import Workgroup
from desk.services.models import Category
from desk.tickets.errors import Refused
from desk.tickets.models import Ticket

from . import learning
from .models import RoutingRule

if TYPE_CHECKING:
    from desk.people.models import User
    from desk.services.models import Service, Site


Tree = Mapping[int, int | None]  # each category's parent


class NoCatchAll(Refused):
    """Nobody set up where tickets of this kind go when no rule matches."""


@dataclass(frozen=True)
class Route:
    """Where a ticket goes first, by which rule, and why, in a sentence."""

    workgroup: Workgroup
    rule: str
    because: str
    is_catch_all: bool = False


@dataclass(frozen=True)
class Known:
    """What rules may ask of a ticket; service, category and site by their ids.

    `takes_as` (`work_order.on_site`) passes over workgroups that don't take such a one.
    """

    title: str = ""
    description: str = ""
    service: int | None = None
    category: int | None = None
    site: int | None = None
    department: str = ""
    priority: int | None = None
    takes_as: str = ""

    @classmethod
    def of(cls, ticket: Ticket) -> Known:
        """What there is to know of a ticket now."""
        return cls(
            ticket.title,
            ticket.description,
            ticket.service_id,
            ticket.category_id,
            ticket.site_id,
            department=ticket.requester.department,
            priority=ticket.priority,
            takes_as=ticket.takes_as if ticket.kind_info.within else "",
        )

    @cached_property
    def text(self) -> str:
        return f"{self.title}\n{self.description}"


@dataclass(frozen=True)
class Table:
    """The rules of a kind in the order in which they are read, and the tree of categories: asked without the database."""

    kind: str
    rules: tuple[RoutingRule, ...]
    above: Tree  # category -> its parent

    @classmethod
    def saved(cls, kind: str, *, above: Tree | None = None) -> Table:
        """The table as it is saved; two queries, one where the tree is given."""
        # The catch-all counts even when its workgroup is inactive: a ticket must have somewhere to go.
        rules = RoutingRule.objects.filter(
            Q(workgroup__is_active=True) | Q(is_catch_all=True), kind=kind, is_active=True
        ).select_related("workgroup", "service", "category", "site")
        return cls(kind, tuple(rules), tree() if above is None else above)

    def with_rule(self, edited: RoutingRule) -> Table:
        """The table as it would be with this rule, which may be new, in place of the one that is saved."""
        others = [rule for rule in self.rules if rule.pk != edited.pk]
        holds = edited.kind == self.kind and edited.is_active and (edited.workgroup.is_active or edited.is_catch_all)
        rules = sorted(
            [*others, *([edited] if holds else [])],
            key=lambda rule: (rule.is_catch_all, rule.position, rule.pk is None, rule.pk or 0),
        )
        return Table(self.kind, tuple(rules), self.above)

    def route(self, known: Known) -> Route:
        """The first rule that matches; NoCatchAll when none does."""
        branch = set(branch_of(known.category, self.above))
        for rule in self.rules:
            if known.takes_as and not rule.workgroup.takes_kind(known.takes_as):
                continue
            reasons = _match(rule, known, branch)
            if reasons is not None:
                because = keep_joined(reasons, keep(" and ")) or keep("no other rule matched")
                return Route(rule.workgroup, rule.name, because, rule.is_catch_all)
        said = _("No routing rule takes this {kind}, and there is no catch-all; an administrator can add one.")
        raise NoCatchAll(said.format(kind=self.kind))

    def by_words(self, known: Known) -> Route | None:
        """Where the words of a ticket send it, if the catch-all asks them and they are sure enough."""
        if not any(rule.is_catch_all and rule.asks_words for rule in self.rules):
            return None
        found = learning.sure_of(known.title, known.description, known.takes_as or self.kind)
        if found is None:
            return None
        said = keep("words: {words} ({chance}%)", words=", ".join(found.words), chance=found.chance)
        return Route(found.workgroup, keep("Words of earlier tickets"), said, is_catch_all=True)


def branch_of(category: int | None, above: Tree) -> list[int]:
    """The category and all above it, itself first."""
    found: list[int] = []
    while category is not None and category not in found:
        found.append(category)
        category = above.get(category)
    return found


def tree() -> Tree:
    """Each category's parent."""
    return dict(Category.objects.values_list("pk", "parent_id"))


def route(
    kind: str,
    *,
    title: str = "",
    text: str = "",
    service: Service | None = None,
    category: Category | None = None,
    site: Site | None = None,
    requester: User | None = None,
    priority: int | None = None,
    takes_as: str = "",
) -> Route:
    """The first rule, in the table's order, that matches. Raises NoCatchAll when not even a catch-all is there.

    With `takes_as` (`work_order.on_site`) the rules of workgroups that don't take such a ticket are passed over. Where only
    the catch-all matches, and it asks the words, they may know better.
    """
    department = requester.department if requester else ""
    known = Known(
        title,
        text,
        service.pk if service else None,
        category.pk if category else None,
        site.pk if site else None,
        department=department,
        priority=priority,
        takes_as=takes_as,
    )
    table = Table.saved(kind, above=None if category else {})
    found = table.route(known)
    return (table.by_words(known) or found) if found.is_catch_all else found


def _match(rule: RoutingRule, known: Known, branch: set[int]) -> list[str] | None:
    """Why the rule matches, part by part; None when it doesn't."""
    if not all(
        (
            rule.service_id in (None, known.service),
            rule.category_id is None or rule.category_id in branch,
            rule.site_id in (None, known.site),
            not rule.department or _same(rule.department, known.department),
            rule.priority is None or _urgent(rule.priority, known.priority),
        )
    ):
        return None
    word = _said(rule.words, known.text) if rule.words else ""
    return None if word is None else _reasons(rule, known, word)


def _reasons(rule: RoutingRule, known: Known, word: str) -> list[str]:
    """In words, what made the rule match; put together only for one that does, since a dry run asks thousands of times."""
    told = [
        keep("service is {name}", name=rule.service) if rule.service_id else "",
        keep("category is in {name}", name=rule.category) if rule.category_id else "",
        keep("site is {name}", name=rule.site) if rule.site_id else "",
        keep("department is {name}", name=rule.department) if rule.department else "",
        keep("priority is {priority}", priority=_short(known.priority)) if rule.priority else "",
        keep("the text says “{word}”", word=word) if word else "",
    ]
    return [part for part in told if part]


def _same(wanted: str, given: str) -> bool:
    return wanted.strip().casefold() == given.strip().casefold()


def _urgent(wanted: int | None, given: int | None) -> bool:
    return wanted is not None and given is not None and given <= wanted


def _short(priority: int | None) -> str:
    return f"P{priority}" if priority else "unknown"


def _said(words: Iterable[str], text: str) -> str | None:
    """The first of these words that stands in the text, as a whole word, whatever the case."""
    return next((word for word in words if _whole(word).search(text)), None)


@lru_cache(maxsize=2000)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
