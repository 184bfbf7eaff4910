"""Small audit trails, written where each story needs them, and the command that brings them in."""

import csv
import io
from dataclasses import dataclass

import pytest
from django.core.management import call_command

from incidents.models import ImportedIncident, Incident

HEADER = [
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla",
    "caller_id", "opened_by", "opened_at", "sys_created_by", "sys_created_at", "sys_updated_by", "sys_updated_at",
    "contact_type", "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "priority",
    "assignment_group", "assigned_to", "knowledge", "u_priority_confirmation", "notify", "problem_id", "rfc",
    "vendor", "caused_by", "closed_code", "resolved_by", "resolved_at", "closed_at",
]  # fmt: skip
USUAL = dict.fromkeys(HEADER, "?") | {
    "number": "INC0000045",
    "incident_state": "New",
    "reassignment_count": "0",
    "reopen_count": "0",
    "made_sla": "TRUE",
    "caller_id": "Caller 2403",
    "opened_by": "Opened by  8",
    "opened_at": "29-02-2016 01:16",
    "sys_updated_by": "Updated by 21",
    "sys_updated_at": "29-02-2016 01:23",
    "contact_type": "Phone",
    "location": "Location 143",
    "category": "Category 55",
    "subcategory": "Subcategory 170",
    "u_symptom": "Symptom 72",
    "impact": "2 - Medium",
    "urgency": "2 - Medium",
    "priority": "3 - Moderate",
    "assignment_group": "Group 56",
    "closed_code": "code 5",
    "resolved_by": "Resolved by 149",
}


def row(state="New", at="29-02-2016 01:23", **cells):
    """One update. Names are shortened: group, analyst, by, moved (reassignments), reopened, rest as in the file."""
    short = {
        "group": "assignment_group", "analyst": "assigned_to", "by": "sys_updated_by", "moved": "reassignment_count",
        "reopened": "reopen_count", "mod": "sys_mod_count",
    }  # fmt: skip
    told = {short.get(name, name): str(value) for name, value in cells.items()}
    return USUAL | {"incident_state": state, "sys_updated_at": at} | told


def text_of(*rows, header=HEADER, delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows([cells[name] for name in header] if isinstance(cells, dict) else cells for cells in rows)
    return out.getvalue()


@dataclass
class Result:
    """What the command printed, and its report as rows."""

    printed: str
    report: list[dict[str, str]]

    def lines(self, what):
        """[(line, number, reason)] of the rejects, corrections or differences."""
        return [(int(r["line"]), r["number"], r["reason"]) for r in self.report if r["what"] == what]

    @property
    def clean(self):
        return not self.report


@pytest.fixture
def bring(essentials, tmp_path):
    """`bring(row, row, …)` imports these rows; `bring(raw=b"…")` a file with exactly these bytes."""

    def import_events(*rows, raw=None, **options):
        source = tmp_path / "trail.csv"
        source.write_bytes(raw if raw is not None else text_of(*rows).encode())
        out, report = io.StringIO(), tmp_path / "report.csv"
        call_command("import_events", source, report=report, stdout=out, stderr=io.StringIO(), **options)
        with report.open(newline="") as file:
            return Result(out.getvalue(), list(csv.DictReader(file)))

    return import_events


def imported(number="INC0000045") -> Incident:
    return ImportedIncident.objects.get(number=number).incident


def events(incident):
    """The kinds of what happened, in order, without the room's name: logged assigned started …"""
    return [event.kind.partition(".")[2] for event in incident.events.all()]
