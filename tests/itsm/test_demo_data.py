"""The demo: a portal full of believable work in a few seconds, all of it made by the rules, or nothing at all."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from random import Random

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from changes.lifecycle import Outcome
from changes.lifecycle import State as ChangeState
from changes.models import Change
from changes.planning import conflicts_of
from desk.approvals.models import Seat
from desk.approvals.queries import waiting_for
from desk.notifications.models import Message
from desk.people.models import Role, User, Workgroup
from desk.people.rules import reach
from desk.queues.queries import queue_counts
from desk.reactions.actions import deliver_due
from desk.reactions.models import Delivery
from desk.services.models import Category, Service, Site
from desk.sla.models import Clock
from desk.tickets.models import Attachment, Event, Link, Ticket
from desk.tickets.queries import visible_to
from incidents import families, joining, majors
from incidents.lifecycle import State
from incidents.models import Incident, MajorIncident, Outage
from incidents.monitoring.models import AlertGroup, AlertRule
from itsm.accounts import DEMO_ACCOUNTS
from itsm.demo import lay as laying
from itsm.demo.clock import WorkingTime
from itsm.demo.library import Library
from itsm.demo.pictures import screenshot
from itsm.demo.plots import CAST, PLOTS
from itsm.demo.story import Planner
from itsm.demo.tale import Tale
from itsm.demo.world import World
from requests_fulfillment.icons import why_not
from requests_fulfillment.lifecycle import State as RequestState
from requests_fulfillment.models import CatalogueGroup, CatalogueItem, ServiceRequest
from requests_fulfillment.publishing import problems_of
from requests_fulfillment.queries import offered_to
from workorders.lifecycle import State as OrderState
from workorders.models import WorkOrder
from workorders.queries import failed_orders, my_day, orders_of, propose, workgroups_that_take

NOW = datetime(2026, 11, 24, 14, 40, tzinfo=UTC)  # a Tuesday afternoon
SMALL = 0.05


def quietly(scale):
    return laying.lay(now=NOW, scale=scale, say=lambda line: None)


@pytest.fixture
def company(db):
    """The people and what they use, before anybody has trouble."""
    return quietly(0)


@pytest.fixture
def demo(db):
    """A small demo world, as of a Tuesday afternoon."""
    return quietly(SMALL)


STORIES: list[Callable[[World], None]] = []  # of one small demo, which takes long to lay


def story(check):
    STORIES.append(check)
    return check


def test_one_small_demo_tells_all_of_its_stories(demo, subtests):
    """Laid once; each story finds it as it was laid."""
    assert len(STORIES) > 8
    for check in STORIES:
        with subtests.test(check.__name__.replace("_", " ")), transaction.atomic():
            check(demo)
            transaction.set_rollback(True)


def test_the_company_is_there(company):
    assert (Site.objects.count(), Workgroup.objects.count(), Service.objects.count()) == (6, 9, 12)
    assert Category.objects.filter(parent=None).count() == 8
    assert all(workgroup.memberships.filter(role=Role.LEAD).exists() for workgroup in Workgroup.objects.all())
    for username, _ in DEMO_ACCOUNTS:
        assert User.objects.get(username=username).check_password("demo")
    admins = User.objects.filter(is_superuser=True) | User.objects.filter(is_staff=True)
    assert [user.username for user in admins.distinct()] == ["admin"]


def test_the_service_desk_looks_into_every_queue_but_works_its_own(company):
    sam, everywhere = User.objects.get(username="sam"), set(Workgroup.objects.values_list("pk", flat=True))
    assert reach(sam).view == everywhere
    assert reach(sam).work == {company.workgroups["service-desk"].pk}
    assert not reach(company.people["erin"]).view


@story
def a_small_demo_is_alive(demo):
    """Every state, ratings, second episodes, recurrences and files; and each account finds something to do."""
    assert set(Incident.objects.values_list("state", flat=True)) == set(State.values)
    assert Incident.objects.filter(rating__isnull=False).exists()
    assert Incident.objects.filter(reopen_count__gt=0).exists()
    assert Link.objects.filter(kind="recurrence_of").exists()
    assert {"image/png", "text/plain"} == set(Attachment.objects.values_list("content_type", flat=True))
    words = [ticket.public_state for ticket in visible_to(demo.people["erin"], Incident)]
    assert sorted(words) == ["Closed", "Closed", "In progress", "Solved", "Waiting for you"]
    for username in ("sam", "nadia", "felix", "chris"):
        assert Incident.objects.filter(assignee=demo.people[username], state=State.IN_PROGRESS).exists(), username
    assert Incident.objects.filter(priority=1, state=State.IN_PROGRESS).exists()
    assert all(queue.open for queue in queue_counts(demo.people["admin"]))


@story
def work_orders_are_in_every_state_and_their_people_find_them(demo):
    """Felix has a day of them with addresses and checklists; Nadia's chain has a part in each stage, and a question."""
    assert set(WorkOrder.objects.values_list("state", flat=True)) == set(OrderState.values)
    felix, nadia = demo.people["felix"], demo.people["nadia"]
    today = [order for order in my_day(felix) if order.planned_start and order.planned_start.date() == NOW.date()]
    assert {order.state for order in today} == {"assigned", "in_progress", "waiting"}
    assert all(order.site.address and order.checklist.exists() for order in today)
    chain = Incident.objects.get(assignee=nadia, state=State.IN_PROGRESS, title__contains="Wi-Fi in the corridor")
    assert [order.state for order in orders_of(chain)] == ["completed", "in_progress", "failed", "waiting"]
    assert [order.title for order in failed_orders(chain)] == ["Open the fire barrier at room 412"]
    assert Incident.objects.filter(state=State.PENDING, pending_reason__resumes_on_orders=True).exists()
    assert WorkOrder.objects.filter(raised_by_rule=demo.order_rule).count() == 3
    assert Clock.objects.filter(ticket__kind="work_order", breached_at=None).exists()


def test_work_orders_are_proposed_by_site_and_only_to_those_who_take_them(company):
    lost = Incident(
        title="A socket", site=company.sites["Riverside Clinic"], service=company.services["Network and Wi-Fi"]
    )
    groups = company.workgroups
    assert propose(lost, work_type="on_site") == (
        groups["field-service"], "rule “Hands at Riverside Clinic”: site is Riverside Clinic",
    )  # fmt: skip
    assert propose(lost, work_type="technical")[0] == groups["network"]
    assert {group.slug for group in workgroups_that_take("on_site")} == {"field-service", "facilities"}


@story
def what_is_told_could_have_happened(demo):
    """Time runs forward, within two months, never on a Sunday; and nothing is left to fill in."""
    assert not Event.objects.filter(at__gt=NOW).exists()
    logged = []
    for kind in ("incident", "change", "request"):  # the numbers of each kind rise with time
        # But for what changes caused, what monitoring told, and major incidents: these chapters come last.
        told = Ticket.objects.filter(kind=kind).exclude(links_out__target__kind="change").order_by("pk")
        told = told.exclude(incident__alert_group__isnull=False)
        told = told.exclude(incident__major__isnull=False).exclude(links_out__kind="child_of")
        moments = list(told.values_list("created_at", flat=True))
        assert moments == sorted(moments), kind
        logged += moments
    assert (NOW - min(logged)).days <= 60
    assert not [moment for moment in logged if timezone.localtime(moment).weekday() == 6]
    for ticket in Ticket.objects.prefetch_related("events"):
        # What clocks tell bears its true moment, and is written with the next event.
        told = (event for event in ticket.events.all() if not event.kind.startswith("sla."))
        moments = [event.at for event in sorted(told, key=lambda event: event.pk)]
        assert moments == sorted(moments), ticket.number
        assert "{" not in ticket.title + ticket.description, ticket.number
    assert not [ticket for ticket in Incident.objects.all() if "{" in ticket.solution]
    assert not [event for event in Event.objects.filter(kind="comment.added") if "{" in event.data["text"]]


@story
def nobody_is_called_for_what_was_missed_before_the_demo_began(demo):
    """What clocks have reached is noted with its true moment, and calls nobody; what comes next is news."""
    assert Clock.objects.filter(breached_at__isnull=False, stopped_at=None).exists()
    assert not Clock.objects.filter(next_event_at__lt=NOW).exists()
    deliver_due()
    assert not Event.objects.filter(kind="sla.escalated").exists()
    assert not Message.objects.filter(event__kind__startswith="sla.").exists()
    assert not Delivery.objects.filter(done_at=None).exists()


def test_the_same_day_gives_the_same_plan(company):
    plans = [
        [(story.tale.telling.title, story.tale.requester, story.tale.hand, story.steps) for story in planner.plan(0.2)]
        for planner in (Planner(company, WorkingTime(NOW), Random(7)) for _ in range(2))
    ]
    assert plans[0] == plans[1]
    assert len(plans[0]) > 50


def test_a_demo_of_full_size_has_a_few_hundred_incidents(company):
    assert 300 <= len(Planner(company, WorkingTime(NOW), Random(7)).plan()) <= 350


@pytest.mark.parametrize("hour", ["2026-11-23T00:05", "2026-11-22T12:00", "2026-01-01T09:00", "2026-03-30T07:31"])
def test_whatever_the_hour_everything_lies_in_the_past(company, hour):
    """A Monday night, a Sunday, New Year, the first minute of work after the clocks change."""
    now = datetime.fromisoformat(hour).replace(tzinfo=UTC)
    time = WorkingTime(now)
    for story in Planner(company, time, Random(7)).plan(SMALL):
        moments = [time.at(minute) for _, minute in story.steps]
        assert moments == sorted(moments)
        assert moments[-1] <= now


def test_it_goes_into_an_empty_portal_only(company):
    said = StringIO()
    call_command("demo_data", "--if-empty", stdout=said)
    assert said.getvalue() == "There is data already; the demo leaves it alone.\n"
    with pytest.raises(CommandError, match="goes into an empty portal only"):
        call_command("demo_data")


def test_the_essentials_that_were_there_before_are_used(essentials):
    quietly(0)
    assert Workgroup.objects.filter(name="Service Desk").count() == 1


def test_a_crash_leaves_nothing_behind(db, monkeypatch, settings):
    """Neither rows nor files of the half that had been done."""
    told = []

    def crash(self, at):
        told.append(self.incident)
        assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
        raise RuntimeError("out of memory")

    monkeypatch.setattr(Tale, "resolve", crash)
    monkeypatch.setattr(Tale, "_files", lambda self, at: [screenshot(self.chance)])
    with pytest.raises(RuntimeError, match="out of memory"):
        quietly(SMALL)
    assert told
    assert laying.is_empty()
    assert not User.objects.filter(username="sam").exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_real_site_gets_no_password_that_everybody_knows(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="turn DEMO on first"):
        call_command("demo_data")
    assert not User.objects.filter(username="admin").exists()


def test_working_time_knows_nights_and_weekends():
    time = WorkingTime(datetime(2026, 11, 23, 8, 30, tzinfo=UTC))  # Monday, 9:30 in Hamburg
    assert time.at(time.end - 1) == datetime(2026, 11, 23, 8, 29, tzinfo=UTC)
    assert time.at(time.end - 121) == datetime(2026, 11, 21, 11, 59, tzinfo=UTC)  # Saturday, a minute to one
    assert time.at(time.end + 99) < time.now


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.steps)
def test_every_plot_has_its_problems_and_its_steps(plot):
    library = Library(Random(1))
    assert library.pick("network", needs=plot.needs, person=plot.person)
    assert all(Tale.knows(step) for step in plot.course)


def test_the_library_names_what_there_is(company):
    library = Library(Random(1))
    for problem in library.problems.values():
        assert problem.home in company.workgroups, problem.key
        assert problem.category in company.categories, problem.key
        assert problem.code in company.codes, problem.key
        assert not problem.service or problem.service in company.services, problem.key
        assert not problem.site or problem.site in company.sites, problem.key
        assert not problem.wait or problem.wait in company.reasons, problem.key
        assert not problem.template or problem.template in company.templates, problem.key
        for number, job in enumerate(problem.jobs, start=1):
            assert company.workgroups[job.group].takes_kind(f"work_order.{job.type}"), job.title
            assert not job.hand or company.people[job.hand] in company.analysts[job.group], job.title
            assert set(job.needs) <= set(range(1, number)), job.title
    assert {part.problem for part in CAST} <= set(library.problems)
    assert settings.INCIDENT_REOPEN_DAYS <= 14  # plots.py counts on it


@story
def changes_are_in_every_state_and_their_people_find_them(demo):
    """Failed and interrupted ones with what they caused; Chris and Omar have something to decide."""
    assert set(Change.objects.values_list("state", flat=True)) == set(ChangeState.values)
    assert set(Change.objects.exclude(outcome="").values_list("outcome", flat=True)) == set(Outcome.values)
    assert Change.objects.filter(interruptions=1).exists()
    assert Link.objects.filter(kind="caused_by", target__kind="change").count() == 2
    assert {change.change_type for change in Change.objects.all()} == {"standard", "normal", "emergency"}
    assert not [
        change for change in Change.objects.filter(state="closed") if change.needs_review_because and not change.review
    ]
    for username in ("chris", "omar"):
        assert list(waiting_for(demo.people[username])), username
    busy = Change.objects.get(title="VPN gateway: version 5")
    assert [conflict.because for conflict in conflicts_of(busy)] == ["it changes Sign-in, which this one needs"]


# -- requests ----------------------------------------------------------------------------------


@story
def requests_are_in_every_state_and_each_has_something_to_do(demo):
    """Submitted is a state of an instant; all others are there, failed ones with and without a disruption said."""
    states = set(ServiceRequest.objects.values_list("state", flat=True))
    assert states == set(RequestState.values) - {RequestState.SUBMITTED}
    assert ServiceRequest.objects.count() >= 40
    erin, omar = demo.people["erin"], demo.people["omar"]
    assert ServiceRequest.objects.filter(requester=erin, state=RequestState.FULFILLED).exists()
    question = Seat.objects.get(round__ticket__requester=erin, answer="ask", round__stage="open")
    assert (question.user, question.round.ticket.state) == (omar, "awaiting_approval")
    waiting = Seat.objects.filter(user=omar, answer="none", round__stage="open", round__ticket__kind="request")
    assert {seat.round.ticket.title for seat in waiting} == {"Remote access token", "Software"}
    assert ServiceRequest.objects.filter(state=RequestState.FAILED, disruptions=1).count() == 2
    assert ServiceRequest.objects.filter(failures=1, state=RequestState.CLOSED).exists()
    assert {2, 3, 4, 5} <= set(ServiceRequest.objects.values_list("rating", flat=True))
    stuck = ServiceRequest.objects.get(state=RequestState.APPROVED)
    assert "No workgroup fits" in stuck.events.get(kind="request.stuck").inside["text"]


@story
def the_catalogue_has_no_problems_and_everybody_finds_something_to_order(demo):
    items = CatalogueItem.objects.all()
    assert (items.count(), CatalogueGroup.objects.count()) == (10, 4)
    assert [problem for item in items for problem in problems_of(item)] == []
    assert offered_to(demo.people["erin"]).count() == 9  # meeting rooms are for others
    for item in items:
        assert not why_not(item.icon), item.icon


@story
def the_demo_names_what_can_be_answered(demo):
    """Every answer of the demo's requests is one that its form would take."""
    for request in ServiceRequest.objects.select_related("version_ordered"):
        for question in request.blueprint.asked(request.answers):
            answer = request.answers.get(question.key, "")
            assert answer or not question.required, (request.number, question.key)
            assert question.kind != "choice" or answer in question.choices, (request.number, answer)
            assert question.kind != "date" or not answer or date.fromisoformat(answer), (request.number, answer)


@story
def the_clocks_of_requests_stood_still_while_approvers_thought(demo):
    out = StringIO()
    call_command("sla_rebuild", stdout=out)
    assert " 0 differences in 0 tickets" in out.getvalue()
    waiting = Clock.objects.filter(ticket__kind="request", ticket__state="awaiting_approval")
    assert waiting.count() >= 8
    assert not waiting.filter(paused_since=None).exists()


@story
def monitoring_has_a_storm_that_goes_on_and_a_trouble_that_went_away(demo):
    storm, passing = AlertGroup.objects.order_by("pk")
    assert (storm.incident.state, storm.alerts.filter(is_firing=True).count(), storm.alerts.count()) == (
        "logged",
        34,
        40,
    )
    assert (passing.incident.state, passing.flaps) == ("resolved", 1)
    assert AlertRule.objects.count() == 2


@story
def mail_is_late_for_many_and_what_was_learnt_of_the_codes_is_written_down(demo):
    """One in progress, with children and people who joined; one that was reviewed. Erin has the page of the first."""
    codes, late = MajorIncident.objects.order_by("incident_id")
    assert [(one.incident.state, one.incident.priority) for one in (codes, late)] == [("closed", 1), ("in_progress", 1)]
    assert list(families.children_of(late.incident).values_list("state", flat=True)) == ["logged"] * 3
    assert list(families.children_of(codes.incident).values_list("state", flat=True)) == ["resolved"]
    assert majors.affected(late.incident) == 11
    assert late.said_at < NOW < late.next_at
    assert codes.reviewed_by == demo.people["sam"]
    page = joining.page_of(late.incident.number, demo.people["erin"])
    assert (page.joined, page.sees, page.state, len(page.words)) == (True, False, "open", 3)
    assert majors.waiting_for(demo.people["lena"]) == ([], [])
    assert Outage.objects.filter(ended_at=None, service__name="Email and calendar").exists()
