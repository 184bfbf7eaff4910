"""Publishing an item: what administrators edit in rows is checked and becomes a numbered version that requests hold on to."""

from __future__ import annotations

from django.db import transaction

from desk.people.models import User
from desk.tickets.errors import Refused
from desk.tickets.flow import serialise

from .blueprint import Blueprint, Condition, Question, Step, problems
from .models import CatalogueItem, ItemField, ItemStep, ItemVersion


def blueprint_of(item: CatalogueItem) -> Blueprint:
    """The form and plan as the item's rows say now, checked or not."""
    names: dict[str, str] = {}
    if item.approval_rule:
        names["approval"] = str(item.approval_rule)
    if item.disrupts:
        names["disrupts"] = str(item.disrupts)
    return Blueprint(
        questions=tuple(_question(row) for row in item.fields.all()),
        steps=tuple(_step(row) for row in item.steps.all()),
        approval=item.approval_rule_id,
        disrupts=item.disrupts_id,
        words=names,
    )


def _question(row: ItemField) -> Question:
    return Question(
        key=row.key.strip(),
        label=row.label.strip(),
        kind=row.kind,
        required=row.required,
        help=row.help,
        choices=tuple(line.strip() for line in row.choices.splitlines() if line.strip()),
        shown_if=_condition(row.shown_if_key, row.shown_if_value),
    )


def _step(row: ItemStep) -> Step:
    return Step(
        number=row.position,
        title=row.title.strip(),
        instructions=row.instructions,
        work_type=row.work_type,
        workgroup=row.workgroup_id,
        needs=tuple(row.needs),
        start_after_hours=row.start_after_hours,
        hours=row.hours,
        checklist=row.checklist,
        only_if=_condition(row.only_if_key, row.only_if_value),
    )


def _condition(key: str, value: str) -> Condition | None:
    return Condition(key.strip(), value.strip()) if key.strip() else None


def problems_of(item: CatalogueItem) -> list[str]:
    """Why the item can't be published as its rows stand, in sentences: its form, its plan, and who would do it."""
    found = problems(blueprint_of(item))
    if not item.workgroup.takes_kind("request"):
        found.append(f"{item.workgroup} doesn't take service requests.")
    for row in item.steps.select_related("workgroup"):
        if row.workgroup and not row.workgroup.takes_kind(f"work_order.{row.work_type}"):
            found.append(f"Step {row.position} “{row.title}”: {row.workgroup} doesn't take such work orders.")
    if item.approval_rule and not (item.approval_rule.is_active and item.approval_rule.steps.exists()):
        found.append(f"The approval rule “{item.approval_rule}” asks nobody: it is inactive, or has no step.")
    return found


@transaction.atomic
def publish(*, item: CatalogueItem, by: User) -> ItemVersion:
    """Make the item's rows its next version, unless they say what the current one says. Refused with every problem."""
    serialise(f"item {item.pk}")
    item = CatalogueItem.objects.get(pk=item.pk)
    if found := problems_of(item):
        raise Refused(*found)
    content = blueprint_of(item).as_json()
    last = item.versions.first()
    if last is not None and Blueprint.read(last.content) == Blueprint.read(content):
        return last
    made = ItemVersion.objects.create(item=item, number=last.number + 1 if last else 1, content=content, made_by=by)
    CatalogueItem.objects.filter(pk=item.pk).update(current=made)
    return made
