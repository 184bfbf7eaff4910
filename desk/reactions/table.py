"""The shape of the switchboard: which reactions follow which event, now (same transaction) or later (exactly once)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Reaction:
    """What follows an event: the dotted path of a function that takes the Event, its lane, and what it does.

    `wanted` is the dotted path of a question about the Event, asked in its transaction: where the answer is no, nothing is owed.
    """

    path: str
    lane: Literal["now", "later"]
    does: str
    wanted: str = ""

    def is_wanted(self, event: Any) -> bool:
        return not self.wanted or bool(import_string(self.wanted)(event))

    def run(self, event: Any) -> None:
        function: Callable[[Any], None] = import_string(self.path)
        function(event)


Switchboard = Mapping[str, tuple[Reaction, ...]]


def now(path: str, does: str) -> Reaction:
    """A reaction in the event's own transaction: it holds or falls together with the event."""
    return Reaction(path, "now", does)


def later(path: str, does: str, *, wanted: str = "") -> Reaction:
    """A reaction by a worker after the commit: delivered exactly once, retried, dead-lettered after many failures."""
    return Reaction(path, "later", does, wanted)


def switchboard() -> Switchboard:
    """The project's table, found by the setting SWITCHBOARD so that the ground floor never imports the roof."""
    return _load(settings.SWITCHBOARD)


@cache
def _load(path: str) -> Switchboard:
    table: Switchboard = import_string(path)
    return table


EVERY = "*"  # in the table: whatever the event


def reactions_to(kind: str) -> tuple[Reaction, ...]:
    """The reactions to this event kind, in the table's order, and then those to every event."""
    table = switchboard()
    return (*table.get(kind, ()), *table.get(EVERY, ()))
