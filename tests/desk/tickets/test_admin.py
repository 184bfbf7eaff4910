"""The administrator sets the matrix and the pending reasons; tickets, events and files are there to be looked at."""

import pytest
from django.urls import reverse

from desk.tickets import actions
from desk.tickets.models import Attachment, Event, PendingReason, PriorityCell, Ticket
from tests.factories import incident, person
from tests.files import png
from tests.forms import send
from tests.stories import in_state

MATRIX = "admin:tickets_prioritycell_changelist"


def test_the_matrix_is_one_page_and_new_tickets_follow_it(world, browse):
    old = incident(world.erin, impact=3, urgency=2)
    assert send(browse(world.admin), reverse(MATRIX), cell_3_2="1").status_code == 302
    assert (old.priority, incident(world.erin, impact=3, urgency=2).priority) == (4, 1)
    old.refresh_from_db()
    assert old.priority == 4


def test_the_matrix_always_has_nine_cells(world, browse):
    admin, cell = browse(world.admin), PriorityCell.objects.first()
    assert admin.post(reverse("admin:tickets_prioritycell_add"), {"impact": 1}).status_code == 403
    assert admin.post(reverse("admin:tickets_prioritycell_delete", args=[cell.pk]), {"post": "yes"}).status_code == 403
    PriorityCell.objects.filter(impact=2).delete()
    send(admin, reverse(MATRIX))
    assert PriorityCell.objects.count() == 9


def test_a_priority_that_there_isnt_is_refused(world, browse):
    response = send(browse(world.admin), reverse(MATRIX), cell_1_1="9")
    assert response.status_code == 200
    assert PriorityCell.objects.get(impact=1, urgency=1).priority == 1


def test_a_reason_that_tickets_name_is_kept_and_can_be_retired(world, browse):
    admin = browse(world.admin)
    in_state("pending", requester=world.erin, analyst=world.sam)
    used, unused = PendingReason.objects.get(name="Waiting for vendor"), PendingReason.objects.get(name="Agreed date")
    said = admin.post(reverse("admin:tickets_pendingreason_delete", args=[used.pk]), {"post": "yes"}, follow=True)
    assert "Make it inactive" in said.content.decode()
    admin.post(reverse("admin:tickets_pendingreason_delete", args=[unused.pk]), {"post": "yes"})
    assert set(PendingReason.objects.filter(pk__in=[used.pk, unused.pk])) == {used}
    chosen = {"action": "delete_selected", "_selected_action": [used.pk], "post": "yes"}
    admin.post(reverse("admin:tickets_pendingreason_changelist"), chosen)
    assert PendingReason.objects.filter(pk=used.pk).exists()


def test_who_may_delete_nothing_isnt_told_what_stands_in_tickets(world, browse):
    in_state("pending", requester=world.erin, analyst=world.sam)
    used = PendingReason.objects.get(name="Waiting for vendor")
    clerk = browse(person("clerk", is_staff=True))
    for row in PendingReason.objects.all():
        assert (
            clerk.post(reverse("admin:tickets_pendingreason_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        )
    assert PendingReason.objects.filter(pk=used.pk).exists()


def test_the_order_of_reasons_is_set_in_the_list(world, browse):
    path = reverse("admin:tickets_pendingreason_changelist")
    last = PendingReason.objects.last()
    rows = list(PendingReason.objects.all())
    assert (
        send(browse(world.admin), path, **{f"form-{rows.index(last)}-position": 0, "_save": "Save"}).status_code == 302
    )
    last.refresh_from_db()
    assert last.position == 0


@pytest.mark.parametrize("model", ["ticket", "event", "attachment"])
def test_nothing_is_added_changed_or_deleted_by_hand(world, browse, model):
    """Whatever is posted: every way is shut."""
    found = incident(world.erin, files=[png("screen.png")])
    row = {"ticket": found, "event": found.events.first(), "attachment": Attachment.objects.first()}[model]
    admin = browse(world.admin)
    assert admin.get(reverse(f"admin:tickets_{model}_change", args=[row.pk])).status_code == 200
    before = (Ticket.objects.values().get(), list(Event.objects.values()), list(Attachment.objects.values()))
    forged = {"state": "closed", "version": 1, "kind": "forged", "name": "forged.png", "post": "yes", "_save": "Save"}
    for way, arguments in (("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        assert admin.post(reverse(f"admin:tickets_{model}_{way}", args=arguments), forged).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes", "form-0-state": "closed"}
    admin.post(reverse(f"admin:tickets_{model}_changelist"), chosen | {"_save": "Save"})
    assert before == (Ticket.objects.values().get(), list(Event.objects.values()), list(Attachment.objects.values()))


def test_a_tickets_history_is_its_page(world, browse):
    found = incident(world.erin)
    response = browse(world.admin).get(reverse("admin:tickets_ticket_history", args=[found.pk]))
    assert response["Location"] == found.get_absolute_url()


def test_a_file_is_fetched_by_its_own_address_only(world, browse):
    incident(world.erin, files=[png("screen.png")])
    file = Attachment.objects.get()
    text = browse(world.admin).get(reverse("admin:tickets_attachment_change", args=[file.pk])).content.decode()
    assert file.get_absolute_url() in text
    assert file.file.name not in text


def test_events_are_found_by_kind_and_number(world, browse):
    first, second = incident(world.erin), incident(world.omar)
    actions.note(ticket=first, by=world.sam, message="Called back")
    admin, path = browse(world.admin), reverse("admin:tickets_event_changelist")
    by_kind = admin.get(path, {"kind": "comment.added"}).context["cl"]
    by_number = admin.get(path, {"q": second.number}).context["cl"]
    assert {event.ticket_id for event in by_kind.result_list} == {first.pk}
    assert {event.ticket_id for event in by_number.result_list} == {second.pk}


@pytest.mark.parametrize("model", ["ticket", "event", "attachment", "pendingreason"])
def test_lists_ask_the_same_number_of_questions_however_long(world, browse, django_assert_max_num_queries, model):
    client, path = browse(world.admin), reverse(f"admin:tickets_{model}_changelist")
    incident(world.erin, files=[png("one.png")])
    with django_assert_max_num_queries(20) as before:
        client.get(path)
    for number in range(6):
        incident(world.omar, files=[png(f"{number}.png")])
        PendingReason.objects.create(name=f"Reason {number}", public_text="Later")
    with django_assert_max_num_queries(len(before.captured_queries)):
        client.get(path)
