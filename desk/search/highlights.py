"""Texts with the words marked that answer a query; everything else in them is escaped."""

from __future__ import annotations

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

BEFORE, LONG = 40, 180  # characters of a snippet before its first mark, and in all


def marked(text: str, pattern: re.Pattern[str] | None) -> SafeString:
    """The whole text, with <mark> around what answers."""
    if pattern is None:
        return escape(text)
    parts, at = [], 0
    for found in pattern.finditer(text):
        parts += [escape(text[at : found.start()]), format_html("<mark>{}</mark>", found[0])]
        at = found.end()
    return mark_safe("".join([*parts, escape(text[at:])]))  # each part has just been escaped


def snippet(text: str, pattern: re.Pattern[str] | None) -> SafeString | None:
    """The part of the text around its first word that answers, marked; None when nothing in it does."""
    found = pattern.search(text) if pattern else None
    if found is None:
        return None
    begin = max(0, found.start() - BEFORE)
    if begin:
        begin = text.find(" ", begin, found.start()) + 1 or begin
    end = begin + LONG
    cut = " ".join(text[begin:end].split())
    head, tail = "… " if begin else "", " …" if end < len(text) else ""
    return format_html("{}{}{}", head, marked(cut, pattern), tail)


def opening(text: str) -> str:
    """How the text begins, for what answers elsewhere."""
    cut = " ".join(text[: LONG * 4].split())
    return f"{cut[:LONG].rstrip()} …" if len(cut) > LONG else cut
