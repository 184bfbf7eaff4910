"""The rules of incidents: each answers, and each says why not."""

import pytest

from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets import rules as desk_rules
from incidents import rules
from tests.factories import analyst, incident, person
from tests.stories import move

#  rule                            erin sam lena nadia admin olga wanda automation
ANSWERS = {
    "analyst": "                    no  yes yes  no    no   no   no    no",
    "analyst_or_automation": "      no  yes yes  no    no   no   no    yes",
    "requester_or_analyst": "       yes yes yes  no    no   no   no    no",
    "anyone_concerned": "           yes yes yes  no    no   no   no    yes",
    "may_see_internal": "           no  yes yes  no    yes  yes  no    no",
    "may_view": "                   yes yes yes  no    yes  yes  yes   no",
    "may_reply": "                  yes yes yes  no    no   no   yes   no",
    "may_note": "                   no  yes yes  no    no   no   no    no",
    "may_edit": "                   no  yes yes  no    no   no   no    no",
    "takes_part": "                 yes no  no   no    no   no   yes   no",
}


@pytest.fixture
def people(world):
    wanda = person("wanda")
    ticket = incident(world.erin)
    desk_actions.watch(ticket=ticket, user=wanda)
    olga = analyst("olga", world.desk, Role.OBSERVER)
    return ticket, [world.erin, world.sam, world.lena, world.nadia, world.admin, olga, wanda, automation()]


@pytest.mark.parametrize("name", ANSWERS)
def test_who_may(people, name):
    ticket, everybody = people
    asked = getattr(rules, name, None) or getattr(desk_rules, name)
    assert ["yes" if asked(ticket, user) else "no" for user in everybody] == ANSWERS[name].split()
    assert asked.why_not(ticket).endswith(".")
    assert "{" not in asked.why_not(ticket)


def test_two_rules_together_name_everybody_who_may_and_leave_the_portal_out_beside_people(people):
    ticket, _ = people
    assert (
        rules.anyone_concerned.why_not(ticket) == "Only the requester, Erin, or an analyst of Service Desk may do this."
    )
    assert rules.automation.why_not(ticket) == "Only the portal's own timers may do this."
    assert "timers" in rules.anyone_concerned.who  # the lifecycle says so all the same


def test_a_workgroups_ticket_follows_its_workgroup(world, people):
    ticket, _ = people
    ticket = move(ticket, "assign", by=world.sam, workgroup=world.network, reason="Theirs")
    assert not rules.analyst(ticket, world.sam)
    assert rules.analyst(ticket, world.nadia)


def test_nobody_else_has_it_names_who_has(world, people):
    ticket, _ = people
    ticket = move(ticket, "assign", by=world.sam, assignee=world.lena)
    assert not desk_rules.nobody_else_has_it(ticket, world.sam)
    assert desk_rules.nobody_else_has_it(ticket, world.lena)
    assert desk_rules.nobody_else_has_it.why_not(ticket) == "Lena has it. Assign it to yourself first, or ask."
