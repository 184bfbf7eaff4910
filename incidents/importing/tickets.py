"""Brings in tickets that are only text and a group (no history): each becomes an incident, logged like any other."""

from __future__ import annotations

import csv
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from desk.tickets.errors import Refused
from incidents import actions
from incidents.models import Incident

from .cast import Cast
from .reading import Unusable

COLUMNS = ("short_description", "description", "assignment_group")
SOURCE = "import"
SOLUTION = "Solved in the tool that it was imported from; what solved it isn't recorded."
_NAMESPACE = uuid.UUID("5b1e3a2e-6b0e-4c7a-9d3e-1f7a0c9f2d11")


@dataclass
class Tally:
    """What became of the rows."""

    new: int = 0
    known: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Text:
    """One row: what was written, for which group, and a token that is the same each time the file is read."""

    title: str
    description: str
    group: str
    token: uuid.UUID


def read(path: Path) -> Iterator[Text | None]:
    """The rows; None for one without a word in it. Rows that say the same are told apart by how many came before."""
    seen: Counter[tuple[str, str, str]] = Counter()
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            rows = csv.DictReader(file)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise Unusable(f"The header of {path} lacks {', '.join(missing)}.")
            for row in rows:
                title, description, group = (
                    " ".join((row[name] or "").replace("\x00", "").split()) for name in COLUMNS
                )
                seen[title, description, group] += 1
                token = uuid.uuid5(_NAMESPACE, repr((title, description, group, seen[title, description, group])))
                words = title or description
                yield Text(words[:200], description if title else words, group, token) if words else None
    except (OSError, csv.Error) as error:
        raise Unusable(f"{path} can't be read: {error}.") from error


def run(path: Path, *, solved: bool, most: int | None = None, show: Callable[[int], None] = lambda n: None) -> Tally:
    """Log what is new in the file, in the workgroups that it names; with `solved`, solve it too."""
    cast, tally = Cast(), Tally()
    for n, text in enumerate(read(path), 1):
        if most is not None and n > most:
            break
        if text is None:
            tally.rejected += 1
        elif Incident.objects.filter(submission=text.token).exists():
            tally.known += 1
        else:
            try:
                _bring(text, cast, solved)
                tally.new += 1
            except Refused:
                cast.forget()
                tally.rejected += 1
        show(n)
    return tally


@transaction.atomic
def _bring(text: Text, cast: Cast, solved: bool) -> None:
    """One row as an incident; all of it or nothing."""
    group, by = cast.group(text.group or None), cast.automation
    incident = actions.log(
        by=by, title=text.title, description=text.description, workgroup=group, submission=text.token, source=SOURCE
    )
    if solved:
        cast.enlist(by, group)
        incident = actions.start(incident=incident, by=by, source=SOURCE)
        actions.resolve(incident=incident, by=by, code=cast.code(None), solution=SOLUTION, source=SOURCE)
        cast.dismiss()
