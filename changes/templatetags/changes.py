"""Changes for templates: what a window meets, and how such changes went before."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from .. import planning, queries
from ..lifecycle import State
from ..models import Change, Freeze

register = template.Library()


@dataclass(frozen=True)
class Met:
    """The freezes (as sentences) and the other changes that a window meets, and whether a freeze refuses it."""

    freezes: list[str]
    conflicts: list[planning.Conflict]
    refused: bool


@register.simple_tag
def meets(change: Change) -> Met | None:
    """What the change's window meets; None once it is being done, or over."""
    if change.state not in (State.DRAFT, State.REJECTED, *queries.DECIDED):
        return None
    found = planning.freezes_of(change)
    refused = not change.is_emergency and any(freeze.effect == Freeze.Effect.REFUSE for freeze in found)
    return Met([planning.in_words(freeze) for freeze in found], planning.conflicts_of(change), refused)


@register.simple_tag
def record_of(change: Change) -> str:
    """“Changes of this kind on these services: 12, of which 2 failed.” Empty where nothing is known."""
    if not change.touched:
        return ""
    record = queries.record_of_its_kind(change)
    if not record.total:
        return "No change of this kind was done on these services before."
    wrong = f" and {record.incorrect} went in wrongly" if record.incorrect else ""
    return f"Changes of this kind on these services: {record.total}, of which {record.failed} failed{wrong}."
