"""The house rules that no single test of a room would notice."""

import ast
import importlib.metadata
import re
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from desk.reactions.table import EVERY, switchboard
from desk.tickets import flow, kinds

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("itsm", "desk", "incidents", "changes", "requests_fulfillment", "workorders")
CODE = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
OURS = [path for path in CODE if "migrations" not in path.parts and path.read_text().strip()]


def announced():
    """Every event kind that the code can write: those named in calls, and one for each transition."""
    named = {
        found for path in OURS for found in re.findall(r'write_event\(\s*\w+,\s*"([a-z_]+\.[a-z_]+)"', path.read_text())
    }
    named |= {
        found for path in OURS for found in re.findall(r'^[A-Z_]+ = "([a-z_]+\.[a-z_]+)"$', path.read_text(), re.M)
    }
    moves = {
        f"{kind.name}.{step.custom['event']}" for kind in kinds.every() for step in flow.all_transitions(kind.model)
    }
    return named | moves | {f"{kind.name}.logged" for kind in kinds.every()}


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_a_sentence(path):
    opening = ast.get_docstring(ast.parse(path.read_text()))
    assert opening, f"{path} doesn't say what lives there"
    assert opening.split("\n")[0].rstrip().endswith((".", "?", "`", ":", ")")) or "\n" in opening


def test_no_state_is_set_past_the_one_door():
    past = re.compile(r"\.update\([^)]*\bstate\s*=|\.state\s*=[^=]")
    assert [str(p) for p in OURS if past.search(p.read_text())] == []


def test_no_signals_carry_the_flow():
    assert [
        str(p) for p in OURS if re.search(r"django\.(db\.models|dispatch).*(signals|receiver|Signal)", p.read_text())
    ] == []


def test_timers_are_rows_and_not_messages():
    assert [str(p) for p in OURS if re.search(r"\b(eta|countdown)\s*=", p.read_text())] == []


def test_every_reaction_of_the_switchboard_exists_and_answers_to_an_event_that_somebody_writes():
    for event, reactions in switchboard().items():
        assert event == EVERY or event in announced(), event
        for reaction in reactions:
            assert callable(import_string(reaction.path)), reaction.path
            assert not reaction.wanted or callable(import_string(reaction.wanted)), reaction.wanted
            assert reaction.does


NO_EVENTS = {
    "desk.door",
    "itsm.urls",
    "monitoring.alert",
    "sla.rebase",
    "webhooks.send",
}  # constants that only look like one


def test_every_event_is_documented_and_nothing_else_is():
    documented = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| \S", (ROOT / "docs" / "events.md").read_text(), re.M)
    assert sorted(documented) == sorted(announced() - NO_EVENTS)


def test_every_transition_has_what_the_page_needs():
    for kind in kinds.every():
        for step in flow.all_transitions(kind.model):
            assert {"label", "event", "icon", "rank"} <= set(step.custom), step.name
            assert callable(step.permission), f"{step.name} would be open to nobody, or to everybody"
            assert callable(getattr(kind.actions, step.name)), f"{step.name} has no verb"


def test_the_unmaintained_fsm_is_not_here():
    names = {dist.metadata["Name"].lower() for dist in importlib.metadata.distributions()}
    assert "django-fsm-2" in names
    assert "django-fsm" not in names
