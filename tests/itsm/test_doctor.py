"""The doctor says of each check how it found things, what to do, and ends with 1 when something is wrong."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from changes.models import Freeze
from desk.approvals.models import ApprovalRule, ApprovalStep, ApproverGroup
from desk.assignment.models import RoutingRule
from desk.notifications.models import Message
from desk.reactions.models import Delivery, Pulse
from itsm import doctor, health
from tests.changes.cab import with_cab
from tests.changes.plans import in_state, window
from tests.desk.notifications.news import escalate
from tests.desk.sla.promises import policy
from tests.factories import incident
from tests.requests_fulfillment.conftest import shop  # noqa: F401


@pytest.fixture(autouse=True)
def _a_tick(db, monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())
    return Pulse.objects.create(run_id="run-1", at=timezone.now())


def visit():
    """(exit code, what it printed)"""
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def wrong():
    return {finding.name: finding for finding in doctor.examine() if not finding.is_well}


def test_a_healthy_portal_has_a_line_for_each_check_and_ends_well(world):
    code, said = visit()
    assert code == 0, said
    names = [line[7:21].strip() for line in said.splitlines()[:-1]]
    assert names == [
        "database", "migrations", "cache", "workers", "deliveries", "dead letters", "mail", "webhooks", "clocks",
        "routing", "approval rules", "catalogue", "freezes",
    ]  # fmt: skip
    assert said.splitlines()[-1] == "All is well."


def test_what_is_wrong_is_said_with_what_to_do_and_ends_with_1(world):
    event = incident(world.erin).events.first()
    Delivery.objects.create(event=event, reaction="x", due_at=timezone.now(), dead_at=timezone.now())
    code, said = visit()
    assert code == 1
    assert "WRONG  dead letters    1 given up\n" in said
    assert "→ Read the error in /admin/reactions/delivery/?state=dead" in said
    assert said.splitlines()[-1].startswith("1 of these")


def test_workers_that_are_away_and_what_waits_for_them(world):
    Pulse.objects.update(at=timezone.now() - timedelta(minutes=5))
    event = incident(world.erin).events.first()
    Delivery.objects.create(event=event, reaction="x", due_at=timezone.now() - timedelta(minutes=6))
    found = wrong()
    assert found["workers"].said == "no tick for 5 min"
    assert found["deliveries"].said.startswith("1 owed")
    Pulse.objects.all().delete()
    assert wrong()["workers"].said == "no tick has ever come through"


def test_mail_that_was_given_up_and_clocks_that_are_told_late(world):
    policy(response=None, resolution=30)
    ticket = incident(world.erin, at=timezone.now() - timedelta(minutes=32))
    escalate(ticket, world.sam)
    Message.objects.update(mail_dead_at=timezone.now())
    found = wrong()
    assert found["mail"].said == "0 owed, 1 given up"
    assert found["clocks"].said == "1 due and untold"


def test_a_catch_all_that_catches_nothing(world):
    rule = RoutingRule.objects.filter(kind="incident", is_catch_all=True)
    world.desk.takes = ["change"]
    world.desk.save()
    assert "takes no incidents" in wrong()["routing"].said
    rule.update(is_active=False)
    assert wrong()["routing"].said == "no active catch-all rule for incidents"


def test_approval_rules_that_ask_nobody(world):
    rule = ApprovalRule.objects.create(name="Empty", kind="change")
    assert wrong()["approval rules"].said == "1 in use; asks nobody: Empty"
    step = ApprovalStep.objects.create(rule=rule, position=1, name="CAB")
    assert wrong()["approval rules"].said.endswith("asks nobody: Empty, step CAB")
    group = ApproverGroup.objects.create(name="CAB")
    step.groups.add(group)
    assert "approval rules" in wrong()  # a group without members
    group.members.add(world.lena)
    assert "approval rules" not in wrong()
    world.lena.is_active = False
    world.lena.save()
    assert "approval rules" in wrong()
    step.asks_manager = True
    step.save()
    assert "approval rules" not in wrong()


def test_an_item_that_nobody_can_fulfil(shop):  # noqa: F811
    assert "catalogue" not in wrong()
    shop.field.takes = ["incident"]
    shop.field.save()
    assert "New laptop (Step 3" in wrong()["catalogue"].said


def test_freezes_that_hardly_can_be_meant(world):
    house, now = with_cab(world), timezone.now()
    freeze = Freeze.objects.create(name="Year's end", start=now, end=now + timedelta(days=400))
    assert "refuses changes of every service for 400 days" in wrong()["freezes"].said
    freeze.delete()
    in_state("submitted", house, **window(begins_in=24))
    short = Freeze.objects.create(name="Move", start=now, end=now + timedelta(days=2))
    assert "“Move” has 1 planned change in it" in wrong()["freezes"].said
    short.effect = Freeze.Effect.WARN
    short.save()
    assert "freezes" not in wrong()


def test_without_a_database_the_rest_is_not_asked(monkeypatch):
    def fails():
        raise ConnectionError("postgres://user:secret@host")

    monkeypatch.setattr(health, "_database", fails)
    code, said = visit()
    assert code == 1
    assert "secret" not in said
    assert [line[7:21].strip() for line in said.splitlines() if line.startswith(("ok", "WRONG"))] == ["database"]
