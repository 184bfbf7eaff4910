"""What policies may ask of a ticket, as it was after each of its events: told by undoing the changes, the last one first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from desk.people.models import User, Workgroup
from desk.services.models import Category, Service
from desk.tickets.models import Event, Priority, Ticket

from ..facts import ASKED
from ..versions import Subject

Fields = Mapping[str, Any]  # field of ASKED -> the id or value that it had


class Past:
    """The fields of tickets as they were. Reads the tree of categories once, and people as they come by.

    Events written before changes kept ids tell only words; where these name nothing any more, or several things, the
    field counts as empty and the ticket is noted in `unsure`. A requester's department and VIP mark are today's: they
    are no part of a ticket's history.
    """

    def __init__(self) -> None:
        self.unsure: set[str] = set()
        self._parents = dict(Category.objects.values_list("pk", "parent_id"))
        self._branches: dict[int, frozenset[int]] = {}
        self._people: dict[int, tuple[str, bool]] = {}

    def meet(self, ids: Iterable[int]) -> None:
        """Read these people, so that asking for their tickets costs no query each."""
        unknown = set(ids) - self._people.keys()
        if unknown:
            rows = User.objects.filter(pk__in=unknown).values_list("pk", "department", "is_vip")
            self._people |= {pk: (department, vip) for pk, department, vip in rows}

    def after_each(self, ticket: Ticket, events: list[Event]) -> dict[int, Fields]:
        """By event id, the fields after it; only for the first event and those that changed one."""
        fields = {name: getattr(ticket, name if name == "priority" else f"{name}_id") for name in ASKED}
        found: dict[int, Fields] = {}
        for event in reversed(events):
            changes = [change for change in event.inside.get("changes", []) if change["field"] in ASKED]
            if changes:
                found[event.pk] = dict(fields)
                fields |= {change["field"]: self._old(ticket, change) for change in reversed(changes)}
        if events:
            found.setdefault(events[0].pk, fields)
        return found

    def _old(self, ticket: Ticket, change: Mapping[str, Any]) -> Any:
        if "old_id" in change:
            return change["old_id"]
        name, words = change["field"], change["old"]
        if words is None:
            return None
        named = self._named[name]().get(words, [])
        if len(named) != 1:
            self.unsure.add(ticket.number)
            return None
        return named[0]

    @cached_property
    def _named(self) -> dict[str, Callable[[], dict[str, list[Any]]]]:
        """For each field, what its words stand for; each is read at most once, and only where an old event needs it."""
        return {
            "priority": lambda: {str(label): [value] for value, label in Priority.choices},
            "service": lambda: self._services,
            "category": lambda: self._categories,
            "workgroup": lambda: self._workgroups,
            "requester": lambda: self._requesters,
        }

    @cached_property
    def _services(self) -> dict[str, list[int]]:
        return _by_words(Service.objects.all())

    @cached_property
    def _categories(self) -> dict[str, list[int]]:
        return _by_words(Category.objects.all())

    @cached_property
    def _workgroups(self) -> dict[str, list[int]]:
        return _by_words(Workgroup.objects.all())

    @cached_property
    def _requesters(self) -> dict[str, list[int]]:
        return _by_words(User.objects.only("username", "first_name", "last_name").iterator())

    def subject(self, kind: str, fields: Fields) -> Subject:
        """What policies may ask, of a ticket with these fields."""
        self.meet([fields["requester"]])
        department, vip = self._people.get(fields["requester"], ("", False))
        return Subject(
            kind=kind,
            priority=fields["priority"],
            workgroup=fields["workgroup"],
            service=fields["service"],
            branch=self._branch(fields["category"]),
            department=department,
            vip=vip,
        )

    def _branch(self, category: int | None) -> frozenset[int]:
        """The category with all above it."""
        if category is None:
            return frozenset()
        if category not in self._branches:
            self._branches[category] = self._branch(self._parents.get(category)) | {category}
        return self._branches[category]


def _by_words(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(str(row), []).append(row.pk)
    return found
