"""Examples of the schema: each body that can be sent has one, and it fits."""

import pytest
from jsonschema import Draft202012Validator

from desk.api import tickets
from itsm.api import router
from tests.programs import Program

pytestmark = pytest.mark.django_db


def bodies():
    """(name, body of JSON) of every operation that takes something."""
    whole = Program(None).get("schema/").json()
    for operations in whole["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("schema", {})
            if body.get("properties"):
                yield operation["operationId"], body


def test_each_body_has_an_example_that_fits():
    wrong = []
    for name, body in bodies():
        if not body.get("examples"):
            wrong.append(f"{name} has none")
        for example in body.get("examples", ()):
            wrong += [f"{name}: {error.message}" for error in Draft202012Validator(body).iter_errors(example)]
    assert not wrong, "\n".join(wrong)


def test_no_example_is_of_an_action_that_there_is_not():
    for _, viewset, _ in router.registry:
        for name in viewset.examples:
            assert hasattr(viewset, name), f"{viewset.__name__}.{name}"
    assert tickets.TicketEndpoint.examples
