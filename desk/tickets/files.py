"""Files that come with an event: what may be attached, what the bytes really are, and where they are kept."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from .errors import Refused
from .models import Attachment, Event

TEXT = {"txt", "log", "csv", "eml"}
ZIPPED = {"docx", "xlsx", "pptx", "odt", "ods", "zip"}
_SAME = {"jpg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "heif": "heic"}


def attach(event: Event, files: Iterable[UploadedFile]) -> list[Attachment]:
    """Keep the files with the event. Refused (for the field `files`) when one of them may not be attached.

    When the transaction fails afterwards the rows are gone, and the bytes are removed too.
    """
    files = list(files)
    kinds = check(files)
    kept: list[Attachment] = []
    try:
        for file, content_type in zip(files, kinds, strict=True):
            row = Attachment(
                event=event, name=safe_name(file.name or "file"), size=file.size or 0, content_type=content_type
            )
            row.file.save(row.name, file, save=False)
            kept.append(row)
            with transaction.atomic():
                row.save()
    except Exception:
        for row in kept:
            row.file.storage.delete(row.file.name or "")
        raise
    return kept


def check(files: Iterable[UploadedFile]) -> list[str]:
    """The content type of each file; Refused with a sentence for every one too large or of a kind not allowed."""
    files = list(files)
    problems, found = [], []
    if len(files) > settings.ATTACHMENT_MAX_FILES:
        problems.append(f"{len(files)} files are too many; {settings.ATTACHMENT_MAX_FILES} at once is the most.")
    for file in files:
        try:
            found.append(sniff(file))
        except Refused as refusal:
            problems += refusal.sentences
    if problems:
        raise Refused(*problems, field="files")
    return found


def sniff(file: UploadedFile) -> str:
    """What the bytes are, as a MIME type; Refused when the file is empty, too large, or not what it claims to be."""
    name, size = safe_name(file.name or "file"), file.size or 0
    extension = PurePath(name).suffix.lstrip(".").lower()
    if size == 0:
        raise Refused(f"“{name}” is empty.")
    if size > settings.ATTACHMENT_MAX_BYTES:
        most = filesizeformat(settings.ATTACHMENT_MAX_BYTES)
        raise Refused(f"“{name}” has {filesizeformat(size)}; {most} is the most.")
    if extension not in settings.ATTACHMENT_TYPES:
        raise Refused(f"“{name}” can't be attached; allowed are {', '.join(settings.ATTACHMENT_TYPES)}.")
    file.seek(0)
    head = file.read(64 * 1024)
    file.seek(0)
    if extension in TEXT:
        if b"\x00" in head:
            raise Refused(f"“{name}” says it is text, but it isn't.")
        return "text/plain"
    return _sniff_binary(name, extension, head)


def _sniff_binary(name: str, extension: str, head: bytes) -> str:
    """The type from the first bytes, if it agrees with what the name promises."""
    try:
        guesses = puremagic.magic_string(head, filename=name)
    except puremagic.PureError:
        guesses = []
    promised = {_SAME.get(extension, extension)} | ({"zip"} if extension in ZIPPED else set())
    for guess in guesses:
        suffix = guess.extension.lstrip(".").lower()
        if _SAME.get(suffix, suffix) in promised:
            return "application/octet-stream" if extension in ZIPPED else guess.mime_type or "application/octet-stream"
    raise Refused(f"“{name}” isn't what its name says: its content is no {extension.upper()} file.")


def safe_name(name: str) -> str:
    """The last part of the given name, without control characters, at most 200 characters, its ending kept."""
    name = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable()).strip() or "file"
    stem, ending = os.path.splitext(name)
    return stem[: 200 - len(ending)] + ending
