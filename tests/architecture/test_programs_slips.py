"""No slip of a program goes through: no field that isn't asked for, no thing that belongs to another; new addresses too."""

import json
from functools import cache
from typing import Any

from django.apps import apps
from django.db import transaction
from django.urls import resolve, reverse

from desk.api.views import schema_text
from desk.knowledge import actions as knowledge
from desk.tickets import actions as desk_actions
from desk.tickets.models import LinkKind
from desk.webhooks.models import Call, Subscription
from itsm.api import router
from tests.architecture.access_programs import PEOPLE, TABLE, Row
from tests.architecture.addresses import every_address
from tests.architecture.test_access_programs import address_of, ask, asked, body_of
from tests.desk.api.town import fill
from tests.desk.knowledge.articles import published, rewritten
from tests.factories import incident
from tests.programs import Program
from workorders import actions as order_actions
from workorders.models import ChecklistItem

CHOSEN = {"name", "what"}  # in an address: which move, tick or untick; no thing of anybody's
COLUMNS = sorted(
    {field.attname for model in apps.get_models() for field in model._meta.concrete_fields}
    | {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    | {"pk", "seen", "submission", "again", "by", "as_user", "user_permissions"}
)
WRITES = [row for row in TABLE if row.method in {"POST", "PATCH", "PUT"}]


def asked_by(row: Row) -> set[str]:
    """What the schema says that this address takes; and what the table sends, where a move says itself what it takes."""
    return set(bodies()[operation_of(row)].get("properties", {})) | set(row.body or {})


@cache
def bodies() -> dict[str, dict[str, Any]]:
    """The schema of the JSON that each operation takes."""
    whole = json.loads(schema_text())
    found = {}
    for operations in whole["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {"schema": {}})
            named = content["schema"].get("$ref", "").rpartition("/")[2]
            found[operation["operationId"]] = whole["components"]["schemas"].get(named, {})
    return found


def operation_of(row: Row) -> str:
    for prefix, viewset, basename in router.registry:
        for route in router.get_routes(viewset):
            mapping = router.get_method_map(viewset, route.mapping)
            if route.name.format(basename=basename) == row.name and row.method.lower() in mapping:
                return f"{prefix}_{mapping[row.method.lower()]}".replace("-", "_")
    raise AssertionError(f"{row} is no address")


def test_what_isnt_asked_for_is_refused_by_name_and_changes_nothing(world, settings):
    """Every column of every table, sent to every address that writes, by somebody whom it lets in."""
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    programs = {name: Program(getattr(world, name)) for name in PEOPLE}
    for row in WRITES:
        known = asked_by(row)
        aliens = dict.fromkeys([name for name in COLUMNS if name not in known], "1")
        may = [(answer, name) for name, answer in row.expected().items() if answer not in {403, 404}]
        for expected, name in sorted(may)[:1]:
            got, changed = ask(world, town, row, programs[name], aliens)
            told = set(got.json().get("errors", {})) if got.status_code == 400 else set()
            if changed or (expected < 300 and told != set(aliens)):
                taken = sorted(set(aliens) - told)[:9]
                wrong.append(f"{row}, {name}: {got.status_code}, changed: {changed}, taken: {taken}")
    assert not wrong, "\n".join(wrong)


def test_what_the_schema_calls_required_is_what_has_to_be_said():
    """What somebody is let through with in the table needs nothing more; generated clients would ask for it in vain."""
    wrong = []
    for row in WRITES:
        more = set(bodies()[operation_of(row)].get("required", [])) - set(row.body or {})
        if more and any(answer < 300 for answer in row.expected().values()):
            wrong.append(f"{row} is let through without {sorted(more)}")
    assert not wrong, "\n".join(wrong)


# -- what belongs to another -------------------------------------------------------------------


def foreign_parts(world: Any, town: Any) -> dict[str, int]:
    """For each address that names a thing and a part of it: a part that there is, but of another thing."""
    other, third = incident(world.sam, "Another"), incident(world.sam, "A third")
    link = desk_actions.link(source=other, target=third, kind=LinkKind.CAUSED_BY, by=world.sam)
    order = order_actions.raise_order(
        parent=other, by=world.sam, title="Look", workgroup=world.desk, checklist=["Bring a lamp"]
    )
    wall = Subscription.objects.create(name="Wall", url="https://example.com/wall")
    call = Call.objects.create(subscription=wall, due_at=town.call.due_at, dead_at=town.call.due_at)
    rooms = ("incidents", "work-orders", "changes", "requests")
    again = knowledge.submit(article=rewritten(world, published(world, "Another"), answer="Twice"), by=world.sam)
    twice = knowledge.publish(article=again, by=world.lena)
    return {
        "articles-go-back": twice.versions.latest("number").number,  # the other article has no second one
        **{f"{room}-unlink": link.pk for room in rooms},
        "work-orders-tick": ChecklistItem.objects.get(order=order).pk,
        "webhooks-again": call.pk,
    }


def test_a_part_of_another_thing_isnt_reached_through_this_one(world, settings):
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    parts, programs = foreign_parts(world, town), {name: Program(getattr(world, name)) for name in PEOPLE}
    nested = {
        address.key.removeprefix("api:"): [name for name in address.arguments if name not in CHOSEN]
        for address in every_address()
        if address.key.startswith("api:") and len(set(address.arguments) - CHOSEN) > 1
    }
    assert set(nested) == set(parts), "an address that names two things is entered in foreign_parts"
    for row in TABLE:
        if row.name not in parts:
            continue
        part = nested[row.name][-1]
        for name, expected in row.expected().items():
            address = _with(address_of(town, row), row, {part: parts[row.name]})
            got, changed = asked(
                lambda at=address: at, lambda row=row: body_of(world, town, row), row.method, programs[name]
            )
            if changed or got.status_code not in ({404} if expected < 300 else {403, 404}):
                wrong.append(f"{row}, {name}: {got.status_code}, changed: {changed}")
    assert not wrong, "\n".join(wrong)


def _with(address: str, row: Row, parts: dict[str, Any]) -> str:
    found = resolve(address)
    return reverse(f"api:{row.name}", kwargs={**found.kwargs, **parts})


def test_whoever_may_not_see_it_learns_nothing_from_its_id(world, settings):
    """Of every address with a thing in it: what one may not see answers, letter for letter, as what there isn't."""
    settings.API_PER_MINUTE = 10**9
    town, wrong = fill(world), []
    missing = {"number": "INC-999999", "pk": "999999", "slug": "nothing", "key": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}
    missing |= {"username": "nobody"}
    programs = {name: Program(getattr(world, name)) for name in PEOPLE}
    for row in TABLE:
        for name, expected in row.expected().items():
            first = next((argument for argument in resolve(address_of(town, row)).kwargs if argument in missing), "")
            if expected != 404 or not first:
                continue
            program = programs[name]
            there, _ = ask(world, town, row, program)
            with transaction.atomic():
                gone = _with(address_of(town, row), row, {first: missing[first]})
                away = program.ask(row.method, gone, body_of(world, town, row))
                transaction.set_rollback(True)
            if (there.status_code, there.content) != (away.status_code, away.content):
                wrong.append(f"{row}, {name}: {there.content[:200]!r}, and of nothing {away.content[:200]!r}")
    assert not wrong, "\n".join(wrong)
