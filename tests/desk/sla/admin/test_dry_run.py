"""The administrator looks at what a policy would promise before saving it: the answer is the real one, and nothing stays."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from desk.assignment.models import RoutingRule
from desk.sla.models import EscalationStep, Policy, PolicyVersion
from tests.factories import ServiceFactory, incident, person
from tests.forms import send

from ..promises import calendar, clock, policy

ADD = "admin:sla_policy_add"
STEP = {"steps-TOTAL_FORMS": "1", "steps-0-percent": "75", "steps-0-clock": "both", "steps-0-do": "leads"}
TRY = {"_preview": "Preview"}
MONDAY = {"tried_created": "2026-03-02T09:00"}


def change(made):
    return reverse("admin:sla_policy_change", args=[made.pk])


@pytest.fixture
def admin(world, browse):
    return browse(world.admin)


@pytest.fixture
def office(world):
    return calendar("Office")


def test_a_new_policy_is_looked_at_before_it_is_saved(world, admin, office):
    policy("Bosses", vip=True, position=1)
    mail = ServiceFactory(name="Mail")
    ticket = incident(world.erin, service=mail, impact=1, urgency=1)
    typed = {"name": "P1 Mail", "priority": "1", "service": mail.pk, "calendar": office.pk, "why": "Contract"}
    answer = send(
        admin, reverse(ADD), response_minutes="15", resolution_minutes="2 h 30", **typed, **STEP, **TRY, **MONDAY
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    for words in (
        "This policy would match incident, service Mail, priority P1 Critical.",
        "Mon 2 Mar 2026, 09:15",
        "Mon 2 Mar 2026, 11:30",
        "notify the workgroup&#x27;s leads",
        "<strong>Bosses</strong>: the requester is no VIP",
        "1 open ticket would be held to other terms",
    ):
        assert words in page
    assert 'value="P1 Mail"' in page
    assert 'value="Contract"' in page
    assert "errornote" not in page
    assert list(Policy.objects.values_list("name", flat=True)) == ["Bosses"]
    assert not EscalationStep.objects.exists()
    assert PolicyVersion.objects.count() == 1
    assert not ticket.clocks.exists()


def test_what_was_looked_at_can_then_be_saved_and_holds(world, admin, office):
    typed = {"name": "All", "calendar": office.pk, "resolution_minutes": "4 h", **STEP}
    send(admin, reverse(ADD), **typed, **TRY)
    assert send(admin, reverse(ADD), **typed).status_code == 302
    made = Policy.objects.get()
    assert (made.current.number, made.steps.count()) == (1, 1)
    assert clock(incident(world.erin)).policy_version == made.current


def test_an_edit_is_looked_at_and_the_published_one_stays(world, admin, office):
    made = policy("Standard", hours=office, resolution=480, steps=({"percent": 50, "do": "leads"},))
    ticket = incident(world.erin)
    steps = {"steps-0-percent": "90", "tried_priority": "2"}
    page = send(admin, change(made), resolution_minutes="4h", **steps, **TRY, **MONDAY).content.decode()
    for words in ("Mon 2 Mar 2026, 13:00", "90%", "1 open ticket would be held to other terms", 'value="4h"'):
        assert words in page
    made.refresh_from_db()
    assert (made.resolution_minutes, made.current.number) == (480, 1)
    assert [step.percent for step in made.steps.all()] == [50]
    assert clock(ticket).policy_version.number == 1
    assert "No open ticket would be held to other terms." in send(admin, change(made), **TRY).content.decode()


def test_it_says_when_another_policy_takes_such_tickets_first(world, admin, office):
    policy("Everything", hours=office, position=1)
    typed = {"name": "Late", "position": "9", "calendar": office.pk, "resolution_minutes": "1 h"}
    page = send(admin, reverse(ADD), **typed, **TRY).content.decode()
    assert "This policy would not hold</strong> for such a ticket: “Everything” does" in page
    page = send(admin, reverse(ADD), **{**typed, "position": "0"}, **TRY).content.decode()
    assert "This policy would match every incident." in page
    page = send(admin, reverse(ADD), **{**typed, "position": "0", "is_active": None}, **TRY).content.decode()
    assert "“Everything” does" in page


def test_slips_are_answered_as_when_saving_and_nothing_is_promised(world, admin, office):
    page = send(admin, reverse(ADD), name="", calendar=office.pk, **TRY).content.decode()
    assert "This field is required" in page
    assert 'aria-label="Preview"' not in page
    person_step = {**STEP, "steps-0-do": "person"}
    page = send(admin, reverse(ADD), name="A", calendar=office.pk, **person_step, **TRY).content.decode()
    assert "The step at 75% notifies a person: say whom." in page
    assert 'aria-label="Preview"' not in page
    page = send(admin, reverse(ADD), name="A", calendar=office.pk, tried_created="1066-10-14T09:00", **TRY)
    assert "Give a moment in the years" in page.content.decode()
    RoutingRule.objects.all().delete()
    page = send(admin, reverse(ADD), name="A", calendar=office.pk, **TRY).content.decode()
    assert "No routing rule takes such a ticket" in page


def test_who_may_only_look_may_not_try(world, browse, office):
    made = policy(hours=office)
    reader = person("rita", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_policy"))
    client = browse(reader)
    assert "_preview" not in client.get(change(made)).content.decode()
    assert client.post(change(made), TRY).status_code == 403
