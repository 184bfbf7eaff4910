"""What the person at the terminal sees: steps with their times, log lines by process, READY."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

NAME_WIDTH = 8
COLOURS = {"web": 36, "worker": 35, "beat": 33, "timers": 95, "postgres": 34, "valkey": 31, "setup": 32}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Console:
    """Writes whole lines, one at a time, from any thread; goes quiet when nobody listens any more."""

    def __init__(self, out: TextIO | None = None, errors: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.errors = errors or sys.stderr
        self.colour = self.out.isatty() and "NO_COLOR" not in os.environ
        self.tick = "✓" if "utf" in (self.out.encoding or "").lower() else "ok"
        self._lock = threading.Lock()

    def _write(self, stream: TextIO, text: str) -> None:
        with self._lock:
            try:
                stream.write(text + "\n")
                stream.flush()
            except (OSError, ValueError):
                pass  # the terminal is gone; the portal need not be

    def paint(self, text: str, code: int) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def say(self, text: str = "") -> None:
        self._write(self.out, text)

    def fail(self, sentence: str) -> None:
        self._write(self.errors, sentence)

    def log(self, name: str, line: str) -> None:
        """One line that a process has written, with that process' name before it."""
        line = CONTROL.sub("", re.sub(r"\x1b\[[0-9;]*m", "", line))  # what people typed may be in it
        prefix = self.paint(f"{name:<{NAME_WIDTH}} |", COLOURS.get(name, 37))
        self._write(self.out, f"{prefix} {line}")

    @contextmanager
    def step(self, text: str) -> Iterator[list[str]]:
        """A step of the setup: shown with its time when done; details may be appended meanwhile."""
        began = time.monotonic()
        details: list[str] = []
        yield details
        shown = " ".join([text, *details])
        took = f"{time.monotonic() - began:.1f} s"
        self.say(f"  {self.paint(self.tick, 32)} {shown:<60} {took:>7}")
