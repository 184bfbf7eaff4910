"""Real workers and beats that are killed again and again while clocks fall due: each breach once, none early, none lost."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from desk.reactions.models import Delivery
from desk.sla.models import Clock
from desk.tickets.models import Event
from tests.crew import Crew

from .promises import policy

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("KILL_SEED", "2026"))

_TICKETS = """
INSERT INTO tickets_ticket (kind, number, title, description, state, version, requester_id, reporter_id, workgroup_id,
    impact, urgency, priority, reassignment_count, source, created_at, updated_at)
SELECT 'incident', 'K-' || n, 'Trouble ' || n, '', 'in_progress', 1, %(who)s, %(who)s, %(group)s,
    3, 2, 4, 0, 'web', now(), now() FROM generate_series(1, %(count)s) AS n
"""
_INCIDENTS = """
INSERT INTO incidents_incident (ticket_ptr_id, solution, reopen_count, rating_comment, is_major)
SELECT id, '', 0, '', false FROM tickets_ticket
"""
_CLOCKS = """
INSERT INTO sla_clock (ticket_id, kind, episode, policy_version_id, calendar_version_id, target, used, carried,
    started_at, running_since, is_void, reached, due_at, marks, moments, next_event_at)
SELECT id, 'resolution', 1, %(policy)s, %(calendar)s, interval '8 hours', interval '0', interval '0',
    now(), now(), false, 0, due, '{100}', ARRAY[due], due
  FROM (SELECT id, now() + %(within)s * random() AS due FROM tickets_ticket) AS drawn
"""


def lay(world, count: int, within: timedelta) -> None:
    made = policy(response=None, resolution=480, steps=({"percent": 100, "do": "leads"},))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('desk.door', 'new', true)")
        cursor.execute(_TICKETS, {"who": world.erin.pk, "group": world.desk.pk, "count": count})
        cursor.execute(_INCIDENTS)
        values = {"policy": made.current_id, "calendar": made.calendar.current_id, "within": within}
        cursor.execute(_CLOCKS, values)


def drain() -> None:
    """Wait for the escalations, as long as it takes: a slow machine may need its time, but something must get done."""
    least, since = None, time.monotonic()
    while owed := Delivery.objects.filter(done_at=None, dead_at=None).count():
        if least is None or owed < least:
            least, since = owed, time.monotonic()
        assert time.monotonic() - since < 120, f"{owed} escalations are still owed, and none is done any more."
        time.sleep(0.5)


def survive(world, folder, *, count: int, workers: int, beats: int, kills: int, every: float) -> None:
    """Let `count` clocks fall due while one after the other of the crew is killed, at random moments."""
    chance = random.Random(SEED)
    lay(world, count, timedelta(seconds=kills * every))
    dues = dict(Clock.objects.values_list("ticket", "due_at"))
    names = [f"{'timers' if n % 2 == 0 else 'worker'}{n}" for n in range(workers)] + [f"beat{n}" for n in range(beats)]
    with Crew(folder, *names) as crew:
        for _ in range(kills):
            time.sleep(every * chance.uniform(0.5, 1.5))
            name = chance.choice(crew.names)
            crew.kill(name)
            crew.start(name)
        last = time.monotonic()
        while Clock.objects.exclude(next_event_at=None).exists():
            assert time.monotonic() - last < 60, "A minute after the last kill, some breach is still untold."
            time.sleep(0.5)
        print(
            f"{count} clocks, {kills} kills, seed {SEED}: all told {time.monotonic() - last:.1f} s after the last kill"
        )
        drain()
    escalated = Event.objects.filter(kind="sla.escalated").values_list("ticket", flat=True)
    assert Counter(escalated) == Counter(dues.keys())
    told = Event.objects.filter(kind="sla.breached").values_list("ticket", "at", "recorded_at")
    assert Counter(ticket for ticket, _, _ in told) == Counter(dues.keys())
    assert [ticket for ticket, at, _ in told if at != dues[ticket]] == []
    assert [ticket for ticket, at, recorded in told if recorded < at] == []
    assert Clock.objects.filter(breached_at=None).count() == 0
    assert max(recorded for _, _, recorded in told) <= timezone.now()


def test_clocks_fall_due_while_workers_and_beat_are_killed(world, tmp_path):
    survive(world, tmp_path, count=400, workers=2, beats=1, kills=4, every=3)


@pytest.mark.prove
def test_five_thousand_clocks_fifty_kills(world, tmp_path):
    survive(world, tmp_path, count=5000, workers=4, beats=2, kills=50, every=1.5)
