"""Many people report the same: a lead is asked once whether that is a major incident, and nothing happens without them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.assignment.models import RoutingRule
from desk.notifications.models import Message
from desk.people.queries import automation
from desk.tickets.errors import Refused
from desk.tickets.models import Link
from incidents import proposing, queries
from incidents.models import BurstProposal, Incident
from incidents.tasks import find_bursts
from tests.at_once import at_once, of
from tests.factories import ServiceFactory, SiteFactory, incident, person
from tests.stories import move

pytestmark = pytest.mark.django_db


@pytest.fixture
def wifi(world):
    return ServiceFactory(name="Network and Wi-Fi")


def report(count, *, ago=5, by=None, **where):
    """So many people report that it is gone, one a second."""
    at = timezone.now() - timedelta(minutes=ago)
    return [
        incident(by or person(f"guest{Incident.objects.count()}"), "No Wi-Fi", at=at + timedelta(seconds=n), **where)
        for n in range(count)
    ]


def test_five_people_in_a_few_minutes_are_proposed_to_the_lead_with_the_evidence(world, wifi):
    found = report(5, service=wifi)
    assert find_bursts() == 1
    proposal = BurstProposal.objects.get()
    assert proposal.in_words == "5 people reported trouble with Network and Wi-Fi within 15 minutes"
    assert (proposal.workgroup, proposal.state, set(proposal.incidents.all())) == (world.desk, "open", set(found))
    told = Message.objects.get(recipient=world.lena)
    assert told.subject == f"Is this a major incident? {proposal.in_words}"
    assert "At this hour of this weekday hardly any are usual" in told.text
    assert [message.recipient for message in Message.objects.all()] == [world.lena]
    assert not Incident.objects.filter(is_major=True).exists()  # nothing happens without a person
    assert not Link.objects.exists()
    assert not queries.outages().exists()


def test_fewer_never_are_and_one_person_is_not_many(world, wifi):
    report(4, service=wifi)
    report(6, service=wifi, by=world.erin)
    assert find_bursts() == 1  # Erin is the fifth
    BurstProposal.objects.all().delete()
    Incident.objects.exclude(requester=world.erin).update(service=None)
    assert find_bursts() == 0


def test_a_burst_is_proposed_once_and_takes_in_who_comes_later(world, wifi):
    report(5, service=wifi)
    find_bursts()
    later = report(3, ago=1, service=wifi)
    assert find_bursts() == 0
    assert find_bursts() == 0
    proposal = BurstProposal.objects.get()
    assert proposal.incidents.count() == 8
    assert set(later) < set(proposal.incidents.all())
    assert Message.objects.count() == 1


def test_what_is_usual_at_this_hour_is_no_burst(world, wifi):
    now = timezone.localtime(timezone.now(), timezone.get_default_timezone())
    for week in range(1, 9):
        for n in range(6):
            at = now - timedelta(weeks=week, minutes=9 * n + 1)
            incident(world.erin, "Monday again", service=wifi, at=at)
    report(5, service=wifi)
    assert find_bursts() == 0
    report(20, ago=2, service=wifi)
    assert find_bursts() == 1
    assert BurstProposal.objects.get().expected > 1


def test_other_hours_say_nothing_of_this_one(world, wifi):
    now = timezone.now()
    for n in range(60):
        incident(world.erin, "At night", service=wifi, at=now - timedelta(days=7, hours=5, minutes=n / 2))
    report(5, service=wifi)
    assert find_bursts() == 1


def test_a_site_is_one_too_but_not_by_the_same_incidents(world, wifi):
    site = SiteFactory(name="Hamburg")
    report(5, service=wifi, site=site)
    assert find_bursts() == 1
    assert BurstProposal.objects.get().site is None
    report(5, ago=2, site=site)
    assert find_bursts() == 1
    assert str(BurstProposal.objects.get(site=site)).endswith("trouble in Hamburg within 15 minutes")


def test_what_the_portal_logs_and_what_was_cancelled_is_no_report(world, wifi):
    for user in [person(f"p{n}") for n in range(5)]:
        incident(automation(), "Alert", requester=user, service=wifi)
    for found in report(5, service=wifi):
        move(found, "cancel", by=world.sam)
    assert find_bursts() == 0


def test_accepting_makes_the_first_the_major_one_and_the_others_its_children(world, wifi):
    first, *others = report(5, service=wifi)
    find_bursts()
    major = proposing.accept(proposal=BurstProposal.objects.get(), by=world.lena)
    assert major == first
    assert list(Incident.objects.filter(is_major=True)) == [first]
    assert {(link.source_id, link.kind, link.target_id) for link in Link.objects.all()} == {
        (other.pk, "child_of", first.pk) for other in others
    }
    assert [(outage.service, outage.level, outage.incident) for outage in queries.outages()] == [
        (wifi, "degraded", first)
    ]
    assert first.events.get(kind="burst.accepted").actor == world.lena
    changed = {change["field"] for change in first.events.get(kind="field.changed").inside["changes"]}
    assert changed == {"is_major", "impact", "urgency", "priority"}
    assert (major.major.headline, major.major.words) == ("Trouble: Network and Wi-Fi", proposing.FIRST_WORDS)
    report(6, ago=1, service=wifi)
    assert find_bursts() == 0  # that is known by now
    for name in ("start", "resolve"):
        major = move(major, name, by=world.sam)
    assert not queries.outages().exists()


def test_what_another_workgroup_has_is_related_and_stays_in_its_own_hands(world, wifi):
    first, *others = report(5, service=wifi)
    find_bursts()
    move(others[0], "assign", by=world.sam, workgroup=world.network, reason="Theirs")
    proposing.accept(proposal=BurstProposal.objects.get(), by=world.lena)
    assert Link.objects.get(kind="related_to").source_id == others[0].pk
    assert Link.objects.filter(kind="child_of", target=first).count() == 3


def test_a_question_that_nobody_answers_lapses_and_the_timeline_says_why(world, wifi, settings):
    first, *_ = report(5, service=wifi)
    find_bursts()
    find_bursts()
    assert BurstProposal.objects.get().state == "open"
    settings.BURST_LAPSE_HOURS = 0
    find_bursts()
    proposal = BurstProposal.objects.get()
    assert (proposal.state, proposal.decided_by) == ("lapsed", None)
    assert first.events.get(kind="burst.lapsed").inside["because"] == "nobody answered in time"
    with pytest.raises(Refused, match="It has lapsed already"):
        proposing.accept(proposal=proposal, by=world.lena)
    assert proposing.open_for(world.lena) == []


def test_it_lapses_too_when_all_of_its_incidents_are_over(world, wifi):
    first, *others = report(5, service=wifi)
    find_bursts()
    for one in others:
        move(one, "cancel", by=world.sam)
    find_bursts()
    assert BurstProposal.objects.get().state == "open"  # one is left
    move(move(first, "start", by=world.sam), "resolve", by=world.sam)
    find_bursts()
    assert BurstProposal.objects.get().state == "lapsed"
    assert first.events.get(kind="burst.lapsed").inside["because"] == "all of these incidents are over"


def test_dismissing_does_nothing_and_asks_no_more_for_a_while(world, wifi, settings):
    report(5, service=wifi)
    find_bursts()
    proposing.dismiss(proposal=BurstProposal.objects.get(), by=world.lena)
    assert not Incident.objects.filter(is_major=True).exists()
    assert not queries.outages().exists()
    report(6, ago=1, service=wifi)
    assert find_bursts() == 0
    settings.BURST_QUIET_MINUTES = 0
    assert find_bursts() == 1


def test_only_a_lead_of_the_workgroup_decides_and_only_once(world, wifi):
    report(5, service=wifi)
    find_bursts()
    proposal = BurstProposal.objects.get()
    for user in (world.sam, world.nadia, world.erin, world.admin):
        for verb in (proposing.accept, proposing.dismiss):
            with pytest.raises(PermissionDenied):
                verb(proposal=proposal, by=user)
    proposing.accept(proposal=proposal, by=world.lena)
    for verb in (proposing.accept, proposing.dismiss):
        with pytest.raises(Refused, match="Lena has accepted it already"):
            verb(proposal=proposal, by=world.lena)


def test_when_all_of_them_are_over_there_is_nothing_to_accept(world, wifi):
    found = report(5, service=wifi)
    find_bursts()
    for one in found:
        move(one, "cancel", by=world.sam)
    proposal = BurstProposal.objects.get()
    with pytest.raises(Refused, match="All of these incidents are over"):
        proposing.accept(proposal=proposal, by=world.lena)
    proposing.dismiss(proposal=proposal, by=world.lena)


@pytest.mark.django_db(transaction=True)
def test_two_ticks_and_two_clicks_at_the_same_instant(world, wifi):
    report(5, service=wifi)
    assert sorted(at_once(find_bursts, find_bursts, find_bursts)) == [0, 0, 1]
    proposal = BurstProposal.objects.get()
    answers = at_once(
        lambda: proposing.accept(proposal=proposal, by=world.lena),
        lambda: proposing.dismiss(proposal=proposal, by=world.lena),
    )
    assert len(of(Refused, answers)) == 1


# -- pages -----------------------------------------------------------------------------------------


def test_the_lead_sees_it_at_home_and_on_the_queue_and_nobody_else_does(world, wifi, browse):
    found = report(5, service=wifi)
    find_bursts()
    for address in ("/", "/queues/service-desk/"):
        page = browse(world.lena).get(address).content.decode()
        assert "Is this a major incident?" in page
        assert "5 people reported trouble with Network and Wi-Fi within 15 minutes" in page
        places = [page.index(f"{one.number} No Wi-Fi") for one in found]
        assert places == sorted(places)  # the first of them stands first
        for other in (world.sam, world.admin):
            assert "major incident" not in browse(other).get(address).content.decode()
    assert "major incident" not in browse(world.erin).get("/").content.decode()


def test_the_lead_reads_how_many_there_are_by_now(world, wifi, browse):
    report(5, service=wifi)
    find_bursts()
    report(3, ago=1, service=wifi)
    report(2, ago=1, service=wifi, by=world.erin)  # who is one more, and not two
    find_bursts()
    page = browse(world.lena).get("/").content.decode()
    assert "5 people reported trouble with Network and Wi-Fi within 15 minutes, now 9." in page


def test_accepting_and_dismissing_on_the_page(world, wifi, browse):
    first, *_ = report(5, service=wifi)
    find_bursts()
    address, lena = f"/incidents/bursts/{BurstProposal.objects.get().pk}/", browse(world.lena)
    assert browse(world.sam).post(f"{address}accept/").status_code == 404
    assert lena.post(f"{address}explode/").status_code == 404
    answer = lena.post(f"{address}accept/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/incidents/{first.number}/"
    page = answer.content.decode()
    assert "Major incident" in page
    assert "made it the major incident" in page
    assert "Network and Wi-Fi" in browse(world.erin).get("/").content.decode()
    again = lena.post(f"{address}dismiss/", follow=True).content.decode()
    assert "Lena has accepted it already" in again


def test_of_other_workgroups_incidents_the_lead_reads_only_what_they_may_see(world, wifi, browse):
    site = SiteFactory(name="Hamburg")
    RoutingRule.objects.create(name="Wi-Fi", service=wifi, workgroup=world.network, position=1)
    theirs = report(2, site=site, service=wifi)
    mine = report(4, site=site)
    find_bursts()
    assert BurstProposal.objects.get().workgroup == world.desk
    page = browse(world.lena).get("/").content.decode()
    assert all(one.number in page for one in mine)
    assert not any(one.number in page for one in theirs)
