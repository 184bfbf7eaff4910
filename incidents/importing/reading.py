"""Reads the file line by line, with bounded memory: its header, and each row's cells or what is wrong with it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .updates import OPTIONAL, REQUIRED, Rejected

LONGEST = 64 * 1024  # bytes of one line; real ones have a few hundred
_DELIMITERS = (",", ";", "\t")


class Unusable(Exception):
    """Nothing can be read from this file; the message says why."""


class Trail:
    """An opened audit trail: `header`, `absent` columns that one can do without, and its rows, once."""

    def __init__(self, path: Path):
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise Unusable(f"{path} can't be read: {error.strerror or error}.") from error
        self.bytes_read = 0
        self._line = 0
        try:
            self._read_header(path)
        except Unusable:
            self._file.close()
            raise

    def __enter__(self) -> Trail:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def _read_header(self, path: Path) -> None:
        try:
            first = self._next_line()
        except Rejected as broken:
            raise Unusable(f"The header of {path} can't be read: {broken.reason}") from broken
        if first is None:
            raise Unusable(f"{path} is empty.")
        self._delimiter = max(_DELIMITERS, key=first.count)
        try:
            self.header = [name.strip().lower() for name in self._cells(first)]
        except Rejected as broken:
            raise Unusable(f"The header of {path} can't be read: {broken.reason}") from broken
        if missing := [name for name in REQUIRED if name not in self.header]:
            raise Unusable(f"The header of {path} lacks {', '.join(missing)}.")
        if twice := sorted({name for name in self.header if name and self.header.count(name) > 1}):
            raise Unusable(f"The header of {path} has {', '.join(twice)} more than once.")
        self.absent = [name for name in OPTIONAL if name not in self.header]

    def rows(self) -> Iterator[tuple[int, dict[str, str]] | Rejected]:
        """(line number, cells by column) of each row, or what is wrong with it. Empty lines are passed over."""
        while True:
            try:
                text = self._next_line()
                if text is None:
                    return
                if not text.strip():
                    continue
                cells = self._cells(text)
                if len(cells) != len(self.header):
                    number = cells[self.header.index("number")] if len(cells) > self.header.index("number") else ""
                    reason = f"The row has {len(cells)} columns, the header {len(self.header)}."
                    raise Rejected(reason, number=number.strip()[:40])
                yield self._line, dict(zip(self.header, cells, strict=True))
            except Rejected as broken:
                yield Rejected(broken.reason, self._line, broken.number)

    def _next_line(self) -> str | None:
        """The next line as text; None at the end. One line is one row, so that a stray quote spoils no other row."""
        raw = self._file.readline(LONGEST + 1)
        if not raw:
            return None
        self._line += 1
        self.bytes_read += len(raw)
        if len(raw) > LONGEST:
            while not raw.endswith(b"\n") and raw:
                raw = self._file.readline(LONGEST + 1)
                self.bytes_read += len(raw)
            raise Rejected(f"The line is longer than {LONGEST:,} bytes.")
        try:
            return raw.decode("utf-8-sig" if self._line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Rejected(f"Byte {error.start + 1} of the line is no UTF-8; the encoding is broken.") from None

    def _cells(self, text: str) -> list[str]:
        try:
            return next(csv.reader([text.rstrip("\r\n")], delimiter=self._delimiter, strict=True))
        except (csv.Error, StopIteration) as error:
            raise Rejected(f"The quotes don't match up ({error}).") from None
