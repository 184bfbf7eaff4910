"""One verb for many tickets: each by its own door, refusals by name, done once whoever is killed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from desk.bulk import actions, queries
from desk.bulk.forms import FORMS
from desk.bulk.models import Row, Run
from desk.people.actions import join
from desk.people.models import Role, User
from desk.tickets.errors import Refused
from desk.tickets.models import Event, PendingReason, Ticket
from tests.at_once import at_once, of
from tests.changes.cab import with_cab
from tests.changes.plans import in_state as change_in
from tests.factories import incident
from tests.german import knows
from tests.stories import in_state


@pytest.fixture
def five(world):
    """Five incidents of Erin's in the Service Desk, the last of them closed."""
    closed = in_state("closed", requester=world.erin, analyst=world.sam)
    return [*(incident(world.erin, f"Printer {n}") for n in range(4)), closed]


def run(world, tickets, verb, by=None, **typed):
    by = by or world.sam
    found = actions.select(by=by, tickets=[ticket.pk for ticket in tickets])
    form = FORMS[verb](typed)
    assert form.is_valid(), form.errors
    actions.start(run=found, by=by, verb=verb, inputs=form.inputs(), said=form.in_words())
    actions.work_off()
    return queries.progress(found)


def refusals(progress):
    return {row.ticket.number: row.why for row in progress.refused}


@pytest.mark.django_db
def test_assigning_five_of_which_one_is_closed(world, five):
    found = run(world, five, "assign", assignee="lena")
    assert (found.done, found.total, found.is_over) == (4, 5, True)
    assert refusals(found) == {five[4].number: f"{five[4].number} is Closed; “Assign” isn't possible from there."}
    assert set(Ticket.objects.filter(assignee=world.lena).values_list("pk", flat=True)) == {t.pk for t in five[:4]}
    assert Event.objects.filter(kind="incident.assigned", actor=world.sam).count() >= 4


@pytest.mark.django_db
def test_what_is_so_already_is_no_event(world, five):
    run(world, five[:2], "assign", assignee="lena")
    found = run(world, five[:3], "assign", assignee="lena")
    assert (found.done, found.same) == (1, 2)


@pytest.mark.django_db
def test_moving_to_another_workgroup_wants_a_reason_and_somebody_who_works_there(world, five):
    form = FORMS["assign"]({"workgroup": world.network.pk})
    assert not form.is_valid()
    assert "Please say why they go to another workgroup" in str(form.errors["reason"])
    found = run(world, five[:2], "assign", workgroup=world.network.pk, assignee="lena", reason="It is the network")
    assert set(refusals(found).values()) == {"Lena doesn't work in Network."}
    assert run(world, five[:2], "assign", workgroup=world.network.pk, reason="It is the network").done == 2


@pytest.mark.django_db
def test_each_kind_of_ticket_does_what_it_can(world, five):
    change = change_in("draft", with_cab(world))
    vendor = PendingReason.objects.get(name="Waiting for vendor").pk
    found = actions.select(by=world.nadia, tickets=[change.pk])
    assert "A change can't be put on hold." in queries.preview(found, "hold").unable[0][1]
    assert set(refusals(run(world, [change], "hold", by=world.nadia, pending=vendor))) == {change.number}
    assert run(world, five[:1], "take").done == 1
    assert run(world, five[:1], "hold", pending=vendor).done == 1
    assert Ticket.objects.get(pk=five[0].pk).state == "pending"


@pytest.mark.django_db
def test_prioritise_note_and_cancel(world, five):
    assert run(world, five[:4], "prioritise", impact=1, urgency=1).done == 4
    assert {ticket.priority for ticket in Ticket.objects.filter(pk__in=[t.pk for t in five[:4]])} == {1}
    assert run(world, five[:4], "prioritise", urgency=1).same == 4
    assert run(world, five, "note", note="Same printer").done == 5
    assert {event.visibility for event in Event.objects.filter(kind="comment.added", data__text="Same printer")} == {
        "internal"
    }
    found = run(world, five, "cancel", reason="The printer is gone", orders="keep")
    assert (found.done, len(found.refused)) == (4, 1)


@pytest.mark.django_db
def test_a_preview_says_beforehand_what_will_be_refused(world, five):
    other = incident(world.omar, "Theirs", workgroup=world.network)
    found = actions.select(by=world.sam, tickets=[*(t.pk for t in five)])
    preview = queries.preview(found, "cancel")
    assert (preview.able, [ticket.pk for ticket, _ in preview.unable]) == (4, [five[4].pk])
    assert Row.objects.filter(done_at__isnull=False).count() == 0
    assert queries.preview(actions.select(by=world.sam, tickets=[other.pk]), "cancel").able == 0  # not theirs to see


@pytest.mark.django_db
def test_a_ticket_that_left_ones_sight_is_refused_and_nothing_is_done(world, five):
    found = actions.select(by=world.nadia, tickets=[five[0].pk])
    actions.start(run=found, by=world.nadia, verb="note", inputs={"note": "Hello"}, said="Add a note")
    actions.work_off()
    assert refusals(queries.progress(found)) == {five[0].number: "You can't see it any more."}


@pytest.mark.django_db
def test_a_selection_is_its_owners_and_has_a_limit(world, five, monkeypatch):
    with pytest.raises(PermissionDenied):
        actions.select(by=world.erin, tickets=[five[0].pk])
    with pytest.raises(Refused, match="Nothing is selected"):
        actions.select(by=world.sam, tickets=[])
    monkeypatch.setattr(actions, "MOST", 3)
    with pytest.raises(Refused, match="5 tickets are too many at once"):
        actions.select(by=world.sam, tickets=[t.pk for t in five])
    found = actions.select(by=world.sam, tickets=[five[0].pk])
    with pytest.raises(PermissionDenied):
        actions.start(run=found, by=world.lena, verb="take", inputs={}, said="")


@pytest.mark.django_db(transaction=True)
def test_four_workers_and_a_double_click_do_each_once(world, five):
    found = actions.select(by=world.sam, tickets=[t.pk for t in five])

    def start_again():
        return actions.start(run=found, by=world.sam, verb="note", inputs={"note": "Once"}, said="Add a note to each")

    answers = at_once(*[start_again] * 3)
    answers += at_once(*[lambda: actions.work_off(50)] * 4)
    assert not of(Exception, answers), answers
    assert Event.objects.filter(data__text="Once").count() == 5
    assert queries.progress(found).is_over


@pytest.mark.django_db
def test_sam_neither_waits_for_what_lena_began_nor_does_it_for_her(world, five, browse):
    hers = actions.select(by=world.lena, tickets=[ticket.pk for ticket in five])
    actions.start(run=hers, by=world.lena, verb="note", inputs={"note": "Hers"}, said="Add a note to each")
    his = actions.select(by=world.sam, tickets=[five[0].pk])
    browse(world.sam).post(f"/bulk/{his.pk}/", {"do": "note", "note": "His"})
    assert (queries.progress(his).done, queries.progress(hers).over) == (1, 0)


@pytest.mark.django_db
def test_of_many_refusals_the_first_are_named_and_all_are_counted(world, five, browse, monkeypatch):
    monkeypatch.setattr(queries, "NAMED", 2)
    found = actions.select(by=world.nadia, tickets=[ticket.pk for ticket in five])
    actions.start(run=found, by=world.nadia, verb="note", inputs={"note": "Hello"}, said="Add a note to each")
    actions.work_off()
    progress = queries.progress(found)
    assert (progress.refusals, len(progress.refused), progress.is_over) == (5, 2, True)
    assert "The first 2 of 5 are named." in browse(world.nadia).get(f"/bulk/{found.pk}/").content.decode()


@pytest.mark.django_db
def test_what_breaks_is_tried_again_and_undoes_nothing_else(world, five, monkeypatch, settings):
    settings.REACTION_MAX_ATTEMPTS = 1
    from desk.tickets import actions as tickets

    real = tickets.note

    def breaks(*, ticket, **more):
        if ticket.pk == five[1].pk:
            raise ZeroDivisionError
        return real(ticket=ticket, **more)

    monkeypatch.setattr(tickets, "note", breaks)
    found = run(world, five[:3], "note", note="Broken")
    assert (found.done, [row.ticket_id for row in found.dead], found.is_over) == (2, [five[1].pk], True)


@pytest.mark.django_db
def test_runs_of_long_ago_are_forgotten(world, five):
    run(world, five[:1], "take")
    Run.objects.update(created_at="2020-01-01T00:00Z")
    actions.sweep()
    assert not Row.objects.exists()


@pytest.mark.django_db
def test_what_is_done_stays_done_when_sam_stops_it_and_the_rest_is_named(world, five, browse):
    found = actions.select(by=world.sam, tickets=[ticket.pk for ticket in five])
    with pytest.raises(Refused, match="hasn't begun"):
        actions.stop(run=found, by=world.sam)
    actions.start(run=found, by=world.sam, verb="note", inputs={"note": "Once"}, said="Add a note to each")
    actions.work_off(2)
    sam = browse(world.sam)
    assert "Stop</button>" in sam.get(f"/bulk/{found.pk}/").content.decode()
    with pytest.raises(PermissionDenied):
        actions.stop(run=found, by=world.lena)
    said = sam.post(f"/bulk/{found.pk}/stop/", follow=True).content.decode()
    assert actions.work_off() == 0
    progress = queries.progress(found)
    assert (progress.done, progress.stopped, progress.is_over) == (2, 3, True)
    assert "Not done" in said
    assert "Stop</button>" not in said
    assert all(ticket.number in said for ticket in five[2:])
    assert not any(ticket.number in said for ticket in five[:2])
    assert Event.objects.filter(data__text="Once").count() == 2
    again = sam.post(f"/bulk/{found.pk}/stop/", follow=True).content.decode()
    assert "There was nothing left to stop." in again


@pytest.mark.django_db(transaction=True)
def test_stopping_while_workers_are_at_it_leaves_each_done_or_not_done(world, five):
    found = actions.select(by=world.sam, tickets=[ticket.pk for ticket in five])
    actions.start(run=found, by=world.sam, verb="note", inputs={"note": "Once"}, said="Add a note to each")
    answers = at_once(
        lambda: actions.work_off(50), lambda: actions.work_off(50), lambda: actions.stop(run=found, by=world.sam)
    )
    assert not of(Exception, answers), answers
    progress = queries.progress(found)
    assert progress.done + progress.stopped == 5
    assert Event.objects.filter(data__text="Once").count() == progress.done


@pytest.mark.django_db
def test_the_preview_says_each_number_once_and_a_text_that_is_too_long_is_said_beside_its_field(world, five, browse):
    sam = browse(world.sam)
    found = actions.select(by=world.sam, tickets=[ticket.pk for ticket in five])
    page = sam.get(f"/bulk/{found.pk}/?do=cancel").content.decode()
    assert "1 of them can't be cancelled, and stays as it is:" in page
    assert f"{five[4].number}</a> is Closed" in page
    assert "timers" not in page
    long = sam.post(f"/bulk/{found.pk}/", {"do": "cancel", "reason": "x" * 4001, "orders": "keep"})
    assert long.status_code == 422
    assert list(long.context["form"].errors) == ["reason"]
    hers = actions.select(by=world.nadia, tickets=[change_in("draft", with_cab(world)).pk])
    assert queries.preview(hers, "hold").unable[0][1] == ": A change can't be put on hold."


@pytest.mark.django_db
def test_the_preview_says_each_reason_once_for_all_of_its_tickets(world, five):
    join(workgroup=world.network, user=world.sam, role=Role.OBSERVER)
    sam = User.objects.get(pk=world.sam.pk)
    theirs = [incident(world.erin, f"Wi-Fi {n}", workgroup=world.network) for n in range(6)]
    found = actions.select(by=sam, tickets=[ticket.pk for ticket in (*theirs, *five[4:])])
    first, other = queries.preview(found, "take").reasons
    assert (first.why, [one.pk for one in first.tickets]) == (
        ": Only an analyst of Network may do this.", [one.pk for one in theirs[:4]],
    )  # fmt: skip
    assert (first.more, [one.pk for one in other.tickets]) == (2, [five[4].pk])


@pytest.mark.django_db
def test_reasons_are_in_the_language_of_whoever_began_the_run_and_of_the_page_while_they_wait(world, monkeypatch):
    knows(monkeypatch, {"You can't see it any more.": "Sie können es nicht mehr sehen."})
    User.objects.filter(pk=world.sam.pk).update(language="de")

    def refused(work_off):
        found = actions.select(by=world.sam, tickets=[incident(world.erin).pk])
        Ticket.objects.filter(pk__in=found.rows.values("ticket")).update(workgroup=world.network)
        actions.start(run=found, by=world.sam, verb="take", inputs={}, said="Take them")
        work_off(found)
        return found.rows.get().why

    assert refused(lambda run: actions.work_off()) == "Sie können es nicht mehr sehen."
    with override("en-gb"):
        assert refused(lambda run: actions.work_off(run=run)) == "You can't see it any more."
    with override("de"):
        assert refused(lambda run: actions.work_off(run=run)) == "Sie können es nicht mehr sehen."
