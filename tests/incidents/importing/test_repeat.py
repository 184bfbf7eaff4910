"""An import may be repeated, continued, stopped and broken: nothing is there twice, and nothing by halves."""

import pytest
from django.db import OperationalError

from desk.tickets.models import Event, Ticket
from incidents import actions
from incidents.importing import replay as replay_module
from incidents.models import ImportedIncident, ImportedUpdate

from .conftest import events, imported, row

LIFE = (
    row("New"),
    row("Active", "29-02-2016 08:00", analyst="Resolver 4"),
    row("Resolved", "03-03-2016 10:30", analyst="Resolver 4"),
)


def test_the_same_file_again_imports_nothing(bring):
    bring(*LIFE)
    before = list(Event.objects.values_list("pk", flat=True))

    result = bring(*LIFE)

    assert list(Event.objects.values_list("pk", flat=True)) == before
    assert "0 new, 0 continued, 1 known" in result.printed
    assert "Rows               0   (3 more were imported before)" in result.printed
    assert result.clean


def test_a_longer_file_imports_only_what_is_new(bring):
    bring(*LIFE[:2])
    before = set(Event.objects.values_list("pk", flat=True))

    result = bring(*LIFE, row(number="INC2"))

    assert before < set(Event.objects.values_list("pk", flat=True))
    assert events(imported()) == ["logged", "assigned", "started", "resolved"]
    assert "1 new, 1 continued, 0 known" in result.printed
    assert (imported().imported.rows, Ticket.objects.count()) == (3, 2)


def test_a_later_export_fills_the_end_into_old_rows_and_they_are_still_the_same(bring):
    bring(row("New", closed_code="?", resolved_by="?"))
    result = bring(row("New", closed_code="code 5", resolved_by="Resolved by 1", resolved_at="03-03-2016 10:30"))
    assert "0 new, 0 continued, 1 known" in result.printed


def test_a_line_that_is_there_twice_is_one_update(bring):
    bring(LIFE[0], LIFE[1], LIFE[1], LIFE[2])
    assert events(imported()) == ["logged", "assigned", "started", "resolved"]


def test_history_that_turns_up_late_is_rejected_not_rewritten(bring):
    bring(LIFE[0], LIFE[2])
    result = bring(*LIFE)
    ((line, number, reason),) = result.lines("reject")
    assert (line, number) == (3, "INC0000045")
    assert reason.startswith("Older than what was imported already")
    assert events(imported())[-1] == "resolved"


def test_rows_may_come_in_any_order(bring):
    others = [row("New", number="INC2"), row("Active", "01-03-2016 08:00", number="INC2")]
    result = bring(LIFE[2], others[1], LIFE[0], others[0], LIFE[1])
    assert events(imported()) == ["logged", "assigned", "started", "resolved"]
    assert events(imported("INC2")) == ["logged", "started"]
    assert result.clean


def test_within_a_minute_the_source_counts_the_order(bring):
    bring(
        row("Resolved", "29-02-2016 08:00", mod=10, analyst="Resolver 4"),
        row("Active", "29-02-2016 08:00", mod=9, analyst="Resolver 4"),
    )
    assert imported().state == "resolved"


def test_our_numbers_ascend_with_time_not_with_the_file(bring):
    bring(row(number="INC9", at="05-03-2016 08:00"), row(number="INC7"))
    assert imported("INC7").number < imported("INC9").number


@pytest.fixture
def broken(monkeypatch):
    """`broken(number, error)`: resolving the incident with this old number raises."""

    def break_it(error):
        whole = actions.resolve

        def resolve(*, incident, **how):
            if "INC2" in incident.description:
                raise error
            return whole(incident=incident, **how)

        monkeypatch.setattr(replay_module.actions, "resolve", resolve)

    return break_it


def test_what_breaks_in_one_incident_leaves_the_others_whole_and_no_half(bring, broken, monkeypatch):
    with monkeypatch.context() as patch:
        broken(RuntimeError("a bug"))
        rows = [cells | {"number": number} for number in ("INC1", "INC2", "INC3") for cells in LIFE]
        result = bring(*rows)
        patch.undo()

    assert sorted(ImportedIncident.objects.values_list("number", flat=True)) == ["INC1", "INC3"]
    assert (Ticket.objects.count(), ImportedUpdate.objects.count()) == (2, 6)
    ((line, number, reason),) = result.lines("reject")
    assert (line, number) == (5, "INC2")
    assert "RuntimeError: a bug" in reason
    assert [number for _, number, _ in result.lines("difference")] == ["INC2"]


def test_after_the_bug_is_mended_the_same_file_brings_in_the_rest(bring, broken, monkeypatch):
    broken(RuntimeError("a bug"))
    rows = [cells | {"number": number} for number in ("INC1", "INC2") for cells in LIFE]
    bring(*rows)
    monkeypatch.undo()

    result = bring(*rows)

    assert "1 new, 0 continued, 1 known" in result.printed
    assert events(imported("INC2")) == ["logged", "assigned", "started", "resolved"]


def test_without_a_database_there_is_no_point_in_going_on(bring, broken):
    broken(OperationalError("the server is gone"))
    with pytest.raises(OperationalError):
        bring(*[cells | {"number": "INC2"} for cells in LIFE])
    assert not Ticket.objects.exists()


def test_a_dry_run_checks_everything_and_changes_nothing(bring):
    bring(LIFE[0])
    before = Event.objects.count()

    result = bring(*LIFE, row("Lost"), row(number="INC2"), dry_run=True)

    assert Event.objects.count() == before
    assert "Dry run: nothing was imported." in result.printed
    assert "Incidents          2   (1 new, 1 continued, 0 known)" in result.printed
    assert [line for line, _, _ in result.lines("reject")] == [5]


def test_work_done_here_since_is_named_as_the_reason_for_a_difference(bring, world):
    bring(row("Active", analyst="Resolver 4"))
    incident = imported()
    analyst = incident.assignee
    actions.assign(incident=incident, by=analyst, workgroup=world.desk, reason="They know more about it.")

    result = bring(row("Active", analyst="Resolver 4"))

    reasons = [reason for _, _, reason in result.lines("difference")]
    assert len(reasons) == 2
    assert all("it was worked on here since" in reason for reason in reasons)
