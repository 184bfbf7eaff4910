"""Puts updates in order on disk, whatever order the file has: incident by incident, each from its first to its last."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from .updates import Update


class Spool:
    """A private SQLite file without a name: small ones stay in memory, large ones spill to disk, none outlives us.

    Keeps each row's cells under (number, time, modification, line), and which numbers had a row rejected.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("")
        self._db.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            CREATE TABLE row (number TEXT, at REAL, modification INTEGER, line INTEGER, cells TEXT);
            CREATE TABLE rejected (number TEXT, line INTEGER);
            """
        )

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def add(self, update: Update, cells: dict[str, str]) -> None:
        self._db.execute(
            "INSERT INTO row VALUES (?, ?, ?, ?, ?)",
            (update.number, update.at.timestamp(), update.modification or 0, update.line, json.dumps(cells)),
        )

    def reject(self, number: str, line: int) -> None:
        self._db.execute("INSERT INTO rejected VALUES (?, ?)", (number, line))

    def seal(self) -> None:
        """All rows are in; index them for reading."""
        self._db.execute("CREATE INDEX row_order ON row (number, at, modification, line)")

    def size(self) -> tuple[int, int]:
        """How many rows, of how many incidents."""
        rows, numbers = self._db.execute("SELECT count(*), count(DISTINCT number) FROM row").fetchone()
        return rows, numbers

    def numbers(self) -> Iterator[str]:
        """The incidents' numbers, the one that began first first, so that ours ascend with time."""
        for (number,) in self._db.execute("SELECT number FROM row GROUP BY number ORDER BY min(at), min(line)"):
            yield number

    def rows(self, number: str) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, cells) of the incident's rows in the order in which they happened.

        Times have no seconds; within a minute the source's own count of modifications decides, then the file.
        """
        order = "SELECT line, cells FROM row WHERE number = ? ORDER BY at, modification, line"
        for line, cells in self._db.execute(order, [number]):
            yield line, json.loads(cells)

    def incomplete(self) -> Iterator[tuple[str, int, int, bool]]:
        """(number, rejected rows, first line of them, whether any other row of it was good) of what lost rows."""
        question = """
            SELECT number, count(*), min(line), EXISTS (SELECT 1 FROM row WHERE row.number = rejected.number)
            FROM rejected WHERE number <> '' GROUP BY number ORDER BY min(line)
        """
        for number, lost, line, partly in self._db.execute(question):
            yield number, lost, line, bool(partly)
