"""Lays a lifecycle out as a figure: pure geometry, narrow enough for a phone, from any graph of states and steps.

States stand in one column in their order. Below each hangs its spine: moves to the next state go straight down,
moves further down branch off to the right, moves back (and to itself) to the left. Each branch carries its label
above its own line, then joins the lane of its target. So labels have the column between two states to themselves,
and lanes have the margins: nothing can overlap, whatever the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import zip_longest

from .graph import Graph, Step
from .shapes import (
    NOTE_AIR,
    NOTE_EDGE,
    Box,
    Edge,
    Figure,
    Label,
    Node,
    TextLine,
    arrow_head,
    rounded,
    text_width,
    wrap,
)

WIDTH = 352  # what a phone of 390 px leaves; a figure is wider only if a single word demands it
NODE, LINE, LANE, AIR, EDGE = 34, 16, 14, 10, 5
HALF = (84, 118)  # least and most room for labels on each side of the spine
WIDEST_NOTE = "21 … 99"  # that still fits beside the longest label
START = 26  # the dot above the first state, and its arrow


@dataclass(frozen=True)
class Highlights:
    """What a figure shows beyond the lifecycle itself."""

    current: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()
    walked: frozenset[tuple[str, str]] = frozenset()
    open: frozenset[str] = frozenset()  # names of the moves open from the current state


def draw(graph: Graph, highlights: Highlights | None = None, *, told: str = "", width: int = WIDTH) -> Figure:
    """The figure of a lifecycle, with what is to be lit; `told` says it in words to those who can't see it."""
    plain, lit = _layout(graph, width), highlights or Highlights()
    nodes = tuple(
        replace(
            node,
            tone="current" if node.value == lit.current else "visited" if node.value in lit.visited else "",
            note=lit.notes.get(node.value, ""),
        )
        for node in plain.nodes
    )
    edges = sorted((_light(edge, lit) for edge in plain.edges), key=lambda e: ("", "visited", "open").index(e.tone))
    return replace(plain, nodes=nodes, edges=tuple(edges), told=told)


def _light(edge: Edge, lit: Highlights) -> Edge:
    names = lit.open if edge.source == lit.current else frozenset()
    is_open = {step.label: step.name in names for step in edge.steps}
    if any(is_open.values()):
        lines = wrap(is_open, edge.label.box.w)
        texts = tuple(replace(old, words=words) for old, words in zip(edge.label.lines, lines, strict=True))
        return replace(edge, tone="open", label=replace(edge.label, lines=texts))
    return replace(edge, tone="visited") if (edge.source, edge.target) in lit.walked else edge


@lru_cache(maxsize=64)
def _layout(graph: Graph, width: int) -> Figure:
    plan = _Plan(graph, width)
    boxes, rows, y = {}, {}, START
    for rank, state in enumerate(graph.states):
        boxes[state.value] = Box(plan.column, y, 2 * plan.half, NODE)
        y += NODE
        below = plan.rows_below(rank)
        y += 4 if below else 0
        for pair in below:
            y += max(len(plan.lines[key]) for key in pair if key) * LINE + 8
            rows.update({key: y for key in pair if key})
        y += 18 if rank < len(graph.states) - 1 else 0
    nodes = tuple(Node(s.value, s.label, boxes[s.value], s.over) for s in graph.states)
    edges = tuple(plan.edge(key, boxes, rows[key]) for key in plan.steps)
    spine = plan.column + plan.half
    return Figure(plan.width, y + EDGE, nodes, edges, arrow_head(((spine, EDGE), (spine, START))))


Key = tuple[str, str]


class _Plan:
    """Which way each edge goes, in which lane, and how wide everything is."""

    def __init__(self, graph: Graph, width: int):
        self.rank = {state.value: rank for rank, state in enumerate(graph.states)}
        self.steps: dict[Key, list[Step]] = {}
        for step in graph.steps:
            self.steps.setdefault((step.source, step.target), []).append(step)
        self.lane = _lanes(self._spans("right")) | _lanes(self._spans("left"))
        self.column = self._margin("left")
        outside = self.column + self._margin("right")
        texts = {key: ", ".join(step.label for step in steps) for key, steps in self.steps.items()}
        self.half = self._half(texts, [state.label for state in graph.states], width - outside)
        self.width = outside + 2 * self.half
        self.lines = {
            key: wrap({step.label: False for step in steps}, self.half - AIR) for key, steps in self.steps.items()
        }

    def _margin(self, side: str) -> int:
        deepest = max((n for (at, _), n in self.lane.items() if at == side), default=-1)
        return EDGE + (AIR + (deepest + 1) * LANE if deepest >= 0 else 0)

    def _half(self, texts: dict[Key, str], labels: list[str], free: int) -> int:
        wished = max([text_width(text) for text in texts.values()], default=0) + AIR + 4
        room = min(free // 2, HALF[1])
        word = max([text_width(word) for text in texts.values() for word in text.split()], default=0) + AIR + 4
        beside = text_width(WIDEST_NOTE) + NOTE_EDGE + 3 * NOTE_AIR
        label = (max([text_width(text) for text in labels], default=0) + beside) // 2
        return max(HALF[0], min(wished, room), word, label)

    def side(self, key: Key) -> str:
        ahead = self.rank[key[1]] - self.rank[key[0]]
        return "down" if ahead == 1 else "right" if ahead > 1 else "left"

    def _spans(self, side: str) -> dict[tuple[str, str], tuple[int, int]]:
        """For each target's lane on a side, from where to where it runs: states at even, rows at odd numbers."""
        ends: dict[tuple[str, str], list[int]] = {}
        for source, target in self.steps:
            if self.side((source, target)) == side:
                span = ends.setdefault((side, target), [2 * self.rank[target]])
                span.append(2 * self.rank[source] + 1)
        return {lane: (min(span), max(span)) for lane, span in ends.items()}

    def rows_below(self, rank: int) -> list[tuple[Key | None, Key | None]]:
        """Pairs (left, right) of what hangs below a state, ordered so that they don't cross one another's lanes."""
        here = [key for key in self.steps if self.rank[key[0]] == rank]
        left = sorted((k for k in here if self.side(k) == "left"), key=lambda k: self.lane["left", k[1]])
        right = sorted((k for k in here if self.side(k) == "right"), key=lambda k: -self.lane["right", k[1]])
        return list(zip_longest(left, right + [k for k in here if self.side(k) == "down"]))

    def edge(self, key: Key, boxes: dict[str, Box], y: int) -> Edge:
        source, target, side = boxes[key[0]], boxes[key[1]], self.side(key)
        spine = source.cx
        points: tuple[tuple[int, int], ...] = ((spine, source.bottom), (spine, target.y))
        if side != "down":
            n = AIR + self.lane[side, key[1]] * LANE + LANE // 2
            lane, edge = (source.right + n, target.right) if side == "right" else (source.x - n, target.x)
            points = ((spine, source.bottom), (spine, y), (lane, y), (lane, target.cy), (edge, target.cy))
        label = self._label(key, spine, y, side)
        return Edge(*key, tuple(self.steps[key]), points, label, rounded(points), arrow_head(points))

    def _label(self, key: Key, spine: int, y: int, side: str) -> Label:
        lines = self.lines[key]
        height, width = len(lines) * LINE, self.half - AIR
        box = Box(spine - AIR - width if side == "left" else spine + AIR, y - 1 - height, width, height)
        texts = tuple(TextLine(box.y + n * LINE + LINE // 2, words) for n, words in enumerate(lines))
        return Label(box, box.right if side == "left" else box.x, "end" if side == "left" else "start", texts)


def _lanes(spans: dict[tuple[str, str], tuple[int, int]]) -> dict[tuple[str, str], int]:
    """A lane for each span, the short ones nearest to the column; lanes are shared where spans don't meet."""
    taken: list[list[tuple[int, int]]] = []
    lane: dict[tuple[str, str], int] = {}
    for which, (top, end) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        free = (n for n, others in enumerate(taken) if all(end < t or e < top for t, e in others))
        lane[which] = next(free, len(taken))
        if lane[which] == len(taken):
            taken.append([])
        taken[lane[which]].append((top, end))
    return lane
