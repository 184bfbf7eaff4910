"""Erin and Omar report the same: Sam looks at what merging will do, merges, and takes it back when it was none."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from desk.notifications.models import Message
from desk.sla.models import Clock
from desk.tickets import actions as desk_actions
from desk.tickets import flow
from desk.tickets.errors import Refused, Stale
from desk.tickets.models import Attachment, Link
from incidents import actions, families, merging
from incidents.models import Incident, Outage
from incidents.raising import begin_outage
from tests.at_once import at_once, of
from tests.desk.sla.promises import policy
from tests.factories import ServiceFactory, incident, person
from tests.files import png
from tests.stories import in_state, kinds_of, move
from workorders.actions import raise_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(world):
    """Omar's incident, which stays, and Erin's, which is the same."""
    return incident(world.omar, "No mail since nine"), incident(
        world.erin, "Mail doesn't come", files=[png("inbox.png")]
    )


def watchers(ticket):
    return {watcher.user for watcher in ticket.watchers.select_related("user")}


def test_the_duplicate_is_closed_and_its_people_follow_the_one_that_stays(world, two):
    stays, goes = two
    desk_actions.watch(ticket=goes, user=world.nadia)
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    assert (goes.state, goes.merged_into, goes.closed_at is not None) == ("cancelled", stays, True)
    assert watchers(stays) == {world.erin, world.nadia}
    assert kinds_of(goes) == ["logged", "merged", "link.added"]
    link = Link.objects.get()
    assert (link.source_id, link.kind, link.target_id) == (goes.pk, "duplicate_of", stays.pk)
    assert Attachment.objects.get().event.ticket_id == goes.pk  # what was written and attached stays where it is


def test_erin_reads_where_to_follow_it_and_hears_when_it_is_solved(world, two, browse):
    stays, goes = two
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    page = browse(world.erin).get(f"/incidents/{goes.number}/").content.decode()
    assert f'This is the same as <a href="/incidents/{stays.number}/">' in page
    assert f"found that it is the same as {stays.number}" in page
    assert browse(world.erin).get(f"/incidents/{stays.number}/").status_code == 200
    told = Message.objects.get(recipient=world.erin)
    assert told.subject == f"{goes.number} goes on as {stays.number}"
    move(move(stays, "start", by=world.sam), "resolve", by=world.sam)
    assert [f"{stays.number} is solved: No mail since nine"] == [
        message.subject for message in Message.objects.filter(recipient=world.erin).exclude(pk=told.pk)
    ]


def test_erin_sees_nothing_internal_of_the_one_that_stays(world, two, browse):
    stays, goes = two
    desk_actions.note(ticket=stays, by=world.sam, message="The exchange team slept")
    actions.merge(incident=goes, by=world.sam, into=stays)
    page = browse(world.erin).get(f"/incidents/{stays.number}/").content.decode()
    assert "No mail since nine" in page
    assert "slept" not in page
    assert "has the duplicate" not in page


def test_its_clocks_end_without_a_verdict_and_go_on_when_it_was_none(world):
    policy()
    stays, goes = incident(world.omar), incident(world.erin)
    clocks = Clock.objects.filter(ticket=goes)
    assert clocks.filter(stopped_at=None).count() == 2
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    assert clocks.filter(is_void=True).exclude(stopped_at=None).count() == 2
    actions.unmerge(incident=goes, by=world.sam)
    assert clocks.filter(stopped_at=None).values_list("kind", flat=True).get() == "resolution"


@pytest.mark.parametrize(
    ("into", "why"),
    [
        ("itself", "can't be a duplicate of itself"),
        ("cancelled", "is cancelled, so nobody would solve it there"),
        ("closed", "is closed, so nobody would solve it there"),
        ("foreign", "There is no INC-"),
        ("merged into it", "was closed as a duplicate of INC-"),
        ("merged elsewhere", "is itself a duplicate of INC-"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(world, two, into, why):
    stays, goes = two
    match into:
        case "itself":
            stays = goes
        case "cancelled" | "closed":
            stays = in_state(into, requester=world.omar, analyst=world.sam)
        case "foreign":
            stays = move(stays, "assign", by=world.sam, workgroup=world.network, reason="Theirs")
        case "merged into it":
            stays = actions.merge(incident=stays, by=world.sam, into=goes)
        case "merged elsewhere":
            stays = actions.merge(incident=stays, by=world.sam, into=incident(world.lena, "The first of all"))
    with pytest.raises(Refused, match=why):
        actions.merge(incident=goes, by=world.sam, into=stays)
    goes.refresh_from_db()
    assert (goes.state, goes.merged_into) == ("logged", None)


def test_only_who_works_on_the_duplicate_may(world, two):
    stays, goes = two
    for user in (world.erin, world.nadia, world.admin):
        with pytest.raises(PermissionDenied):
            actions.merge(incident=goes, by=user, into=stays)


def test_an_open_work_order_is_not_lost_and_a_major_incident_stays(world, two):
    stays, goes = two
    raise_order(parent=goes, by=world.sam, workgroup=world.desk, title="Look at it")
    with pytest.raises(Refused, match="can't be closed as a duplicate while a work order is open"):
        actions.merge(incident=goes, by=world.sam, into=stays)
    Incident.objects.filter(pk=stays.pk).update(is_major=True)
    with pytest.raises(Refused, match="is the major incident"):
        actions.merge(incident=stays, by=world.sam, into=goes)


@pytest.mark.django_db(transaction=True)
def test_two_analysts_who_merge_crosswise_at_the_same_time_close_one_of_them(world, two):
    one, other = two
    answers = at_once(
        lambda: actions.merge(incident=one, by=world.sam, into=other),
        lambda: actions.merge(incident=other, by=world.lena, into=one),
    )
    assert len(of(Incident, answers)) == 1
    refused = of(Refused, answers)
    assert len(refused) == 1
    assert "was closed as a duplicate of" in str(refused[0])
    assert sorted(Incident.objects.values_list("state", flat=True)) == ["cancelled", "logged"]


def test_whoever_is_in_the_family_of_either_is_locked_first_a_parent_before_its_child(world, two, monkeypatch):
    """As in everything done to all children: otherwise Sam, who merges, and Lena, who resolves the whole, would deadlock."""
    stays, goes = two
    whole = incident(world.lena, "All of mail is down")
    families.attach(child=stays, parent=whole, by=world.sam)
    locked, lock = [], flow.lock
    monkeypatch.setattr(flow, "lock", lambda ticket: locked.append(ticket.pk) or lock(ticket))
    actions.merge(incident=goes, by=world.sam, into=stays)
    first = list(dict.fromkeys(locked))
    assert first == [goes.pk, whole.pk, stays.pk]


def test_erin_who_reported_it_twice_follows_until_neither_is_a_duplicate(world, two):
    stays, goes = two
    again = actions.merge(incident=incident(world.erin, "Still no mail"), by=world.sam, into=stays)
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    actions.unmerge(incident=again, by=world.sam)
    assert watchers(stays) == {world.erin}


@pytest.mark.django_db(transaction=True)
def test_two_analysts_who_merge_the_same_at_the_same_time_merge_it_once(world, two):
    stays, goes = two
    third = incident(world.lena, "Another one")
    answers = at_once(
        lambda: actions.merge(incident=goes, by=world.sam, into=stays, seen=goes.version),
        lambda: actions.merge(incident=goes, by=world.lena, into=third, seen=goes.version),
    )
    assert len(of(Incident, answers)) == 1
    assert len(of(Stale, answers)) == 1
    assert Link.objects.filter(kind="duplicate_of").count() == 1


def test_what_was_down_because_of_it_is_down_because_of_the_one_that_stays(world, two):
    stays, goes = two
    service = ServiceFactory(name="Mail")
    begin_outage(incident=goes, service=service, level="down", at=goes.created_at)
    actions.merge(incident=goes, by=world.sam, into=stays)
    still = Outage.objects.get(ended_at=None)
    assert (still.incident_id, still.level, still.started_at) == (stays.pk, "down", goes.created_at)


def test_its_children_become_children_of_the_one_that_stays(world, two):
    stays, goes = two
    child = incident(person("mia"), "Mail, me too")
    families.attach(child=child, parent=goes, by=world.sam)
    families.attach(child=incident(person("max"), "Mail?"), parent=stays, by=world.sam)
    actions.merge(incident=goes, by=world.sam, into=stays)
    assert [one.title for one in families.children_of(stays)] == ["Mail, me too", "Mail?"]


def test_no_duplicate_after_all_it_is_open_again_and_erin_sees_the_other_one_no_more(world, two, browse):
    stays, goes = two
    desk_actions.watch(ticket=stays, user=world.nadia)  # by herself
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    back = actions.unmerge(incident=goes, by=world.lena)
    assert (back.state, back.merged_into, back.closed_at, back.reopen_count) == ("assigned", None, None, 0)
    assert watchers(stays) == {world.nadia}
    assert not Link.objects.exists()
    assert browse(world.erin).get(f"/incidents/{stays.number}/").status_code == 404
    page = browse(world.erin).get(f"/incidents/{goes.number}/").content.decode()
    assert "opened it again: it is a matter of its own" in page
    assert stays.number not in page.split('class="timeline"')[0]


def test_what_was_cancelled_for_another_reason_or_long_ago_stays_so(world, two, settings):
    stays, goes = two
    with pytest.raises(Refused, match="was not closed as a duplicate"):
        actions.unmerge(incident=in_state("cancelled", requester=world.erin, analyst=world.sam), by=world.sam)
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    late = goes.closed_at + timedelta(days=settings.INCIDENT_REOPEN_DAYS, seconds=1)
    with pytest.raises(Refused, match="The time for reopening"):
        actions.unmerge(incident=goes, by=world.sam, at=late)


# -- in pages -------------------------------------------------------------------------------------


def test_sam_finds_the_other_one_looks_at_what_will_happen_and_merges(world, two, browse):
    stays, goes = two
    sam = browse(world.sam)
    options = sam.get("/incidents/find/", {"q": "mail nine"}).content.decode()
    assert f'data-value="{stays.number}"' in options
    assert goes.number not in options
    address = f"/incidents/{goes.number}/do/merge/"
    asked = sam.get(address).content.decode()
    assert "Show what will happen" in asked
    assert f'hx-get="/incidents/find/?but={goes.number}"' in asked
    others = sam.get("/incidents/find/", {"q": "mail", "but": goes.number}).content.decode()
    assert stays.number in others
    assert goes.number not in others
    shown = sam.post(address, {"into": stays.number.lower(), "show": "1", "seen": goes.version}).content.decode()
    assert f"become{''}" not in shown
    assert "Erin will see the public side of" in " ".join(shown.split())
    assert f"{goes.number} is cancelled as a duplicate" in shown
    assert Incident.objects.get(pk=goes.pk).state == "logged"  # so far it was only looked at
    answer = sam.post(address, {"into": stays.number, "seen": goes.version}, follow=True)
    assert "Closed as a duplicate of" in answer.content.decode()
    assert f"{goes.number}: closed as a duplicate." in answer.content.decode()
    assert Incident.objects.get(pk=goes.pk).merged_into_id == stays.pk


def test_the_preview_names_what_stands_in_the_way_and_offers_no_button(world, two, browse):
    _, goes = two
    shown = browse(world.sam).get(f"/incidents/{goes.number}/do/merge/", {"into": goes.number}).content.decode()
    assert "be a duplicate of itself" in shown
    assert 'type="submit">Close as duplicate' not in shown


def test_a_number_that_sam_may_not_see_looks_like_none(world, two, browse):
    _, goes = two
    foreign = move(incident(world.omar, "Secret"), "assign", by=world.sam, workgroup=world.network, reason="Theirs")
    for number in (foreign.number, "INC-999999"):
        answer = browse(world.sam).post(f"/incidents/{goes.number}/do/merge/", {"into": number, "seen": goes.version})
        assert answer.status_code == 422
        assert f"There is no incident {number} that you may see" in answer.content.decode()
    desk_actions.watch(ticket=foreign, user=world.sam)  # its public side, which has no IT's state
    assert "Secret" not in browse(world.sam).get("/incidents/find/", {"q": "Secret"}).content.decode()


def test_a_merged_incident_in_a_long_row_of_merges_leads_to_the_last(world, two):
    stays, goes = two
    goes = actions.merge(incident=goes, by=world.sam, into=stays)
    last = incident(world.lena, "The real one")
    actions.merge(incident=Incident.objects.get(pk=stays.pk), by=world.sam, into=last)
    assert Incident.objects.get(pk=goes.pk).same_as == last
    assert watchers(last) == {world.omar, world.erin}
    assert merging.why_not(incident(world.omar, "Again"), last, world.sam) == []
