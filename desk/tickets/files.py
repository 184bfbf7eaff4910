"""Files that come with an event: what may be attached, what the bytes really are, and where they are kept."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePath

import puremagic
from django.conf import settings
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from .errors import Refused
from .models import Attachment, Event

TEXT = {"txt", "log", "csv", "eml"}
ZIPPED = {"docx", "xlsx", "pptx", "odt", "ods", "zip"}
_OURS = re.compile("[0-9a-f]{32}(_[A-Za-z0-9]+)?")  # a random name, and what a storage adds to one that is taken
_SAME = {"jpg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "heif": "heic"}


def attach(event: Event, files: Iterable[UploadedFile]) -> list[Attachment]:
    """Keep the files with the event. Refused (for the field `files`) when one of them may not be attached.

    When this fails the bytes are removed at once; when the transaction fails later, `sweep` removes them.
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


def sweep(older_than: timedelta = timedelta(days=1)) -> int:
    """Remove the files that no attachment names and that are too old to belong to a running transaction.

    Looks only at what lies where `attachment_path` puts it. Returns how many were removed.
    """
    storage, limit, swept = Attachment._meta.get_field("file").storage, timezone.now() - older_than, 0
    for folder in _month_folders(storage):
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1] if _OURS.fullmatch(name)]
        old = [name for name in names if storage.get_modified_time(name) < limit]
        for part in (old[start : start + 1000] for start in range(0, len(old), 1000)):
            held = set(Attachment.objects.filter(file__in=part).values_list("file", flat=True))
            for name in set(part) - held:
                storage.delete(name)
                swept += 1
    return swept


def _month_folders(storage: Storage) -> list[str]:
    """The folders `2026/11` that there are."""
    if not storage.exists(""):
        return []
    years = [year for year in storage.listdir("")[0] if year.isdecimal()]
    return [f"{year}/{month}" for year in years for month in storage.listdir(year)[0] if month.isdecimal()]


def check(files: Iterable[UploadedFile]) -> list[str]:
    """The content type of each file; Refused with a sentence for every one too large or of a kind not allowed."""
    files = list(files)
    problems, found = [], []
    if len(files) > settings.ATTACHMENT_MAX_FILES:
        sentence = _("{count} files are too many; {most} at once is the most.")
        problems.append(sentence.format(count=len(files), most=settings.ATTACHMENT_MAX_FILES))
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
        raise Refused(_("“{name}” is empty.").format(name=name))
    if size > settings.ATTACHMENT_MAX_BYTES:
        most = filesizeformat(settings.ATTACHMENT_MAX_BYTES)
        raise Refused(
            _("“{name}” has {size}; {most} is the most.").format(name=name, size=filesizeformat(size), most=most)
        )
    if extension not in settings.ATTACHMENT_TYPES:
        allowed = ", ".join(settings.ATTACHMENT_TYPES)
        raise Refused(_("“{name}” can't be attached; allowed are {allowed}.").format(name=name, allowed=allowed))
    file.seek(0)
    head = file.read(64 * 1024)
    file.seek(0)
    if extension in TEXT:
        if b"\x00" in head:
            raise Refused(_("“{name}” says it is text, but it isn't.").format(name=name))
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
    sentence = _("“{name}” isn't what its name says: its content is no {extension} file.")
    raise Refused(sentence.format(name=name, extension=extension.upper()))


def safe_name(name: str) -> str:
    """The last part of the given name, without control characters, at most 200 characters, its ending kept."""
    name = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable()).strip() or "file"
    stem, ending = os.path.splitext(name)
    return stem[: 200 - len(ending)] + ending
