"""Who looks at a ticket just now, and who types: kept in the cache for a few seconds, and nowhere else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from desk.tickets import revisions

STAYS = 15  # seconds after the last sign of somebody
AGAIN = 3  # seconds after which a sign is noted again


@dataclass(frozen=True)
class Person:
    """Somebody at a ticket."""

    pk: int
    name: str
    types: bool = False


def key_of(ticket: int) -> str:
    return f"tickets.presence.{ticket}"


def enter(room: str, kept: dict[int, tuple[str, float, bool]], who: Person) -> list[Person]:
    """Note that somebody is there, and return the others, in the order in which they came.

    Two who enter at the same instant may overwrite one another; the next sign, seconds later, mends it.
    """
    now = time.time()
    there: dict[int, Any] = {pk: one for pk, one in kept.items() if now - one[1] < STAYS}
    mine = there.get(who.pk)
    if mine is None or now - mine[1] > AGAIN or mine[2] != who.types:
        there[who.pk] = (who.name, now, who.types)
        revisions.quietly(cache.set, room, there, 2 * STAYS)
    return [Person(pk, name, types) for pk, (name, _, types) in there.items() if pk != who.pk]
