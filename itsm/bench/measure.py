"""Measures one row over the wire: one who asks again and again, then four at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from .rows import Row
from .visitors import Inside, OverTheWire

CLIENTS = 4
WARM, SECONDS, MOST = 12, 2.0, 200


@dataclass(frozen=True)
class Measured:
    """Milliseconds, answers a second with four clients, statements and bytes of one answer."""

    p50: float
    p95: float
    rate: float
    statements: int
    size: int


class Wrong(Exception):
    """Something else came than was asked for, so that its time says nothing."""


def measure(row: Row, port: int, *, count_statements: bool = True) -> Measured:
    numbers = count(1)
    visitor = OverTheWire(port, row.who)
    size = 0
    for _ in range(WARM):
        size = _asked(row, visitor, next(numbers))[1]
    times = sorted(_asked(row, visitor, next(numbers))[0] for _ in _for_a_while())
    rate = _at_once(row, [OverTheWire(port, row.who) for _ in range(CLIENTS)], numbers)
    statements = _statements(row, numbers) if count_statements else 0
    return Measured(times[len(times) // 2], times[int(len(times) * 0.95)], rate, statements, size)


def _for_a_while() -> Iterator[int]:
    began = time.perf_counter()
    for n in range(MOST):
        if n >= 20 and time.perf_counter() - began > SECONDS:
            return
        yield n


def _asked(row: Row, visitor: OverTheWire | Inside, n: int) -> tuple[float, int]:
    began = time.perf_counter()
    status, size = row.ask(visitor, n)
    took = (time.perf_counter() - began) * 1000
    if status not in row.good:
        raise Wrong(f"{row.name}: {status}")
    return took, size


def _at_once(row: Row, visitors: list[OverTheWire], numbers: count[int]) -> float:
    until = time.perf_counter() + SECONDS

    def ask_on(visitor: OverTheWire) -> int:
        asked = 0
        while time.perf_counter() < until:
            _asked(row, visitor, next(numbers))
            asked += 1
        return asked

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = sum(pool.map(ask_on, visitors))
    return answers / (time.perf_counter() - began)


def _statements(row: Row, numbers: count[int]) -> int:
    visitor = Inside(row.who)
    for _ in range(2):  # the first fills what is remembered
        _asked(row, visitor, next(numbers))
    return visitor.statements
