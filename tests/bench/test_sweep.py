"""How fast the sweep tells what is due among a million open clocks, and what a tick costs when nothing is."""

import os
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from desk.people.queries import automation
from desk.sla.models import Clock
from desk.sla.sweep import sweep
from desk.tickets.models import Event
from tests.desk.sla.promises import policy

from .measure import Table

OPEN = int(os.environ.get("BENCH_CLOCKS", "1000000"))
DUE = OPEN // 100

_TICKETS = """
INSERT INTO tickets_ticket (kind, number, title, description, state, version, requester_id, reporter_id, workgroup_id,
    impact, urgency, priority, reassignment_count, source, created_at, updated_at)
SELECT 'incident', 'B-' || n, 'Trouble ' || n, '', 'in_progress', 1, %(who)s, %(who)s, %(group)s,
    3, 2, 4, 0, 'web', now(), now() FROM generate_series(1, %(open)s) AS n
"""
_CLOCKS = """
INSERT INTO sla_clock (ticket_id, kind, episode, policy_version_id, calendar_version_id, target, used, carried,
    started_at, running_since, is_void, reached, due_at, marks, moments, next_event_at)
SELECT id, 'resolution', 1, %(policy)s, %(calendar)s, interval '8 hours', interval '0', interval '0',
    now(), now(), false, 0, now() + interval '8 hours', '{100}', ARRAY[now() + interval '8 hours'],
    now() + interval '8 hours' FROM tickets_ticket
"""
_FALL_DUE = """
UPDATE sla_clock SET moments = ARRAY[now() - interval '1 minute'], next_event_at = now() - interval '1 minute',
    marks = '{100}', breached_at = NULL WHERE id %% 100 = %(rest)s
"""


def run(sql, **values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def sweep_everything(size):
    """(events, seconds) until nothing is due."""
    began, told = time.perf_counter(), 0
    while found := sweep(size):
        told += found
    return told, time.perf_counter() - began


def one_by_one():
    """What one writes first: each due clock as an object, its event and its row by themselves."""
    began, told, hand = time.perf_counter(), 0, automation()
    due = Clock.objects.filter(next_event_at__lt=timezone.now()).select_related("ticket")
    for clock in due[:1000]:
        with transaction.atomic():
            Event.objects.create(
                ticket=clock.ticket, at=clock.next_event_at, actor=hand, kind="sla.breached", visibility="internal",
                version=clock.ticket.version, source="timer",
                inside={"clock": clock.kind, "episode": clock.episode, "percent": 100},
            )  # fmt: skip
            clock.breached_at, clock.marks, clock.moments, clock.next_event_at = clock.next_event_at, [], [], None
            clock.save()
        told += 1
    return told, time.perf_counter() - began


@pytest.mark.bench
@pytest.mark.django_db(transaction=True)
def test_sweep(world):
    made = policy()
    with transaction.atomic():
        run("SELECT set_config('desk.door', 'new', true)")
        run(_TICKETS, who=world.erin.pk, group=world.desk.pk, open=OPEN)
    run(_CLOCKS, policy=made.current_id, calendar=made.calendar.current_id)
    run("ANALYZE tickets_ticket, sla_clock")
    print(f"\n\nSweep: {OPEN:,} open clocks, {DUE:,} of them due")
    rates = {}
    for rest, size in ((1, 1000), (2, 5000), (3, 1000)):
        run(_FALL_DUE, rest=rest)
        told, seconds = sweep_everything(size)
        assert told == DUE
        rates[size] = told / seconds
        print(f"  {size:>6,} at a time {'':<30} {told / seconds:>12,.0f} events/s  {seconds:>8.2f} s for all")
    run(_FALL_DUE, rest=4)
    told, seconds = one_by_one()
    print(f"  one by one {'':<36} {told / seconds:>12,.0f} events/s")
    print(f"  the sweep is {rates[1000] / (told / seconds):,.0f} times as fast")
    while sweep(5000):
        pass
    table = Table("A tick with nothing due")
    floor = table.row("a question that asks nothing (SELECT 1)", lambda: run("SELECT 1"))
    table.row("the sweep", sweep, slowest=floor)
