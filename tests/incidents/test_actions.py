"""The verbs on incidents: where a new one goes, who may log for whom, and what each verb insists on."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation
from django.utils.formats import date_format

from desk.assignment.models import RoutingRule
from desk.people.queries import automation
from desk.tickets.errors import Refused
from desk.tickets.models import LinkKind, PendingReason
from incidents import actions
from incidents.models import Incident, ResolutionCode
from tests.factories import CategoryFactory, RoutingRuleFactory, ServiceFactory, WorkgroupFactory, incident
from tests.stories import STATES, in_state, kinds_of, move, reason


def test_a_new_incident_has_a_number_a_workgroup_and_a_priority(world):
    found = incident(world.erin, "  The mail is down ", impact=1, urgency=2)
    assert (found.title, found.state, found.priority, found.workgroup) == ("The mail is down", "logged", 2, world.desk)
    assert (found.requester, found.reporter, found.assignee) == (world.erin, world.erin, None)
    event = found.events.get()
    assert event.data == {"to": "logged", "text": ""}
    assert event.inside["because"] == "no other rule matched"


def test_the_first_rule_that_matches_chooses_the_workgroup_and_says_why(world):
    RoutingRuleFactory(position=1, words=["vpn"], workgroup=world.network, name="Networks")
    found = incident(world.erin, "My VPN is slow")
    assert found.workgroup == world.network
    inside = found.events.get().inside
    assert (inside["rule"], inside["because"]) == ("Networks", "the text says “vpn”")


def test_only_analysts_and_the_automation_log_for_others(world):
    for by in (world.sam, world.nadia, automation()):
        found = incident(by, requester=world.erin)
        assert (found.requester, found.reporter) == (world.erin, by)
    for by in (world.erin, world.admin):
        with pytest.raises(PermissionDenied, match="Only analysts may log an incident for somebody else"):
            incident(by, requester=world.omar)


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"title": " "}, "in a few words"), ({"title": "x" * 201}, "200 is the most"), ({"description": "a\x00"}, "NUL")],
)
def test_what_cant_be_logged_is_refused_and_leaves_nothing(world, fields, why):
    with pytest.raises(Refused, match=why):
        incident(world.erin, **fields)
    assert not Incident.objects.exists()


def test_a_form_logs_once_and_is_its_senders(world):
    token = uuid.uuid4()
    first = incident(world.erin, submission=token)
    assert incident(world.erin, "Other words", submission=token) == first
    with pytest.raises(Refused, match="sent by somebody else"):
        incident(world.omar, submission=token)
    assert Incident.objects.count() == 1


def test_taking_what_is_free_what_is_mine_and_what_is_anothers(world):
    found = actions.take(incident=incident(world.erin), by=world.sam)
    assert (found.assignee, found.state) == (world.sam, "assigned")
    assert actions.take(incident=found, by=world.sam).version == found.version
    with pytest.raises(Refused, match=rf"^Sam has {found.number} already\.$"):
        actions.take(incident=found, by=world.lena)
    with pytest.raises(PermissionDenied, match="Only an analyst of Service Desk"):
        actions.take(incident=found, by=world.nadia)


def test_triage_to_another_workgroup_clears_the_analyst_and_needs_a_reason(world):
    found = in_state("in_progress", requester=world.erin, analyst=world.sam)
    with pytest.raises(Refused, match="Please say why it goes to another workgroup"):
        actions.assign(incident=found, by=world.sam, workgroup=world.network)
    moved = actions.assign(incident=found, by=world.sam, workgroup=world.network, reason="A switch is dead")
    assert (moved.workgroup, moved.assignee, moved.state, moved.reassignment_count) == (
        world.network,
        None,
        "assigned",
        1,
    )


def test_it_is_given_only_to_who_can_work_on_it(world):
    found = incident(world.erin)
    facilities = WorkgroupFactory(name="Facilities", takes=["work_order"])
    for fields, why in (
        ({"assignee": world.nadia}, "Nadia doesn't work in Service Desk"),
        ({"assignee": world.erin}, "Erin doesn't work in Service Desk"),
        ({"workgroup": facilities, "reason": "Theirs"}, "Facilities doesn't take incidents"),
        ({"workgroup": world.network, "reason": "Theirs", "assignee": world.sam}, "Sam doesn't work in Network"),
    ):
        with pytest.raises(Refused, match=why):
            actions.assign(incident=found, by=world.sam, **fields)
    assert Incident.objects.get().version == 1


def test_waiting_for_the_requester_needs_a_question_and_asks_it(world):
    found = in_state("in_progress", requester=world.erin, analyst=world.sam)
    with pytest.raises(Refused, match="Please ask the requester"):
        actions.hold(incident=found, by=world.sam, reason=reason("Waiting for requester"))
    held = actions.hold(incident=found, by=world.sam, reason=reason("Waiting for requester"), message="Which floor?")
    assert held.public_state == "Waiting for you"
    with translation.override("de"):  # style sheets know it by its English words
        assert (held.public_state, held.public_look) == ("Wartet auf Sie", "Waiting for you")
    assert kinds_of(held)[-2:] == ["held", "comment.added"]
    assert held.events.last().data["side"] == "it"


def test_a_waiting_incident_that_is_passed_on_stops_waiting(world):
    held = in_state("pending", requester=world.erin, analyst=world.sam)
    moved = actions.assign(incident=held, by=world.lena, assignee=world.lena)
    assert (moved.state, moved.pending_reason, moved.assignee) == ("assigned", None, world.lena)


def test_resuming_what_nobody_has_takes_it(world):
    found = move(in_state("assigned", requester=world.erin, analyst=world.sam), "hold", by=world.sam)
    assert found.assignee is None
    resumed = actions.resume(incident=found, by=world.lena)
    assert resumed.assignee == world.lena


@pytest.mark.parametrize("verb", ["resolve", "reopen", "cancel"])
def test_words_that_somebody_waits_for_cant_be_empty(world, verb):
    state, field = {
        "resolve": ("in_progress", "solution"),
        "reopen": ("resolved", "reason"),
        "cancel": ("logged", "reason"),
    }[verb]
    found = in_state(state, requester=world.erin, analyst=world.sam)
    with pytest.raises(Refused, match="^Please say ") as refused:
        move(found, verb, by=world.sam, **{field: "  "})
    assert refused.value.field == field


def test_confirming_with_and_without_a_rating(world):
    plain = move(in_state("resolved", requester=world.erin, analyst=world.sam), "confirm", by=world.erin)
    assert (plain.state, plain.rating, plain.rating_comment) == ("closed", None, "")
    rated = move(
        in_state("resolved", requester=world.erin, analyst=world.sam),
        "confirm",
        by=world.erin,
        rating=2,
        comment="Slow",
    )
    assert (rated.rating, rated.rating_comment) == (2, "Slow")
    assert rated.events.last().data["rating"] == 2


def test_the_rating_is_the_requesters_own(world):
    found = in_state("resolved", requester=world.erin, analyst=world.sam)
    for fields in ({"rating": 5}, {"comment": "Great"}):
        with pytest.raises(Refused, match="Only the requester rates"):
            move(found, "confirm", by=world.sam, **fields)
    for rating in (0, 6, -1):
        with pytest.raises(Refused, match="from 1 to 5"):
            move(found, "confirm", by=world.erin, rating=rating)
    assert move(found, "confirm", by=world.sam).state == "closed"


def test_reopening_is_a_new_episode_for_the_last_workgroup_or_the_one_named(world):
    found = in_state("closed", requester=world.erin, analyst=world.sam)
    again = move(found, "reopen", by=world.erin, reason="Still down")
    assert (again.workgroup, again.assignee, again.reopen_count, again.rating) == (world.desk, None, 1, None)
    assert again.events.last().data["episode"] == 2
    resolved = move(move(again, "start", by=world.sam), "resolve", by=world.sam)
    assert move(resolved, "reopen", by=world.sam, workgroup=world.network).workgroup == world.network


def test_a_recurrence_is_a_new_incident_with_the_same_words_and_a_link(world):
    mail, category = ServiceFactory(), CategoryFactory()
    long_ago = timezone.now() - timedelta(days=60)
    old = in_state("closed", requester=world.erin, analyst=world.sam, at=long_ago, service=mail, category=category)
    with pytest.raises(Refused, match="It can be reported again"):
        move(old, "reopen", by=world.erin)
    again = actions.log_recurrence(incident=old, by=world.erin)
    assert (again.title, again.service, again.category, again.requester) == (old.title, mail, category, world.erin)
    link = again.links_out.get()
    assert (link.target_id, link.kind) == (old.pk, LinkKind.RECURRENCE_OF)
    for who in (world.omar, world.nadia, world.admin):
        with pytest.raises(PermissionDenied):
            actions.log_recurrence(incident=old, by=who)


def test_what_an_inactive_workgroup_had_is_routed_anew_when_it_is_reopened(world, browse):
    found = in_state("closed", requester=world.erin, analyst=world.sam)
    RoutingRuleFactory(position=1, words=["mail"], workgroup=world.network, name="Mail")
    world.desk.is_active = False
    world.desk.save()
    again = actions.reopen(incident=found, by=world.erin, reason="Still down")
    assert (again.workgroup, again.state) == (world.network, "reopened")
    assert (
        "To Network by the rule “Mail”: Service Desk takes no incidents any more, and the text says “mail”."
        in browse(world.nadia).get(f"/incidents/{found.number}/").content.decode()
    )
    assert "takes no incidents" not in browse(world.erin).get(f"/incidents/{found.number}/").content.decode()


def test_an_inactive_workgroup_finishes_what_it_has_and_is_offered_to_nobody(world, browse):
    mine, theirs = incident(world.erin), incident(world.erin, workgroup=world.network)
    world.desk.is_active = False
    world.desk.save()
    for user, ticket, offered in ((world.sam, mine, True), (world.nadia, theirs, False)):
        page = browse(user).get(f"/incidents/{ticket.number}/do/assign/").content.decode()
        assert ("Service Desk (inactive)" in page) == offered
    assert actions.assign(incident=mine, by=world.sam, assignee=world.lena).assignee == world.lena
    with pytest.raises(Refused, match="Service Desk doesn't take incidents"):
        actions.assign(incident=theirs, by=world.nadia, workgroup=world.desk, reason="Theirs")
    assert move(mine, "start", by=world.lena).state == "in_progress"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("days", [0, 13, 60])
def test_a_recurrence_is_offered_and_logged_only_when_reopening_is_over(world, browse, state, days):
    at = timezone.now() - timedelta(days=days)
    found = in_state(state, requester=world.erin, analyst=world.sam, at=at)
    allowed = state == "closed" and days == 60
    for who in (world.erin, world.sam):
        page = browse(who).get(f"/incidents/{found.number}/").content.decode()
        assert (f"/incidents/{found.number}/recurrence/" in page) == allowed
    if allowed:
        assert actions.log_recurrence(incident=found, by=world.erin).title == found.title
    else:
        with pytest.raises(Refused, match="only what can.t be reopened any more"):
            actions.log_recurrence(incident=found, by=world.erin)


@pytest.mark.parametrize("state", STATES)
def test_what_comes_next_is_said_in_every_state(world, state):
    found = in_state(state, requester=world.erin, analyst=world.sam)
    assert found.what_next
    assert "{" not in found.what_next
    assert found.public_state in {"Received", "In progress", "On hold", "Solved", "Closed"}


@pytest.mark.parametrize(
    ("days", "said"), [(0, "unless you tell us by {} that it still doesn't work."), (15, "please report it again.")]
)
def test_who_looks_at_what_is_closed_reads_how_long_it_can_be_reopened(world, browse, days, said):
    at = timezone.now() - timedelta(days=days)
    found = in_state("closed", requester=world.erin, analyst=world.sam, at=at)
    day = date_format(timezone.localtime(at) + timedelta(days=14), "j F")
    assert found.what_next.endswith(said.format(day))


def test_a_resolution_code_in_use_stays(world):
    in_state("resolved", requester=world.erin, analyst=world.sam)
    with pytest.raises(Exception, match="protected"):
        ResolutionCode.objects.get(name="Fixed").delete()


def test_an_assignment_is_judged_by_where_the_incident_is_now(world):
    old = incident(world.erin)
    move(old, "assign", by=world.sam, workgroup=world.network, reason="Theirs")
    with pytest.raises(PermissionDenied):
        actions.assign(incident=old, by=world.sam, assignee=world.sam)
    found = Incident.objects.get()
    assert (found.workgroup, found.reassignment_count) == (world.network, 1)


def test_an_analyst_may_wait_for_themselves_and_tell_the_requester_what_for(world):
    found = actions.start(incident=incident(world.sam), by=world.sam)
    waiting = PendingReason.objects.get(waits_for_requester=True)
    actions.hold(incident=found, by=world.sam, reason=waiting, message="I must look at home")
    assert Incident.objects.get().state == "pending"


def test_the_catch_all_takes_an_incident_even_when_its_workgroup_was_deactivated(world):
    world.desk.is_active = False
    world.desk.save()
    assert incident(world.erin).workgroup == world.desk


def test_without_any_catch_all_the_requester_is_told_and_keeps_the_text(world, browse):
    RoutingRule.objects.all().delete()
    answer = browse(world.erin).post("/incidents/new/", {"title": "No mail", "impact": 3, "urgency": 2})
    assert answer.status_code == 409
    assert "an administrator can add one" in answer.content.decode()
    assert "No mail" in answer.content.decode()
