"""Names for what generated clients make classes of: bodies, states, moves and what lists are ordered and narrowed by."""

from __future__ import annotations

from typing import Any

from desk.tickets import flow, kinds

# Action -> what its body is called; %s is the thing that it is about. Any other is called by thing and action.
CALLED = {
    "create": "New%s", "partial_update": "%sEdit", "comments": "New%sComment", "link": "NewLink", "move": "MoveInputs",
}  # fmt: skip
WITH_FILES = "WithFiles"
PREFIX = "#/components/schemas/"


def make_typed(result: dict[str, Any]) -> None:
    """Put each body, each lifecycle and each enumeration of lists among the components, and name it where it stood."""
    found: dict[str, Any] = result["components"]["schemas"]
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _name_bodies(operation, found)
            _name_choices(path, operation, found)
    for kind in kinds.every():
        _name_lifecycle(kind, result["paths"], found)


def _name_bodies(operation: dict[str, Any], found: dict[str, Any]) -> None:
    """`NewIncident`, and `NewIncidentWithFiles` where it comes in parts."""
    asked = operation.get("requestBody", {})
    for media, content in asked.get("content", {}).items():
        body = content["schema"]
        if "properties" not in body and body.get("type") != "object":
            continue
        if not body.get("required"):
            body.pop("required", None)
        _name_words(operation, body, found)
        name = _body_name(operation) + (WITH_FILES if media.startswith("multipart") else "")
        content["schema"] = _component(name, body, found)
        asked["required"] = bool(asked.get("required") or body.get("required"))


def _name_words(operation: dict[str, Any], body: dict[str, Any], found: dict[str, Any]) -> None:
    """`WorkOrderWorkType`: one name for the same words in each body about the thing."""
    thing = "Link" if _action(operation) == "link" else _thing(operation)
    for name, shape in body.get("properties", {}).items():
        if "enum" in shape:
            words = {key: shape[key] for key in ("type", "enum", "x-enum-varnames") if key in shape}
            called = _camel(name) if _camel(name).startswith(thing) else thing + _camel(name)
            if called == _body_name(operation):
                called += "Choice"
            others = {key: value for key, value in shape.items() if key not in words}
            body["properties"][name] = {**_component(called, words, found), **others}


def _body_name(operation: dict[str, Any]) -> str:
    thing, action = _thing(operation), _action(operation)
    return CALLED[action].replace("%s", thing) if action in CALLED else thing + _camel(action)


def _action(operation: dict[str, Any]) -> str:
    room: str = operation["tags"][0].replace("-", "_")
    return str(operation["operationId"].removeprefix(f"{room}_"))


def _thing(operation: dict[str, Any]) -> str:
    """What the address is about, by its singular: `incidents` and `work-orders` are of Incident and WorkOrder."""
    room: str = operation["tags"][0]
    named = {kind.area: _camel(kind.name) for kind in kinds.every()} | {"requests": "ServiceRequest"}
    return named.get(room, _camel(room.removesuffix("s")))


def _name_choices(path: str, operation: dict[str, Any], found: dict[str, Any]) -> None:
    """What lists of all kinds of ticket are ordered and narrowed by has one name: `ListOrder`; of others, their own."""
    of_tickets = path in {f"/api/v1/{kind.area}/" for kind in kinds.every()}
    for parameter in operation.get("parameters", []):
        if "enum" in parameter["schema"] and parameter["in"] == "query":
            whose = "List" if of_tickets else _camel(operation["operationId"])
            name = f"{whose}{_camel(parameter['name'])}"
            parameter["schema"] = _component(name, parameter["schema"], found)


def _name_lifecycle(kind: Any, paths: dict[str, Any], found: dict[str, Any]) -> None:
    """`IncidentState` in tickets and filters, `IncidentMove` in the addresses of moves."""
    whole = f"/api/v1/{kind.area}/"
    thing = _thing(paths[whole]["get"])
    states = {"type": "string", "enum": [str(value) for value in kind.states.values]}
    described = {name: text for name, text in found[thing]["properties"]["state"].items() if name == "description"}
    found[thing]["properties"]["state"] = {**_component(f"{thing}State", states, found), **described}
    for parameter in paths[whole]["get"]["parameters"]:
        if parameter["name"] == "state":
            parameter["schema"] = {"type": "array", "items": {"$ref": f"{PREFIX}{thing}State"}}
    moves = {"type": "string", "enum": sorted({step.name for step in flow.all_transitions(kind.model)})}
    for operation in paths[f"{whole}{{number}}/transitions/{{name}}/"].values():
        for parameter in operation["parameters"]:
            if parameter["name"] == "name":
                parameter["schema"] = _component(f"{thing}Move", moves, found)


def _component(name: str, schema: dict[str, Any], found: dict[str, Any]) -> dict[str, str]:
    """The reference to it; two that are not the same may not have one name."""
    assert found.setdefault(name, schema) == schema, f"There are two sorts of {name}."
    return {"$ref": f"{PREFIX}{name}"}


def _camel(words: str) -> str:
    return "".join(word.capitalize() for word in words.replace("-", "_").split("_"))
