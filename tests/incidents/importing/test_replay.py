"""What each line of a trail becomes: the same moves, by the people and at the times that it names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from desk.people.models import User, Workgroup
from desk.people.queries import automation
from desk.people.rules import may_work_queue
from desk.services.models import Category, Site
from desk.tickets.models import Event, PendingReason
from incidents.models import ImportedIncident

from .conftest import events, imported, row

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_whole_life_is_the_same_moves_at_the_same_times_by_the_same_people(bring):
    result = bring(
        row("New"),
        row("Active", "29-02-2016 08:00", analyst="Resolver 4", by="Updated by 642"),
        row("Awaiting User Info", "01-03-2016 09:00", analyst="Resolver 4", by="Updated by 642"),
        row("Active", "02-03-2016 09:00", analyst="Resolver 4", by="Updated by 642"),
        row("Resolved", "03-03-2016 10:30", analyst="Resolver 4", resolved_at="03-03-2016 10:30"),
        row("Closed", "08-03-2016 12:00", analyst="Resolver 4", by="Updated by 908", closed_at="08-03-2016 12:00"),
    )

    incident = imported()
    assert events(incident) == ["logged", "assigned", "started", "held", "added", "resumed", "resolved", "closed"]
    assert [f"{e.at.astimezone(BERLIN):%d-%m %H:%M} {e.actor}" for e in incident.events.all()] == [
        "29-02 01:16 Opened by 8",
        "29-02 08:00 Updated by 642",
        "29-02 08:00 Resolver 4",
        "01-03 09:00 Updated by 642",
        "01-03 09:00 Updated by 642",
        "02-03 09:00 Updated by 642",
        "03-03 10:30 Resolved by 149",
        "08-03 12:00 Updated by 908",
    ]
    assert (incident.state, str(incident.assignee), str(incident.resolution_code)) == ("closed", "Resolver 4", "code 5")
    assert incident.closed_at == datetime(2016, 3, 8, 11, 0, tzinfo=UTC)
    assert incident.updated_at == incident.closed_at
    assert result.clean
    assert "Incidents          1   (1 new, 0 continued, 0 known)" in result.printed


def test_the_incident_tells_where_it_comes_from_and_what_it_is_about(bring):
    bring(row(rfc="CHG0000097"))

    incident = imported()
    assert incident.title == "Symptom 72: Subcategory 170"
    assert "INC0000045" in incident.description
    assert (str(incident.requester), str(incident.reporter)) == ("Caller 2403", "Opened by 8")
    assert (incident.impact, incident.urgency, incident.priority, incident.source) == (2, 2, 3, "import")
    assert (incident.category.trail(), str(incident.site)) == ("Category 55 › Subcategory 170", "Location 143")
    told = incident.events.get(kind="incident.logged").inside["imported"]
    assert (told["number"], told["rfc"]) == ("INC0000045", "CHG0000097")
    assert str(incident.workgroup) == "Group 56"


@pytest.mark.parametrize(
    ("state", "ours", "reason"),
    [
        ("New", "logged", None),
        ("Active", "in_progress", None),
        ("Awaiting User Info", "pending", "Waiting for requester"),
        ("Awaiting Vendor", "pending", "Waiting for vendor"),
        ("Awaiting Problem", "pending", "Waiting for a problem to be solved"),
        ("Awaiting Evidence", "pending", "Gathering evidence"),
        ("Resolved", "resolved", None),
    ],
)
def test_every_state_of_the_source_has_its_own_here(bring, state, ours, reason):
    result = bring(row("New"), row(state, "29-02-2016 08:00", mod=1))

    incident = imported()
    assert incident.state == ours
    assert (incident.pending_reason.name if incident.pending_reason else None) == reason
    assert result.clean


def test_the_states_are_known_whatever_their_case_and_reasons_that_are_gone_are_made_for_the_past_only(bring):
    PendingReason.objects.all().delete()

    assert bring(row("awaiting  user INFO")).clean

    reason = imported().pending_reason
    assert (reason.waits_for_requester, reason.is_active) == (True, False)


def test_what_is_new_but_has_an_analyst_is_assigned(bring):
    assert bring(row("New", analyst="Resolver 4")).clean
    assert (imported().state, str(imported().assignee)) == ("assigned", "Resolver 4")


def test_from_one_wait_to_another(bring):
    bring(
        row("Awaiting Vendor", analyst="Resolver 4"),
        row("Awaiting Evidence", "01-03-2016 08:00", analyst="Resolver 4"),
        row("Awaiting Evidence", "01-03-2016 09:00", analyst="Resolver 4", mod=3),
    )
    assert events(imported()) == ["logged", "assigned", "held", "resumed", "held"]
    assert imported().pending_reason.name == "Gathering evidence"


def test_moves_between_groups_are_counted_as_the_source_counts(bring):
    result = bring(
        row("New"),
        row("New", "29-02-2016 02:00", group="Group 70", moved=1),
        row("Active", "29-02-2016 03:00", group="Group 70", moved=1, analyst="Resolver 4"),
        row("Active", "29-02-2016 04:00", group="Group 70", moved=1, analyst="Resolver 5"),
        row("Active", "29-02-2016 05:00", group="Group 25", moved=2, analyst="?"),
        row("Awaiting Problem", "29-02-2016 06:00", group="Group 56", moved=3, analyst="?"),
    )
    incident = imported()
    assert incident.reassignment_count == 3
    assert events(incident).count("assigned") == 5
    assert (incident.state, str(incident.workgroup), incident.assignee) == ("pending", "Group 56", None)
    assert result.clean


def test_an_unknown_group_has_a_placeholder_that_is_no_working_queue(bring):
    result = bring(
        row("New", group="?"),
        row("New", "29-02-2016 02:00", group="Group 70", moved=1),
        row("New", "29-02-2016 03:00", group="?", moved=2),
        row("New", "29-02-2016 04:00", group="?", moved=3),
    )
    incident = imported()
    assert (str(incident.workgroup), incident.reassignment_count) == ("Unnamed group (imported)", 3)
    (line, number, reason) = result.lines("correction")[0]
    assert (line, number) == (5, "INC0000045")
    assert "counts 3 reassignments, where the moves it shows make 2" in reason
    assert not Workgroup.objects.get(slug="service-desk").memberships.exists()


def test_a_reopening_is_a_new_episode_and_goes_back_to_whom_the_trail_names(bring):
    result = bring(
        row("Active", analyst="Resolver 4"),
        row("Resolved", "01-03-2016 08:00", analyst="Resolver 4"),
        row("Active", "02-03-2016 08:00", analyst="Resolver 4", reopened=1),
        row("Resolved", "03-03-2016 08:00", analyst="Resolver 4", reopened=1),
    )
    incident = imported()
    episode = ["assigned", "started", "resolved"]
    assert events(incident) == ["logged", *episode, "reopened", *episode]
    assert (incident.reopen_count, incident.state, str(incident.assignee)) == (1, "resolved", "Resolver 4")
    assert result.clean


def test_an_impossible_move_is_a_correction_that_says_so(bring):
    result = bring(row("New"), row("Closed", "08-03-2016 12:00", closed_at="08-03-2016 12:00"))

    incident = imported()
    event = incident.events.get(kind="ticket.corrected")
    assert (incident.state, event.data["to"], event.actor) == ("closed", "closed", automation())
    assert "isn't possible from there" in event.inside["text"]
    assert [(line, number) for line, number, _ in result.lines("correction")] == [(3, "INC0000045")]
    assert "Corrections        1" in result.printed


def test_a_reopening_long_after_the_window_is_a_correction_and_life_goes_on(bring):
    result = bring(
        row("Resolved", "01-03-2016 08:00"),
        row("Closed", "06-03-2016 08:00"),
        row("Active", "01-06-2016 08:00", reopened=1, analyst="Resolver 4"),
        row("Resolved", "02-06-2016 08:00", reopened=1, analyst="Resolver 4"),
    )
    incident = imported()
    assert (incident.state, incident.reopen_count) == ("resolved", 1)
    assert events(incident)[-4:] == ["corrected", "assigned", "started", "resolved"]
    assert "The time for reopening" in result.lines("correction")[0][2]
    assert not result.lines("difference")


@pytest.mark.parametrize(
    ("before", "after", "ours"),
    [("Active", "New", "logged"), ("Awaiting Vendor", "New", "logged"), ("Closed", "Resolved", "resolved")],
)
def test_the_way_back_is_set_in_the_open(bring, before, after, ours):
    result = bring(row("Resolved"), row(before, "01-03-2016 08:00"), row(after, "02-03-2016 08:00", reopened=1))
    assert imported().state == ours
    assert result.lines("correction")
    assert not result.lines("difference")


def test_counts_that_no_move_explains_are_kept_and_said(bring):
    result = bring(
        row("New", moved=2),
        row("Resolved", "01-03-2016 08:00", moved=2),
        row("Resolved", "01-03-2016 09:00", moved=3, group="Group 70", resolved_at="01-03-2016 09:00"),
    )
    incident = imported()
    assert (incident.reassignment_count, str(incident.workgroup)) == (3, "Group 70")
    assert f"{incident.resolved_at:%d-%m %H:%M}" == "01-03 08:00", "in UTC: the later moment that the trail gives"
    reasons = [reason for _, _, reason in result.lines("correction")]
    assert reasons[0] == "The trail begins with 2 reassignments that it doesn't show."
    assert len(reasons) == 3
    assert not result.lines("difference")


def test_what_it_is_about_may_change_and_what_is_unknown_again_stays(bring):
    bring(
        row("New"),
        row("New", "29-02-2016 02:00", subcategory="Subcategory 9", impact="1 - High", location="Location 1"),
        row("New", "29-02-2016 03:00", subcategory="?", category="?", u_symptom="?", location="?", impact="?"),
    )
    incident = imported()
    assert incident.title == "Symptom 72: Subcategory 9"
    assert (incident.category.name, incident.site.name, incident.impact, incident.priority) == (
        "Subcategory 9", "Location 1", 1, 2,
    )  # fmt: skip
    assert events(incident) == ["logged", "changed"]


def test_facts_without_a_field_here_are_on_the_internal_timeline(bring):
    bring(row(), row("New", "29-02-2016 02:00", made_sla="FALSE", problem_id="Problem ID  2"))

    event = imported().events.get(kind="field.changed")
    assert event.is_internal
    assert [(c["label"], c["old"], c["new"]) for c in event.inside["changes"]] == [
        ("SLA met", "TRUE", "FALSE"),
        ("Problem", None, "Problem ID 2"),
    ]


def test_who_acts_is_a_member_and_nobody_imported_can_sign_in_or_use_an_account_of_ours(bring, world):
    bring(row("Active", analyst="sam", by="Updated by 642", caller_id="sam"))

    incident = imported()
    assert incident.assignee != world.sam
    assert may_work_queue(User.objects.get(username="imported.updated-by-642"), incident.workgroup_id)
    assert not may_work_queue(User.objects.get(pk=world.sam.pk), incident.workgroup_id)
    assert not any(user.has_usable_password() for user in User.objects.filter(username__startswith="imported."))


def test_the_automation_stands_in_where_nobody_is_named_and_is_no_member_afterwards(bring):
    result = bring(
        row("New", by="?", opened_by="?", caller_id="?"),
        row("New", "29-02-2016 02:00", by="?", group="Group 70", moved=1),
        row("Resolved", "29-02-2016 03:00", by="?", resolved_by="?", group="Group 70", moved=1),
        row("Closed", "29-02-2016 04:00", by="?", resolved_by="?", group="Group 70", moved=1),
    )
    assert imported().state == "closed"
    assert set(Event.objects.values_list("actor", flat=True)) == {automation().pk}
    assert not automation().memberships.exists()
    assert not automation().groups.exists()
    assert result.clean


def test_people_whose_names_look_alike_stay_two(bring):
    bring(row(caller_id="Ann-Marie"), row(number="INC2", caller_id="Ann Marie"))
    assert imported().requester != imported("INC2").requester


def test_categories_and_sites_of_the_portal_are_used_again(bring):
    top = Category.objects.create(name="Category 55")
    site = Site.objects.create(name="Location 143")
    bring(row())
    assert (imported().category.parent, imported().site) == (top, site)


def test_another_priority_here_is_a_difference_with_its_reason(bring):
    result = bring(row(impact="3 - Low", urgency="3 - Low", priority="4 - Low"))
    ((line, number, reason),) = result.lines("difference")
    assert (line, number) == (2, "INC0000045")
    assert reason.startswith("Priority: P4 in the source, P5 here")
    assert "Differences from the source" in result.printed


def test_an_update_before_the_opening_is_kept_and_the_opening_moved(bring):
    result = bring(row(opened_at="29-02-2016 09:44"))
    assert f"{imported().created_at.astimezone(BERLIN):%H:%M}" == "01:23"
    assert [reason for _, _, reason in result.lines("difference")] == [
        "The trail opens it after its first update; it is logged with that."
    ]


def test_the_table_of_imports_finds_an_incident_by_its_old_number(bring):
    bring(row(), row("Active", "29-02-2016 08:00"))
    found = ImportedIncident.objects.get(system="ServiceNow", number="INC0000045")
    assert (found.rows, found.file, found.trail["state"]) == (2, "trail.csv", "Active")
    assert [update.line for update in found.updates.order_by("line")] == [2, 3]
