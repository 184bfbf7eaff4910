"""What a clock's episode came to: met, missed, or neither. Said once for Python and once for SQL; a test compares them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, CharField, Expression, F, Q, Value, When

from .. import engine

MET, MISSED, INHERITED = "met", "missed", "inherited"
CANCELLED, BEST_EFFORT, OPEN, NONE = "cancelled", "best effort", "open", "no promise"
OUTCOMES = (MET, MISSED, INHERITED, BEST_EFFORT, CANCELLED, OPEN, NONE)


def outcome(clock: engine.Clock) -> str:
    """What this episode came to, as far as it has been told.

    missed: in this very episode, whether it has ended or not · inherited: the target was missed in an episode before,
    where it counts already · open: not missed yet, and not stopped.
    """
    if clock.is_void:
        return CANCELLED
    if clock.breached_at is not None and clock.breached_at >= clock.started_at:
        return MISSED
    if clock.terms.target is None:
        return BEST_EFFORT
    if clock.breached_at is not None:
        return INHERITED
    return MET if clock.is_stopped else OPEN


def outcome_sql() -> Expression:
    """The same of a row of clocks."""
    ways = [
        (Q(is_void=True), CANCELLED),
        (Q(breached_at__gte=F("started_at")), MISSED),
        (Q(target=None), BEST_EFFORT),
        (Q(breached_at__isnull=False), INHERITED),
        (Q(stopped_at__isnull=False), MET),
    ]
    return Case(
        *(When(asked, then=Value(found)) for asked, found in ways), default=Value(OPEN), output_field=CharField()
    )


def settled(clocks: Iterable[engine.Clock], before: datetime) -> dict[tuple[str, int], engine.Clock]:
    """By kind and episode, the clocks with everything told that was due before this moment."""
    return {(clock.kind, clock.episode): engine.settle(clock, before) for clock in clocks}


def percentage(met: int, missed: int) -> float | None:
    """The share of targets that were met, in percent; None where there was none."""
    return 100 * met / (met + missed) if met + missed else None
