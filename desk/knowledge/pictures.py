"""Pictures of articles: checked like attachments, shown by their address in the text, removed when nothing holds them."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import UploadedFile
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from desk.tickets import files
from desk.tickets.errors import Refused
from desk.tickets.text import as_html

KEY = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ADDRESS = re.compile(rf"/knowledge/pictures/({KEY})/")
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}  # what a browser shows and can't run


def check(uploads: list[UploadedFile]) -> list[str]:
    """The content type of each; Refused with a sentence for every one that is no picture, or too large."""
    kinds = files.check(uploads)
    if wrong := [file for file, kind in zip(uploads, kinds, strict=True) if kind not in SHOWN]:
        raise Refused(
            *(
                _("“{file}” is no picture that a page can show.").format(file=files.safe_name(file.name or ""))
                for file in wrong
            ),
            field="files",
        )
    return kinds


def keys_in(text: str) -> list[str]:
    """The keys of the pictures that a text shows, each once."""
    return list(dict.fromkeys(ADDRESS.findall(text)))


def article_html(text: str) -> SafeString:
    """An article's Markdown as safe HTML, with pictures of the portal's own articles and no others."""
    return as_html(text, pictures=ADDRESS)
