"""The steps of a plan as they can be done, with their lines drawn in the margin as on the pages of tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workorders.drawing import draw
from workorders.path import in_sequence

from ..blueprint import Blueprint, Step
from ..words import condition


def sequence_of(
    blueprint: Blueprint, steps: Sequence[Step], notes: Mapping[int, str] | None = None
) -> SafeString | str:
    """These steps drawn, each with its note or when it is done; a sentence where they can't be brought into a sequence."""
    by_number = {step.number: step for step in steps}
    if len(by_number) < len(steps):
        return _("Two steps have the same number.")
    try:
        keys = in_sequence({step.number: step.needs for step in steps})
    except ValueError:
        return _("The steps wait for one another in a circle.")
    if not keys:
        return _("No step: whoever sees to it delivers it by hand.")
    rows = draw(keys, {step.number: step.needs for step in steps})
    said = {step.number: condition(blueprint, step.only_if) if step.only_if else "" for step in steps}
    said |= notes or {}
    shown = [(row, by_number[row.key], said[row.key]) for row in rows]
    return render_to_string("admin/requests_fulfillment/sequence.html", {"rows": shown})
