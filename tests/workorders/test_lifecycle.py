"""The life of a work order: who may make which move from which state, in one table that page and flow agree upon."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets import flow, queries
from desk.tickets.errors import Refused
from tests.factories import analyst, person
from workorders.lifecycle import State
from workorders.models import WorkOrder

from .orders import MOVES, in_state, needed

STATES = [state.value for state in State]
# state         felix, who has it, of its workgroup       nadia, who raised it   the portal's timers
TABLE = {
    "waiting": ("assign cancel", "cancel", "assign cancel"),
    "open": ("assign start cancel", "cancel", "assign cancel"),
    "assigned": ("assign start hold fail cancel", "cancel", "assign cancel"),
    "in_progress": ("assign hold complete fail cancel", "cancel", "assign cancel"),
    "pending": ("assign resume fail cancel", "cancel", "assign resume cancel"),
    "completed": ("", "", ""),
    "failed": ("", "", ""),
    "cancelled": ("", "", ""),
}
# felix: technician · fiona: another · greta: leads them · nadia: raised it · niko: works on the parent with her ·
# sam: analyst of another workgroup · erin: the parent's requester.
COLUMN = {"felix": 0, "fiona": 0, "greta": 0, "nadia": 1, "niko": 1, "automation": 2}  # everybody else may do nothing
LEADS_TO = {
    "release": "open", "assign": "assigned", "start": "in_progress", "hold": "pending", "resume": "in_progress",
    "complete": "completed", "fail": "failed", "cancel": "cancelled",
}  # fmt: skip
EVENTS = {
    "release": "released", "assign": "assigned", "start": "started", "hold": "held", "resume": "resumed",
    "complete": "completed", "fail": "failed", "cancel": "cancelled",
}  # fmt: skip
ASSIGNED_STAYS = {"waiting": "waiting"}  # one that waits goes on waiting, whoever has it


def may(who: str, state: str) -> set[str]:
    moves = set(TABLE[state][COLUMN[who]].split()) if who in COLUMN else set()
    # What somebody has is started by them alone.
    return moves - {"start"} if state == "assigned" and who != "felix" else moves


@pytest.fixture
def people(field):
    """Everybody who could ask, an observer of its workgroup, one of its parent's, and a watcher among them."""
    return {
        "felix": field.felix, "fiona": analyst("fiona", field.field), "greta": field.greta, "nadia": field.nadia,
        "niko": field.niko, "automation": automation(), "sam": field.sam, "lena": field.lena, "erin": field.erin,
        "omar": field.omar, "admin": field.admin, "wanda, who watches it": person("wanda"),
        "olga, who observes": analyst("olga", field.field, Role.OBSERVER),
        "otto, who observes the parent": analyst("otto", field.network, Role.OBSERVER),
    }  # fmt: skip


def inputs(order, name):
    """What `perform` hands to the transition, past the action."""
    given = {"workgroup": order.workgroup, "assignee": None} if name == "assign" else {}
    return {**needed(name), **given}


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_exactly_the_right_moves_are_open_to_everybody(field, people, state):
    found = in_state(state, field)
    if state == "assigned":
        found = flow.perform(found, "assign", by=field.felix, workgroup=found.workgroup, assignee=field.felix)
    desk_actions.watch(ticket=found, user=people["wanda, who watches it"])
    found = WorkOrder.objects.get(pk=found.pk)
    tried = set()  # what is refused with the same words is tried once
    for who, user in people.items():
        told = {offered.name: offered for offered in queries.moves(found, user)}
        assert set(told) == set(MOVES)
        assert {name for name, offered in told.items() if offered.open} == may(who, state), who
        for name in MOVES:
            answer = (name, told[name].open, *told[name].because)
            if told[name].open or answer not in tried:
                _perform_agrees_with(told[name], found, name, user, allowed=name in may(who, state))
            tried.add(answer)


def _perform_agrees_with(told, found, name, user, *, allowed):
    before = (found.state, found.version, found.events.count())
    with transaction.atomic():
        try:
            moved = flow.perform(found, name, by=user, **inputs(found, name))
        except PermissionDenied as denied:
            assert not allowed
            assert str(denied) == told.because[0]
        except Refused as refused:
            assert not allowed
            assert refused.sentences == list(told.because)
        else:
            assert allowed
            assert moved.state == (ASSIGNED_STAYS.get(before[0], "assigned") if name == "assign" else LEADS_TO[name])
            assert moved.version == before[1] + 1
            assert moved.events.last().kind == f"work_order.{EVENTS[name]}"
        transaction.set_rollback(True)
    fresh = WorkOrder.objects.get(pk=found.pk)
    assert (fresh.state, fresh.version, fresh.events.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("assigned", [False, True])
def test_only_the_portal_releases_and_only_what_waits_for_nothing(field, people, assigned):
    found = in_state("waiting", field)
    if assigned:
        found = flow.perform(found, "assign", by=field.felix, workgroup=found.workgroup, assignee=field.felix)
    with pytest.raises(Refused, match="waits for"):
        flow.perform(found, "release", by=automation())
    found.dependencies.all().delete()
    for who, user in people.items():
        if who != "automation":
            with pytest.raises(PermissionDenied):
                flow.perform(found, "release", by=user)
    assert flow.perform(found, "release", by=automation()).state == ("assigned" if assigned else "open")
