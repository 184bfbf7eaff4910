"""The mail folder of a portal without a mail server: each mail is a file, the newest are kept and can be read."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

KEPT = 200  # mails; older ones are deleted
NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


class FolderBackend(BaseEmailBackend):
    """Writes each mail as one .eml file into MAIL_FOLDER, which mail programs can open too."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        box = folder()
        box.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
            draft = box / f"{name}.new"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.message().as_bytes())
            draft.replace(box / f"{name}.eml")  # a reader sees the whole mail, or none
        for path in _newest_first()[KEPT:]:
            path.unlink(missing_ok=True)
        return len(email_messages)


@dataclass(frozen=True)
class Mail:
    """One mail of the folder, as text; what is HTML only is shown as its source. `sent_at` is timezone-aware."""

    name: str
    subject: str
    to: str
    sent_at: datetime | None
    text: str
    headers: list[tuple[str, str]]


def is_used() -> bool:
    """Whether mail goes into the folder, and not to a server."""
    return bool(settings.EMAIL_BACKEND.startswith(__name__))


def folder() -> Path:
    return Path(settings.MAIL_FOLDER)


def names() -> list[str]:
    """The names of the mails in the folder, newest first."""
    return [path.stem for path in _newest_first()[:KEPT]]


def read(name: str) -> Mail | None:
    """The mail with this name; None when there is none, or not any more."""
    if not NAME.fullmatch(name):
        return None
    try:
        parsed: Any = message_from_bytes((folder() / f"{name}.eml").read_bytes(), policy=policy.default)
    except OSError:
        return None
    return Mail(
        name=name,
        subject=str(parsed["subject"] or ""),
        to=str(parsed["to"] or ""),
        sent_at=_sent_at(parsed),
        text=_text(parsed),
        headers=[(key, str(value)) for key, value in parsed.items()],
    )


def _sent_at(parsed: Any) -> datetime | None:
    """Its Date; one of “-0000”, as Django writes it, is in UTC and says nothing of the sender's zone (RFC 5322)."""
    moment: datetime | None = parsed["date"].datetime if parsed["date"] else None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _text(parsed: Parsed) -> str:
    body = parsed.get_body(("plain", "html"))
    return str(body.get_content()) if body is not None else ""


def _newest_first() -> list[Path]:
    paths = folder().glob("*.eml") if folder().is_dir() else []
    return sorted((path for path in paths if NAME.fullmatch(path.stem)), reverse=True)
