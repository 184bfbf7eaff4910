"""Many incidents with one cause: children of a parent, solved and answered together, and each still in its own hands."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.notifications.models import Message
from desk.people.queries import automation
from desk.reactions.actions import deliver_due
from desk.reactions.models import Delivery
from desk.tickets import actions as desk_actions
from desk.tickets import flow
from desk.tickets.errors import Refused
from desk.tickets.models import Event, Link
from incidents import actions, families
from incidents.models import Incident, ResolutionCode
from tests.factories import analyst, incident, person
from tests.stories import in_state, kinds_of, move
from workorders.actions import raise_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(world):
    """Omar's incident, on which Sam works, and three others that are children of it."""
    parent = move(incident(world.omar, "The mail server is gone"), "start", by=world.sam)
    children = [incident(person(name), f"Mail, says {name}") for name in ("mia", "max", "mo")]
    for child in children:
        families.attach(child=child, parent=parent, by=world.sam)
    return parent, children


def solve(parent, by, **more):
    code = ResolutionCode.objects.get(name="Fixed")
    return actions.resolve(incident=parent, by=by, code=code, solution="Restarted the server", **more)


def test_resolving_the_parent_resolves_the_children_with_the_same_code_and_words(world, family):
    parent, children = family
    solve(parent, world.sam, children=True)
    for child in Incident.objects.filter(pk__in=[one.pk for one in children]):
        assert (child.state, child.resolution_code.name, child.solution) == (
            "resolved",
            "Fixed",
            "Restarted the server",
        )
        event = child.events.get(kind="incident.resolved")
        assert (event.actor, event.visibility) == (world.sam, "public")
        assert Message.objects.get(recipient=child.requester).subject == f"Is it solved? {child.title}"
    assert parent.events.get(kind="family.done").inside["said"] == "resolved its 3 children"


def test_without_the_tick_they_stay_open_and_each_can_follow_later(world, family):
    parent, children = family
    child = children[0]
    with pytest.raises(Refused, match="is the child of no incident that is solved"):
        actions.follow_parent(incident=child, by=world.sam)
    solve(parent, world.sam)
    assert families.open_children(parent).count() == 3
    assert actions.follow_parent(incident=child, by=world.sam).solution == "Restarted the server"


def test_refusals_are_listed_with_the_reason_and_stop_nobody_else(world, family):
    parent, children = family
    raise_order(parent=children[1], by=world.sam, workgroup=world.desk, title="Look at Max's phone")
    solve(parent, world.sam, children=True)
    done = parent.events.get(kind="family.done")
    assert done.inside["said"] == "resolved 2 of its 3 children"
    assert children[1].number in done.inside["note"]
    assert "while a work order is open" in done.inside["note"]
    assert [one.pk for one in families.open_children(parent)] == [children[1].pk]


def test_the_reason_of_another_workgroups_child_stays_with_them(world, family):
    parent, children = family
    raise_order(parent=children[1], by=world.sam, workgroup=world.desk, title="Take Max's laptop away")
    Incident.objects.filter(pk=parent.pk).update(workgroup=world.network)
    solve(Incident.objects.get(pk=parent.pk), world.nadia, children=True)
    note = parent.events.get(kind="family.done").inside["note"]
    assert note == f"{children[1].number}: something stands in the way there; Service Desk knows more."


def test_a_reply_to_all_is_an_event_on_each_and_each_requester_is_told(world, family):
    parent, children = family
    move(move(children[2], "start", by=world.sam), "resolve", by=world.sam)  # is over: nothing is sent there
    actions.reply(ticket=parent, by=world.sam, message="We are on it", children=True)
    for child, count in zip(children, (1, 1, 0), strict=True):
        said = child.events.filter(kind="comment.added", visibility="public")
        assert said.count() == count
        assert Message.objects.filter(recipient=child.requester, text="We are on it").count() == count
    assert parent.events.filter(kind="comment.added").count() == 1


def test_who_has_the_parent_may_answer_and_solve_what_was_given_to_them(world, family):
    parent, children = family
    parent = move(parent, "assign", by=world.sam, workgroup=world.network, assignee=world.nadia, reason="Yours")
    solve(move(parent, "start", by=world.nadia), world.nadia, children=True)
    assert families.open_children(parent).count() == 0
    assert Incident.objects.get(pk=children[0].pk).workgroup == world.desk  # it stays in its own queue


def test_nothing_internal_leaks_between_the_workgroups(world, family, browse):
    parent, children = family
    desk_actions.note(ticket=children[0], by=world.sam, message="Mia is to be let go")
    desk_actions.note(ticket=parent, by=world.sam, message="Between us")
    Incident.objects.filter(pk=parent.pk).update(workgroup=world.network)
    nadia, sam = browse(world.nadia), browse(world.sam)
    page = nadia.get(f"/incidents/{parent.number}/").content.decode()
    assert "3 with other workgroups" in page
    assert "says mia" not in page
    assert nadia.get(f"/incidents/{children[0].number}/").status_code == 404
    page = sam.get(f"/incidents/{children[0].number}/").content.decode()
    assert "Another workgroup has it." in page
    assert "The mail server is gone" not in page
    assert sam.get(f"/incidents/{parent.number}/").status_code == 404
    assert "Parent" not in browse(children[0].requester).get(f"/incidents/{children[0].number}/").content.decode()


def test_only_who_works_on_the_child_gives_it_away(world):
    parent = incident(world.omar, "The mail server is gone")
    theirs = move(incident(world.erin, "Mail"), "assign", by=world.sam, workgroup=world.network, reason="Yours")
    desk_actions.watch(ticket=theirs, user=world.sam)  # he sees its public side
    with pytest.raises(PermissionDenied, match="Only an analyst of Network may do this"):
        families.attach(child=theirs, parent=parent, by=world.sam)
    with pytest.raises(Refused, match="that you may see"):
        families.attach(child=theirs, parent=parent, by=world.nadia)
    Incident.objects.filter(pk=parent.pk).update(is_major=True)
    families.attach(
        child=theirs, parent=Incident.objects.get(pk=parent.pk), by=world.nadia
    )  # a major one, to all of IT
    assert Link.objects.get().kind == "child_of"


def test_there_are_two_generations_and_every_child_has_one_parent(world, family):
    parent, children = family
    other = incident(world.erin, "Something else")
    for child, whole, why in [
        (children[0], other, "is a child of another incident already"),
        (other, children[0], "is itself a child of another incident"),
        (parent, other, "has children of its own"),
        (other, other, "be a child of itself"),
        (in_state("closed", requester=world.erin, analyst=world.sam), parent, "only open incidents belong together"),
    ]:
        with pytest.raises(Refused, match=why):
            families.attach(child=child, parent=whole, by=world.sam)
    families.attach(child=children[0], parent=parent, by=world.sam)  # twice does nothing
    assert Link.objects.filter(kind="child_of").count() == 3


def test_a_child_is_detached_from_either_end_and_by_nobody_else(world, family):
    parent, children = family
    with pytest.raises(PermissionDenied):
        families.detach(child=children[0], by=world.nadia)
    families.detach(child=children[0], by=world.lena)
    families.detach(child=Incident.objects.get(pk=children[0].pk), by=world.lena)
    assert families.children_of(parent).count() == 2
    assert kinds_of(children[0])[-1] == "link.removed"


def test_many_children_are_a_workers_job_and_are_done_exactly_once(world, family, monkeypatch):
    monkeypatch.setattr(families, "AT_ONCE", 2)
    parent, children = family
    solve(parent, world.sam, children=True)
    assert families.open_children(parent).count() == 3  # the request didn't wait for them
    assert parent.events.get(kind="family.asked").inside["said"] == "resolved its 3 children: under way"
    deliver_due()
    assert families.open_children(parent).count() == 0
    Delivery.objects.filter(event__kind="family.asked").update(done_at=None, dead_at=None)  # were it offered again
    deliver_due()
    assert Event.objects.filter(kind="incident.resolved", ticket__in=children).count() == 3
    assert parent.events.filter(kind="family.done").first().inside["said"] == "resolved its 3 children"


def test_a_worker_does_them_in_steps_and_goes_on_where_another_was_lost(world, family, monkeypatch):
    monkeypatch.setattr(families, "AT_ONCE", 2)
    monkeypatch.setattr(families, "CHUNK", 1)
    parent, children = family
    raise_order(parent=children[1], by=world.sam, workgroup=world.desk, title="Look at it")
    solve(parent, world.sam, children=True)
    real, calls = flow.perform, []

    def dies_once(ticket, name, **more):
        calls.append(ticket.pk)
        if len(calls) == 3:
            raise ZeroDivisionError  # in the last step, once
        return real(ticket, name, **more)

    monkeypatch.setattr(flow, "perform", dies_once)
    deliver_due()
    assert [child.pk for child in families.open_children(parent)] == [children[1].pk, children[2].pk]
    assert [event.inside["said"] for event in parent.events.filter(kind="family.went_on")] == [
        "resolved 1 of its 3 children so far", "resolved 1 of its 3 children so far",
    ]  # fmt: skip
    Delivery.objects.filter(done_at=None).update(due_at=timezone.now())
    deliver_due()
    done = parent.events.get(kind="family.done")
    assert done.inside["said"] == "resolved 2 of its 3 children"
    assert children[1].number in done.inside["note"]
    assert Event.objects.filter(kind="incident.resolved", ticket__in=children).count() == 2


def test_between_two_steps_others_get_hold_of_the_parent(world, family, monkeypatch):
    """A step is a transaction of its own: what a colleague detached meanwhile is left alone."""
    monkeypatch.setattr(families, "AT_ONCE", 2)
    monkeypatch.setattr(families, "CHUNK", 2)
    parent, children = family
    solve(parent, world.sam, children=True)
    deliver_due(limit=1)
    families.detach(child=Incident.objects.get(pk=children[2].pk), by=world.sam)
    deliver_due()
    children[2].refresh_from_db()
    assert children[2].state == "logged"
    assert parent.events.get(kind="family.done").inside["said"] == "resolved its 2 children"


# -- in pages -------------------------------------------------------------------------------------


def test_sam_attaches_sees_answers_and_resolves_them_all_in_pages(world, browse):
    parent = move(incident(world.omar, "The mail server is gone"), "start", by=world.sam)
    child = incident(world.erin, "No mail")
    sam = browse(world.sam)
    address = f"/incidents/{parent.number}/attach/"
    assert sam.get(address).status_code == 200
    assert sam.post(address, {"how": "parent", "number": "INC-999999"}).status_code == 422
    assert sam.post(address, {"how": "parent", "number": parent.number}).status_code == 409
    assert sam.post(address, {"how": "parent", "number": child.number}).status_code == 302
    page = sam.get(f"/incidents/{parent.number}/").content.decode()
    assert "Also to its 1 child" in page
    assert "No mail" in page
    sam.post(f"/incidents/{parent.number}/reply/", {"message": "We are on it", "children": "on"})
    assert "We are on it" in browse(world.erin).get(f"/incidents/{child.number}/").content.decode()
    form = sam.get(f"/incidents/{parent.number}/do/resolve/").content.decode()
    assert "Resolve its 1 child too" in form
    assert "checked" in form
    code = ResolutionCode.objects.get(name="Fixed").pk
    sent = {"code": code, "solution": "Restarted", "children": "on"}
    assert sam.post(f"/incidents/{parent.number}/do/resolve/", sent).status_code == 302
    assert "Is it solved?" in browse(world.erin).get(f"/incidents/{child.number}/").content.decode()


def test_who_can_only_read_or_write_publicly_is_offered_no_family(world, family, browse):
    parent, _ = family
    omar = browse(world.omar).get(f"/incidents/{parent.number}/").content.decode()
    assert "Children" not in omar
    assert "Also to its" not in omar
    browse(world.omar).post(f"/incidents/{parent.number}/reply/", {"message": "Well?", "children": "on"})
    assert not Event.objects.filter(kind="comment.added").exclude(ticket=parent).exists()


def test_the_parents_page_costs_the_same_for_many_children(world, family, browse, django_assert_max_num_queries):
    parent, _ = family
    client = browse(analyst("sara", world.desk))
    with django_assert_max_num_queries(60) as few:
        client.get(f"/incidents/{parent.number}/")
    for name in range(10):
        families.attach(child=incident(person(f"p{name}"), "Mail"), parent=parent, by=world.sam)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(f"/incidents/{parent.number}/")


def test_of_many_children_the_page_names_the_first_open_ones_and_counts_the_rest(world, family, browse, monkeypatch):
    parent, children = family
    monkeypatch.setattr("incidents.templatetags.incidents.CHILDREN_SHOWN", 2)
    move(move(children[0], "start", by=world.sam), "resolve", by=world.sam)
    theirs = incident(world.erin, "Mail, in the network", workgroup=world.network)
    families.attach(child=theirs, parent=parent, by=automation())
    page = browse(world.sam).get(f"/incidents/{parent.number}/").content.decode()
    card = page[page.index('id="family"') :].partition("</section>")[0]
    assert [one.number for one in children if one.number in card] == [children[1].number, children[2].number]
    assert "1 more. Open ones come first." in card
    assert "1 with other workgroups" in card
    assert theirs.number not in card


def test_a_link_by_hand_touches_the_parent_before_its_child_as_all_that_is_done_to_families(world):
    """The child is the older one here: by age alone it would be touched first, and wait for whoever resolves them all."""
    child = move(incident(world.erin, "Mail"), "start", by=world.sam)
    parent = move(incident(world.omar, "The mail server is gone"), "start", by=world.sam)
    families.attach(child=child, parent=parent, by=world.sam)
    desk_actions.link(source=child, target=parent, kind="related_to", by=world.sam)
    told = Event.objects.filter(kind="link.added").order_by("-pk").values_list("ticket", flat=True)[:2]
    assert list(told) == [child.pk, parent.pk]
