"""How fast something is, in rows of a table: it is called for a moment, and the row says how often a second that went."""

import time
from collections.abc import Callable

ROUNDS, SECONDS = 5, 0.1


def rate(call: Callable[[], object]) -> float:
    """Calls per second in the best of a few rounds: the one that other programs disturbed least."""
    return max(_round(call) for _ in range(ROUNDS))


def _round(call: Callable[[], object]) -> float:
    calls, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < SECONDS:
        for _ in range(1 + calls // 8):  # so that the clock is read ever more seldom
            call()
        calls += 1 + calls // 8
    return calls / passed


class Table:
    """Rows that are printed as they are measured, under a title."""

    def __init__(self, title: str) -> None:
        print(f"\n\n{title:<64} {'calls/s':>12} {'µs each':>12} {'times':>9}", flush=True)

    def row(self, what: str, call: Callable[[], object], slowest: float | None = None) -> float:
        """Measure and print a row; `slowest` is the rate that the last column compares with. The rate is returned."""
        found = rate(call)
        times = f"{found / slowest:>8,.0f}×" if slowest else ""
        print(f"  {what:<62} {found:>12,.0f} {1e6 / found:>12,.2f} {times}".rstrip(), flush=True)
        return found
