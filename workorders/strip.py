"""The strip on a parent's page: its work orders in sequence, drawn, with their clocks, and whether they'll be in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.language import in_a_sentence
from desk.sla import engine
from desk.sla.engine import RESOLUTION
from desk.sla.queries import Face, faces, read_clock
from desk.sla.times import in_words
from desk.tickets.models import Ticket

from . import queries
from .drawing import Row, draw
from .lifecycle import State
from .models import OVER, WorkOrder
from .path import Gap, Job, Outlook, in_sequence, outlook

FOLDED_FROM = 4  # so many that are over make room for those that aren't


@dataclass(frozen=True)
class Line:
    """An order in the strip. `waits_for` and `after` are its predecessors that aren't over, and those that are."""

    order: WorkOrder
    row: Row
    face: Face | None
    waits_for: tuple[WorkOrder, ...] = ()
    after: tuple[WorkOrder, ...] = ()
    held_up: tuple[WorkOrder, ...] = ()  # by its failure
    is_critical: bool = False
    due: datetime | None = None  # when it is expected to be over, where its plan doesn't say so already
    again: WorkOrder | None = None  # raised in its place after it failed


@dataclass(frozen=True)
class Verdict:
    """Whether it'll be in time: `look` is late, fits, unknown or open; `word` names it, the sentences explain."""

    look: str
    word: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Strip:
    """`lines` in sequence; `folded` are those that are over, when they are many."""

    lines: list[Line]
    folded: list[Line] = field(default_factory=list)
    verdict: Verdict | None = None

    @property
    def orders(self) -> list[WorkOrder]:
        return [line.order for line in (*self.folded, *self.lines)]

    @property
    def holds_up(self) -> bool:
        """Whether one is open, so that the ticket can't be resolved."""
        return any(not line.order.is_over for line in self.lines)

    @property
    def decisions(self) -> list[Line]:
        """Failures that hold up others: somebody has to decide how to go on."""
        return [line for line in self.lines if line.held_up]


def strip_of(parent: Ticket, now: datetime | None = None) -> Strip:
    """The strip of this ticket as it stands; empty for one without work orders. Costs the same however many there are."""
    orders = {order.pk: order for order in queries.known_orders(parent)}
    if not orders:
        return Strip([])
    moment = now or timezone.now()
    needs = queries.edges_among(list(orders.values()))
    standing = faces([parent, *orders.values()], moment)
    found = outlook(_jobs(orders, needs, standing), moment)
    again = queries.replaced([order for order in orders.values() if order.state == State.FAILED])
    over = [key for key, order in orders.items() if order.state in OVER or key in again]
    folded = over if FOLDED_FROM <= len(over) < len(orders) else []

    def lines(keys: Iterable[int]) -> list[Line]:
        chosen = in_sequence({key: needs.get(key, ()) for key in keys})
        failed = [key for key in chosen if orders[key].state == State.FAILED]
        rows = draw(chosen, needs, chain=found.chain, held=failed, over=[key for key in chosen if key in over])
        return [_line(row, orders, needs, standing, found, again) for row in rows]

    return Strip(
        lines(key for key in orders if key not in folded),
        lines(folded),
        _verdict(parent, orders, found, standing[parent.pk].get(RESOLUTION)),
    )


def _jobs(orders: dict[int, WorkOrder], needs: dict[int, set[int]], standing: dict[int, dict[str, Face]]) -> list[Job]:
    """What isn't over, and the failures that hold it up."""
    held_by = {need for key, wanted in needs.items() if orders[key].state == State.WAITING for need in wanted}
    jobs = []
    for key, order in orders.items():
        failed = order.state == State.FAILED
        if order.state in OVER or (failed and key not in held_by):
            continue
        face = standing[key].get(RESOLUTION)
        clock = read_clock(face.clock) if face else None
        jobs.append(
            Job(
                key=key,
                needs=frozenset(needs.get(key, ())),
                waits=order.state == State.WAITING,
                failed=failed,
                on_hold=order.state == State.PENDING,
                planned_start=order.planned_start,
                planned_end=order.planned_end,
                due=engine.due_at(clock) if clock else None,
                left=engine.remaining(clock, clock.paused_since) if clock and clock.paused_since else None,
                calendar=clock.terms.calendar if clock else None,
            )
        )
    return jobs


def _line(
    row: Row,
    orders: dict[int, WorkOrder],
    needs: dict[int, set[int]],
    standing: dict[int, dict[str, Face]],
    found: Outlook,
    again: dict[int, WorkOrder],
) -> Line:
    order = orders[row.key]
    before = [orders[key] for key in sorted(needs.get(row.key, ()))]
    held = (orders[key] for key, wanted in needs.items() if row.key in wanted and orders[key].state == State.WAITING)
    running = [face for face in standing[row.key].values() if not face.clock.is_stopped]
    return Line(
        order=order,
        row=row,
        face=min(running, key=lambda face: (face.left is None, face.left or 0.0), default=None),
        waits_for=tuple(need for need in before if need.state not in OVER),
        after=tuple(need for need in before if need.state in OVER),
        held_up=tuple(held) if order.state == State.FAILED else (),
        is_critical=row.key in found.chain and len(found.ends) > 1,
        due=_due(order, found),
        again=again.get(row.key),
    )


def _due(order: WorkOrder, found: Outlook) -> datetime | None:
    end = found.ends.get(order.pk)
    return None if order.pk in found.overdue or end == order.planned_end else end


# -- in time? ----------------------------------------------------------------------------------

WHY = {
    Gap.NO_PROMISE: _lazy("{order} has no promise, so nobody knows when it will be over."),
    Gap.ON_HOLD: _lazy("{order} is on hold and its clock stands still, so nobody knows when it will be over."),
    Gap.FAILED: _lazy("{order} failed; nobody knows how long it takes until it is decided how to go on."),
    Gap.NEVER: _lazy("{order} has hours that don't come within ten years, so nobody knows when it will be over."),
}


def _verdict(parent: Ticket, orders: dict[int, WorkOrder], found: Outlook, face: Face | None) -> Verdict | None:
    """The expected end against the parent's deadline, in sentences; None when nothing is left to do."""
    if found.known is None and not found.gaps:
        return None
    why = [WHY[gap].format(order=_name(orders[key])) for key, gap in found.gaps.items()]
    why += [_("{order} is overdue itself.").format(order=_name(orders[key])) for key in sorted(found.overdue)]
    kind = in_a_sentence(parent.kind_info.label)
    due = engine.due_at(read_clock(face.clock)) if face else None
    several, last = len(found.ends) > 1, _name(orders[found.chain[-1]]) if found.chain else ""
    if due is not None and found.known is not None and found.known > due:
        late = _("{order} is due {apart} after the {kind}'s deadline, {moment}.").format(
            order=last, apart=_apart(found.known - due), kind=kind, moment=_moment(due)
        )
        return Verdict("late", _("Late"), (late, *why))
    if found.unknown:
        return Verdict("unknown", _("Unknown"), tuple(why))
    assert found.known is not None
    if due is not None:
        early = (
            _("All work orders are due {apart} before the {kind}'s deadline, {moment}.")
            if several
            else _("{order} is due {apart} before the {kind}'s deadline, {moment}.")
        )
        early = early.format(order=last, apart=_apart(due - found.known), kind=kind, moment=_moment(due))
        return Verdict("fits", _("In time"), (early, *why))
    by = _("All work orders are due by {moment}.") if several else _("{order} is due by {moment}.")
    by = by.format(order=last, moment=_moment(found.known))
    if face is not None and face.word == "paused":
        standing = _("The {kind}'s clock stands still, so its deadline is open.").format(kind=kind)
        return Verdict("open", _("Deadline open"), (standing, by, *why))
    if face is not None and face.clock.is_stopped:
        stopped = _("The {kind}'s clock has stopped.").format(kind=kind)
        return Verdict("open", _("No deadline"), (f"{stopped} {by}", *why))
    nothing = _("Nothing is promised for the {kind}.").format(kind=kind)
    return Verdict("open", _("No deadline"), (f"{nothing} {by}", *why))


def _name(order: WorkOrder) -> str:
    return _("“{title}” ({number})").format(title=order.title, number=order.number)


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), _("D j M, H:i"))


def _apart(length: timedelta) -> str:
    """Wall time between two moments in words; days have 24 hours here."""
    if length < timedelta(minutes=1):
        return _("less than a minute")
    if length < timedelta(days=2):
        return in_words(length)
    hours = round(length / timedelta(hours=1))
    words = _("{days} days {hours} h") if hours % 24 else _("{days} days")
    return words.format(days=hours // 24, hours=hours % 24)
