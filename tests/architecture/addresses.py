"""Every address of the portal, read from the resolver itself, so that none can be forgotten by a guard test."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One line of a urls module: its full name (namespace:name), its route, and what it takes."""

    name: str
    route: str
    arguments: tuple[str, ...]
    view: object

    @property
    def key(self) -> str:
        """The name; the route where there is none."""
        return self.name or f"/{self.route}"


@cache
def every_address() -> tuple[Address, ...]:
    return tuple(_below(get_resolver(), "", ""))


def _below(resolver: URLResolver, space: str, route: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(entry, f"{space}{entry.namespace}:" if entry.namespace else space, here)
        elif isinstance(entry, URLPattern):
            name = f"{space}{entry.name}" if entry.name else ""
            taken = entry.pattern.regex.groupindex if hasattr(entry.pattern, "regex") else {}
            yield Address(name, here, tuple(taken), entry.callback)
