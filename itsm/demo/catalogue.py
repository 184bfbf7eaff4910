"""The demo's catalogue: shelves, items with their forms and plans, and who approves; all published as an administrator would."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from desk.approvals.models import ApprovalRule, ApprovalStep
from requests_fulfillment.models import CatalogueGroup, CatalogueItem, ItemField, ItemStep
from requests_fulfillment.publishing import publish

from .world import World

CATALOGUE = Path(__file__).with_name("catalogue.toml")


def lay_catalogue(world: World) -> dict[str, CatalogueItem]:
    """Make and publish everything that can be ordered; by name."""
    told = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    for name, manager in told["managers"].items():
        world.people[name].manager = world.people[manager]
        world.people[name].save(update_fields=["manager"])
    rules = {row["name"]: _rule(place, row) for place, row in enumerate(told["rules"], start=1)}
    shelves = {
        name: CatalogueGroup.objects.create(name=name, icon=icon, description=words, position=place * 10)
        for place, (name, (icon, words)) in enumerate(told["shelves"].items(), start=1)
    }
    found = {}
    for place, row in enumerate(told["items"], start=1):
        item = _item(world, row, place, shelves, rules)
        publish(item=item, by=world.people["admin"])
        found[item.name] = CatalogueItem.objects.get(pk=item.pk)
    return found


def _rule(place: int, row: dict[str, Any]) -> ApprovalRule:
    rule = ApprovalRule.objects.create(position=100 + place * 10, name=row["name"], kind="request")
    ApprovalStep.objects.create(rule=rule, position=1, **row["step"])
    return rule


def _item(
    world: World, row: dict[str, Any], place: int, shelves: dict[str, Any], rules: dict[str, ApprovalRule]
) -> CatalogueItem:
    item = CatalogueItem.objects.create(
        name=row["name"],
        slug=row["name"].lower().replace(" ", "-"),
        group=shelves[row["shelf"]],
        position=place * 10,
        icon=row["icon"],
        summary=row["summary"],
        description=row.get("description", ""),
        cost=row.get("cost"),
        cost_note=row.get("cost_note", ""),
        departments=row.get("departments", []),
        owner=world.people.get(row.get("owner", "")),
        workgroup=world.workgroups[row["workgroup"]],
        service=world.services.get(row.get("service", "")),
        category=world.categories.get(row.get("category", "")),
        approval_rule=rules.get(row.get("rule", "")),
        disrupts=world.services.get(row.get("disrupts", "")),
    )
    for number, (key, label, kind, more) in enumerate(row["questions"], start=1):
        said = dict(more)
        shown = said.pop("shown_if", ["", ""])
        condition = {"shown_if_key": shown[0], "shown_if_value": shown[1]}
        ItemField.objects.create(item=item, position=number * 10, key=key, label=label, kind=kind, **said, **condition)
    for number, step in enumerate(row["steps"], start=1):
        said = dict(step)
        only = said.pop("only_if", ["", ""])
        said |= {
            "workgroup": world.workgroups.get(said.pop("group", "")),
            "only_if_key": only[0],
            "only_if_value": only[1],
        }
        ItemStep.objects.create(item=item, position=number, **said)
    return item
