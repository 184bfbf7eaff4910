"""The life of an incident: who may make which move from which state, in one table, and random lives that keep to it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets import flow, queries
from desk.tickets.errors import Refused
from incidents.models import Incident
from tests.factories import analyst, incident, person
from tests.stories import MOVES, STATES, in_state, move, needed

# state         what an analyst may do           what the requester may do   what the timers may do
TABLE = {
    "logged": ("assign start cancel merge", "cancel", "assign clear"),
    "assigned": ("assign start hold resolve cancel merge", "cancel", "assign clear"),
    "in_progress": ("assign hold resolve merge", "", "assign"),
    "pending": ("assign resume resolve merge", "", "assign resume"),
    "resolved": ("confirm reopen", "confirm reopen", "confirm reopen"),
    "closed": ("reopen", "reopen", "reopen"),
    "reopened": ("assign start cancel merge", "cancel", "assign clear"),
    "cancelled": ("", "", ""),
}
LEADS_TO = {
    "assign": "assigned", "take_back": "assigned", "start": "in_progress", "hold": "pending", "resume": "in_progress", "resolve": "resolved", "clear": "resolved",
    "confirm": "closed", "reopen": "reopened", "cancel": "cancelled", "merge": "cancelled", "unmerge": "assigned",
}  # fmt: skip
COLUMN = {"sam": 0, "lena": 0, "erin": 1, "automation": 2}  # everybody else may do nothing
EVENTS = {
    "assign": "assigned", "take_back": "taken_back", "start": "started", "hold": "held", "resume": "resumed", "resolve": "resolved", "clear": "resolved",
    "confirm": "closed", "reopen": "reopened", "cancel": "cancelled", "merge": "merged",
}  # fmt: skip


def may(who: str, state: str) -> set[str]:
    return set(TABLE[state][COLUMN[who]].split()) if who in COLUMN else set()


@pytest.fixture
def people(world):
    """Everybody who could ask: the world's people, an observer, a watcher, a reporter, the portal's timers."""
    return {
        "sam": world.sam, "lena": world.lena, "erin": world.erin, "automation": automation(), "omar": world.omar,
        "nadia": world.nadia, "admin": world.admin, "rita, who reported it": person("rita"),
        "wanda, who watches it": person("wanda"), "olga, who observes": analyst("olga", world.desk, Role.OBSERVER),
    }  # fmt: skip


def inputs(ticket: Incident, name: str) -> dict[str, Any]:
    """What `perform` hands to the transition, past the action."""
    given = {"workgroup": ticket.workgroup, "assignee": None} if name in ("assign", "take_back") else {}
    return {**needed(name, ticket), **given}


@pytest.mark.parametrize("state", STATES)
def test_exactly_the_right_moves_are_open_to_everybody(world, people, state):
    ticket = in_state(state, requester=world.erin, analyst=world.sam)
    Incident.objects.filter(pk=ticket.pk).update(reporter=people["rita, who reported it"])
    desk_actions.watch(ticket=ticket, user=people["wanda, who watches it"])
    ticket = Incident.objects.get(pk=ticket.pk)
    tried = set()  # what is refused with the same words is tried once
    for who, user in people.items():
        told = {offered.name: offered for offered in queries.moves(ticket, user)}
        assert set(told) == set(MOVES)
        assert {name for name, offered in told.items() if offered.open} == may(who, state), who
        for name in MOVES:
            answer = (name, told[name].open, *told[name].because)
            if told[name].open or answer not in tried:
                _perform_agrees_with(told[name], ticket, name, user, allowed=name in may(who, state))
            tried.add(answer)


def _perform_agrees_with(told, ticket, name, user, *, allowed):
    before = (ticket.state, ticket.version, ticket.events.count())
    with transaction.atomic():
        try:
            moved = flow.perform(ticket, name, by=user, **inputs(ticket, name))
        except PermissionDenied as denied:
            assert not allowed
            assert str(denied) == told.because[0]
        except Refused as refused:
            assert not allowed
            assert refused.sentences == list(told.because)
        else:
            assert allowed
            assert moved.state == LEADS_TO[name]
            assert moved.version == before[1] + 1
            assert moved.events.last().kind == f"incident.{EVENTS[name]}"
        transaction.set_rollback(True)
    fresh = Incident.objects.get(pk=ticket.pk)
    assert (fresh.state, fresh.version, fresh.events.count()) == before


def test_refusals_say_why_in_a_sentence(world):
    ticket = incident(world.erin)
    with pytest.raises(PermissionDenied, match=r"^Only an analyst of Service Desk may do this\.$"):
        move(ticket, "start", by=world.erin)
    with pytest.raises(Refused, match=rf"^{ticket.number} is Logged; “Resolve” isn't possible from there\.$"):
        move(ticket, "resolve", by=world.sam)
    ticket = move(ticket, "assign", by=world.sam, assignee=world.sam)
    with pytest.raises(Refused, match=r"^Sam has it\. Assign it to yourself first, or ask\.$"):
        move(ticket, "start", by=world.lena)
    with pytest.raises(PermissionDenied, match="the requester, Erin,"):
        move(ticket, "cancel", by=world.omar)


def test_what_is_closed_can_be_reopened_for_fourteen_days_to_the_second(world):
    closed_at = timezone.now() - timedelta(days=40)
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam, at=closed_at - timedelta(days=3))
    ticket = move(ticket, "confirm", by=world.erin, at=closed_at)
    limit = closed_at + timedelta(days=14)
    with pytest.raises(Refused, match=r"^The time for reopening INC-\d+ is over\. It can be reported again"):
        move(ticket, "reopen", by=world.erin, at=limit + timedelta(seconds=1))
    with pytest.raises(Refused, match="It can be reported again"):
        move(ticket, "reopen", by=world.sam)
    assert {offered.name for offered in queries.moves(ticket, world.erin) if offered.open} == set()
    assert move(ticket, "reopen", by=world.erin, at=limit).state == "reopened"


def test_a_no_to_what_is_still_only_resolved_is_never_too_late(world):
    long_ago = timezone.now() - timedelta(days=40)
    ticket = in_state("resolved", requester=world.erin, analyst=world.sam, at=long_ago)
    assert move(ticket, "reopen", by=world.erin).state == "reopened"


def test_a_new_episode_has_a_window_of_its_own(world):
    long_ago = timezone.now() - timedelta(days=40)
    ticket = in_state("reopened", requester=world.erin, analyst=world.sam, at=long_ago)
    ticket = move(move(ticket, "start", by=world.sam), "resolve", by=world.sam)
    again = move(ticket, "reopen", by=world.erin)
    assert (again.reopen_count, again.resolved_at, again.assignee, again.solution) == (2, None, None, "")


# -- random lives -----------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """One incident in the hands of random people, who move, write, edit and wait; the table knows what must happen."""

    def __init__(self, people: dict[str, Any], workgroups: SimpleNamespace):
        super().__init__()
        self.people, self.groups = people, workgroups
        self.savepoint = transaction.savepoint()
        self.ticket: Incident

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def log(self):
        self.now = timezone.now() - timedelta(days=300)
        self.ticket = incident(self.people["erin"], at=self.now)
        self.state, self.version, self.resolved_at, self.merged_at = "logged", 1, None, None
        self.chain: list[tuple[str | None, str]] = [(None, "logged")]
        self.events = 1

    def _may(self, who: str, name: str) -> bool:
        if name == "unmerge" and who in ("sam", "lena") and self.merged_at:
            return self.now <= self.merged_at + timedelta(days=14)
        if name not in may(who, self.state):
            return False
        if name == "start" and self.ticket.assignee_id not in (None, self.people[who].pk):
            return False
        late = self.resolved_at and self.now > self.resolved_at + timedelta(days=14)
        return not (name == "reopen" and late)

    @rule(
        who=st.sampled_from(["sam", "sam", "lena", "erin", "automation", "omar", "admin"]),
        name=st.sampled_from(MOVES),
        for_whom=st.sampled_from(["sam", "lena", None]),
    )
    def try_a_move(self, who, name, for_whom):
        allowed = self._may(who, name)
        more = {"assignee": self.people[for_whom] if for_whom else None} if name == "assign" else {}
        try:
            self.ticket = move(self.ticket, name, by=self.people[who], at=self.now, **more)
        except (PermissionDenied, Refused):
            assert not allowed, f"{who} should {name} from {self.state}"
            return
        assert allowed, f"{who} must not {name} from {self.state}"
        target = "assigned" if name == "resume" and self.ticket.assignee_id is None else LEADS_TO[name]
        self.chain.append((self.state, target))
        linked = name in ("merge", "unmerge")  # which the timeline tells too
        self.state, self.version, self.events = target, self.version + 1, self.events + 1 + linked
        self.merged_at = self.now if name == "merge" else None
        self.resolved_at = {"resolve": self.now, "clear": self.now, "reopen": None}.get(name, self.resolved_at)

    @rule(who=st.sampled_from(["sam", "erin", "omar"]))
    def try_a_reply(self, who):
        over = self.state in {"closed", "cancelled"}
        try:
            desk_actions.reply(ticket=self.ticket, by=self.people[who], message="Hello?", at=self.now)
        except (PermissionDenied, Refused):
            assert who == "omar" or over
            return
        assert who != "omar"
        assert not over
        self.version, self.events = self.version + 1, self.events + 1

    @rule(who=st.sampled_from(["lena", "erin"]))
    def try_a_note(self, who):
        try:
            desk_actions.note(ticket=self.ticket, by=self.people[who], message="Hm", at=self.now)
        except PermissionDenied:
            assert who == "erin"
            return
        assert who == "lena"
        self.events += 1

    @rule(title=st.sampled_from(["The mail is down", "The mail is slow"]), urgency=st.integers(1, 3))
    def edit(self, title, urgency):
        differs = (self.ticket.title, self.ticket.urgency) != (title, urgency)
        self.ticket = desk_actions.edit(
            ticket=self.ticket, by=self.people["lena"], seen=self.version, title=title, urgency=urgency, at=self.now
        )
        self.version, self.events = self.version + differs, self.events + differs

    @rule(days=st.sampled_from([0, 1, 5, 15]))
    def wait(self, days):
        self.now += timedelta(days=days, seconds=1)

    @invariant()
    def all_is_told_once_and_without_gaps(self):
        fresh = Incident.objects.get(pk=self.ticket.pk)
        assert (fresh.state, fresh.version) == (self.state, self.version)
        events = list(fresh.events.all())
        assert len(events) == self.events
        told = [(e.data.get("from"), e.data["to"]) for e in events if "to" in e.data]
        assert told == self.chain
        assert [e.version for e in events] == sorted(e.version for e in events)
        assert (fresh.pending_reason_id is not None) == (self.state == "pending")
        assert (fresh.closed_at is not None) == (self.state in {"closed", "cancelled"})


def test_random_lives_keep_to_the_table(world, people):
    class OneLife(Life):
        def __init__(self):
            super().__init__(people, world)

    lives = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OneLife, settings=lives)
