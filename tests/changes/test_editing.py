"""What an edit may not take from a change that was submitted, and what follows from one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from changes import actions
from changes.models import ChangeType, Freeze
from desk.tickets.errors import Refused
from tests.factories import SiteFactory

from .plans import fresh, in_state, move, plan, standard, window

pytestmark = pytest.mark.django_db


def edit(change, by, seen=None, **fields):
    return actions.edit(ticket=change, by=by, seen=seen or change.version, **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"planned_start": None, "planned_end": None}, "Still to be filled in: planned window"),
        ({"services": []}, "Still to be filled in: services"),
        ({"backout_plan": ""}, "Still to be filled in: back-out plan"),
        (window(begins_in=-50), "in a time that is over"),
    ],
    ids=["window", "services", "plan", "past"],
)
@pytest.mark.parametrize("state", ["submitted", "approved", "scheduled"])
def test_what_was_submitted_stays_complete_and_ahead(cab, state, fields, words):
    change = in_state(state, cab)
    with pytest.raises(Refused, match=words):
        edit(change, cab.nadia, **fields)
    assert fresh(change).state == state


def test_a_standard_change_keeps_a_window_too(cab):
    """Its edits ask nobody again, so nobody else would notice."""
    change = move(move(standard(cab), "submit", by=cab.nadia), "schedule", by=cab.nadia)
    with pytest.raises(Refused, match="planned window"):
        edit(change, cab.nadia, planned_start=None, planned_end=None)


@pytest.mark.parametrize("state", ["scheduled", "implementing", "closed"])
def test_a_freeze_that_came_later_is_no_reason_to_refuse_another_site(cab, state):
    change = in_state(state, cab)
    now = timezone.now()
    Freeze.objects.create(name="Audit", start=now - timedelta(hours=9), end=now + timedelta(hours=9))
    elsewhere = SiteFactory()
    assert edit(change, cab.nadia, site=elsewhere).site == elsewhere


def test_two_people_who_move_one_end_each_get_a_sentence(cab):
    change = plan(cab, **window(begins_in=5, hours=4))
    start, end, seen = change.planned_start, change.planned_end, change.version
    edit(change, cab.niko, seen, planned_start=start + timedelta(hours=3), planned_end=end)
    with pytest.raises(Refused, match="The planned window ends after it starts") as refused:
        edit(change, cab.nadia, seen, planned_start=start, planned_end=start + timedelta(hours=2))
    assert refused.value.field == "planned_end"
    assert fresh(change).planned_end == end


def test_what_becomes_an_emergency_is_as_urgent_as_one_that_was_drafted_so(cab):
    drafted = plan(cab, change_type=ChangeType.EMERGENCY)
    change = edit(plan(cab), cab.nadia, change_type=ChangeType.EMERGENCY)
    assert (change.urgency, change.priority) == (drafted.urgency, drafted.priority)
    change = edit(change, cab.nadia, change_type=ChangeType.NORMAL)
    assert change.priority == plan(cab).priority != drafted.priority


def test_a_window_is_told_in_the_portals_time_to_everybody(cab):
    change = in_state("approved", cab)
    with timezone.override("Asia/Tokyo"):
        change = move(change, "schedule", by=cab.nadia)
    assert change.events.get(kind="change.scheduled").data["window"] == change.window_in_words
