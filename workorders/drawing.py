"""Draws a sequence of orders beside their list, as a few lines that run down the margin. Pure geometry.

Each row has a dot in a lane. Below it the lane stays taken until the last row that needs it has come; above a row's dot
the lanes of its predecessors bend into it. So a row is drawn in two pieces: a head of fixed height with the bends, and a
tail of nothing but upright lines, which the page stretches to whatever height the row's words take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HEAD, DOT = 36, 22  # height of a row's head, and where its dot sits in it
STEP, WIDEST = 16, 96  # from lane to lane; what a phone can spare
EDGE = 10  # from the margin to the middle of the first lane


@dataclass(frozen=True)
class Line:
    """A piece of a line: an SVG path, and what it stands for: "critical", "held" (by a failure), "over" or nothing."""

    d: str
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """One order's piece of the drawing: `x` of its dot, the bends of its head, the upright lines of its tail."""

    key: int
    x: int
    head: tuple[Line, ...]
    tail: tuple[Line, ...]
    width: int


def draw(
    keys: Sequence[int],
    needs: Mapping[int, Iterable[int]],
    *,
    chain: Sequence[int] = (),
    held: Iterable[int] = (),
    over: Iterable[int] = (),
) -> list[Row]:
    """The rows for these keys, every predecessor before its successors; needs that aren't among them aren't drawn.

    `chain` is the critical one; what comes out of one of `held` is held up, what comes out of one of `over` isn't.
    """
    tones = _Tones(dict(zip(chain, chain[1:], strict=False)), frozenset(held), frozenset(over))
    wanted = {key: [need for need in needs.get(key, ()) if need in set(keys)] for key in keys}
    last = {need: key for key in keys for need in wanted[key]}  # the last row that a lane runs to
    place = {key: at for at, key in enumerate(keys)}
    lanes: list[int | None] = []  # which order's line runs in each lane
    plan: list[tuple[int, dict[int, int], dict[int, int]]] = []
    for key in keys:
        above = {owner: lane for lane, owner in enumerate(lanes) if owner is not None}
        lanes = [None if owner is not None and last[owner] == key else owner for owner in lanes]
        free = [above[need] for need in wanted[key] if lanes[above[need]] is None]
        free += [lane for lane, owner in enumerate(lanes) if owner is None]
        lane = free[0] if free else len(lanes)
        lanes += [None] * (lane + 1 - len(lanes))
        passing = {owner: at for at, owner in enumerate(lanes) if owner is not None}
        plan.append((lane, {need: above[need] for need in wanted[key]}, passing))
        if key in last:
            lanes[lane] = key
    step = min(STEP, (WIDEST - 2 * EDGE) // max(len(lanes) - 1, 1))
    width = 2 * EDGE + step * (len(lanes) - 1)
    targets = {key: [other for other in keys if key in wanted[other]] for key in keys}
    rows = []
    for key, (lane, bends, passing) in zip(keys, plan, strict=True):
        x, ahead = EDGE + lane * step, {t: place[t] for t in keys if place[t] > place[key]}
        head = [Line(_bend(EDGE + at * step, x), tones.of(need, [key])) for need, at in bends.items()]
        on = [
            Line(f"M{EDGE + at * step} 0V{HEAD}", tones.of(owner, targets[owner], ahead))
            for owner, at in passing.items()
        ]
        tail = [
            Line(f"M{EDGE + at * step} 0V1", tones.of(owner, targets[owner], ahead)) for owner, at in passing.items()
        ]
        if targets[key]:
            head.append(Line(f"M{x} {DOT}V{HEAD}", tones.of(key, targets[key])))
            tail.append(Line(f"M{x} 0V1", tones.of(key, targets[key])))
        rows.append(Row(key, x, _loudest_last([*on, *head]), _loudest_last(tail), width))
    return rows


@dataclass(frozen=True)
class _Tones:
    following: Mapping[int, int]  # in the critical chain: which comes after which
    held: frozenset[int]
    over: frozenset[int]

    def of(self, source: int, targets: Iterable[int], ahead: Iterable[int] | None = None) -> str:
        """The tone of a line from `source` to these targets, of those that are still `ahead`."""
        if source in self.held:
            return "held"
        if source in self.over:
            return "over"
        left = set(targets) if ahead is None else set(targets) & set(ahead)
        return "critical" if self.following.get(source) in left else ""


def _bend(start: int, end: int) -> str:
    if start == end:
        return f"M{start} 0V{DOT}"
    half = DOT // 2
    return f"M{start} 0C{start} {half} {end} {half} {end} {DOT}"


def _loudest_last(lines: Iterable[Line]) -> tuple[Line, ...]:
    """What matters lies on top."""
    return tuple(sorted(lines, key=lambda line: ("over", "", "held", "critical").index(line.tone)))
