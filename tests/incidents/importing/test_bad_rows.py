"""A row that makes no sense is reported with its line and reason; the rest goes on. Only a hopeless file is refused."""

import pytest
from django.core.management import CommandError, call_command

from desk.assignment.models import RoutingRule
from incidents.models import ImportedIncident

from .conftest import HEADER, imported, row, text_of

GOOD = row(number="INC1"), row(number="INC3")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"number": "?"}, "The number is missing."),
        ({"number": ""}, "The number is missing."),
        ({"sys_updated_at": "31-02-2016 01:23"}, "“31-02-2016 01:23” in sys_updated_at is no possible date and time"),
        ({"sys_updated_at": "02-29-2016 01:23"}, "“02-29-2016 01:23” in sys_updated_at is no possible date and time"),
        ({"sys_updated_at": "29-02-2016 25:00"}, "is no possible date"),
        ({"sys_updated_at": "29-02-0016 12:00"}, "is no possible date"),
        ({"sys_updated_at": "29-02-9999 12:00"}, "is no possible date"),
        ({"sys_updated_at": "28-02-2990 12:00"}, "lies in the future"),
        ({"sys_updated_at": "yesterday"}, "“yesterday” in sys_updated_at is no date and time such as"),
        ({"sys_updated_at": "?"}, "sys_updated_at is missing"),
        ({"opened_at": "31-04-2016 10:00"}, "in opened_at is no possible date"),
        ({"incident_state": "-100"}, "“-100” is no known state; known are New, Active,"),
        ({"incident_state": "?"}, "The state is missing."),
        ({"reassignment_count": "-1"}, "“-1” in reassignment_count is no count."),
        ({"reopen_count": "many"}, "“many” in reopen_count is no count."),
        ({"impact": "9 - Huge"}, "“9 - Huge” in impact is no level from 1 to 3."),
        ({"assignment_group": "G" * 81}, "assignment_group has 81 characters; 80 is the most."),
        ({"caller_id": "Nul \x00 here"}, "There is a control character in caller_id."),
    ],
)
def test_a_row_that_makes_no_sense(bring, cells, reason):
    result = bring(GOOD[0], row(number="INC2") | cells, GOOD[1])

    ((line, number, why),) = result.lines("reject")
    known = "number" not in cells
    assert (line, number) == (3, "INC2" if known else "")
    assert len(result.lines("difference")) == known  # what has no number can't be missed
    assert reason in why
    assert sorted(ImportedIncident.objects.values_list("number", flat=True)) == ["INC1", "INC3"]
    assert "Rejects            1" in result.printed


@pytest.mark.parametrize(("width", "count"), [(35, 35), (37, 37), (1, 1)])
def test_a_row_with_another_number_of_columns(bring, width, count):
    odd = [*(row(number="INC2")[name] for name in HEADER), "more"][:width]
    result = bring(GOOD[0], odd, GOOD[1])
    assert result.lines("reject") == [(3, "INC2", f"The row has {count} columns, the header 36.")]
    assert ImportedIncident.objects.count() == 2


def raw(*lines):
    good = text_of(*GOOD).encode().splitlines()
    return b"\n".join([good[0], good[1], *lines, good[2], b""])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"INC2,Caf\xe9,?", "is no UTF-8; the encoding is broken"),
        (b'INC2,"New,TRUE,0', "The quotes don't match up"),
        (b'INC2,"Ne"w,TRUE,0', "The quotes don't match up"),
        (b"INC2," + b"x" * 70_000, "The line is longer than 65,536 bytes."),
    ],
)
def test_bytes_that_are_no_row(bring, line, reason):
    result = bring(raw=raw(line))
    ((number_of_line, _, why),) = result.lines("reject")
    assert number_of_line == 3
    assert reason in why
    assert ImportedIncident.objects.count() == 2


def test_the_line_is_that_of_the_file_with_empty_lines_counted(bring):
    result = bring(raw=raw(b"", b"   ", b"INC2,New"))
    assert [line for line, _, _ in result.lines("reject")] == [5]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: b"\xef\xbb\xbf" + text, "a byte order mark"),
        (lambda text: text.replace(b"\r\n", b"\n"), "plain newlines"),
        (lambda text: text.rstrip(), "no newline at the end"),
        (lambda text: text.replace(b"number,", b" Number ,", 1), "a header in other letters"),
    ],
)
def test_files_as_other_programs_write_them(bring, change, says):
    assert bring(raw=change(text_of(*GOOD).encode())).clean, says
    assert ImportedIncident.objects.count() == 2


def test_semicolons_and_columns_in_another_order(bring):
    order = [*reversed(HEADER)]
    assert bring(raw=text_of(*GOOD, header=order, delimiter=";").encode()).clean
    assert imported("INC1").title == "Symptom 72: Subcategory 170"


@pytest.mark.parametrize(
    ("text", "month"),
    [("03-12-2016 10:00", 12), ("3/12/2016 10:00", 12), ("03.12.2016 10:00:30", 12), ("2016-12-03 10:00:00", 12)],
)
def test_days_come_first(bring, text, month):
    bring(row(sys_updated_at=text, opened_at=text))
    assert (imported().created_at.month, imported().created_at.day) == (month, 3)


def test_the_time_zone_of_the_file_may_be_given(bring):
    bring(row("Active", "01-03-2016 08:00"), time_zone="America/New_York")
    assert imported().events.get(kind="incident.started").at.hour == 13
    with pytest.raises(CommandError, match="no time zone"):
        bring(row(), time_zone="Mars/Olympus")


def test_an_incident_of_which_rows_are_missing_is_listed_as_a_difference(bring):
    later = "01-03-2016 08:00"
    result = bring(row("New", number="INC1"), row("Lost", later, number="INC1"), row("Lost", number="INC2"))
    first, second = result.lines("difference")
    assert first[:2] == (3, "INC1")
    assert "1 of its rows could not be used, the first on line 3" in first[2]
    assert second == (4, "INC2", "None of its rows could be used, so it isn't here.")


def test_columns_that_one_can_do_without(bring):
    needed = ["number", "incident_state", "sys_updated_at", "opened_at", "caller_id", "assignment_group"]
    result = bring(raw=text_of(row("Active"), header=[*needed, "reassignment_count", "reopen_count"]).encode())
    assert "taken as unknown: sys_mod_count, sys_updated_by" in result.printed
    assert (imported().state, imported().title) == ("in_progress", "INC0000045 from ServiceNow")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"number,incident_state\nINC1,New\n", "lacks sys_updated_at, opened_at, caller_id"),
        (text_of(row(), header=[*HEADER, "number"]).encode(), "has number more than once"),
        (text_of(*GOOD).encode("utf-16"), "is no UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "can't be read"),
    ],
)
def test_a_file_that_nothing_can_be_read_from_is_refused(bring, content, says):
    with pytest.raises(CommandError, match=says):
        bring(raw=content)
    assert not ImportedIncident.objects.exists()


def test_a_header_alone_is_an_import_of_nothing(bring):
    result = bring(raw=text_of().encode())
    assert result.clean
    assert "Incidents          0" in result.printed


def test_a_file_that_is_not_there(essentials, tmp_path):
    with pytest.raises(CommandError, match="can't be read: No such file"):
        call_command("import_events", tmp_path / "nowhere.csv", report=tmp_path / "report.csv")


def test_the_report_never_replaces_the_file(essentials, tmp_path):
    source = tmp_path / "trail.csv"
    source.write_bytes(text_of(*GOOD).encode())
    with pytest.raises(CommandError, match="overwrite"):
        call_command("import_events", source, report=source)
    assert source.read_bytes() == text_of(*GOOD).encode()


def test_without_a_place_for_the_report_nothing_is_imported(essentials, tmp_path):
    source = tmp_path / "trail.csv"
    source.write_text(text_of(*GOOD))
    with pytest.raises(CommandError):
        call_command("import_events", source, report=source / "report.csv")
    assert not ImportedIncident.objects.exists()


def test_the_report_goes_to_the_data_folder_when_nobody_says_where(essentials, tmp_path, settings, capsys):
    settings.DATA_DIR = tmp_path / "data"
    source = tmp_path / "trail.csv"
    source.write_text(text_of(*GOOD))
    call_command("import_events", source)
    assert f"Report: {tmp_path}/data/imports/trail.report.csv" in capsys.readouterr().out
    assert (tmp_path / "data/imports/trail.report.csv").read_text() == "what,line,number,incident,reason\n"


def test_a_report_runs_no_formulas(bring):
    result = bring(row("Lost", number="=cmd|1"))
    assert result.report[0]["number"] == "'=cmd|1"


def test_a_portal_without_its_essentials_says_so(bring):
    RoutingRule.objects.all().delete()
    with pytest.raises(CommandError, match="isn't set up yet"):
        bring(row())
