"""What a token opens: an area and a level, such as `incidents:write`; each level holds those before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from desk.tickets import kinds

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LEVELS = ("read", "write", "admin")
ALL = "all"  # in an area's place: every area
ADMINISTRATION = "administration"  # of administrators alone
# Beside each kind of ticket, which is an area of its own.
OTHERS: dict[str, StrOrPromise] = {
    "approvals": _lazy("Approvals"),
    "knowledge": _lazy("Articles"),
    "directory": _lazy("People, workgroups, services, sites and categories"),
    "inbox": _lazy("The inbox"),
    "queues": _lazy("Queues, saved views, and doing things with many tickets"),
    "reports": _lazy("Reports"),
    ADMINISTRATION: _lazy("Administration"),
}


def areas() -> dict[str, StrOrPromise]:
    """Every area with its words, in the order in which people are asked."""
    return {kind.area: kind.plural for kind in kinds.every()} | OTHERS


def every() -> list[str]:
    """Each scope that there is."""
    return [f"{area}:{level}" for area in (ALL, *areas()) for level in LEVELS]


def opens(scopes: Iterable[str], area: str, level: str) -> bool:
    """Whether one of these scopes is for the area, or for all, at this level or above it."""
    wanted = LEVELS[LEVELS.index(level) :]
    return not {f"{place}:{one}" for place in (area, ALL) for one in wanted}.isdisjoint(scopes)


def kinds_open(scopes: Iterable[str], level: str = "read") -> list[str]:
    """The kinds of ticket that these scopes open."""
    held = set(scopes)
    return [kind.name for kind in kinds.every() if opens(held, kind.area, level)]


def in_words(scopes: Iterable[str]) -> list[str]:
    """“Incidents: read and write”, one for each."""
    named: dict[str, Any] = {ALL: _("Everything")} | areas()
    levels = {"read": pgettext("a right", "read"), "write": _("read and write"), "admin": _("administer")}
    found = (scope.partition(":") for scope in scopes)
    return [f"{named.get(area, area)}: {levels.get(level, level)}" for area, _colon, level in found]
