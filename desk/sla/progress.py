"""A line that says how far a command is, where somebody watches; silent where output goes to a file."""

from __future__ import annotations

import time
from typing import Any

EVERY = 0.2  # seconds


class Progress:
    """“1,200 of 5,000” on the error stream, rewritten in place and wiped at the end."""

    def __init__(self, stream: Any, total: int):
        self._stream, self._total, self._done, self._last = stream, total, 0, 0.0
        self._shown = bool(getattr(stream, "isatty", lambda: False)())

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        self.clear()

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._shown and time.monotonic() - self._last > EVERY:
            self._last = time.monotonic()
            self._write(f"\r{self._done:,} of {self._total:,}")

    def clear(self) -> None:
        """Wipe the line, so that something else can be written."""
        if self._shown:
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        self._stream.write(text, ending="")
        self._stream.flush()
