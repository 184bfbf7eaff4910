"""Reads a CSV of incidents: which columns it has, and what each row would log or what is wrong with it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.people.queries import workgroups_for
from desk.services.models import Service, Site
from desk.services.queries import category_choices
from desk.tickets import text
from desk.tickets.errors import Refused
from desk.tickets.models import Impact, Urgency

COLUMNS = ("title", "description", "requester", "service", "category", "site", "impact", "urgency", "workgroup")
MOST = 5000  # rows of one table
BYTES = 5 * 1024 * 1024
TITLE = _lazy("Please say in a few words what is wrong.")


@dataclass
class Line:
    """One row: `fields` for the log (objects by id), or `problems` in sentences."""

    number: int
    said: str
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    lines: list[Line]
    left_out: list[str]


def read(raw: bytes) -> Table:
    """The table, tried row by row; nothing is logged. UTF-8, with commas, semicolons or tabs, and a head.

    Refused, with a sentence, when it is no such table, has no title column, or more than `MOST` rows.
    """
    rows, left_out = _rows(raw)
    if not rows:
        raise Refused(_("There is no row below the head."), field="file")
    if len(rows) > MOST:
        raise Refused(
            _("It has {n:,} rows; {most:,} can be brought at once.").format(n=len(rows), most=MOST), field="file"
        )
    names = _Names([row["requester"] for _, row in rows if row["requester"]])
    return Table([_line(number, row, names) for number, row in rows], left_out)


def _rows(raw: bytes) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """(line in the file, cells by column) of each row that isn't empty, and the columns that mean nothing here."""
    try:
        whole = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_("It isn't UTF-8. Spreadsheets call it “CSV UTF-8”."), field="file") from error
    head = whole.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(StringIO(whole, newline=""), delimiter=separator)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if "title" not in names:
            raise Refused(
                _("The first line must name the columns; “title” is needed, and {columns} may be.").format(
                    columns=_list(COLUMNS[1:])
                ),
                field="file",
            )
        found = []
        for cells in reader:
            row = dict(zip(names, cells, strict=False))
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, {name: row.get(name, "").strip() for name in COLUMNS}))
    except csv.Error as error:
        raise Refused(
            _("Line {n} can't be read: {error}.").format(n=reader.line_num, error=error), field="file"
        ) from error
    return found, [name for name in names if name and name not in COLUMNS]


def _list(names: tuple[str, ...]) -> str:
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])


class _Names:
    """What a cell may name, read once for the whole table."""

    def __init__(self, requesters: list[str]):
        self.service = {one.name.lower(): one.pk for one in Service.objects.filter(is_active=True)}
        self.site = {one.name.lower(): one.pk for one in Site.objects.filter(is_active=True)}
        self.workgroup = {one.name.lower(): one.pk for one in workgroups_for("incident")}
        paths: dict[str, Any] = {}
        short: dict[str, Any] = {}
        for pk, path in category_choices():
            names = path.lower().split(" › ")
            paths[" › ".join(names)] = paths[" > ".join(names)] = pk
            # A name that two branches have says nothing by itself.
            short[names[-1]] = None if names[-1] in short else pk
        self.category = short | paths
        asked = [name.lower() for name in requesters]
        people = User.objects.annotate(name=Lower("username"), address=Lower("email"))
        named = people.filter(Q(name__in=asked) | Q(address__in=asked), is_active=True, is_automation=False)
        self.requester: dict[str, Any] = {}
        for user in named:
            self.requester |= {user.username.lower(): user.pk, **({user.email.lower(): user.pk} if user.email else {})}


SCALES: dict[str, dict[str, int]] = {
    "impact": {word: one.value for one in Impact for word in (str(one.value), one.name.lower())},
    "urgency": {word: one.value for one in Urgency for word in (str(one.value), one.name.lower())},
}
UNKNOWN = {
    "requester": _lazy("Nobody here has the user name or address “{}”."),
    "service": _lazy("There is no service “{}”."),
    "category": _lazy("There is no category “{}”, or more than one; write its whole path, such as Network > VPN."),
    "site": _lazy("There is no site “{}”."),
    "workgroup": _lazy("There is no workgroup “{}” that takes incidents."),
    "impact": _lazy("“{}” is no impact: high, medium or low, or 1 to 3."),
    "urgency": _lazy("“{}” is no urgency: high, medium or low, or 1 to 3."),
}


def _line(number: int, row: dict[str, str], names: _Names) -> Line:
    found = Line(number, row["title"][:200])
    for name, required, limit in (("title", str(TITLE), 200), ("description", "", text.MAX_LENGTH)):
        try:
            found.fields[name] = text.clean(row[name], field=name, required=required, limit=limit)
        except Refused as refusal:
            found.problems += [f"{name.capitalize()}: {sentence}" for sentence in refusal.sentences]
    for name, sentence in UNKNOWN.items():
        if not row[name]:
            continue
        known = SCALES.get(name) or getattr(names, name)
        value = known.get(row[name].lower())
        if value is None:
            found.problems.append(sentence.format(row[name][:80]))
        else:
            found.fields[name] = value
    return found


def head_and_example() -> Iterator[list[str]]:
    """A table to begin with."""
    yield list(COLUMNS)
    yield ["The label printer prints nothing", "Since this morning, on ward 3.", "", "", "", "", "low", "medium", ""]
