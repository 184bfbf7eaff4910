"""Work orders for templates: the strip of a ticket, what a failure holds up, and templates with their steps drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django import template
from django.utils.translation import gettext as _

from desk.people.language import spoken
from desk.people.models import User, Workgroup
from desk.tickets.models import Ticket

from .. import queries, rules, strip
from ..drawing import Row, draw
from ..models import OrderTemplate, TemplateStep, WorkOrder
from ..path import in_sequence

register = template.Library()


@register.simple_tag
def strip_of(ticket: Ticket) -> strip.Strip:
    """The ticket's work orders in sequence, drawn, with their clocks and the outlook."""
    return strip.strip_of(ticket)


@register.simple_tag
def held_up_by(order: WorkOrder, user: User) -> list[WorkOrder] | None:
    """What waits for a failed order, and what waits for that; None for whoever doesn't decide about it."""
    return queries.held_up_by(order) if rules.works_on_parent(order, user) else None


@register.simple_tag
def others_to_wait_for(order: WorkOrder, user: User) -> list[WorkOrder]:
    """What it could wait for as well; empty for whoever doesn't say so."""
    return queries.others_to_wait_for(order) if rules.may_sequence(order, user) else []


@dataclass(frozen=True)
class Step:
    """A step of a template as it would be raised: by whom, why them, and its piece of the drawing."""

    step: TemplateStep
    workgroup: Workgroup | None
    because: str
    after: str
    row: Row


@dataclass(frozen=True)
class Preview:
    """A template before it is raised; `problem` says why it can't be."""

    template: OrderTemplate
    steps: list[Step]
    problem: str


@register.simple_tag
def previews(templates: Iterable[OrderTemplate], parent: Ticket) -> list[Preview]:
    """Each template with its steps in the sequence in which they'll be worked on."""
    return [_preview(found, parent) for found in templates]


def _preview(found: OrderTemplate, parent: Ticket) -> Preview:
    steps = {step.position: step for step in found.steps.all()}
    if problem := queries.problem_of(found, list(steps.values())):
        return Preview(found, [], problem)
    needs = {position: set(step.needs) for position, step in steps.items()}
    shown = []
    for row in draw(in_sequence(needs), needs):
        step = steps[row.key]
        workgroup, because = step.workgroup, ""
        if workgroup is None:
            workgroup, because = queries.propose(parent, work_type=step.work_type, text=step.title)
        after = ", ".join(steps[need].title for need in sorted(needs[row.key]))
        shown.append(Step(step, workgroup, spoken(because), after, row))
    unfit = next((shown_step.step.title for shown_step in shown if shown_step.workgroup is None), "")
    words = _("No workgroup fits “{title}”: an administrator names one.")
    return Preview(found, shown, words.format(title=unfit) if unfit else "")
