"""Nadia solves, it comes back, Sam solves it for good: each time is an episode with figures of its own."""

import importlib
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from desk.tickets.errors import Refused
from desk.tickets.models import LinkKind
from incidents import actions, reopening
from incidents.models import Episode, Incident
from tests.factories import CategoryFactory, incident
from tests.stories import in_state, move

ZONE = timezone.get_default_timezone()
OCTOBER, NOVEMBER = date(2030, 10, 1), date(2030, 11, 1)


def on(month, day):
    return datetime(2030, month, day, 12, tzinfo=ZONE)


def solved(world, at, **more):
    """Erin's incident, solved by Nadia's colleagues of the Network."""
    found = incident(world.erin, workgroup=world.network, at=at - timedelta(days=1), **more)
    found = actions.start(incident=found, by=world.nadia, at=at - timedelta(hours=1))
    return move(found, "resolve", by=world.nadia, at=at)


def lines(user, by="workgroup", first=OCTOBER, last=NOVEMBER):
    return [
        (f"{line.month:%B}", line.name, line.resolved, line.reopened)
        for line in reopening.report(user, by=by, first=first, last=last).lines
    ]


def test_each_run_is_an_episode_that_keeps_what_was_so_when_it_was_solved(world):
    found = solved(world, on(10, 3))
    found = actions.confirm(incident=found, by=world.erin, rating=2, comment="Slow", at=on(10, 4))
    found = actions.reopen(incident=found, by=world.erin, reason="Again", at=on(10, 6))
    found = actions.assign(
        incident=found, by=world.nadia, workgroup=world.desk, assignee=world.sam, reason="Yours", at=on(10, 7)
    )
    found = move(found, "resolve", by=world.sam, at=on(10, 9))
    first, second = Episode.objects.filter(incident=found).order_by("number")
    assert (first.workgroup, first.assignee, first.rating, first.comment) == (world.network, world.nadia, 2, "Slow")
    assert (first.resolved_at, first.ended_at, first.reopened_at) == (on(10, 3), on(10, 4), on(10, 6))
    assert (second.began_at, second.resolved_at, second.ended_at) == (on(10, 6), on(10, 9), None)
    assert (second.workgroup, second.assignee, second.rating) == (world.desk, world.sam, None)
    assert first.resolution_code is not None


def test_a_month_that_is_over_stays_as_it_is_when_something_is_reopened_later(world, settings):
    settings.INCIDENT_REOPEN_DAYS = 60
    mail, sound = CategoryFactory(name="Mail"), CategoryFactory(name="Sound")
    found, _ = solved(world, on(10, 3), category=mail), solved(world, on(10, 5), category=sound)
    found = actions.confirm(incident=found, by=world.erin, at=on(10, 4))
    before = {by: lines(world.admin, by, last=OCTOBER) for by in reopening.BY}
    assert before["category"] == [("October", "Mail", 1, 0), ("October", "Sound", 1, 0)]

    found = actions.reopen(incident=found, by=world.erin, reason="Again", at=on(11, 2))
    found = actions.assign(
        incident=found, by=world.nadia, workgroup=world.desk, assignee=world.sam, reason="Yours", at=on(11, 3)
    )
    move(found, "resolve", by=world.sam, at=on(11, 4))
    assert {by: lines(world.admin, by, last=OCTOBER) for by in reopening.BY} == before
    assert lines(world.admin, first=NOVEMBER) == [("November", "Network", 0, 1), ("November", "Service Desk", 1, 0)]
    report = reopening.report(world.admin, by="code", first=NOVEMBER, last=NOVEMBER)
    assert [(line.name, line.resolved, line.reopened, line.percentage) for line in report.lines] == [
        ("Fixed", 1, 1, 100.0)
    ]


def test_leads_see_their_own_workgroups_alone(world):
    found = solved(world, on(10, 3))
    actions.reopen(incident=found, by=world.erin, reason="Again", at=on(10, 4))
    assert lines(world.admin) == [("October", "Network", 1, 1)]
    assert lines(world.lena) == []


def test_what_was_there_before_is_told_from_its_events(world):
    """The migration makes of a history what would have been written while it happened."""
    found = solved(world, on(10, 3))
    found = actions.confirm(incident=found, by=world.erin, rating=2, comment="Slow", at=on(10, 4))
    found = actions.reopen(incident=found, by=world.erin, reason="Again", at=on(10, 6))
    found = actions.assign(
        incident=found, by=world.nadia, workgroup=world.desk, assignee=world.sam, reason="Yours", at=on(10, 7)
    )
    found = move(found, "resolve", by=world.sam, at=on(10, 9))
    found = actions.reopen(incident=found, by=world.erin, reason="And again", at=on(10, 10))
    in_state("cancelled", requester=world.omar, analyst=world.sam)
    solved(world, on(10, 20))
    incident(world.erin)
    written = list(Episode.objects.order_by("incident", "number").values())
    assert len(written) == 5
    Episode.objects.all().delete()
    migration = importlib.import_module("incidents.migrations.0012_earlier_episodes")
    with connection.cursor() as cursor:
        cursor.execute(migration.LAST)
        cursor.execute(migration.EARLIER)
    again = list(Episode.objects.order_by("incident", "number").values())
    assert [_without_id(row) for row in again] == [_without_id(row) for row in written]


def _without_id(row):
    return {name: value for name, value in row.items() if name != "id"}


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_after_so_many_times_it_is_reported_again_in_one_click(world, browse, settings, state):
    settings.INCIDENT_REOPEN_MOST = 1
    found = in_state("reopened", requester=world.erin, analyst=world.sam)
    found = actions.start(incident=found, by=world.sam)
    found = move(found, "resolve", by=world.sam)
    if state == "closed":
        found = actions.confirm(incident=found, by=world.erin)
    with pytest.raises(Refused, match="was reopened 1 times"):
        actions.reopen(incident=found, by=world.erin, reason="Again")
    page = browse(world.erin).get(found.get_absolute_url()).content.decode()
    assert "It came back: report it again" in page
    browse(world.erin).post(f"/incidents/{found.number}/recurrence/", {})
    again = Incident.objects.latest("pk")
    assert again.title == found.title
    assert again.links_out.get().kind == LinkKind.RECURRENCE_OF
    found.refresh_from_db()
    assert found.state == "closed"


def test_nobody_else_reports_it_again(world, settings):
    settings.INCIDENT_REOPEN_MOST = 1
    found = in_state("reopened", requester=world.erin, analyst=world.sam)
    found = move(actions.start(incident=found, by=world.sam), "resolve", by=world.sam)
    with pytest.raises(PermissionDenied):
        actions.log_recurrence(incident=found, by=world.omar)
