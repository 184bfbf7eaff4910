"""The report of an import: a CSV with every reject, correction and difference, and the figures for the screen."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .replay import Outcome

COLUMNS = ("what", "line", "number", "incident", "reason")
EXAMPLES = 5


@dataclass
class Figures:
    """What the import did, in numbers."""

    incidents: int = 0
    new: int = 0
    continued: int = 0
    unchanged: int = 0
    rows: int = 0
    known: int = 0
    events: int = 0
    corrections: int = 0
    rejects: int = 0
    differences: int = 0

    def add(self, outcome: Outcome) -> None:
        self.new += outcome.is_new
        self.continued += bool(outcome.rows) and not outcome.is_new
        self.unchanged += not outcome.rows and not outcome.is_new
        self.rows += outcome.rows
        self.known += outcome.known
        self.events += outcome.events


@dataclass
class Summary:
    """Sentences, each with how often it was said and the first few it was said of. The file has every single one."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, sentence: str, example: str) -> None:
        self.counts[sentence] += 1
        if len(self.examples[sentence]) < EXAMPLES and example not in self.examples[sentence]:
            self.examples[sentence].append(example)

    def lines(self) -> Iterator[str]:
        for sentence, count in self.counts.most_common(20):
            shown = ", ".join(self.examples[sentence])
            yield f"{count:>7,} × {sentence} ({shown}{', …' if count > len(self.examples[sentence]) else ''})"
        if len(self.counts) > 20:
            yield f"        … and {len(self.counts) - 20:,} other sentences, in the report."


class Report:
    """Writes each finding as it comes, so that nothing is lost when an import is stopped."""

    def __init__(self, path: Path):
        self.path = path
        self.figures = Figures()
        self.absent: list[str] = []  # columns that the file doesn't have
        self.rejects, self.corrections, self.differences = Summary(), Summary(), Summary()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS)

    def __enter__(self) -> Report:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def reject(self, line: int, number: str, reason: str) -> None:
        """A row, or every row of an incident, that was not imported."""
        self.figures.rejects += 1
        self.rejects.add(reason, f"line {line}")
        self._write("reject", line, number, "", reason)

    def correction(self, line: int, number: str, incident: str, reason: str) -> None:
        """What no move could follow, and was set by a `ticket.corrected` event."""
        self.figures.corrections += 1
        # A refusal may name our number; without it, equal reasons count as equal.
        self.corrections.add(reason.replace(f"{incident} is", "It is").replace(incident, "it"), number)
        self._write("correction", line, number, incident, reason)

    def difference(self, line: int, number: str, incident: str, reason: str, *, summary: str = "") -> None:
        """What is not here as it is in the source."""
        self.figures.differences += 1
        self.differences.add(summary or reason, number)
        self._write("difference", line, number, incident, reason)

    def _write(self, *cells: str | int) -> None:
        # A cell that begins like a formula would be run by a spreadsheet.
        self._rows.writerow([f"'{c}" if isinstance(c, str) and c[:1] in "=+-@\t\r" and c else c for c in cells])
        self._file.flush()
