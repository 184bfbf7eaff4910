"""The administration: a rule with its steps, what is refused beside its field, the order, and the box to try it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.approvals.models import ApprovalRule, ApprovalStep, ApproverGroup, Delegation, Round, Seat
from tests.desk.approvals.rounds import ask, rule, step
from tests.factories import ServiceFactory, person
from tests.forms import send

ADD = reverse("admin:approvals_approvalrule_add")
RULES = reverse("admin:approvals_approvalrule_changelist")
TRY = reverse("admin:approvals_approvalrule_try")


def steps(*rows):
    """The inline's fields for these new steps."""
    fields = {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        said = {"position": place + 1, "name": f"Step {place + 1}", "quorum": "all", "needed": 0, **row}
        fields |= {f"steps-{place}-{name}": value for name, value in said.items()}
    return fields


def said_by(response):
    (formset,) = (inline.formset for inline in response.context["inline_admin_formsets"])
    found = [{name: list(words) for name, words in errors.items()} for errors in formset.errors if errors]
    return found or list(formset.non_form_errors())


def test_a_rule_is_written_with_its_steps_and_read_in_the_list(board, browse):
    admin = browse(board.admin)
    rows = [
        {"asks_manager": "on"},
        {"groups": [board.cab.pk], "quorum": "count", "needed": 2, "expire_after_hours": 48},
    ]
    sent = send(admin, ADD, name="Risky", position=1, kind="incident", variant="normal", min_risk=6, **steps(*rows))
    assert sent.status_code == 302, said_by(sent)
    made = ApprovalRule.objects.get(name="Risky")
    assert list(made.steps.values_list("position", "quorum", "needed")) == [(1, "all", 0), (2, "count", 2)]
    page = admin.get(RULES).content.decode()
    assert "normal incident and risk 6 or more" in page
    assert "Step 1: the manager (all); then Step 2: CAB (2 must approve)" in page
    assert [found.name for found in admin.get(RULES).context["cl"].result_list] == ["Risky", "Everything"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, {"__all__": ["Say who is asked: a group, a person, or one of the three above."]}),
        ({"asks_manager": "on", "quorum": "count"}, {"needed": ["Say how many must approve."]}),
        (
            {"asks_manager": "on", "needed": 2},
            {"needed": ["A number is only for “A number of them”; leave it 0 here."]},
        ),
        (
            {"asks_manager": "on", "remind_after_hours": 9, "expire_after_hours": 8},
            {"remind_after_hours": ["A reminder comes before the round expires."]},
        ),
    ],
    ids=["nobody", "no number", "a number too much", "reminded too late"],
)
def test_what_makes_no_sense_is_said_beside_its_field(board, browse, row, said):
    assert said_by(send(browse(board.admin), ADD, name="Odd", kind="incident", **steps(row))) == [said]
    assert not ApprovalRule.objects.filter(name="Odd").exists()


def test_more_approvals_than_people_are_refused(board, browse):
    board.cab.members.remove(board.lena)
    row = {"groups": [board.cab.pk], "quorum": "count", "needed": 3}
    response = send(browse(board.admin), ADD, name="Odd", kind="incident", **steps(row))
    assert said_by(response) == [{"needed": ["Only 2 can be asked here, so 3 can never approve."]}]


def test_who_is_not_asked_is_not_chosen(board, browse):
    idle = ApproverGroup.objects.create(name="Old board", is_active=False)
    gone = person("gone", is_active=False)
    response = send(
        browse(board.admin), ADD, name="Odd", kind="incident", **steps({"groups": [idle.pk], "people": [gone.pk]})
    )
    assert said_by(response) == [
        {"groups": ["Old board is inactive and isn't asked."], "people": ["Gone can't sign in and isn't asked."]}
    ]


def test_a_rule_without_a_step_is_refused_and_two_steps_have_two_places(board, browse):
    admin = browse(board.admin)
    assert said_by(send(admin, ADD, name="Odd", kind="incident", **steps())) == [
        "Add a step: a rule without any asks nobody."
    ]
    twice = steps({"asks_manager": "on"}, {"asks_manager": "on", "position": 1})
    assert said_by(send(admin, ADD, name="Odd", kind="incident", **twice)) == [
        {"position": ["Step 1 is there twice; give each step a number of its own."]}
    ]


def test_the_box_says_who_would_be_asked_and_why_not_by_the_other_rules(board, browse):
    board.erin.manager = board.omar
    board.erin.save()
    mail = ServiceFactory(name="Mail", owner=board.nadia)
    rule("Off", position=1, is_active=False)
    rule("Emergency", position=2, variant="emergency")
    rule("Risky", position=3, min_risk=6)
    chosen = rule("Mail", position=4, service=mail)
    step(chosen, "Line", asks_manager=True)
    step(chosen, "Owner", asks_service_owners=True)
    asked = {"kind": "incident", "variant": "normal", "risk": 4, "requester": "erin", "services": [mail.pk]}
    response = browse(board.admin).get(TRY, asked)
    assert response.context["chosen"] == chosen
    assert [
        (one.name, words, [str(who.user) for who in people]) for one, words, people in response.context["steps"]
    ] == [
        ("Line", "one must approve", ["Omar"]),
        ("Owner", "one must approve", ["Nadia"]),
    ]
    assert [(found.name, why) for found, why in response.context["others"]] == [
        ("Off", "it is not active"),
        ("Emergency", "it is for “emergency” alone"),
        ("Risky", "the risk is below 6"),
        ("Everything", "“Mail” comes before it"),
    ]
    assert not Round.objects.exists()


def test_the_box_says_what_is_missing(board, browse):
    ApprovalStep.objects.all().delete()
    step(board.rule, "Line", asks_manager=True)
    page = browse(board.admin).get(TRY, {"kind": "incident", "requester": "erin"}).content.decode()
    assert "nobody is left to ask: Erin has no manager who could be asked." in page


def test_a_group_is_never_deleted_and_rounds_are_looked_at(board, browse):
    admin, found = browse(board.admin), ask(board.incident, board.sam)
    assert admin.post(f"/admin/approvals/approvergroup/{board.cab.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get(reverse("admin:approvals_round_changelist")).status_code == 200
    page = admin.get(reverse("admin:approvals_round_change", args=[found.pk])).content.decode()
    assert "Change advisory board" in page
    assert (
        admin.post(reverse("admin:approvals_round_change", args=[found.pk]), {"stage": "approved"}).status_code == 403
    )
    assert Seat.objects.filter(answer="none").count() == 3


def test_an_administrator_chooses_a_stand_in_for_somebody_who_is_ill(board, browse):
    now = timezone.localtime()
    admin, path = browse(board.admin), reverse("admin:approvals_delegation_add")
    times = {"start_0": now.date(), "start_1": "08:00", "end_0": now.date(), "end_1": "07:00"}
    refused = send(admin, path, user=board.chris.pk, to=board.nadia.pk, **times)
    assert "It has to end after it starts." in refused.content.decode()
    refused = send(admin, path, user=board.chris.pk, to=board.chris.pk, **{**times, "end_1": "18:00"})
    assert "Nobody stands in for themselves" in refused.content.decode()
    assert send(admin, path, user=board.chris.pk, to=board.nadia.pk, **{**times, "end_1": "18:00"}).status_code == 302
    assert Delegation.objects.get().to == board.nadia


def test_a_manager_is_somebody_else(board, browse):
    path = reverse("admin:people_user_change", args=[board.erin.pk])
    refused = send(browse(board.admin), path, manager=board.erin.pk)
    assert "Nobody is their own manager" in refused.content.decode()
    assert send(browse(board.admin), path, manager=board.omar.pk).status_code == 302
    board.erin.refresh_from_db()
    assert board.erin.manager == board.omar


@pytest.mark.parametrize("listed", ["approvergroup", "approvalrule", "delegation", "round"])
def test_lists_ask_the_same_number_of_questions_however_long(board, browse, django_assert_max_num_queries, listed):
    admin, path = browse(board.admin), reverse(f"admin:approvals_{listed}_changelist")
    now = timezone.now()

    def more(number):
        group = ApproverGroup.objects.create(name=f"Group {number}")
        step(rule(f"Rule {number}", service=ServiceFactory()), "Step", groups=[group], people=[board.sam])
        ends = now + timezone.timedelta(days=1)
        Delegation.objects.create(user=board.chris, to=person(f"guest{number}"), start=now, end=ends)
        Round.objects.create(ticket_id=board.incident.pk, asking=number + 1, number=1, name="Round", quorum="all")

    more(0)
    with django_assert_max_num_queries(30) as before:
        admin.get(path)
    for number in range(1, 6):
        more(number)
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(path)
