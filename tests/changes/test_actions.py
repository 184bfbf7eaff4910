"""Changes told as stories: drafting, approval, what voids it, doing it, failing, interrupting, reviewing, closing."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from changes import actions
from changes.models import ChangeType, Freeze
from desk.approvals import actions as approvals
from desk.approvals.models import Round, Stage
from desk.people.models import User
from desk.tickets import actions as desk_actions
from desk.tickets.errors import Refused, Stale
from desk.tickets.models import Event, Link
from tests.factories import SiteFactory, incident
from workorders import actions as orders

from .plans import PLAN, answer, decided, fresh, in_state, kinds_of, move, plan, seat, standard, template, window

pytestmark = pytest.mark.django_db


def test_a_normal_change_from_draft_to_closed(cab):
    change = plan(cab)
    assert (change.state, change.number[:4], change.service, change.risk) == ("draft", "CHG-", cab.wifi, 4)
    change = move(change, "submit", by=cab.nadia)
    change = answer(change, cab.chris, "approve")
    assert change.state == "submitted"
    change = answer(change, cab.omar, "approve")
    assert change.state == "approved"
    change = move(change, "schedule", by=cab.nadia)
    change = move(change, "start", by=cab.nadia)
    assert (change.assignee, change.late_reason, change.actual_start is None) == (cab.nadia, "", False)
    change = move(change, "finish", by=cab.nadia)
    assert (change.outcome, change.done, change.needs_review_because) == ("successful", "The new switch is in.", "")
    change = move(change, "close", by=cab.nadia)
    own = [kind for kind in kinds_of(change) if not kind.startswith("approval.")]
    assert own == ["logged", "submitted", "approved", "scheduled", "started", "implemented", "closed"]


def test_only_people_of_it_plan_changes(cab):
    with pytest.raises(PermissionDenied, match="Only people who work in IT"):
        plan(cab, by=cab.erin)


def test_it_goes_to_a_workgroup_that_takes_changes(cab):
    cab.desk.takes = ["incident"]
    cab.desk.save()
    with pytest.raises(Refused, match="Service Desk doesn't take changes") as refused:
        plan(cab, workgroup=cab.desk)
    assert refused.value.field == "workgroup"


def test_an_unfinished_plan_is_not_submitted_and_says_what_is_missing(cab):
    change = actions.draft(by=cab.nadia, title="Something", workgroup=cab.network)
    with pytest.raises(Refused) as refused:
        move(change, "submit", by=cab.nadia)
    missing = "reason, implementation plan, test plan, back-out plan, planned window, services, the questions on risk"
    assert refused.value.sentences == [f"Still to be filled in: {missing}."]


def test_what_is_over_is_not_planned(cab):
    change = plan(cab, **window(begins_in=-10, hours=2))
    with pytest.raises(Refused, match="can't be done in a time that is over"):
        move(change, "submit", by=cab.nadia)


def test_a_window_ends_after_it_starts(cab):
    start = timezone.now()
    with pytest.raises(Refused, match="ends after it starts") as refused:
        plan(cab, planned_start=start, planned_end=start - timedelta(hours=1))
    assert refused.value.field == "planned_end"


def test_the_same_form_drafts_once_and_nobody_elses_form_counts(cab):
    token = uuid.uuid4()
    first = plan(cab, submission=token)
    assert plan(cab, submission=token) == first
    with pytest.raises(Refused, match="sent before"):
        plan(cab, by=cab.niko, submission=token)


# -- approval ---------------------------------------------------------------------------------


def test_rejected_it_can_be_written_anew(cab):
    change = in_state("rejected", cab)
    change = move(change, "withdraw", by=cab.nadia)
    assert change.state == "draft"
    assert decided(move(change, "submit", by=cab.nadia), cab, "approve").state == "approved"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("backout_plan", "Keep the old one powered.", "back-out plan"),
        ("undoing", 3, "can it be undone"),
        ("impact", 1, "impact"),
    ],
)
@pytest.mark.parametrize("state", ["approved", "scheduled", "submitted"])
def test_editing_what_was_decided_on_voids_the_approval_and_asks_again(cab, state, field, value, words):
    change = in_state(state, cab)
    earlier = list(change.approval_rounds.values_list("pk", flat=True))
    change = actions.edit(ticket=change, by=cab.niko, seen=change.version, **{field: value})
    assert change.state == "submitted"
    told = change.events.filter(kind="change.reconsidered").get()
    assert told.data["because"] == f"Niko edited the {words}"
    assert set(change.approval_rounds.filter(pk__in=earlier).values_list("stage", flat=True)) == {Stage.VOID}
    assert decided(change, cab, "approve").state == "approved"


def test_moving_the_window_or_the_services_voids_it_too(cab):
    change = in_state("approved", cab)
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, **window(begins_in=5))
    assert change.state == "submitted"
    change = decided(change, cab, "approve")
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, services=[cab.wifi, cab.sign_in])
    assert (change.state, change.service) == ("submitted", cab.wifi)
    edited = change.events.filter(kind="field.changed", inside__changes__0__field="services").get()
    assert (edited.inside["changes"][0]["old"], edited.inside["changes"][0]["new"]) == (
        "Network and Wi-Fi", "Network and Wi-Fi, Sign-in",
    )  # fmt: skip


def test_editing_what_nobody_decided_on_leaves_the_approval_alone(cab):
    change = in_state("approved", cab)
    place = SiteFactory()
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, site=place)
    assert (change.state, change.site) == ("approved", place)


def test_whoever_edits_the_plan_does_not_approve_it(cab):
    change = in_state("submitted", cab)
    change = actions.edit(ticket=change, by=cab.chris, seen=change.version, test_plan="Ping everything twice.")
    asked = set(User.objects.filter(approval_seats__round__ticket=change, approval_seats__round__stage=Stage.OPEN))
    assert asked == {cab.lena, cab.omar}


def test_once_it_is_begun_the_plan_stays_as_it_was(cab):
    change = in_state("implementing", cab)
    with pytest.raises(Refused, match="is implementing; its back-out plan can't be edited any more"):
        actions.edit(ticket=change, by=cab.nadia, seen=change.version, backout_plan="None")
    place = SiteFactory()
    assert actions.edit(ticket=change, by=cab.nadia, seen=change.version, site=place).site == place


def test_two_edits_of_one_plan_collide_and_show_both(cab):
    change = plan(cab)
    seen = change.version
    actions.edit(ticket=change, by=cab.niko, seen=seen, services=[cab.sign_in], reason="Theirs")
    with pytest.raises(Stale) as stale:
        actions.edit(ticket=change, by=cab.nadia, seen=seen, services=[cab.wifi, cab.sign_in], reason="Mine")
    assert stale.value.theirs == {"services": "Sign-in", "reason": "Theirs"}
    assert stale.value.mine == {"services": "Network and Wi-Fi, Sign-in", "reason": "Mine"}


def test_an_objection_takes_the_approval_back_until_it_is_withdrawn(cab):
    change = in_state("scheduled", cab)
    seat = Round.objects.filter(ticket=change).latest("pk").seats.get(user=cab.omar)
    approvals.answer(seat=seat, by=cab.omar, answer="object", text="The wards have an audit that night.")
    change = fresh(change)
    assert change.state == "submitted"
    with pytest.raises(Refused):
        move(change, "start", by=cab.nadia)
    seat.refresh_from_db()
    approvals.withdraw(seat=seat, by=cab.omar)
    assert fresh(change).state == "approved"


def test_an_objection_stands_through_an_edit_until_it_is_withdrawn(cab):
    change = answer(in_state("submitted", cab), cab.omar, "object", "The wards have an audit that night.")
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, test_plan="Ping all of them twice.")
    for user in (cab.chris, cab.lena):
        change = answer(change, user, "approve")
    assert (change.state, seat(change, cab.omar).text) == ("submitted", "The wards have an audit that night.")
    approvals.withdraw(seat=seat(change, cab.omar), by=cab.omar)
    assert fresh(change).state == "approved"


def test_whoever_approves_it_does_not_do_it_as_well(cab):
    """Vera leads Network and sits in the CAB."""
    cab.group.members.add(cab.vera)
    change = in_state("submitted", cab)
    for how in (lambda: actions.assign(change=change, by=cab.nadia, assignee=cab.vera),
                lambda: actions.take(change=change, by=cab.vera)):  # fmt: skip
        with pytest.raises(Refused, match="doesn't do it as well"):
            how()
    for user in (cab.vera, cab.chris):
        change = answer(change, user, "approve")
    change = move(change, "schedule", by=cab.nadia)
    with pytest.raises(Refused, match=f"Whoever approves {change.number}, or is asked to, doesn't do it as well"):
        move(change, "start", by=cab.vera)
    assert move(change, "start", by=cab.nadia).assignee == cab.nadia


def test_an_approver_who_was_not_needed_may_do_it(cab):
    cab.group.members.add(cab.vera)
    change = in_state("scheduled", cab)  # by Chris and Lena
    assert move(change, "start", by=cab.vera).assignee == cab.vera


def test_a_standard_change_is_approved_with_its_template(cab):
    change = move(standard(cab), "submit", by=cab.nadia)
    assert (change.state, change.implementation_plan) == ("approved", PLAN["implementation_plan"])
    assert not change.approval_rounds.exists()
    because = change.events.get(kind="change.submitted").data["because"]
    assert because.startswith("template “Restart an access point”, approved by Chris on ")


def test_a_standard_change_that_leaves_its_template_is_a_draft_again(cab):
    change = move(standard(cab), "submit", by=cab.nadia)
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, **window(begins_in=3))
    assert change.state == "approved"  # when it is done is its own to say
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, backout_plan="None")
    assert change.state == "draft"
    with pytest.raises(Refused, match="isn't approved as it stands"):
        move(change, "submit", by=cab.nadia)
    change = actions.edit(ticket=change, by=cab.nadia, seen=change.version, change_type=ChangeType.NORMAL)
    assert move(change, "submit", by=cab.nadia).state == "submitted"


def test_a_template_approves_nothing_on_other_services(cab):
    change = standard(cab)
    elsewhere = {"services": [cab.wifi, cab.sign_in]}
    drafted = actions.edit(ticket=change, by=cab.nadia, seen=change.version, **elsewhere)
    with pytest.raises(Refused, match="not for this plan and these services"):
        move(drafted, "submit", by=cab.nadia)
    change = actions.edit(ticket=drafted, by=cab.nadia, seen=drafted.version, services=[cab.wifi])
    change = move(change, "submit", by=cab.nadia)
    assert actions.edit(ticket=change, by=cab.nadia, seen=change.version, **elsewhere).state == "draft"


def test_a_template_that_lost_its_approval_approves_nothing(cab):
    change = standard(cab)
    change.template.approved_at = None
    change.template.save()
    with pytest.raises(Refused, match="isn't approved as it stands"):
        move(change, "submit", by=cab.nadia)


def test_an_emergency_wants_one_approver_begins_at_once_and_is_reviewed(cab):
    change = plan(cab, change_type=ChangeType.EMERGENCY, test_plan="")
    change = move(change, "submit", by=cab.nadia)
    change = answer(change, cab.omar, "approve")
    assert change.state == "approved"
    change = move(change, "start", by=cab.nadia)  # without being scheduled
    change = move(change, "finish", by=cab.nadia)
    with pytest.raises(Refused, match="It was an emergency. It can be closed after its review"):
        move(change, "close", by=cab.nadia)
    change = move(change, "write_review", by=cab.chris)
    assert (change.reviewed_by, change.state) == (cab.chris, "implemented")
    assert move(change, "close", by=cab.nadia).state == "closed"


def test_a_normal_change_begins_only_when_it_is_scheduled(cab):
    change = in_state("approved", cab)
    with pytest.raises(Refused, match="approved but not scheduled"):
        move(change, "start", by=cab.nadia)


# -- doing it ----------------------------------------------------------------------------------


def test_outside_of_its_window_it_begins_with_a_reason(cab):
    change = in_state("scheduled", cab, **window(begins_in=20))
    with pytest.raises(Refused, match="outside of its window") as refused:
        move(change, "start", by=cab.nadia)
    assert refused.value.field == "late_reason"
    change = move(change, "start", by=cab.nadia, late_reason="The old one has just died.")
    assert change.late_reason == "The old one has just died."


def test_no_reason_leads_into_a_freeze(cab):
    change = in_state("scheduled", cab, **window(begins_in=200))
    now = timezone.now()
    freeze = Freeze.objects.create(name="Audit", start=now - timedelta(hours=1), end=now + timedelta(hours=20))
    with pytest.raises(Refused, match="by “Audit”. Outside of its window CHG-.* can't begin") as refused:
        move(change, "start", by=cab.nadia, late_reason="I am here anyway.")
    assert refused.value.field == "late_reason"
    freeze.services.set([cab.sign_in])  # it leaves Wi-Fi alone
    assert move(change, "start", by=cab.nadia, late_reason="I am here anyway.").state == "implementing"


def test_what_was_scheduled_before_the_freeze_begins_in_its_window(cab):
    change = in_state("scheduled", cab)
    now = timezone.now()
    Freeze.objects.create(name="Audit", start=now - timedelta(hours=1), end=now + timedelta(hours=20))
    assert move(change, "start", by=cab.nadia).state == "implementing"


def test_it_is_not_finished_while_a_work_order_is_open(cab):
    change = in_state("implementing", cab)
    order = orders.raise_order(parent=change, by=cab.nadia, title="Swap it", workgroup=cab.network)
    with pytest.raises(Refused, match=f"can't be finished while a work order is open: {order.number}"):
        move(change, "finish", by=cab.nadia)
    with pytest.raises(Refused, match="Please say what becomes of them") as refused:
        move(change, "fail", by=cab.nadia)
    assert refused.value.field == "orders"
    change = move(change, "fail", by=cab.nadia, orders="cancel")
    order.refresh_from_db()
    assert (change.state, order.state) == ("failed", "cancelled")


def test_work_orders_are_prepared_before_the_approval_and_begun_after_it(cab):
    change = in_state("submitted", cab)
    order = orders.raise_order(parent=change, by=cab.nadia, title="Swap it", workgroup=cab.network)
    with pytest.raises(Refused, match=f"{change.number} isn't approved yet; work for it begins when it is"):
        orders.start(work_order=order, by=cab.niko)
    decided(change, cab, "approve")
    assert orders.start(work_order=order, by=cab.niko).state == "in_progress"


def test_implemented_incorrectly_is_announced_once_with_what_others_need(cab):
    change = in_state("implementing", cab)
    change = move(change, "finish", by=cab.nadia, outcome="incorrect", done="Port 7 has the wrong VLAN.")
    assert change.needs_review_because == "It was implemented incorrectly."
    told = change.events.get(kind="change.implemented_incorrectly")
    assert told.inside["trouble"] == {
        "code": "change.implemented_incorrectly", "occurrence": 1, "text": "Port 7 has the wrong VLAN.",
        "title": f"Change {change.number} “Replace the core switch” was implemented incorrectly",
    }  # fmt: skip


@pytest.mark.parametrize(("backed_out", "words"), [(True, "was backed out"), (False, "was not backed out")])
def test_a_failure_says_whether_it_was_backed_out(cab, backed_out, words):
    change = move(in_state("implementing", cab), "fail", by=cab.nadia, backed_out=backed_out)
    assert (change.outcome, change.was_backed_out) == ("failed", backed_out)
    trouble = change.events.get(kind="change.failed").inside["trouble"]
    assert (trouble["code"], trouble["title"].endswith(words)) == ("change.failed", True)
    with pytest.raises(Refused, match="It failed. It can be closed after its review"):
        move(change, "close", by=cab.nadia)


def test_actual_times_can_be_put_right_but_not_into_the_future(cab):
    change = in_state("implementing", cab)
    earlier = change.actual_start - timedelta(hours=1)
    for ended, words in ((timezone.now() + timedelta(hours=1), "in the future"), (earlier, "before it began")):
        with pytest.raises(Refused, match=words) as refused:
            move(change, "finish", by=cab.nadia, ended=ended)
        assert refused.value.field == "ended"
    done = move(change, "finish", by=cab.nadia, started=earlier, ended=change.actual_start)
    assert (done.actual_start, done.actual_end) == (earlier, change.actual_start)


def test_an_interruption_is_reported_while_it_is_done_and_afterwards_each_its_own_occurrence(cab):
    with pytest.raises(Refused, match="Nothing has been done yet"):
        actions.report_interruption(change=in_state("scheduled", cab), by=cab.nadia, words="Wi-Fi is gone")
    change = in_state("implementing", cab)
    change = actions.report_interruption(change=change, by=cab.nadia, words="Wi-Fi is gone in ward 4B")
    change = move(change, "finish", by=cab.nadia)
    change = actions.report_interruption(change=change, by=cab.chris, words="And in ward 5")
    with pytest.raises(PermissionDenied):
        actions.report_interruption(change=change, by=cab.erin, words="And here")
    told = Event.objects.filter(ticket=change, kind="change.service_interrupted")
    assert [event.inside["trouble"]["occurrence"] for event in told] == [1, 2]
    assert (fresh(change).interruptions, change.needs_review_because) == (2, "It interrupted a service.")


def test_an_interruption_after_the_review_is_reviewed_too(cab):
    change = move(move(in_state("implementing", cab), "finish", by=cab.nadia), "write_review", by=cab.nadia)
    change = actions.report_interruption(change=change, by=cab.nadia, words="Wi-Fi is gone in ward 4B")
    with pytest.raises(Refused, match="It interrupted a service. It can be closed after its review"):
        move(change, "close", by=cab.nadia)
    change = move(change, "write_review", by=cab.nadia)
    change = move(change, "close", by=cab.nadia)
    change = actions.report_interruption(change=change, by=cab.nadia, words="And again")
    assert change.reviewed_by == cab.nadia  # what is closed stays closed


def test_closing_over_what_it_caused_wants_a_word(cab):
    change = move(in_state("implementing", cab), "finish", by=cab.nadia)
    caused = incident(cab.erin, "No Wi-Fi since the switch was replaced")
    desk_actions.link(source=caused, target=change, kind="caused_by", by=cab.sam)
    with pytest.raises(Refused, match=f"Still open: {caused.number}") as refused:
        move(change, "close", by=cab.nadia)
    assert refused.value.field == "word"
    closed = move(change, "close", by=cab.nadia, word="It is a loose cable, not the switch.")
    assert closed.events.last().inside["text"] == "It is a loose cable, not the switch."


def test_an_analyst_raises_a_change_to_fix_an_incident_and_both_show_it(cab):
    broken = incident(cab.erin, "The switch reboots every night", workgroup=cab.network)
    change = plan(cab, fixes=broken)
    link = Link.objects.get()
    assert (link.source_id, link.kind, link.target_id) == (broken.pk, "fixed_by", change.pk)


def test_cancelling_voids_what_was_answered(cab):
    change = in_state("submitted", cab)
    answer(change, cab.chris, "approve")
    change = move(change, "cancel", by=cab.nadia)
    assert change.state == "cancelled"
    assert set(change.approval_rounds.values_list("stage", flat=True)) == {Stage.VOID}


def test_a_template_is_offered_only_when_it_is_approved(cab):
    made = template(cab)
    assert made.is_offered
    made.approved_at = None
    assert not made.is_offered
