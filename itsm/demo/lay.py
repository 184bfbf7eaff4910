"""Lays the demo world into an empty portal, as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from desk.assignment import history, learning
from desk.people.models import User
from desk.reactions.models import Delivery
from desk.sla.sweep import ESCALATE, sweep_all
from desk.tickets.flow import serialise
from desk.tickets.models import Ticket

from .changes import lay_changes
from .clock import WorkingTime
from .knowledge import lay_knowledge
from .majors import lay_majors
from .monitoring import lay_monitoring
from .promises import promise
from .requests import lay_requests
from .story import Planned, Planner, play
from .world import World, account_names, assign_by_themselves, build

SEED = 20260407


class NotEmpty(Exception):
    """The portal holds people or tickets that the demo would mix with."""


def is_empty() -> bool:
    """No ticket yet, and nobody who has the name of a demo account."""
    return not (Ticket.objects.exists() or User.objects.filter(username__in=account_names()).exists())


def lay(
    *, now: datetime | None = None, scale: float = 1.0, seed: int = SEED, say: Callable[[str], None] = print
) -> World:
    """Make the company and its two months of work in one transaction; NotEmpty when something is there.

    `scale` makes it smaller or larger; 0 is the company alone. Later chapters (changes, requests) take the World
    and play inside the same transaction, after `_incidents`.
    """
    now = now or timezone.now()
    written: list[str] = []
    try:
        with transaction.atomic():
            serialise("demo data")  # two at once: the second finds the first's data
            if not is_empty():
                raise NotEmpty
            world = build(now)
            promise(world, now)
            say(f"{len(world.people)} people, {len(world.workgroups)} workgroups, {len(world.services)} services.")
            _incidents(world, now, scale, Random(seed), written, say)
            say(f"{lay_knowledge(world, Random(seed), written)} articles.")
            if scale:
                say(f"{len(lay_changes(world))} changes.")
                say(f"{len(lay_requests(world))} requests.")
                say(f"{lay_monitoring(world)} incidents by monitoring.")
                say(f"{lay_majors(world)} major incidents.")
            _tell_the_past(now)
            history.count()
            learning.learn()
            assign_by_themselves(world)
    except BaseException:
        for name in written:  # the rows roll back by themselves, the bytes don't
            default_storage.delete(name)
        raise
    return world


def _incidents(
    world: World, now: datetime, scale: float, chance: Random, written: list[str], say: Callable[[str], None]
) -> list[Planned]:
    time = WorkingTime(now)
    stories = Planner(world, time, chance).plan(scale)
    for story in stories:
        story.tale.written = written
    for number, _ in enumerate(play(stories, time), start=1):
        if number % 80 == 0 or number == len(stories):
            say(f"{number} of {len(stories)} incidents.")
    return stories


def _tell_the_past(now: datetime) -> None:
    """Note every mark that clocks have reached by now, and call nobody: these two months are history already."""
    sweep_all(until=now)
    Delivery.objects.filter(reaction=ESCALATE, done_at=None).update(done_at=now)
