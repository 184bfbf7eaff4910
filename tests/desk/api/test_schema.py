"""What the schema promises is what comes: tried by schemathesis, with the eyes of several people."""

import os
import re
import time
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
from itsm.api import router
from itsm.wsgi import application
from tests.desk.api.town import fill, places
from tests.programs import token_for

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
PEOPLE = ("erin", "sam", "admin")
TRIES = int(os.environ.get("TRIES", 500))
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
@pytest.mark.parametrize("room", sorted({prefix for prefix, _, _ in router.registry}))
@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_breaks_in_five_hundred_tries_of_each(world, settings, figures, name, room):
    """In pieces by person and room, so that they can be shared out (`ARGS="-n 2"`), run by name (`-k sam`), or with fewer TRIES."""
    settings.API_PER_MINUTE = 10**9
    began = time.process_time()
    operations, tried = walk(world, name, examples=TRIES, room=room)
    figures(f"{name}, {room}: {operations} operations, {tried} requests, {time.process_time() - began:.0f} s of a core")


def walk(world: Any, name: str, examples: int, room: str = "") -> tuple[int, int]:
    """Ask every operation as this person, with what fits the schema and with what doesn't; nothing stays done.

    Gives back how many operations, and how many requests.
    """
    town, token = fill(world), token_for(getattr(world, name))
    promised = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    wrong: dict[str, str] = {}
    operations, asked = 0, set[Any]()
    for found in promised.get_all_operations():
        operation = found.ok()
        here = room_of(operation)
        if here == "alerts" or (room and here != room):
            continue
        operations += 1
        most = examples if has_choices(operation) else max(2, examples // 10)
        for mode, share in ((GenerationMode.POSITIVE, most), (GenerationMode.NEGATIVE, max(1, most // 2))):
            if trouble := _tried(operation, town, token, mode, share, asked):
                wrong[f"{operation.label} ({mode.value})"] = trouble
    assert not wrong, "\n\n".join(f"{label}\n{trouble}" for label, trouble in wrong.items())
    return operations, len(asked)


def room_of(operation: Any) -> str:
    return str(operation.path.split("/")[3])


def has_choices(operation: Any) -> bool:
    """Whether it takes a body, a query or a move; of headers alone a tenth of the tries finds what there is to find."""
    raw = operation.definition.raw
    return bool(
        raw.get("requestBody") or [one for one in raw["parameters"] if one["in"] == "query" or one["name"] == "name"]
    )


def _tried(operation: Any, town: Any, token: str, mode: GenerationMode, examples: int, asked: set[Any]) -> str:
    """The first thing that broke; empty when all went well. What was asked already isn't asked again: nothing stayed done."""
    room = room_of(operation)
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
        told = (operation.label, repr((case.path_parameters, case.query, case.headers, case.body, case.media_type)))
        if told in asked:
            return
        asked.add(told)
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
