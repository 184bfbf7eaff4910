"""The life of a change: who may make which move from which state, in one table that page and flow agree upon."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from changes.lifecycle import State
from changes.models import Change
from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets import flow, queries
from desk.tickets.errors import Refused
from tests.factories import analyst

from .plans import in_state, perform_inputs

STATES = [state.value for state in State]
MOVES = {
    "submit", "withdraw", "approve", "reject", "reconsider", "schedule", "start", "finish", "fail", "write_review",
    "close", "cancel", "assign",
}  # fmt: skip
# state           nadia: planned it, works in its workgroup     chris: oversees changes      the portal
TABLE = {
    "draft": ("submit cancel assign", "submit cancel assign", "assign"),
    "submitted": ("withdraw cancel assign", "withdraw cancel assign", "withdraw approve reject reconsider assign"),
    "approved": ("withdraw schedule cancel assign", "withdraw schedule cancel assign", "withdraw reconsider assign"),
    "rejected": ("withdraw cancel assign", "withdraw cancel assign", "withdraw assign"),
    "scheduled": ("withdraw start cancel assign", "withdraw cancel assign", "withdraw reconsider assign"),
    "implementing": ("finish fail assign", "finish fail assign", "assign"),  # chris may write down how it went
    "implemented": ("write_review close assign", "write_review close assign", "assign"),
    "failed": ("write_review assign", "write_review assign", "assign"),  # closed after its review
    "closed": ("", "", ""),
    "cancelled": ("", "", ""),
}
# niko works with nadia · vera leads them · sam: analyst of another workgroup · erin, omar: end users, omar sits in the CAB ·
# olga observes Network's queue · wanda watches it.
COLUMN = {"nadia": 0, "niko": 0, "vera": 0, "chris": 1, "automation": 2}  # everybody else may do nothing
LEADS_TO = {
    "submit": "submitted", "withdraw": "draft", "approve": "approved", "reject": "rejected", "reconsider": "submitted",
    "schedule": "scheduled", "start": "implementing", "finish": "implemented", "fail": "failed", "close": "closed",
    "cancel": "cancelled",
}  # fmt: skip
EVENTS = {
    "submit": "submitted", "withdraw": "withdrawn", "approve": "approved", "reject": "rejected", "start": "started",
    "reconsider": "reconsidered", "schedule": "scheduled", "finish": "implemented", "fail": "failed",
    "write_review": "reviewed", "close": "closed", "cancel": "cancelled", "assign": "assigned",
}  # fmt: skip


def may(who: str, state: str) -> set[str]:
    return set(TABLE[state][COLUMN[who]].split()) if who in COLUMN else set()


@pytest.fixture
def people(cab):
    """Everybody who could ask."""
    return {
        "nadia": cab.nadia, "niko": cab.niko, "vera": cab.vera, "chris": cab.chris, "automation": automation(),
        "sam": cab.sam, "lena": cab.lena, "erin": cab.erin, "omar": cab.omar, "admin": cab.admin,
        "olga, who observes": analyst("olga", cab.network, Role.OBSERVER), "wanda, who watches it": cab.wanda,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_exactly_the_right_moves_are_open_to_everybody(cab, people, state):
    found = in_state(state, cab)
    desk_actions.watch(ticket=found, user=cab.wanda)
    tried = set()  # what is refused with the same words is tried once
    for who, user in people.items():
        told = {offered.name: offered for offered in queries.moves(found, user)}
        assert set(told) == MOVES
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
            moved = flow.perform(found, name, by=user, **perform_inputs(found, name))
        except PermissionDenied as denied:
            assert not allowed
            assert str(denied) == told.because[0]
        except Refused as refused:
            assert not allowed
            assert refused.sentences == list(told.because)
        else:
            assert allowed
            assert moved.state == LEADS_TO.get(name, before[0])
            assert moved.version == before[1] + 1
            assert moved.events.filter(kind=f"change.{EVENTS[name]}").exists()
        transaction.set_rollback(True)
    fresh = Change.objects.get(pk=found.pk)
    assert (fresh.state, fresh.version, fresh.events.count()) == before


@pytest.mark.django_db
def test_whoever_asked_for_a_change_steers_it_until_it_is_begun(cab):
    """Sam, of another workgroup, plans something for Network: he submits, edits his draft and takes it back."""
    found = in_state("draft", cab, by=cab.sam)
    open_to_sam = {move.name for move in queries.moves(found, cab.sam) if move.open}
    assert open_to_sam == {"submit", "cancel"}
