"""How a message reads as a mail: its headers, its links, and that nothing typed can break out of them."""

from email import message_from_bytes, policy

import pytest
from django.core import mail as outbox_of
from django.utils.translation import override

from desk.notifications.actions import send_due
from desk.notifications.mail import compose
from desk.notifications.models import Message
from desk.people.language import keep
from tests.factories import incident

from .news import escalate


@pytest.fixture
def ticket(world):
    return incident(world.erin)


def parsed(letter):
    return message_from_bytes(letter.message().as_bytes(), policy=policy.default)


def composed(ticket, user, **words):
    escalate(ticket, user, **words)
    return parsed(compose(Message.objects.latest("pk")))


def test_a_mail_has_the_words_in_plain_and_html_with_links_to_the_portal(world, ticket):
    letter = composed(ticket, world.lena, subject="Soon late", text="First.\nSecond.")
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert letter["subject"] == f"{ticket.number}: Soon late"
    assert letter["to"] == "lena@northwind.example"
    for link in (f"https://portal.example/incidents/{ticket.number}/", "https://portal.example/inbox/"):
        assert link in plain
        assert f'href="{link}"' in html
    assert "First.\nSecond." in plain
    assert "<p>First.<br>Second.</p>" in html


def test_a_mail_is_known_by_its_headers_and_threads_by_its_ticket(world, ticket):
    other = incident(world.erin, "Another")
    first, second, third = (
        composed(one, world.lena, subject=word) for one, word in ((ticket, "One"), (ticket, "Two"), (other, "Three"))
    )
    for letter in (first, second, third):
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["X-Auto-Response-Suppress"] == "All"
        assert letter["In-Reply-To"] == letter["References"]
    assert first["References"] == second["References"] == f"<itsm.ticket.{ticket.number}@portal.example>"
    assert third["References"] != first["References"]
    assert len({letter["Message-ID"] for letter in (first, second, third)}) == 3


def test_the_same_message_has_the_same_message_id_each_time(world, ticket):
    escalate(ticket, world.lena)
    message = Message.objects.get()
    assert {compose(message).message()["Message-ID"] for _ in range(3)} == {
        f"<itsm.message.{message.pk}@portal.example>"
    }


def test_a_number_in_the_subject_is_not_said_twice(world, ticket):
    assert composed(ticket, world.lena, subject=f"{ticket.number} is late")["subject"] == f"{ticket.number} is late"


@pytest.mark.parametrize(
    "hostile",
    [
        "Down\r\nBcc: everybody@northwind.example",
        "Down\nContent-Type: text/html\n\n<script>alert(1)</script>",
        "=?utf-8?q?=0ABcc=3A_everybody=40northwind=2Eexample?=",
        "Down\x85Bcc: everybody@northwind.example",
        "\u202e" + "ü" * 300,
    ],
)
def test_no_subject_becomes_a_header(world, ticket, hostile):
    escalate(ticket, world.lena, subject=hostile)
    assert send_due() == 1
    (letter,) = outbox_of.outbox
    assert letter.recipients() == ["lena@northwind.example"]
    raw = parsed(letter)
    assert raw["bcc"] is None
    assert raw.get_content_type() == "multipart/alternative"
    assert "\n" not in raw["subject"]


def test_html_in_the_text_stays_text(world, ticket):
    letter = composed(ticket, world.lena, subject="<img src=x>", text="</p><script>alert(1)</script> & more")
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "<script>" not in html
    assert "<img" not in html
    assert "</p><script>alert(1)</script> & more" in plain


def test_an_old_row_with_a_broken_subject_goes_nowhere_and_says_why(world, ticket):
    escalate(ticket, world.lena)
    Message.objects.update(subject="Down\nBcc: everybody@northwind.example")
    send_due()
    assert outbox_of.outbox == []
    assert "Header values can't contain newlines" in Message.objects.get().mail_error


# -- whose language ---------------------------------------------------------------------------------


@pytest.fixture
def _words(german):
    german(
        {"Soon late": "Bald zu spät", "Everything you were told": "Alle Ihre Nachrichten", "{n} h left": "noch {n} h"}
    )


@pytest.mark.usefixtures("_words")
def test_a_mail_is_in_the_language_of_whoever_gets_it(world, ticket):
    world.lena.language = "de"
    world.lena.save()
    letter = composed(ticket, world.lena, subject=keep("Soon late"), text=keep("{n} h left", n=2), by=world.sam)
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert letter["subject"] == f"{ticket.number}: Bald zu spät"
    assert letter["content-language"] == "de"
    assert '<html lang="de">' in html
    for text in (plain, html):
        assert "noch 2 h" in text
        assert "Alle Ihre Nachrichten" in text


@pytest.mark.usefixtures("_words")
def test_what_the_sender_reads_makes_no_difference(world, ticket):
    with override("de"):
        letter = composed(ticket, world.lena, subject=keep("Soon late"), text=keep("{n} h left", n=2), by=world.sam)
    html = letter.get_body(("html",)).get_content()
    assert letter["subject"] == f"{ticket.number}: Soon late"
    assert '<html lang="en-gb">' in html
    assert "2 h left" in html
    assert "Everything you were told" in html


@pytest.mark.usefixtures("_words")
def test_two_people_are_told_of_one_event_each_in_theirs(world, ticket):
    world.lena.language = "de"
    world.lena.save()
    escalate(ticket, world.lena, world.sam, subject=keep("Soon late"), text="")
    said = dict(Message.objects.values_list("recipient__username", "subject"))
    assert said == {"lena": "Bald zu spät", "sam": "Soon late"}
