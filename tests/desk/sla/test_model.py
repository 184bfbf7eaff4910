"""Random lives of an incident against a model that does nothing but count minutes, one after the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from desk.sla import actions as sla
from desk.sla.models import CalendarHours, Policy, ViolationReason
from desk.sla.publishing import publish_calendar, publish_policy
from desk.sla.times import read_times
from desk.tickets import actions as desk
from incidents import actions
from tests.factories import incident
from tests.stories import needed, reason

from .promises import berlin, calendar, clock, policy

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Minutes:
    """The model: a list of the minutes in which the clock ran, and a count of those that the calendar has open."""

    def __init__(self, week: list[str], zone: str, target: int):
        self.agree(week, zone, target)
        self.ran: list[datetime] = []
        self.used = 0
        self.state = "running"
        self.breaches: list[datetime] = []
        self.inherited = False

    def agree(self, week: list[str], zone: str, target: int) -> None:
        self.week, self.zone, self.target = [read_times(day) for day in week], ZoneInfo(zone), target

    def is_open(self, minute: datetime) -> bool:
        local = minute.astimezone(self.zone)
        of_day = local.hour * 60 + local.minute
        today = any(start <= of_day < end for start, end in self.week[local.weekday()])
        return today or any(of_day < end - 1440 for _, end in self.week[local.weekday() - 1])

    def live(self, since: datetime, until: datetime) -> None:
        while since < until:
            if self.state == "running":
                if self.used >= self.target and not self.breaches:
                    self.breaches.append(since)
                self.ran.append(since)
                self.used += self.is_open(since)
            since += MINUTE

    def stop(self, at: datetime) -> None:
        """Nothing breaches while it is paused; what took longer than it was allowed is missed once it is over."""
        if self.state == "paused" and self.used > self.target and not self.breaches:
            self.breaches.append(at)
        self.state = "stopped"

    def measure_again(self) -> None:
        self.used = sum(map(self.is_open, self.ran))


class Life(RuleBasedStateMachine):
    """Somebody holds, resumes, re-prioritises, reassigns, resolves, reopens; an administrator edits and re-bases."""

    def __init__(self, world):
        super().__init__()
        self.world = world
        self.savepoint = transaction.savepoint()

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def log(self):
        self.weeks = {"Office": ["08:00–12:00, 13:00–18:00"] * 5 + ["", ""], "Shifts": ["22:00–06:00, 09:00–12:00"] * 7}
        self.zones = {"Office": "Europe/Berlin", "Shifts": "America/New_York"}
        self.targets = {"Standard": 480, "Urgent": 100}
        self.hours_of = {"Standard": "Office", "Urgent": "Shifts"}
        made = {name: calendar(name, zone=self.zones[name], week=week) for name, week in self.weeks.items()}
        policy("Urgent", hours=made["Shifts"], response=None, resolution=100, priority=1, position=1, warn_at=[50, 80])
        policy("Standard", hours=made["Office"], response=30, resolution=480, warn_at=[75])
        self.calendars, self.turns = made, cycle([["10:00–11:00"] * 7, ["00:00–24:00"] * 6 + [""]])
        self.now = berlin("2026-03-26 07:30")  # three days before clocks go forward
        self.ticket = incident(self.world.erin, at=self.now)
        self.pinned = "Standard"
        self.model = Minutes(self.weeks["Office"], "Europe/Berlin", 480)
        self.promised = {name: self._terms(name) for name in self.targets}

    def _terms(self, name: str) -> tuple[list[str], str, int]:
        hours = self.hours_of[name]
        return self.weeks[hours], self.zones[hours], self.targets[name]

    def _how(self) -> dict:
        return {"by": self.world.sam, "at": self.now}

    @rule(minutes=st.sampled_from([1, 7, 45, 240, 1440, 4000]))
    def wait(self, minutes):
        later = self.now + minutes * MINUTE
        self.model.live(self.now, later)
        self.now = later

    @rule(why=st.sampled_from(["Waiting for vendor", "Gathering evidence"]))
    def hold(self, why):
        if self.ticket.state in ("assigned", "in_progress"):
            self.ticket = actions.hold(incident=self.ticket, reason=reason(why), **self._how())
            if why == "Waiting for vendor":
                self.model.state = "paused"

    @rule()
    def resume(self):
        if self.ticket.state == "pending":
            self.ticket = actions.resume(incident=self.ticket, **self._how())
            self.model.state = "running"

    @rule(moved=st.booleans())
    def reassign(self, moved):
        """Triage ends a pause; the workgroup changes to and fro with nobody losing a minute."""
        if self.ticket.state in ("logged", "reopened", "assigned", "in_progress", "pending"):
            self.ticket = actions.assign(
                incident=self.ticket, assignee=self.world.lena if moved else None, **self._how()
            )
            self.model.state = "running"

    @rule(urgent=st.booleans())
    def prioritise(self, urgent):
        levels = {"impact": 1, "urgency": 1} if urgent else {"impact": 3, "urgency": 2}
        self.ticket = desk.edit(ticket=self.ticket, seen=self.ticket.version, **levels, **self._how())
        if self.model.state != "stopped":
            self._match()

    def _match(self):
        """The policy that matches now holds; the same one keeps its version."""
        wanted = "Urgent" if self.ticket.priority == 1 else "Standard"
        if wanted != self.pinned:
            self.pinned = wanted
            self.model.agree(*self._terms(wanted))

    @rule()
    def resolve(self):
        if self.ticket.state in ("assigned", "in_progress", "pending"):
            why = ViolationReason.objects.first()
            self.model.stop(self.now)
            self.ticket = actions.resolve(incident=self.ticket, violation=why, **needed("resolve"), **self._how())

    @rule()
    def reopen(self):
        if self.ticket.state == "resolved":
            self.ticket = actions.reopen(incident=self.ticket, reason="Still down", **self._how())
            self.model.state = "running"
            self._match()

    @rule(name=st.sampled_from(["Standard", "Urgent"]))
    def edit_the_target(self, name):
        self.targets[name] = 333 if self.targets[name] != 333 else 60
        Policy.objects.filter(name=name).update(resolution_minutes=self.targets[name])
        publish_policy(policy=Policy.objects.get(name=name), by=self.world.admin)

    @rule(name=st.sampled_from(["Office", "Shifts"]))
    def edit_the_calendar(self, name):
        self.weeks[name] = next(self.turns)
        for weekday, times in enumerate(self.weeks[name]):
            CalendarHours.objects.filter(calendar=self.calendars[name], weekday=weekday).update(times=times)
        publish_calendar(calendar=self.calendars[name], by=self.world.admin)

    @rule()
    def rebase(self):
        """What is published now holds from here on, and the past is counted anew by it; what matches may have changed."""
        if sla.rebase(ticket=self.ticket, by=self.world.admin, reason="New terms", at=self.now):
            self.pinned = "Urgent" if self.ticket.priority == 1 else "Standard"
            self.model.agree(*self._terms(self.pinned))
            self.model.measure_again()

    @invariant()
    def the_clock_counts_what_the_model_counts(self):
        if self.ticket.state not in ("closed", "cancelled"):  # the clock tells what is due when it is asked
            desk.reply(ticket=self.ticket, message="Still at it", **self._how())
        self.ticket.refresh_from_db()
        row = clock(self.ticket)
        from desk.sla import engine, queries

        assert engine.used_at(queries.read_clock(row), self.now) == self.model.used * MINUTE
        assert (row.is_running, row.is_paused, row.is_stopped) == tuple(
            self.model.state == state for state in ("running", "paused", "stopped")
        )
        told = list(
            self.ticket.events.filter(kind="sla.breached", inside__clock="resolution").values_list("at", flat=True)
        )
        assert told == self.model.breaches
        assert row.breached_at == (self.model.breaches[0] if self.model.breaches else None)
        assert sla.rebuild(ticket=self.ticket) == []


def live(world, examples: int, steps: int) -> None:
    class OneLife(Life):
        def __init__(self):
            super().__init__(world)

    lives = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OneLife, settings=lives)


def test_random_lives_count_minute_by_minute(world):
    live(world, examples=10, steps=20)


@pytest.mark.prove
def test_many_random_lives_count_minute_by_minute(world):
    live(world, examples=300, steps=40)
