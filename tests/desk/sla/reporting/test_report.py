"""The report: what clocks came to by month, for those who lead; what is over stays as it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.people.models import Role
from desk.sla.models import ViolationReason
from desk.sla.reporting.report import Wanted, months_back, report
from desk.tickets import actions as desk
from desk.tickets.spreadsheet import lines as csv_lines
from desk.tickets.spreadsheet import safe
from incidents import actions
from tests.factories import CategoryFactory, ServiceFactory, WorkgroupFactory, analyst, incident
from tests.stories import needed

from ..promises import ALWAYS, berlin, calendar, policy

pytestmark = pytest.mark.django_db
H = timedelta(hours=1)
SPRING = Wanted(first=date(2026, 3, 1), last=date(2026, 4, 1))
ADDRESS = "/reports/sla/?first=2026-03&last=2026-04"


@pytest.fixture
def promised(world):
    """Eight hours to resolve and one to respond, round the clock."""
    world.leo = analyst("leo", world.network, Role.LEAD)
    return policy(hours=calendar("Always", week=ALWAYS))


def solved(world, at, hours, *, by=None, violation=None, **fields):
    """An incident, logged and started at a moment, and resolved so many hours later."""
    by = by or (world.nadia if fields.get("workgroup") == world.network else world.sam)
    ticket = actions.start(incident=incident(world.erin, at=berlin(at), **fields), by=by, at=berlin(at))
    more = {"violation": violation} if violation else {"source": "import"}
    return actions.resolve(incident=ticket, by=by, at=berlin(at) + hours * H, **needed("resolve"), **more)


def rows(found):
    """(month, name, met, missed, missed before, best effort, cancelled)."""
    return [
        (f"{line.month:%Y-%m}", line.name, line.met, line.missed, line.inherited, line.best_effort, line.cancelled)
        for line in found.lines
    ]


def test_clocks_count_in_the_month_in_which_they_ended(world, promised):
    solved(world, "2026-03-02 09:00", 2)
    solved(world, "2026-03-31 22:00", 3)  # into April, by the portal's clock
    solved(world, "2026-03-03 09:00", 9, workgroup=world.network)
    incident(world.erin, at=berlin("2026-03-04 09:00"))  # still open
    found = report(world.admin, SPRING)
    assert rows(found) == [
        ("2026-04", "Service Desk", 1, 0, 0, 0, 0),
        ("2026-03", "Network", 0, 1, 0, 0, 0),
        ("2026-03", "Service Desk", 1, 0, 0, 0, 0),
    ]
    assert (found.met, found.missed, found.percentage) == (2, 1, pytest.approx(66.67, abs=0.01))
    assert rows(report(world.admin, Wanted(first=date(2026, 4, 1), last=date(2026, 4, 1)))) == rows(found)[:1]


def test_each_outcome_is_counted_by_itself(world, promised):
    solved(world, "2026-03-02 09:00", 2)
    actions.cancel(
        incident=incident(world.erin, at=berlin("2026-03-02 09:00")), by=world.erin, reason="Gone",
        at=berlin("2026-03-02 10:00"),
    )  # fmt: skip
    policy("Slow", hours=promised.calendar, resolution=None, service=(mail := ServiceFactory()), position=1)
    solved(world, "2026-03-02 09:00", 90, service=mail)
    found = report(world.admin, SPRING)
    assert rows(found) == [("2026-03", "Service Desk", 1, 0, 0, 1, 1)]
    assert (found.percentage, found.apart) == (100, 2)


def test_a_missed_target_is_counted_once_though_the_ticket_comes_back(world, promised):
    ticket = solved(world, "2026-03-02 09:00", 9)
    before = report(world.admin, SPRING)
    ticket = actions.reopen(
        incident=ticket, by=world.sam, reason="Down", workgroup=world.network, at=berlin("2026-04-02 09:00")
    )
    desk.edit(ticket=ticket, by=world.nadia, seen=99, impact=1, urgency=1, at=berlin("2026-04-02 09:30"))
    ticket = actions.start(incident=ticket, by=world.nadia, at=berlin("2026-04-02 10:00"))
    actions.resolve(
        incident=ticket, by=world.nadia, at=berlin("2026-04-02 11:00"), source="import", **needed("resolve")
    )
    after = report(world.admin, SPRING)
    assert rows(before) == [("2026-03", "Service Desk", 0, 1, 0, 0, 0)]
    assert rows(after) == [("2026-04", "Network", 0, 0, 1, 0, 0), *rows(before)]


@pytest.mark.parametrize("by", ["workgroup", "priority", "category", "policy"])
def test_a_month_that_is_over_stays_as_it_is_whatever_becomes_of_its_tickets(world, promised, by):
    mail, printing = CategoryFactory(name="Mail"), CategoryFactory(name="Printing")
    policy("Urgent", hours=promised.calendar, priority=1, position=1)
    solved(world, "2026-03-02 09:00", 2, category=mail)
    ticket = solved(world, "2026-03-02 09:00", 3)
    wanted = Wanted(by=by, first=date(2026, 3, 1), last=date(2026, 3, 1))
    before = rows(report(world.admin, wanted))
    ticket = actions.reopen(
        incident=ticket, by=world.sam, reason="Down", workgroup=world.network, at=berlin("2026-04-02 09:00")
    )
    for chosen in (mail, printing):
        desk.edit(
            ticket=ticket, by=world.nadia, seen=99, category=chosen, impact=1, urgency=1, at=berlin("2026-04-02 09:30")
        )
    assert rows(report(world.admin, wanted)) == before


def test_rows_can_be_told_apart_by_policy_priority_and_category(world, promised):
    network = CategoryFactory(name="Network")
    vpn = CategoryFactory(name="VPN", parent=network)
    policy("Urgent", hours=promised.calendar, resolution=60, priority=1, position=1)
    solved(world, "2026-03-02 09:00", 2, impact=1, urgency=1, category=vpn)
    solved(world, "2026-03-02 09:00", 2)
    found = {
        by: rows(report(world.admin, Wanted(by=by, first=date(2026, 3, 1), last=date(2026, 3, 1))))
        for by in ("policy", "priority", "category")
    }
    assert found == {
        "policy": [("2026-03", "Standard", 1, 0, 0, 0, 0), ("2026-03", "Urgent", 0, 1, 0, 0, 0)],
        "priority": [("2026-03", "P1 Critical", 0, 1, 0, 0, 0), ("2026-03", "P4 Low", 1, 0, 0, 0, 0)],
        "category": [("2026-03", "Network › VPN", 0, 1, 0, 0, 0), ("2026-03", "No category", 1, 0, 0, 0, 0)],
    }


def test_response_is_reported_as_resolution_is(world, promised):
    ticket = incident(world.erin, at=berlin("2026-03-02 09:00"))
    actions.start(incident=ticket, by=world.sam, at=berlin("2026-03-02 11:00"))
    wanted = Wanted(kind="response", first=date(2026, 3, 1), last=date(2026, 3, 1))
    found = report(world.admin, wanted)
    assert rows(found) == [("2026-03", "Service Desk", 0, 1, 0, 0, 0)]
    assert found.reasons == []  # nobody is asked why


def test_reasons_are_counted_and_those_who_gave_none_too(world, promised):
    why = ViolationReason.objects.create(name="Waited too long for a part")
    for violation in (why, why, None):
        solved(world, "2026-03-02 09:00", 9, violation=violation)
    assert report(world.admin, SPRING).reasons == [("Waited too long for a part", 2), ("No reason given", 1)]


def test_lengths_are_business_time_of_the_targets_that_were_met_or_missed(world, promised):
    for hours in (1, 2, 3, 4, 11):
        solved(world, "2026-03-02 09:00", hours)
    [line] = report(world.admin, SPRING).lines
    assert (line.median, line.high) == (3 * H, 8.2 * H)


def test_a_lead_sees_what_ended_in_the_workgroups_they_lead(world, promised):
    solved(world, "2026-03-02 09:00", 2)
    away = solved(world, "2026-03-02 09:00", 3, workgroup=world.network)
    actions.reopen(incident=away, by=world.nadia, reason="Down", workgroup=world.desk, at=berlin("2026-03-20 09:00"))
    assert rows(report(world.lena, SPRING)) == [("2026-03", "Service Desk", 1, 0, 0, 0, 0)]
    assert rows(report(world.leo, SPRING)) == [("2026-03", "Network", 1, 0, 0, 0, 0)]
    assert rows(report(world.sam, SPRING)) == []
    assert len(rows(report(world.admin, SPRING))) == 2


@pytest.mark.parametrize(("kind", "expected"), [("resolution", 3), ("response", 2)])
def test_it_costs_the_same_however_much_there_is(world, promised, kind, expected):
    wanted = Wanted(kind=kind, first=date(2026, 3, 1), last=date(2026, 4, 1))
    report(world.lena, wanted)  # who leads what is read once
    for many in (1, 6):
        for n in range(many):
            solved(world, f"2026-03-{n + 2:02} 09:00", 9)
        with CaptureQueriesContext(connection) as seen:
            report(world.lena, wanted)
        assert len(seen) == expected


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [("2026-03-17", 6, "2025-10-01"), ("2026-12-31", 12, "2026-01-01"), ("2026-01-01", 1, "2026-01-01")],
)
def test_months_are_counted_back_with_the_present_one(today, months, expected):
    day = date.fromisoformat(today)
    assert months_back(day, months) == (date.fromisoformat(expected), day.replace(day=1))


# -- the page ---------------------------------------------------------------------------------


def test_lena_reads_it_and_sam_is_told_for_whom_it_is(world, promised, browse):
    solved(world, "2026-03-02 09:00", 9)
    page = browse(world.lena).get(ADDRESS)
    text = page.content.decode()
    assert page.status_code == 200
    assert "March 2026" in text and "Service Desk" in text and "No reason given" in text
    assert 'href="/reports/sla/csv/?first=2026-03&amp;last=2026-04"' in text
    refused = browse(world.sam).get(ADDRESS)
    assert refused.status_code == 403
    assert "Reports are for leads" in refused.content.decode()


def test_only_those_who_may_find_it_in_the_menu(world, browse):
    may = {
        name: 'href="/reports/"' in browse(getattr(world, name)).get("/").content.decode()
        for name in ("erin", "sam", "lena", "admin")
    }
    assert may == {"erin": False, "sam": False, "lena": True, "admin": True}


def test_without_clocks_it_says_why_it_is_empty(world, browse):
    assert "No clock ended in these months" in browse(world.lena).get("/reports/sla/").content.decode()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("first=nope", "Give a month, such as 2026-03."),
        ("first=2026-05&last=2026-04", "It ends before it begins."),
        ("first=2000-01&last=2026-04", "Ask for at most 36 months at once."),
        ("first=9999-12&last=9999-12", "That is too far away."),
        ("by=weather", "Select a valid choice."),
        ("clock=both", "Select a valid choice."),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_field(world, browse, asked, sentence):
    client = browse(world.lena)
    page = client.get(f"/reports/sla/?{asked}")
    assert (page.status_code, sentence in page.content.decode()) == (422, True)
    assert client.get(f"/reports/sla/csv/?{asked}").status_code == 302


def test_the_download_says_what_the_page_says(world, promised, browse):
    solved(world, "2026-03-02 09:00", 9)
    group = WorkgroupFactory(name="=HYPERLINK(1)")
    boss = analyst("boss", group, Role.LEAD)
    solved(world, "2026-03-02 09:00", 4, workgroup=group, by=boss)
    got = browse(world.admin).get(ADDRESS.replace("?", "csv/?"))
    assert got["Content-Disposition"] == 'attachment; filename="sla-resolution-2026-03-2026-04.csv"'
    assert b"".join(got.streaming_content).decode().splitlines() == [
        "month,workgroup,met,missed,missed before,best effort,cancelled,% met,median h,90th percentile h",
        "2026-03,'=HYPERLINK(1),1,0,0,0,0,100.0,4.0,4.0",
        "2026-03,Service Desk,0,1,0,0,0,0.0,9.0,9.0",
        "",
        "why missed,clocks",
        "No reason given,1",
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(cell):
    assert safe(cell) == f"'{cell}"


def test_numbers_stay_numbers_and_commas_stay_in_their_cell():
    assert list(csv_lines([[-1, 2.5, None, "a,b"]])) == ['-1,2.5,,"a,b"\r\n']


def test_the_page_says_how_long_it_took(world, promised, browse):
    for hours in (1, 2, 3):
        solved(world, "2026-03-02 09:00", hours)
    page = browse(world.lena).get(ADDRESS).content.decode()
    assert 'data-label="Median">2 h</td>' in page
    assert 'data-label="90% within">2 h 48 min</td>' in page
