"""How a message reads as a mail: plain and HTML, with headers that let mail clients thread and recognise it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

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
    letter = EmailMultiAlternatives(
        subject=_subject(message.about, message.subject),
        body=render_to_string("notifications/mail.txt", context),
        to=[message.recipient.email],
        headers={
            "Message-ID": _identity(f"message.{message.pk}"),
            # All mails about a ticket answer to the same mail, which was never sent; clients put them together.
            "In-Reply-To": thread,
            "References": thread,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    letter.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
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
