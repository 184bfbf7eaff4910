"""Recomputing clocks: rows that say something else than the events are found, and mended when asked."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.sla import rebuilding
from desk.sla.models import Clock
from desk.tickets.models import Ticket
from incidents import actions
from tests.factories import incident
from tests.stories import needed, reason

from .lives import SEEDS, Life, check, promises
from .promises import berlin, calendar, clock, policy

pytestmark = pytest.mark.django_db
MON = "2026-03-02 "


@pytest.fixture
def late(world):
    """Sam resolved erin's incident an hour too late; omar's waits for a vendor."""
    policy(hours=calendar(), resolution=120)
    for person in (world.erin, world.omar):
        ticket = incident(person, at=berlin(MON + "09:00"))
        ticket = actions.start(incident=ticket, by=world.sam, at=berlin(MON + "09:30"))
        if person is world.erin:
            found = actions.resolve(
                incident=ticket, by=world.sam, at=berlin(MON + "12:00"), source="import", **needed("resolve")
            )
        else:
            held = reason("Waiting for vendor")
            actions.hold(incident=ticket, by=world.sam, reason=held, at=berlin(MON + "10:00"))
    return found


def rebuild(*args):
    """What the command prints, and its exit code."""
    out = StringIO()
    try:
        call_command("sla_rebuild", *args, stdout=out, stderr=StringIO())
    except CommandError as refused:
        return out.getvalue(), refused.returncode
    return out.getvalue(), 0


def test_clocks_that_say_what_the_events_say_are_counted_and_left_alone(late):
    said, code = rebuild()
    assert said.startswith("2 tickets, 4 clocks, 0 differences in 0 tickets")
    assert code == 0


def test_whatever_differs_is_printed_and_nothing_is_changed(late):
    Clock.objects.filter(pk=clock(late).pk).update(breached_at=None, used=timedelta(minutes=5))
    Ticket.objects.filter(pk=late.pk).update(due_at=berlin(MON + "13:00"))
    Clock.objects.filter(ticket=late, kind="response").delete()
    said, code = rebuild()
    assert code == 1
    found = {tuple(line.split(":")[0].split()[1:]) for line in said.splitlines()[:-1]}
    assert found == {
        ("response", "1", "row"), ("resolution", "1", "used"), ("resolution", "1", "breached_at"), ("ticket", "due_at"),
    }  # fmt: skip
    assert clock(late).used == timedelta(minutes=5)


def test_mending_writes_what_the_events_say(late):
    kept = {"started_at": berlin(MON + "09:00"), "used": timedelta(), "carried": timedelta()}
    right = clock(late)
    Clock.objects.filter(pk=right.pk).update(breached_at=None)
    Clock.objects.create(
        ticket=late, kind="resolution", episode=7, policy_version=right.policy_version,
        calendar_version=right.calendar_version, **kept,
    )  # fmt: skip
    said, code = rebuild("--mend")
    assert (code, "2 differences in 1 tickets" in said, "Mended." in said) == (0, True, True)
    assert clock(late).breached_at == right.breached_at
    assert check() == (4, [])


def test_only_the_tickets_that_are_named_are_looked_at(late):
    other = Ticket.objects.exclude(pk=late.pk).get()
    Clock.objects.filter(ticket=late).update(used=timedelta())
    assert rebuild(other.number.lower())[1] == 0
    assert rebuild(other.number, late.number)[1] == 1
    with pytest.raises(CommandError, match="There is no ticket INC-999999"):
        call_command("sla_rebuild", "INC-999999", other.number)


def test_a_progress_line_is_for_who_watches(late):
    class Screen(StringIO):
        def isatty(self):
            return True

    for stream, shown in ((Screen(), True), (StringIO(), False)):
        call_command("sla_rebuild", stdout=StringIO(), stderr=stream)
        assert ("of 2" in stream.getvalue()) == shown


def test_a_chunk_costs_three_statements_however_many_tickets_are_in_it(world, late):
    check()
    for many in (2, 6):
        with CaptureQueriesContext(connection) as seen:
            check()
        assert len(seen) == 4, f"{many} tickets"  # the chunk, its events, its clocks, and that there is no other chunk
        for n in range(4):
            incident(world.erin, f"Trouble {n}", at=berlin(MON + "10:00"))


def test_chunks_leave_nothing_out(world, late, monkeypatch):
    for n in range(4):
        incident(world.erin, f"Trouble {n}", at=berlin(MON + "10:00"))
    sizes = [len(chunk) for chunk in rebuilding.chunks(Ticket.objects.all(), size=4)]
    assert sizes == [4, 2]


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_becomes_of_an_incident_its_clocks_can_be_recomputed(world, seed):
    laid = promises(world)
    for life in range(3):
        Life(world, laid, seed * 100 + life, republishing=True).live(25)
    clocks, differences = check()
    assert clocks > 0
    assert differences == []
