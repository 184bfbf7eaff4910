"""What a token opens: an area and a level, such as `incidents:write`; each level holds those before it."""

from __future__ import annotations

from collections.abc import Iterable

from desk.tickets import kinds

LEVELS = ("read", "write", "admin")
ALL = "all"  # in an area's place: every area
ADMINISTRATION = "administration"  # of administrators alone
# Beside each kind of ticket, which is an area of its own.
OTHERS = {
    "approvals": "Approvals",
    "knowledge": "Articles",
    "directory": "People, workgroups, services, sites and categories",
    "inbox": "The inbox",
    "queues": "Queues, saved views, and doing things with many tickets",
    "reports": "Reports",
    ADMINISTRATION: "Administration",
}


def areas() -> dict[str, str]:
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
    named = {ALL: "Everything"} | areas()
    levels = {"read": "read", "write": "read and write", "admin": "administer"}
    found = (scope.partition(":") for scope in scopes)
    return [f"{named.get(area, area)}: {levels.get(level, level)}" for area, _, level in found]
