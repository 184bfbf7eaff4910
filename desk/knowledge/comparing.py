"""What changed between two versions of an article, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .models import Content

LABELS = {
    "title": _("Title"), "audience": _("For whom"), "service": _("Service"), "category": _("Category"),
    "keywords": _("Keywords"), "symptoms": _("How to recognise it"), "answer": _("In short"), "body": _("Step by step"),
}  # fmt: skip
AROUND = 2  # lines that stay for orientation


@dataclass(frozen=True)
class Part:
    """A field that differs: its lines, each kept, added or removed (`sort`: same, add, del, gap)."""

    label: str
    lines: list[tuple[str, str]]


def compare(before: Content, after: Content) -> list[Part]:
    """The fields that differ."""
    parts = []
    for name, label in LABELS.items():
        old, new = _text(before, name), _text(after, name)
        if old != new:
            parts.append(Part(str(label), _lines(old.splitlines(), new.splitlines())))
    return parts


def _text(content: Content, name: str) -> str:
    return str(content.get_audience_display() if name == "audience" else getattr(content, name) or "")


def _lines(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if found:
            found.append(("gap", "…"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [("same", line) for line in old[a:b]]
            else:
                found += [("del", line) for line in old[a:b]] + [("add", line) for line in new[c:d]]
    return found
