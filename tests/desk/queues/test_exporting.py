"""A list becomes a table: the same tickets, by the same filters, for the same eyes; and no cell is a formula."""

import csv
from io import StringIO

from django.utils.translation import override

from tests.factories import incident
from tests.german import knows
from tests.stories import move


def read(answer):
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].endswith('.csv"')
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def test_what_the_filters_leave_is_what_is_exported(world, browse):
    urgent = incident(world.erin, "The mail is down", impact=1, urgency=1)
    urgent = move(urgent, "start", by=world.sam)
    incident(world.erin, "No sound")
    (row,) = read(browse(world.sam).get("/export/service-desk/?priority=1"))
    assert (row["Number"], row["Title"], row["State"]) == (urgent.number, "The mail is down", "In Progress")
    assert (row["Priority"], row["Assignee"], row["Requester"], row["Kind"]) == ("P1", "sam", "erin", "Incident")
    assert row["Logged"].startswith(f"{urgent.created_at:%Y-%m-%d}"[:4])
    assert len(read(browse(world.sam).get("/export/"))) == 2


def test_nobody_exports_more_than_they_see(world, browse):
    incident(world.erin, "Of the desk")
    incident(world.omar, "Of the network", workgroup=world.network)
    assert [row["Title"] for row in read(browse(world.nadia).get("/export/"))] == ["Of the network"]
    assert browse(world.nadia).get("/export/service-desk/").status_code == 404
    assert read(browse(world.erin).get("/export/")) == []


def test_a_title_that_begins_like_a_formula_is_a_text(world, browse):
    incident(world.erin, '=HYPERLINK("http://example.com")')
    (row,) = read(browse(world.sam).get("/export/service-desk/"))
    assert row["Title"].startswith("'=")


def test_a_long_list_is_read_in_few_statements(world, browse, django_assert_max_num_queries):
    for n in range(30):
        incident(world.erin, f"Printer {n}")
    client = browse(world.sam)
    with django_assert_max_num_queries(8):
        assert len(read(client.get("/export/service-desk/"))) == 30


def test_the_list_leads_to_its_export_as_it_is_narrowed(world, browse):
    incident(world.erin, "No sound")
    page = browse(world.sam).get("/queues/service-desk/?priority=3").content.decode()
    assert 'href="/export/service-desk/?priority=3"' in page


def test_the_table_is_the_same_in_every_language(world, browse, monkeypatch):
    knows(monkeypatch, {"In Progress": "In Bearbeitung", "Incident": "Störung"})
    move(incident(world.erin, "The mail is down"), "start", by=world.sam)
    with override("de"):
        (row,) = read(browse(world.sam).get("/export/"))
    assert (row["Kind"], row["State"]) == ("Incident", "In Progress")
