"""A move to the wrong workgroup can be taken back by whoever made it, as long as nobody there has touched the ticket."""

import pytest
from django.core.exceptions import PermissionDenied

from desk.people.actions import join, leave
from desk.people.models import Role
from desk.people.queries import automation
from desk.tickets import actions as desk_actions
from desk.tickets import queries
from desk.tickets.errors import Refused
from incidents import actions
from incidents.models import Incident
from tests.factories import WorkgroupFactory, analyst, incident
from tests.stories import in_state, kinds_of, move, reason


@pytest.fixture
def sent(world):
    """Erin's incident, on which Sam worked, and which he then sent to Network by mistake."""
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    return _send(ticket, world)


def _send(ticket, world, by=None):
    return move(ticket, "assign", by=by or world.sam, workgroup=world.network, reason="The switch, I think")


def test_sam_takes_back_what_he_sent_away_and_has_it_again(world, sent):
    assert (sent.workgroup, sent.assignee, sent.reassignment_count) == (world.network, None, 1)
    back = actions.take_back(incident=sent, by=world.sam)
    assert (back.workgroup, back.assignee, back.state, back.reassignment_count) == (
        world.desk,
        world.sam,
        "assigned",
        0,
    )
    assert kinds_of(back) == ["logged", "started", "assigned", "taken_back"]
    told = back.events.last()
    assert {change["field"] for change in told.inside["changes"]} == {"workgroup", "assignee", "reassignment_count"}


@pytest.mark.parametrize("who", ["lena", "nadia", "erin", "omar", "admin"])
def test_nobody_else_may(world, sent, who):
    with pytest.raises(PermissionDenied, match=r"^Only whoever sent it to Network may do this, and only while"):
        actions.take_back(incident=sent, by=getattr(world, who))


@pytest.mark.parametrize(
    "touch",
    [
        lambda world, it: actions.take(incident=it, by=world.nadia),
        lambda world, it: move(it, "hold", by=world.nadia),
        lambda world, it: desk_actions.note(ticket=it, by=world.nadia, message="Which switch?"),
        lambda world, it: desk_actions.reply(ticket=it, by=world.nadia, message="We are looking."),
        lambda world, it: desk_actions.edit(ticket=it, by=world.nadia, seen=it.version, title="The switch is down"),
        lambda world, it: desk_actions.set_priority(ticket=it, by=automation(), priority=1),
        lambda world, it: move(it, "assign", by=automation(), workgroup=world.desk, reason="Escalated"),
    ],
    ids=["taken", "held", "noted", "answered", "edited", "raised by the portal", "moved by the portal"],
)
def test_not_once_somebody_has_touched_it(world, sent, touch):
    touch(world, sent)
    with pytest.raises(PermissionDenied):
        actions.take_back(incident=sent, by=world.sam)


def test_what_erin_writes_meanwhile_doesnt_hinder_it(world, sent):
    desk_actions.reply(ticket=sent, by=world.erin, message="It is the mail, not the network!")
    assert actions.take_back(incident=sent, by=world.sam).workgroup == world.desk


def test_one_move_back_and_no_further(world, sent):
    back = actions.take_back(incident=sent, by=world.sam)
    with pytest.raises(PermissionDenied):
        actions.take_back(incident=back, by=world.sam)
    again = _send(back, world)
    assert actions.take_back(incident=again, by=world.sam).workgroup == world.desk


def test_who_left_the_service_desk_takes_nothing_back(world, sent):
    leave(workgroup=world.desk, user=world.sam)
    with pytest.raises(PermissionDenied):
        actions.take_back(incident=sent, by=type(world.sam).objects.get(pk=world.sam.pk))


def test_the_colleague_who_had_it_and_left_doesnt_get_it_again(world):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    sent = _send(ticket, world, by=world.lena)
    leave(workgroup=world.desk, user=world.sam)
    assert actions.take_back(incident=sent, by=world.lena).assignee is None


def test_a_workgroup_that_was_shut_meanwhile_gets_nothing_back(world):
    apps = WorkgroupFactory(name="Applications")
    anna = analyst("anna", apps)
    sent = _send(incident(world.erin, workgroup=apps), world, by=anna)
    apps.is_active = False
    apps.save()
    with pytest.raises(Refused, match=r"^Applications doesn't take incidents any more\.$"):
        actions.take_back(incident=sent, by=anna)


def test_after_the_move_sam_is_offered_the_way_back_and_walks_it(world, browse):
    ticket = in_state("in_progress", requester=world.erin, analyst=world.sam)
    sam = browse(world.sam)
    do = f"/incidents/{ticket.number}/do"
    moved = sam.post(f"{do}/assign/", {"workgroup": world.network.pk, "reason": "A switch"}, follow=True)
    assert moved.redirect_chain[-1][0] == "/queues/"
    assert f'<a href="{do}/take_back/">Sent there by mistake?</a>' in moved.content.decode()
    asked = sam.get(f"{do}/take_back/")
    assert asked.status_code == 200
    assert f'href="{ticket.get_absolute_url()}"' not in asked.content.decode()  # he can't see it any more
    back = sam.post(f"{do}/take_back/", {"seen": asked.context["ticket"].version}, follow=True)
    assert back.redirect_chain[-1][0] == ticket.get_absolute_url()
    assert "took it back to Service Desk" in back.content.decode()


def test_the_way_back_shuts_without_a_word_once_network_has_it(world, sent, browse):
    actions.take(incident=sent, by=world.nadia)
    sam, address = browse(world.sam), f"/incidents/{sent.number}/do/take_back/"
    assert [sam.get(address).status_code, sam.post(address).status_code] == [404, 404]
    for stranger in (world.omar, world.lena):
        assert browse(stranger).get(address).status_code == 404


def test_erin_reads_that_it_was_passed_back(world, sent, browse):
    actions.take_back(incident=sent, by=world.sam)
    page = browse(world.erin).get(sent.get_absolute_url()).content.decode()
    assert "passed it back to Service Desk" in page
    assert "mistake" not in page


def test_who_works_for_both_finds_the_move_on_the_page(world, sent):
    both = analyst("bo", world.desk, Role.LEAD)
    join(workgroup=world.network, user=both)
    ticket = _send(incident(world.erin), world, by=both)
    assert {offer.name for offer in queries.moves(ticket, both) if offer.open} >= {"take_back", "assign", "start"}
    held = move(ticket, "hold", by=both, reason=reason("Waiting for vendor"))
    assert "take_back" not in {
        offer.name for offer in queries.moves(Incident.objects.get(pk=held.pk), both) if offer.open
    }
