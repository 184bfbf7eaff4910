"""The shapes that a figure is made of, and how they are inked: boxes, words, lines with round corners, arrow heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .graph import Step

TIP = 7  # length of an arrow head
NOTE_EDGE = 12  # between a note and the right edge of its box
NOTE_AIR = 8  # between a label and what stands beside it
_WIDTHS = dict.fromkeys("ijl.,' |", 0.34) | dict.fromkeys("frtI()", 0.42) | dict.fromkeys("mwMW", 0.97)  # in em


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    w: int
    h: int

    @property
    def cx(self) -> int:
        return self.x + self.w // 2

    @property
    def cy(self) -> int:
        return self.y + self.h // 2

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h


@dataclass(frozen=True)
class Node:
    """A state's box; `note` is its count, or when it was visited."""

    value: str
    label: str
    box: Box
    over: bool = False
    tone: str = ""  # "visited" | "current"
    note: str = ""

    @property
    def note_x(self) -> int:
        """Where the note ends."""
        return self.box.right - NOTE_EDGE

    @property
    def label_x(self) -> int:
        """Where the middle of the label stands: that of the box, or of what a wide note leaves of it."""
        noted = text_width(self.note) + NOTE_EDGE + NOTE_AIR if self.note else 0
        return min(self.box.cx, self.box.x + max((self.box.w - noted) // 2, text_width(self.label) // 2 + NOTE_AIR))


@dataclass(frozen=True)
class Word:
    """A stretch of a label, lit when its move is open."""

    text: str
    open: bool = False


@dataclass(frozen=True)
class TextLine:
    y: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Label:
    box: Box
    x: int
    side: str  # "start" right of the spine, "end" left of it
    lines: tuple[TextLine, ...]


@dataclass(frozen=True)
class Edge:
    """All steps from one state to another, drawn as one line."""

    source: str
    target: str
    steps: tuple[Step, ...]
    points: tuple[tuple[int, int], ...]
    label: Label
    d: str  # the points as an SVG path with round corners, inked once per layout
    arrow: str
    tone: str = ""  # "visited" | "open"


@dataclass(frozen=True)
class Figure:
    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]  # plain ones first, so that what is lit lies on top
    start_arrow: str = ""
    told: str = ""  # the figure in words

    @property
    def current(self) -> str:
        """The label of the state in which the ticket is."""
        return next((node.label for node in self.nodes if node.tone == "current"), "")


def wrap(labels: Mapping[str, bool], width: int) -> list[tuple[Word, ...]]:
    """The labels as a list with commas, broken into lines that fit; each word knows whether its move is open."""
    words: list[Word] = []
    for n, (label, is_open) in enumerate(labels.items()):
        comma = "," if n < len(labels) - 1 else ""
        words += [Word(text, is_open) for text in (label + comma).split()]
    lines: list[list[Word]] = [[]]
    for word in words:
        if lines[-1] and text_width(" ".join(w.text for w in (*lines[-1], word))) > width:
            lines.append([])
        lines[-1].append(word)
    return [tuple(line) for line in lines]


def text_width(text: str, size: float = 12.5) -> int:
    """About how wide a text is, in the widest of the usual system fonts."""
    widths = (_WIDTHS.get(c, 0.72 if c.isupper() else 0.63) for c in text)
    return round(sum(widths) * size)


def rounded(points: tuple[tuple[int, int], ...], radius: int = 8) -> str:
    """An SVG path through the points with round corners, ending short of the arrow's tip."""
    bent = [*points[:-1], _towards(points[-1], points[-2], TIP - 1)]
    parts = [f"M{bent[0][0]} {bent[0][1]}"]
    for before, corner, after in zip(bent, bent[1:], bent[2:], strict=False):
        r = min(radius, _far(before, corner) // 2, _far(corner, after) // 2)
        (ax, ay), (bx, by) = _towards(corner, before, r), _towards(corner, after, r)
        parts.append(f"L{ax} {ay}Q{corner[0]} {corner[1]} {bx} {by}")
    return "".join(parts) + f"L{bent[-1][0]} {bent[-1][1]}"


def arrow_head(points: tuple[tuple[int, int], ...]) -> str:
    tip, (bx, by) = points[-1], _towards(points[-1], points[-2], TIP)
    sideways = (0, 4) if tip[1] == by else (4, 0)
    return f"M{tip[0]} {tip[1]}L{bx - sideways[0]} {by - sideways[1]}L{bx + sideways[0]} {by + sideways[1]}Z"


def _far(a: tuple[int, int], b: tuple[int, int]) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(a: tuple[int, int], b: tuple[int, int], by: int) -> tuple[int, int]:
    """The point `by` units from a towards b, along an axis."""
    sign = [(v > u) - (v < u) for u, v in zip(a, b, strict=True)]
    return a[0] + sign[0] * by, a[1] + sign[1] * by
