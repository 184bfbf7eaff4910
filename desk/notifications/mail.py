"""How a message reads as a mail: plain and HTML, with headers that let mail clients thread and recognise it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from desk.people.language import speaking_to

from .models import Message
from .queries import placed


def compose(message: Message) -> EmailMultiAlternatives:
    """The mail for this message. The same message gives the same Message-ID, however often it is sent."""
    thread = _identity(f"ticket.{message.about}" if message.event else f"about.{message.address.strip('/')}")
    (message,) = placed(message.recipient, [message])
    context: dict[str, Any] = {
        "message": message,
        "number": message.about,
        "portal_name": settings.PORTAL_NAME,
        "link": absolute(message.place),
        "inbox": absolute(reverse("notifications:inbox")),
    }
    with speaking_to(message.recipient):
        body, page = (render_to_string(f"notifications/mail.{kind}", context) for kind in ("txt", "html"))
        language = get_language() or settings.LANGUAGE_CODE
    letter = EmailMultiAlternatives(
        subject=_subject(message.about, message.subject),
        body=body,
        to=[message.recipient.email],
        headers={
            "Message-ID": _identity(f"message.{message.pk}"),
            # All mails about a ticket answer to the same mail, which was never sent; clients put them together.
            "In-Reply-To": thread,
            "References": thread,
            "Content-Language": language,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    letter.attach_alternative(page, "text/html")
    return letter


def _subject(number: str, words: str) -> str:
    """With the ticket's number, said once. What looks like an encoded word, which clients would decode, is broken up."""
    words = words.replace("=?", "= ?")
    return words if number in words else f"{number}: {words}"


def absolute(path: str) -> str:
    """The path as a link that works outside the portal."""
    return f"{settings.PORTAL_URL}{path}"


def _identity(name: str) -> str:
    return f"<itsm.{name}@{urlsplit(settings.PORTAL_URL).hostname or 'localhost'}>"
