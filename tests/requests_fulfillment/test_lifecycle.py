"""The life of a request: who may make which move from which state, in one table that page and flow agree upon."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets import flow, queries
from desk.tickets.errors import Refused
from requests_fulfillment.lifecycle import State
from tests.factories import analyst

from .orders import fresh, in_state, order, perform_inputs

STATES = [
    state.value for state in State if state != State.SUBMITTED
]  # nothing stays in that longer than its order takes
MOVES = {
    "await_approval", "approve", "reject", "reconsider", "start", "hold", "resume", "fulfil", "fail", "retry", "confirm",
    "refuse", "cancel", "assign",
}  # fmt: skip
# state                sam, of its workgroup             erin, for whom it is    rita, who ordered it   the portal
TABLE = {
    "awaiting_approval": ("cancel assign", "cancel", "cancel", "approve reject cancel assign"),
    "approved": ("start cancel assign", "cancel", "cancel", "reconsider start cancel assign"),
    "in_fulfilment": (
        "hold fail cancel assign",
        "cancel",
        "cancel",
        "fail cancel assign",
    ),  # delivered when all is done
    "pending": ("resume fail cancel assign", "cancel", "cancel", "resume fail cancel assign"),
    "fulfilled": ("confirm refuse", "confirm refuse", "", "confirm"),
    "closed": ("", "", "", ""),
    "rejected": ("", "", "", ""),
    "cancelled": ("", "", "", ""),
    "fulfilment_failed": ("retry cancel assign", "cancel", "cancel", "cancel assign"),
}
# lena leads sam's workgroup · nadia: analyst of another one, who prepares it · felix hands it over · omar approves it ·
# olga observes the queue · wanda watches it.
COLUMN = {"sam": 0, "lena": 0, "erin": 1, "rita": 2, "automation": 3}  # everybody else may do nothing
LEADS_TO = {
    "await_approval": "awaiting_approval", "approve": "approved", "reject": "rejected", "reconsider": "awaiting_approval",
    "start": "in_fulfilment", "hold": "pending", "resume": "in_fulfilment", "fulfil": "fulfilled",
    "fail": "fulfilment_failed", "retry": "in_fulfilment", "confirm": "closed", "refuse": "in_fulfilment",
    "cancel": "cancelled",
}  # fmt: skip
EVENTS = {
    "approve": "approved", "reject": "rejected", "reconsider": "reconsidered", "start": "started", "hold": "held",
    "resume": "resumed", "fulfil": "fulfilled", "fail": "fulfilment_failed", "retry": "retried", "confirm": "closed",
    "refuse": "refused", "cancel": "cancelled", "assign": "assigned",
}  # fmt: skip


def may(who: str, state: str) -> set[str]:
    return set(TABLE[state][COLUMN[who]].split()) if who in COLUMN else set()


@pytest.fixture
def people(shop):
    """Everybody who could ask."""
    shop.rita = analyst("rita", shop.network)
    return {
        "sam": shop.sam, "lena": shop.lena, "erin": shop.erin, "rita": shop.rita, "automation": automation(),
        "omar": shop.omar, "nadia": shop.nadia, "felix": shop.felix, "admin": shop.admin,
        "olga, who observes": analyst("olga", shop.desk, Role.OBSERVER), "wanda, who watches it": shop.wanda,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_exactly_the_right_moves_are_open_to_everybody(shop, people, state):
    found = in_state(state, shop)
    type(found).objects.filter(pk=found.pk).update(reporter=shop.rita)  # she ordered it for Erin
    found = fresh(found)
    desk_actions.watch(ticket=found, user=shop.wanda)
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
            assert moved.events.filter(kind=f"request.{EVENTS[name]}").exists()
        transaction.set_rollback(True)
    kept = fresh(found)
    assert (kept.state, kept.version, kept.events.count()) == before


@pytest.mark.django_db
def test_a_requester_calls_it_off_as_long_as_nobody_has_begun(shop):
    """Erin's laptop is being prepared: she can't simply call it off any more, and is told what to do; Sam can."""
    from .orders import work

    found = work(shop, in_state("in_fulfilment", shop), "Prepare", "start")
    told = {move.name: move for move in queries.moves(found, shop.erin)}["cancel"]
    assert not told.open
    assert told.because == ("Work for it is under way. Please write below that you don't need it any more.",)
    assert {move.name: move for move in queries.moves(fresh(found), shop.sam)}["cancel"].open


@pytest.mark.django_db
def test_what_nobody_has_to_approve_begins_at_once(shop):
    assert order(shop, shop.chair, answers={}).state == "in_fulfilment"
