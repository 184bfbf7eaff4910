"""The drawing beside the strip: every dependency is a line from dot to dot, and nothing else is."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from workorders.drawing import DOT, HEAD, WIDEST, draw
from workorders.path import in_sequence


@st.composite
def graphs(draw_from):
    """Keys, each needing only some before it (and some that aren't drawn)."""
    size = draw_from(st.integers(1, 12))
    return {key: draw_from(st.sets(st.integers(0, key - 1), max_size=4)) for key in range(1, size + 1)}


def ends(d: str) -> tuple[int, int, int, int]:
    """Where a path begins and ends: x, y, x, y."""
    numbers = [int(n) for n in re.findall(r"\d+", d)]
    return (*numbers[:2], *numbers[-2:]) if "C" in d else (numbers[0], numbers[1], numbers[0], numbers[2])


def followed(rows, at):
    """The rows whose dots a line reaches that leaves the dot of this row, found by walking the drawing down."""
    reached, lanes = (
        set(),
        {rows[at].x} if any(ends(line.d) == (rows[at].x, DOT, rows[at].x, HEAD) for line in rows[at].head) else set(),
    )
    for below in rows[at + 1 :]:
        pieces = [ends(line.d) for line in below.head]
        if any(x in lanes and (end, y) == (below.x, DOT) for x, _, end, y in pieces):
            reached.add(below.key)
        lanes &= {x for x, top, end, y in pieces if (top, y) == (0, HEAD) and x == end}
    return reached


@settings(max_examples=300, deadline=None, derandomize=True)
@given(graphs())
def test_lines_lead_from_each_order_to_those_that_need_it_and_nowhere_else(needs):
    keys = in_sequence(needs)
    rows = draw(keys, needs)
    for at, key in enumerate(keys):
        assert followed(rows, at) == {other for other in keys if key in needs[other]}
    assert {row.width for row in rows} == {rows[0].width}
    assert rows[0].width <= WIDEST
    assert all(0 < row.x < row.width for row in rows)


def test_a_chain_is_one_upright_line():
    rows = draw([1, 2, 3], {2: [1], 3: [2]}, chain=[2, 3])
    assert {row.x for row in rows} == {10}
    assert [[line.tone for line in row.head] for row in rows] == [[""], ["", "critical"], ["critical"]]
    assert [len(row.tail) for row in rows] == [1, 1, 0]


def test_what_failed_holds_up_and_what_is_over_does_not():
    rows = draw([1, 2, 3], {3: [1, 2]}, held=[1], over=[2])
    assert sorted(line.tone for line in rows[2].head) == ["held", "over"]
