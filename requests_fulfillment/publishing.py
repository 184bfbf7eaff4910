"""Publishing an item: what administrators edit in rows is checked and becomes a numbered version that requests hold on to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from desk.approvals.choosing import kind_in_words
from desk.people.models import User
from desk.tickets.errors import Refused
from desk.tickets.flow import serialise

from .blueprint import Blueprint, Condition, Fault, Question, Step, faults
from .models import CatalogueItem, ItemField, ItemStep, ItemVersion

KIND = "request"


def blueprint_of(
    item: CatalogueItem, fields: Iterable[ItemField] | None = None, steps: Iterable[ItemStep] | None = None
) -> Blueprint:
    """The form and plan as the item's rows say now, checked or not; `fields` and `steps` where they are typed, not saved."""
    fields = list(item.fields.all() if fields is None else fields)
    steps = list(item.steps.select_related("workgroup") if steps is None else steps)
    return Blueprint(
        questions=tuple(_question(row) for row in fields),
        steps=tuple(_step(row) for row in steps),
        approval=item.approval_rule_id,
        disrupts=item.disrupts_id,
        words=_names(item, steps),
    )


def _names(item: CatalogueItem, steps: Iterable[ItemStep]) -> dict[str, str]:
    """What is called how now, so that history can say it when the names are others."""
    names = {f"workgroup.{row.workgroup_id}": str(row.workgroup) for row in steps if row.workgroup}
    if item.approval_rule:
        names["approval"] = str(item.approval_rule)
    if item.disrupts:
        names["disrupts"] = str(item.disrupts)
    return names


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


# -- checking ----------------------------------------------------------------------------------


def problems_of(item: CatalogueItem) -> list[str]:
    """Why the item can't be published as its rows stand, in sentences: its form, its plan, and who would do it."""
    return [fault.words for fault in faults_of(item, list(item.fields.all()), list(item.steps.all()))]


def faults_of(item: CatalogueItem, fields: Sequence[ItemField], steps: Sequence[ItemStep]) -> list[Fault]:
    """What is wrong with these rows of the item, saved or typed, each with its place among them."""
    found = faults(blueprint_of(item, fields, steps))
    if item.workgroup_id and not item.workgroup.takes_kind(KIND):
        words = _("{workgroup} doesn't take service requests.").format(workgroup=item.workgroup)
        found.append(Fault(words, field="workgroup"))
    for place, row in enumerate(steps):
        if row.workgroup and not row.workgroup.takes_kind(f"work_order.{row.work_type}"):
            words = _("Step {number} “{title}”: {workgroup} doesn't take such work orders.").format(
                number=row.position, title=row.title, workgroup=row.workgroup
            )
            found.append(Fault(words, "step", place, "workgroup"))
    found += [Fault(words, field="approval_rule") for words in _slips_of_approval(item)]
    return found


def _slips_of_approval(item: CatalogueItem) -> list[str]:
    """Why nobody could be asked by the item's rule, whoever orders."""
    rule = item.approval_rule
    if rule is None:
        return []
    found = []
    steps = list(rule.steps.all())
    if not (rule.is_active and steps):
        found.append(_("The approval rule “{rule}” asks nobody: it is inactive, or has no step.").format(rule=rule))
    if rule.kind != KIND:
        words = _("The approval rule “{rule}” is for another kind of ticket ({kind}).")
        found.append(words.format(rule=rule, kind=kind_in_words(rule.kind)))
    if any(step.asks_item_owner for step in steps) and not (item.owner and item.owner.is_active):
        words = _("The approval rule “{rule}” asks the item's owner, and it has none who could be asked.")
        found.append(words.format(rule=rule))
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
