"""Drafts: read from a file or taken from edits; whatever is wrong with one is said, all of it at once."""

from __future__ import annotations

from datetime import date

import pytest

from desk.services.models import Category
from desk.sla.models import CalendarHours, Policy, SpecialDay
from desk.sla.simulator import drafts
from desk.tickets.errors import Refused
from tests.factories import CategoryFactory, ServiceFactory

from ..promises import calendar, policy

pytestmark = pytest.mark.django_db

TOML = """
[[policy]]
name = "standard"
resolution_minutes = 240
response_minutes = "best effort"
on_reopen = "fresh"

[[policy]]
name = "VPN for money"
like = "Standard"
category = "network > vpn"
department = "Finance"
vip = true
priority = "P2"
calendar = "Night shift"
position = 5

[[calendar]]
name = "Night shift"
zone = "Europe/Lisbon"
week = { monday = "22:00–06:00" }
days = [{ date = 2026-12-24, name = "Christmas Eve", times = "22:00–24:00" }, { date = "2026-12-25" }]
"""


@pytest.fixture
def laid(world):
    """A policy, a tree of categories with the same name in two places, and a service."""
    network = CategoryFactory(name="Network")
    Category.objects.create(name="VPN", parent=network)
    Category.objects.create(name="VPN", parent=CategoryFactory(name="Security"))
    ServiceFactory(name="Mail")
    return policy(hours=calendar(), position=10)


def sentences(data):
    with pytest.raises(Refused) as refused:
        drafts.read(data)
    return refused.value.sentences


def one(**fields):
    return {"policy": [{"name": "Standard", **fields}]}


def test_a_file_changes_policies_and_calendars_and_adds_new_ones(laid, tmp_path):
    file = tmp_path / "draft.toml"
    file.write_text(TOML)
    draft = drafts.read_file(file)
    changed, new = draft.lines
    assert (changed.policy, changed.position, changed.content.minutes, changed.content.fresh_on_reopen) == (
        laid.pk, 10, {"response": None, "resolution": 240}, True,
    )  # fmt: skip
    vpn = Category.objects.get(name="VPN", parent__name="Network")
    assert {name: asked["is"] for name, asked in new.content.match.items()} == {
        "kind": "incident", "category": vpn.pk, "priority": 2, "department": "Finance", "vip": True,
    }  # fmt: skip
    assert (new.position, new.content.minutes) == (5, {"response": 60, "resolution": 480})
    hours = draft.calendars[new.content.calendar_id]
    assert (hours.zone, hours.week[0], hours.week[1]) == ("Europe/Lisbon", ((1320, 1800),), ())
    assert dict(hours.days) == {date(2026, 12, 24): ((1320, 1440),), date(2026, 12, 25): ()}
    assert draft.says == "standard, VPN for money, 1 calendar"


def test_json_will_do_as_well(laid, tmp_path):
    file = tmp_path / "draft.json"
    file.write_text('{"policy": [{"name": "Standard", "resolution_minutes": null}]}')
    assert drafts.read_file(file).lines[0].content.minutes["resolution"] is None


def test_a_condition_is_taken_away_by_any(laid):
    Policy.objects.filter(pk=laid.pk).update(priority=1)
    [line] = drafts.edited("Standard").lines
    assert set(line.content.match) == {"kind", "priority"}
    [line] = drafts.read(one(priority=1)).lines
    assert set(line.content.match) == {"kind", "priority"}
    [line] = drafts.read(one(priority="any")).lines
    assert set(line.content.match) == {"kind"}


def test_a_changed_calendar_keeps_what_the_draft_leaves_alone(laid):
    draft = drafts.read({"calendar": [{"name": "OFFICE HOURS", "week": {"Saturday": "08:00–12:00"}}]})
    hours = draft.calendars[laid.calendar_id]
    assert (hours.week[0], hours.week[5], hours.week[6]) == (((480, 1080),), ((480, 720),), ())


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ([], "[[policy]] and [[calendar]]"),
        ({}, "[[policy]] and [[calendar]]"),
        ({"polices": []}, "[[policy]] and [[calendar]]"),
        ({"policy": ["High"]}, "Policy 1: has no name."),
        (one(minutes=5), "nothing is called minutes"),
        (one(resolution_minutes=0), "a whole number of minutes from 1 on"),
        (one(resolution_minutes=True), "a whole number of minutes from 1 on"),
        (one(response_minutes="soon"), "a whole number of minutes from 1 on"),
        (one(priority=6), "priority: “6” is nothing that is known"),
        (one(service="Fax"), "service: “Fax” is nothing that is known"),
        (one(category="VPN"), "category: “VPN” is nothing that is known, or names several"),
        (one(workgroup=7), "workgroup: “7” is nothing"),
        (one(vip="yes"), "requester: “yes” is nothing"),
        (one(calendar="Moon"), "there is no published calendar “Moon”"),
        (one(on_reopen="never"), "on_reopen is continue or fresh"),
        (one(position=-1), "its position is a whole number"),
        (one(active="no"), "active is true or false"),
        (one(like="Nobody"), "there is no policy “Nobody” for it to be like"),
        ({"policy": [{"name": "New"}]}, "it is new, so it needs a calendar"),
        ({"calendar": [{"name": "Office hours", "week": {"mon": ""}}]}, "“mon” is no weekday"),
        ({"calendar": [{"name": "Office hours", "week": {"monday": "9 to 5"}}]}, "monday: “9 to 5” can't be read"),
        ({"calendar": [{"name": "Office hours", "zone": "Mars"}]}, "There is no time zone “Mars”"),
        ({"calendar": [{"name": "Office hours", "days": [{"name": "Some day"}]}]}, "needs a date"),
        ({"calendar": [{"name": "Never"}]}, "time zone"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(laid, data, part):
    assert any(part in sentence for sentence in sentences(data))


def test_all_that_is_wrong_is_said_at_once(laid):
    assert len(sentences({"policy": [{"name": "Standard", "priority": 9, "on_reopen": "x"}, {"name": "New"}]})) == 3


@pytest.mark.parametrize(
    ("name", "text"), [("a.toml", "[[policy"), ("a.json", "{"), ("a.toml", "\udcff"), ("b.toml", None)]
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, db, name, text):
    if text is not None:
        (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(Refused, match=r"can't be read|is not what its name promises"):
        drafts.read_file(tmp_path / name)


def test_edits_that_are_not_published_make_a_draft(laid):
    assert drafts.edited() == drafts.Draft()
    policy("Other", hours=laid.calendar, priority=1)
    Policy.objects.filter(pk=laid.pk).update(resolution_minutes=60)
    assert [line.content.name for line in drafts.edited().lines] == ["Standard"]
    SpecialDay.objects.create(calendar=laid.calendar, date=date(2026, 3, 2), name="Founder's day")
    assert set(drafts.edited().calendars) == {laid.calendar_id}
    CalendarHours.objects.filter(calendar=laid.calendar, weekday=0).update(times="nine to five")
    with pytest.raises(Refused, match="can't be read"):
        drafts.edited()


def test_a_policy_that_nobody_knows_is_refused_with_those_that_are_known(laid):
    with pytest.raises(Refused, match="neither a file nor a policy “High”. Policies: Standard."):
        drafts.edited("High")
