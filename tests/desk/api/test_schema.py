"""What the schema promises is what comes: tried by schemathesis, with the eyes of several people."""

import re
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from desk.tickets import flow, kinds
from itsm.wsgi import application
from tests.desk.api.town import fill, places
from tests.programs import token_for

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
PEOPLE = ("erin", "sam", "admin")
MOVES = {kind.area: sorted({step.name for step in flow.all_transitions(kind.model)}) for kind in kinds.every()}


@pytest.fixture(autouse=True)
def _connections_stay():
    """A request's end closes no connection here, as with Django's own test client: the test's transaction lives on it."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_breaks_and_answers_are_as_promised(world, settings, name):
    settings.API_PER_MINUTE = 10**9
    walk(world, name, examples=2)


@pytest.mark.prove
@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_breaks_in_five_hundred_tries_of_each(world, settings, name):
    settings.API_PER_MINUTE = 10**9
    walk(world, name, examples=500)


def walk(world: Any, name: str, examples: int) -> None:
    """Ask every operation as this person, with what fits the schema and with what doesn't; nothing stays done."""
    town, token = fill(world), token_for(getattr(world, name))
    promised = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    wrong: dict[str, str] = {}
    for found in promised.get_all_operations():
        operation = found.ok()
        if operation.path != "/api/v1/alerts/":
            for mode, share in ((GenerationMode.POSITIVE, examples), (GenerationMode.NEGATIVE, max(1, examples // 2))):
                if trouble := _tried(operation, town, token, mode, share):
                    wrong[f"{operation.label} ({mode.value})"] = trouble
    assert not wrong, "\n\n".join(f"{label}\n{trouble}" for label, trouble in wrong.items())


def _tried(operation: Any, town: Any, token: str, mode: GenerationMode, examples: int) -> str:
    """The first thing that broke; empty when all went well."""
    room = operation.path.split("/")[3]
    fixed = places(town, room, re.findall(r"{(\w+)}", operation.path), operation.path)
    if "{name}" in operation.path:
        names = st.sampled_from(MOVES[room])
        whole = names.flatmap(lambda name: _cases(operation, mode, {**fixed, "name": name}))
    else:
        whole = _cases(operation, mode, fixed)

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(whole)
    def ask(case: Any) -> None:
        with transaction.atomic():
            try:
                case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
            finally:
                transaction.set_rollback(True)

    try:
        ask()
    except BaseExceptionGroup as trouble:
        return "\n".join(str(one)[:1500] for one in trouble.exceptions)
    except Exception as trouble:
        return f"{type(trouble).__name__}: {str(trouble)[:1500]}"
    return ""


def _cases(operation: Any, mode: GenerationMode, fixed: dict[str, str]) -> Any:
    return operation.as_strategy(mode, path_parameters=fixed or None)
