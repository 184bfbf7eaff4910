"""The inbox as people meet it: what is new, opening it, and marking all of it as read."""

import pytest
from django.urls import reverse

from desk.notifications.models import Message
from desk.people.actions import leave
from desk.tickets.models import Visibility
from tests.factories import incident

from .news import escalate


@pytest.fixture
def ticket(world):
    return incident(world.erin)


def page(client, **query):
    return client.get("/inbox/", query).content.decode()


def test_lena_finds_what_she_was_told_newest_first_and_opens_it(world, ticket, browse):
    escalate(ticket, world.lena, subject="Soon late", text="One hour\nis left.")
    escalate(ticket, world.lena, subject="Late now")
    lena = browse(world.lena)
    said = page(lena)
    assert 0 < said.index("Late now") < said.index("Soon late")
    assert "<p>One hour<br>is left.</p>" in said
    assert said.count("data-unread") == said.count(">New</span>") == 2
    assert 'aria-label="Inbox, 2 unread"' in said
    message = Message.objects.get(subject="Soon late")
    assert lena.post(reverse("notifications:open", args=[message.pk])).headers["Location"] == ticket.get_absolute_url()
    message.refresh_from_db()
    first_read = message.read_at
    assert first_read is not None
    said = page(lena)
    assert said.count("data-unread") == said.count(">New</span>") == 1
    assert 'aria-label="Inbox, 1 unread"' in said
    lena.post(reverse("notifications:open", args=[message.pk]))
    message.refresh_from_db()
    assert message.read_at == first_read


def test_looking_changes_nothing(world, ticket, browse):
    """Neither the page nor a link loaded ahead marks anything as read."""
    escalate(ticket, world.lena)
    lena, message = browse(world.lena), Message.objects.get()
    assert lena.get(reverse("notifications:open", args=[message.pk])).status_code == 405
    page(lena)
    lena.get(ticket.get_absolute_url())
    message.refresh_from_db()
    assert message.read_at is None


def test_mark_all_as_read(world, ticket, browse):
    for n in range(3):
        escalate(ticket, world.lena, subject=f"Message {n}")
    lena = browse(world.lena)
    newest = lena.get("/inbox/").context["page"].newest
    escalate(ticket, world.lena, subject="Came in meanwhile")
    said = lena.post(reverse("notifications:read_all"), {"newest": newest}, follow=True).content.decode()
    assert "Marked as read." in said
    assert 'aria-label="Inbox, 1 unread"' in said
    assert list(Message.objects.filter(read_at=None).values_list("subject", flat=True)) == ["Came in meanwhile"]


@pytest.mark.parametrize("newest", ["", "x", "-1", "²", "9" * 30])
def test_an_odd_form_marks_nothing_and_breaks_nothing(world, ticket, browse, newest):
    escalate(ticket, world.lena)
    answer = browse(world.lena).post(reverse("notifications:read_all"), {"newest": newest}, follow=True)
    assert answer.status_code == 200
    assert Message.objects.get().read_at is None


def test_an_empty_inbox_says_why(world, browse):
    said = page(browse(world.erin))
    assert "No messages" in said
    assert "Mark all" not in said
    assert 'aria-label="Inbox, nothing unread"' in said


def test_other_peoples_messages_do_not_exist(world, ticket, browse):
    escalate(ticket, world.lena)
    sam, message = browse(world.sam), Message.objects.get()
    assert sam.post(reverse("notifications:open", args=[message.pk])).status_code == 404
    sam.post(reverse("notifications:read_all"), {"newest": message.pk})
    message.refresh_from_db()
    assert message.read_at is None


def test_who_lost_sight_of_the_ticket_finds_neither_words_nor_number(world, ticket, browse):
    escalate(ticket, world.sam, subject="Only for Service Desk")
    sam, message = browse(world.sam), Message.objects.get()
    assert "Only for Service Desk" in page(sam)
    leave(workgroup=world.desk, user=world.sam)
    said = page(sam)
    assert "Only for Service Desk" not in said
    assert ticket.number not in said
    assert 'aria-label="Inbox, nothing unread"' in said
    assert sam.post(reverse("notifications:open", args=[message.pk])).status_code == 404


def test_a_requester_reads_what_is_public(world, ticket, browse):
    escalate(ticket, world.erin, subject="We are late", visibility=Visibility.PUBLIC)
    erin = browse(world.erin)
    assert "We are late" in page(erin)
    opened = erin.post(reverse("notifications:open", args=[Message.objects.get().pk]), follow=True)
    assert opened.status_code == 200
    assert opened.context["ticket"].number == ticket.number


def test_html_in_a_message_stays_text(world, ticket, browse):
    escalate(ticket, world.lena, subject="<img src=x>", text="<script>alert(1)</script>")
    said = page(browse(world.lena))
    assert "<img src=x" not in said
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert(1)" in said
