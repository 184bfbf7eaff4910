"""Tables for spreadsheets: CSV whose cells can't be taken for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: Any) -> Any:
    """The cell; a text that a spreadsheet would run gets an apostrophe before it. Numbers are numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


class _Echo:
    """What is written is what is returned."""

    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The rows as CSV, line by line."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])
