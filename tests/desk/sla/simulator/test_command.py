"""`manage.py sla_simulate` and the page in the administration: two ways to ask the same."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from desk.sla.admin import simulate as page_of_simulation
from desk.sla.management.commands.sla_simulate import moment
from desk.sla.models import Clock, Policy
from incidents import actions
from tests.factories import incident, person
from tests.stories import needed

from ..promises import ALWAYS, berlin, calendar, policy

pytestmark = pytest.mark.django_db
PAGE = "/admin/sla/policy/simulate/"


@pytest.fixture
def yesterday(world):
    """One incident of yesterday, resolved after six hours; eight were promised."""
    made = policy(hours=calendar("Always", week=ALWAYS))
    at = timezone.now() - timezone.timedelta(days=1)
    ticket = actions.start(incident=incident(world.erin, at=at), by=world.sam, at=at)
    at += timezone.timedelta(hours=6)
    world.ticket = actions.resolve(incident=ticket, by=world.sam, at=at, source="import", **needed("resolve"))
    return made


def simulate(*args):
    out = StringIO()
    call_command("sla_simulate", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_draft_is_tried_and_every_flip_goes_into_a_file(world, yesterday, tmp_path):
    draft, flips = tmp_path / "draft.toml", tmp_path / "flips.csv"
    draft.write_text('[[policy]]\nname = "Standard"\nresolution_minutes = 240\n')
    said = simulate("--policy", str(draft), "--since", "7d", "--flips", str(flips))
    assert "Draft: Standard. 1 tickets." in said
    assert f"Met, and would be missed: 1\n  {world.ticket.number}  resolution  2 h late" in said
    assert "100.0% (1 met, 0 missed)" in said and "0.0% (0 met, 1 missed)" in said
    assert list(csv.reader(flips.open()))[1:] == [
        [world.ticket.number, "resolution", "1", "met", "missed", "Standard", "Standard", "2 h late"]
    ]


def test_edits_are_tried_before_they_are_published(world, yesterday):
    Policy.objects.filter(pk=yesterday.pk).update(resolution_minutes=60)
    assert "Draft: Standard." in simulate("--policy", "Standard")
    assert "5 h late" in simulate()
    assert simulate("--since", "1h").startswith("Draft: Standard. 0 tickets.")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--policy", "nothing.toml"], "can't be read"),
        (["--policy", "Nobody"], "There is neither a file nor a policy “Nobody”"),
        (["--since", "soon"], "“soon” is neither a length of time"),
        (["--flips", "/nowhere/flips.csv"], "can't be written"),
    ],
)
def test_what_cannot_be_done_is_said(yesterday, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        simulate(*args)


def test_several_drafts_at_once_may_change_but_only_one_may_add(yesterday, tmp_path):
    policy("Urgent", hours=yesterday.calendar, priority=1, position=1)
    assert "Draft: Standard, Urgent." in simulate("--policy", "Standard", "--policy", "Urgent")
    new = tmp_path / "new.toml"
    new.write_text('[[policy]]\nname = "New"\nlike = "Standard"\n')
    with pytest.raises(CommandError, match="What is new goes into one file"):
        simulate("--policy", "Urgent", "--policy", str(new))


def test_a_moment_is_a_length_of_time_ago_or_a_day():
    now = berlin("2026-03-10 12:00")
    assert moment("3d", now) == berlin("2026-03-07 12:00")
    assert moment("2W", now) == berlin("2026-02-24 12:00")
    assert moment("2026-03-01", now) == berlin("2026-03-01 00:00")


# -- the page ---------------------------------------------------------------------------------


def changed(made, **fields):
    """What the form sends."""
    usual = {
        "policy": made.pk, "run": "1", "days": 7, "response_minutes": 60, "resolution_minutes": 480,
        "calendar": made.calendar_id, "on_reopen": "continue", "position": 100, "is_active": "on",
    }  # fmt: skip
    return usual | fields


def test_an_administrator_tries_other_targets_and_nothing_is_saved(world, yesterday, browse):
    before = list(Policy.objects.values()), list(Clock.objects.values())
    client = browse(world.admin)
    form = client.get(PAGE, {"policy": yesterday.pk}).content.decode()
    assert 'value="8 h"' in form and "First response within" in form and "Requester&#x27;s department" in form
    text = client.get(PAGE, changed(yesterday, resolution_minutes="4 h")).content.decode()
    assert "Targets that were met and would be missed: <strong>1</strong>." in text
    assert "1 tickets told again to: Standard" in text
    assert f'<a href="/incidents/{world.ticket.number}/">' in text and "2 h late" in text
    assert "100.0% <span" in text and "-100.0" in text
    assert (list(Policy.objects.values()), list(Clock.objects.values())) == before


def test_best_effort_is_counted_apart_on_the_page(world, yesterday, browse):
    text = browse(world.admin).get(PAGE, changed(yesterday, resolution_minutes="")).content.decode()
    assert "1 best effort" in text


def test_all_unpublished_edits_are_tried_together(world, yesterday, browse):
    client = browse(world.admin)
    assert "told again to: nothing" in client.get(PAGE, {"run": "1", "days": 7}).content.decode()
    Policy.objects.filter(pk=yesterday.pk).update(resolution_minutes=60)
    assert "5 h late" in client.get(PAGE, {"run": "1", "days": 7}).content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"days": 0}, "greater than or equal to 1"),
        ({"days": "many"}, "Enter a whole number."),
        ({"resolution_minutes": 0}, "Give at least one minute"),
        ({"resolution_minutes": "2 days"}, "A business day has no fixed length"),
        ({"calendar": 999999}, "Select a valid choice"),
        ({"category": "x"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_what_was_typed_stays(world, yesterday, browse, fields, sentence):
    got = browse(world.admin).get(PAGE, changed(yesterday, department="Radiology", **fields))
    assert got.status_code == 422
    assert sentence in got.content.decode()
    assert 'value="Radiology"' in got.content.decode()


def test_more_tickets_than_a_request_can_tell_are_left_to_the_command(world, yesterday, browse, monkeypatch):
    monkeypatch.setattr(page_of_simulation, "MOST", 0)
    text = browse(world.admin).get(PAGE, changed(yesterday)).content.decode()
    assert "this page tells at most 0 again" in text
    assert (
        "sla_simulate --policy &quot;Standard&quot; --since 7d" in text
        or 'sla_simulate --policy "Standard" --since 7d' in text
    )


def test_staff_who_may_not_see_policies_may_not_simulate_them(world, yesterday, browse):
    assert browse(person("stan", is_staff=True)).get(PAGE).status_code == 403
    assert browse(world.admin).get(PAGE, {"policy": "999999"}).status_code == 404
    assert browse(world.admin).get(PAGE, {"policy": "x"}).status_code == 404
    assert browse(world.admin).get(PAGE, {"policy": "1" * 5000}).status_code == 404
    assert browse(world.admin).post(PAGE).status_code == 405
